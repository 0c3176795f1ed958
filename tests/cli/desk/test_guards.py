"""The guards of the desk: who is let in, what no other page can do, and what no request can reach.

Each guard has a test, which fails if the guard is taken away:

| guard | test |
|---|---|
| listens on 127.0.0.1, and no option changes that | test_it_listens_on_this_machine_only_and_logs_nothing |
| nothing is logged | the same |
| the key works once | test_the_key_works_once_and_leaves_a_cookie_in_its_place |
| the cookie is HttpOnly and SameSite=Strict | the same |
| without the cookie there is nothing | test_nobody_is_let_in_without_the_key |
| only the desk's own host (DNS rebinding) | test_another_host_is_refused_even_with_the_cookie |
| only its own pages change anything (CSRF) | test_no_other_page_can_change_anything |
| the same in an older browser | test_in_an_older_browser_the_origin_counts |
| CSP, no-store, nosniff, no-referrer, COOP | test_every_answer_says_what_a_browser_may_do_with_it |
| text of a case is no HTML | test_what_a_case_says_is_text_on_every_screen |
| no name in an address | test_no_address_has_a_name |
| no value in the answer to a failure | test_a_failure_says_nothing_about_a_case |
| limits of what is sent | test_nothing_is_read_beyond_its_limit |
| cases only in the folder | test_app.py: test_a_link_that_leads_out_of_the_folder_is_no_case |
| a packet only in the folder | test_an_id_that_leads_elsewhere_has_no_packet |
| a dropped file has a plain name | test_a_dropped_name_is_only_a_name |
| a new case only in the folder | test_app.py: test_a_new_case_is_nowhere_else |
| imports and mappings only in the folder | test_import.py: test_what_is_no_table_is_refused_and_nothing_is_left |
| an import does what was shown | test_import.py: test_what_was_not_shown_does_not_happen |
| saving only on the version that was shown | test_app.py: test_a_form_is_saved_once_for_each_version |
| downloads only from the list of the packet | test_app.py: test_only_files_of_the_packet_are_downloaded |
| files are read in the limited process | test_papers_are_drawn_in_the_limited_process |
| one process a build, which can be stopped | test_a_build_is_one_process_of_its_own |
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn

from pipeline.cli.child_command import ChildCommand
from pipeline.cli.desk import import_routes, letters, paper_routes, papers, requests
from pipeline.cli.desk.app import Desk
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.system.limited_client import LIMITED, CallFailedError
from tests.cli.desk.conftest import KEY
from tests.support.asgi import Client
from tests.support.cases import PERSONAL
from tests.support.run import Command

SCREENS = ("", "/papers", "/pages", "/dates", "/done")
#: What is not to be HTML, an attribute, a script or an address.
HOSTILE = "<img src=x onerror=hit=1>\"'></script><script>hit=1</script>{{7*7}}\u202e../😀"


def test_the_key_works_once_and_leaves_a_cookie_in_its_place(outsider: Client) -> None:
    let_in = outsider.get(f"/?key={KEY}")
    assert (let_in.status, let_in.headers["location"]) == (303, "/")
    cookie = let_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert KEY.lower() not in cookie
    assert outsider.get("/cases").status == 200
    assert Client(outsider.app).get(f"/?key={KEY}").status == 403, "the key was used"
    assert outsider.get(f"/?key={KEY}").status == 303, "a reload by the one who was let in"


@pytest.mark.parametrize("path", ["/", "/cases", "/?key=", "/?key=another", "/web/desk.js"])
def test_nobody_is_let_in_without_the_key(outsider: Client, path: str) -> None:
    assert outsider.get(path).status == 403
    outsider.cookies["visa-packet-desk"] = "guessed"
    assert outsider.get(path).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8025", "127.0.0.1", "127.0.0.1:80", ""])
def test_another_host_is_refused_even_with_the_cookie(client: Client, host: str) -> None:
    """A page whose name leads to this machine (DNS rebinding) is called by its own name."""
    assert client.get("/cases", host=host).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_other_page_can_change_anything(client: Client, case: str, method: str, site: str) -> None:
    assert client.send(method, case, {}, sec_fetch_site=site).status == 403


@pytest.mark.parametrize(
    ("origin", "status"), [("http://127.0.0.1:8025", 200), ("http://evil.example", 403), ("null", 403), ("", 403)]
)
def test_in_an_older_browser_the_origin_counts(client: Client, case: str, origin: str, status: int) -> None:
    client.says_where_from = False
    assert client.send("POST", f"{case}/check", {}, **({"origin": origin} if origin else {})).status == status


def test_every_answer_says_what_a_browser_may_do_with_it(client: Client, case: str) -> None:
    paths = ("/cases", case, f"{case}/papers", "/web/desk.js", "/cases/unknown")
    refusals = (client.get("/", host="evil.example"), client.send("PUT", case, {}, sec_fetch_site="cross-site"))
    for answer in (*map(client.get, paths), *refusals, Client(client.app).get("/")):
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"


def test_it_listens_on_this_machine_only_and_logs_nothing(
    visa_packet: Command, folder: DeskFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[uvicorn.Config, str]] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        started.extend((server.config, each.getsockname()[0]) for each in sockets)
        sockets[0].close()

    monkeypatch.setattr(uvicorn.Server, "run", run)
    ended = visa_packet("desk", folder.path, "--no-open")
    [(config, host)] = started
    assert host == "127.0.0.1"
    assert (config.log_config, config.access_log, config.server_header) == (None, False, False)
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/\?key=[\w-]{43}\n", ended.out)
    assert ended.err == ""
    for option in ("--host", "--bind", "--listen"):
        assert visa_packet("desk", folder.path, option, "192.0.2.1").code == 2


@pytest.fixture
def hostile(folder: DeskFolder) -> Path:
    """The example with text that is not to be HTML, in a folder of such a name."""
    path = folder.path / "wang-xiaoming" / "case.json"
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    case["patient"]["name"]["chinese"] = case["visa"]["agency"] = case["patient"]["occupation"] = HOSTILE
    case["attachments"][0]["path"] = f"papers/{HOSTILE}.png"
    path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    shutil.move(path.parent, folder.path / HOSTILE.replace("/", "∕"))
    return folder.path


@pytest.mark.usefixtures("hostile")
def test_what_a_case_says_is_text_on_every_screen(client: Client, case: str) -> None:
    pages = {path: client.get(path).text for path in ("/cases", *(f"{case}{screen}" for screen in SCREENS))}
    for path, page in pages.items():
        assert "hit=1" in page, f"{path} shows the name of the folder"
        assert not re.search(r"<img[^>]*onerror|<script>", page), path
        assert not re.findall(r"<(?:img|script)[^>]*\shit", page), path
    assert "&lt;img" in pages[case]
    assert "7*7" in pages[case], "no template"


@pytest.mark.slow
def test_no_address_has_a_name(client: Client, case: str, packet: Path, folder: DeskFolder) -> None:
    shutil.copytree(packet, folder.out / "wang-xiaoming")
    for path in ("/cases", *(f"{case}{screen}" for screen in SCREENS)):
        addresses = re.findall(r'(?:href|src|action|data-case)="([^"]*)"', client.get(path).text)
        assert len(addresses) > 5
        assert not [each for each in addresses for name in (*PERSONAL, "wang", "xiaoming") if name in each], path


def test_a_failure_says_nothing_about_a_case(client: Client, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(*PERSONAL)

    monkeypatch.setattr(letters, "reminders_of", fail)
    answer = client.get(f"{case}/letters/hospital.eml")
    assert answer.status == 500
    assert "RuntimeError" in answer.text
    assert not [value for value in PERSONAL if value in answer.text]


def test_nothing_is_read_beyond_its_limit(client: Client, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = (papers.PAPER_BYTES, import_routes._TABLE_BYTES, requests._MOST_JSON)
    assert limits == (60_000_000, 50_000_000, 1_000_000)
    monkeypatch.setattr(paper_routes, "PAPER_BYTES", 10)
    monkeypatch.setattr(import_routes, "_TABLE_BYTES", 10)
    monkeypatch.setattr(requests, "_MOST_JSON", 10)
    for method, path in {
        "POST": f"{case}/papers?place=1",
        "PUT": case,
    }.items():
        assert client.send(method, path, b"x" * 11).status == 413
    for path in ("papers/place", "check", "length"):
        assert client.send("POST", f"{case}/{path}", b"x" * 11).status == 413
    for path in ("/cases", "/import", "/import/plan", "/import/mapping"):
        assert client.send("POST", path, b"x" * 11).status == 413


def test_an_id_that_leads_elsewhere_has_no_packet(
    client: Client, case: str, packet: Path, folder: DeskFolder, tmp_path: Path
) -> None:
    shutil.copytree(packet, tmp_path.parent / f"{tmp_path.name}-packet")
    folder.out.mkdir()
    [path] = folder.cases().values()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"wang-xiaoming"', f'"../../{tmp_path.name}-packet"', 1), encoding="utf-8")
    assert client.get(f"{case}/out/bundle.pdf").status == 404
    assert "packet.zip" not in client.get(f"{case}/done").text


def test_a_dropped_name_is_only_a_name(client: Client, case: str, folder: DeskFolder) -> None:
    before = sorted(folder.path.rglob("*"))
    names = (
        "../../photo.jpg",
        "..\\photo.jpg",
        "..",
        ".",
        "",
        "/",
        "a\0b.jpg",
        "photo.jpg\n",
        "😀" * 300 + ".jpg",
        HOSTILE,
    )
    for name in (*names, f"{HOSTILE}.jpg", "a." + "長" * 300):
        plain = papers.plain_name(name)
        assert plain == Path(plain).name
        assert plain.isprintable()
        assert 0 < len(plain.encode()) < 256, "as long as a name can be"
        answer = client.send("POST", f"{case}/papers/place", b"no paper", x_file_name=quote(name))
        assert answer.status == 422, name
        assert client.send("POST", "/import/plan", b"no table", x_file_name=quote(name)).status == 422, name
    assert sorted(folder.path.rglob("*")) == before


def test_papers_are_drawn_in_the_limited_process(client: Client, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(function: str, *_: object) -> bytes:
        asked.append(function)
        raise CallFailedError(None)

    monkeypatch.setattr(paper_routes, "paper_pdf", lambda *_: b"%PDF-")
    monkeypatch.setattr(LIMITED, "call", refuse)
    answer = client.get(f"{case}/papers/0.png")
    assert (answer.status, answer.text) == (500, "The page cannot be drawn.")
    assert asked == ["pipeline.cli.picture_task:answer_picture"]


def test_a_build_is_one_process_of_its_own(client: Client, case: str, desk: Desk) -> None:
    started: list[ChildCommand] = []
    for _ in range(2):
        assert client.send("POST", f"{case}/build").status in {200, 404}
        build = desk.builds.find(case.rpartition("/")[2])
        if build is not None:
            started.append(build.child)
    first, second = (each.process for each in started)
    assert first.wait(10) < 0, "stopped by a signal"
    assert second.poll() is None
    assert os.getpgid(second.pid) == second.pid != os.getpgid(0)
    assert client.send("DELETE", f"{case}/build").status == 200
    assert second.wait(10) < 0
