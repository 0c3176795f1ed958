"""What the page proposes for a paper: its place, and values of the case. A person decides."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.attachments.messages import ReadLine
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.errors import missing_extra
from pipeline.run.case_folder import paper_values
from tests.support.asgi import Client
from tests.support.attachments import page_text, pdf_of
from tests.support.cases import EXAMPLES

PAPERS = EXAMPLES / "wang-xiaoming" / "papers"
ZONE = ("P<CHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<", "EJ01234560CHN9203147M3205183<<<<<<<<<<<<<<04")
#: A passport with text, which needs no reader of scans.
PASSPORT = pdf_of(b"\n".join(page_text(text, 10, (72, 300 - 20 * line)) for line, text in enumerate(ZONE)))


@pytest.fixture
def new(client: Client, folder: DeskFolder) -> tuple[str, Path]:
    """A case in which only the name is filled in, and its file."""
    made = client.send("POST", "/cases", {"id": "case-2026-0001", "chinese_name": "王晓明"})
    address: str = made.json["case"]
    return address, folder.path / "case-2026-0001" / "case.json"


def drop(client: Client, path: str, name: str, content: bytes | None = None) -> dict[str, object]:
    answer = client.send(
        "POST", path, content or (PAPERS / name).read_bytes(), x_file_name=quote(name), accept_language="en"
    )
    assert answer.status in {200, 201}, answer.text
    found: dict[str, object] = answer.json
    return found


def place_of(client: Client, case: str, title: str) -> int:
    before = client.get(f"{case}/papers?lang=en").text.partition(title)[0]
    return int(before.rpartition('data-place="')[2].partition('"')[0])


def test_a_file_that_was_dropped_elsewhere_has_a_proposed_place(
    client: Client, new: tuple[str, Path], folder: DeskFolder
) -> None:
    case, path = new
    before = sorted(folder.path.rglob("*"))
    for name, title in {"bank-certificate.pdf": "Proof of means", "photo.jpg": "Photograph"}.items():
        found = drop(client, f"{case}/papers/place", name)
        assert found["place"] == place_of(client, case, title)
        assert found["why"]
    found = drop(client, f"{case}/papers/place", "a.pdf", PASSPORT)
    assert found["place"] == place_of(client, case, "Passport"), "by its check digits"
    assert sorted(folder.path.rglob("*")) == before, "it was only proposed"
    assert json.loads(path.read_text(encoding="utf-8"))["attachments"] == []


def test_a_paper_of_somebody_else_and_one_that_is_there_have_no_place(client: Client, case: str) -> None:
    other = client.send("POST", "/cases", {"id": "case-2026-0002", "chinese_name": "张三"}).json["case"]
    content = (PAPERS / "bank-certificate.pdf").read_bytes()
    for address, code in ((other, "add-person"), (case, "add-twice")):
        answer = client.send("POST", f"{address}/papers/place", content, x_file_name="bank.pdf")
        assert (answer.status, answer.json["problems"][0]["code"]) == (422, code)
    refused = client.send("POST", f"{case}/papers/place", b"MZ program", x_file_name="bank.pdf")
    assert refused.status == 422


def test_values_of_a_paper_are_shown_and_saved_one_by_one(client: Client, new: tuple[str, Path]) -> None:
    case, path = new
    place = place_of(client, case, "Passport")
    number = drop(client, f"{case}/papers?place={place}", "passport.pdf", PASSPORT)["number"]
    values = {each["pointer"]: each for each in client.get(f"{case}/papers/{number}/values?lang=en").json}
    passport = values["/patient/passport/number"]
    assert (passport["shown"], passport["proved"], passport["page"], passport["left"]) == ("EJ0123456", True, 1, 26)
    assert (passport["now"], passport["agrees"]) == ("", False)
    assert (values["/patient/sex"]["shown"], values["/patient/sex"]["answer"]) == ("Male", "male")
    assert values["/patient/passport/mrz"]["shown"] == "\n".join(ZONE)
    assert "/patient/passport/mrz/1" not in values, "half a zone is nothing"
    line = client.get(f"{case}/papers/{number}/line.png?page=1&box={passport['box']}")
    assert line.body.startswith(b"\x89PNG")
    assert client.get(f"{case}/papers/{number}/line.png?page=1&box=a").status == 404

    etag = re.search(r'data-etag="(\w+)"', client.get(f"{case}/papers").text)
    assert etag
    for pointer in ("/patient/passport/number", "/patient/passport/mrz", "/patient/sex"):
        change = {pointer: values[pointer]["answer"]}
        saved = client.send("PUT", case, change, if_match=etag[1])
        assert saved.status == 200, saved.text
        assert client.send("PUT", case, change, if_match=etag[1]).status == 412, "the file is another one by now"
        etag = re.search(r'data-etag="(\w+)"', client.get(f"{case}/papers").text)
        assert etag
    patient = json.loads(path.read_text(encoding="utf-8"))["patient"]
    assert (patient["passport"]["number"], patient["passport"]["mrz"]) == ("EJ0123456", list(ZONE))
    later = {each["pointer"]: each for each in client.get(f"{case}/papers/{number}/values").json}
    assert later["/patient/passport/mrz"]["agrees"]


def test_without_the_extra_the_page_works_and_says_how_to_get_it(
    client: Client, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_pdf: bytes, *, scans: bool) -> tuple[ReadLine, ...]:
        assert scans
        raise missing_extra("rapidocr", "read", "reading scans")

    assert "visa-packet[read]" not in client.get(f"{case}/papers").text
    monkeypatch.setattr(paper_values, "lines_of", missing)
    monkeypatch.setattr("pipeline.cli.desk.screens.can_read_scans", lambda: False)
    assert "visa-packet[read]" in client.get(f"{case}/papers").text
    answer = client.get(f"{case}/papers/0/values")
    assert (answer.status, answer.json["problems"][0]["code"]) == (422, "extra-missing")
