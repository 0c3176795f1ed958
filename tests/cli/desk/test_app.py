"""The routes of the desk, as a browser would call them."""

from __future__ import annotations

import io
import json
import re
import shutil
import time
import zipfile
from pathlib import Path, PurePath
from urllib.parse import quote

import pytest

from pipeline.case.source import Source
from pipeline.cli import read_patients
from pipeline.cli.desk import paper_routes
from pipeline.cli.desk.app import Desk
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.seals import unsigned_documents
from pipeline.errors import InputError, Problem
from pipeline.options import CheckOptions
from pipeline.publish.manifest import read_manifest
from pipeline.run.overview.patient_row import PatientRow
from pipeline.system.atomic import sha256
from tests.support.asgi import Client
from tests.support.cases import EXAMPLES, PERSONAL

PAPERS = EXAMPLES / "wang-xiaoming" / "papers"
SCREENS = ("", "/papers", "/pages", "/dates", "/done")


def test_the_list_names_cases_by_their_folders_and_addresses_by_nothing(client: Client, case: str) -> None:
    page = client.get("/cases").text
    assert f'href="{case}"' in page
    assert ">wang-xiaoming<" in page
    assert "wang" not in case


def test_the_list_has_the_names_of_patients_and_addresses_and_logs_have_none(
    client: Client, folder: DeskFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder.path / "half").mkdir()
    half = {"patient": {"name": {"chinese": "<欧阳>"}, "sex": 3}}
    (folder.path / "half" / "case.json").write_text(json.dumps(half), encoding="utf-8")
    for page in (client.get("/cases").text, checked_list(client)):  # before and after they are checked
        assert "王晓明 · WANG XIAOMING</small>" in page
        assert "&lt;欧阳&gt;</small>" in page
        assert not [each for each in re.findall('(?:href|src|action)="([^"]*)"', page) if "wang" in each.lower()]
    assert not [value for value in PERSONAL if value in "".join(capfd.readouterr())]


def checked_list(client: Client) -> str:
    """The list as soon as every case in it was checked."""
    until = time.monotonic() + 60
    while "data-waiting" in (page := client.get("/cases?lang=en").text) and time.monotonic() < until:
        time.sleep(0.05)
    return page


def test_the_list_does_not_wait_and_checks_again_only_what_changed(
    client: Client, folder: DeskFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def check(source: Source, _options: CheckOptions) -> PatientRow:
        checked.append(source.file)
        raise InputError(Problem("fault", "error", "a fault", "correct it"))

    monkeypatch.setattr(read_patients, "patient_row", check)
    assert "data-waiting" in client.get("/cases").text
    checked_list(client)
    checked_list(client)
    assert len(checked) == 1
    [path] = folder.cases().values()
    path.write_bytes(path.read_bytes() + b" ")
    checked_list(client)
    assert len(checked) == 2
    (path.parent / "papers" / "photo.jpg").touch()
    checked_list(client)
    assert len(checked) == 3


def test_nothing_is_checked_when_the_desk_has_ended(client: Client, desk: Desk) -> None:
    client.get("/cases")
    desk.close()
    assert desk.rows._thread
    assert not desk.rows._thread.is_alive()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("language", "word"), [("en", "Papers"), ("ja", "提出書類"), ("zh", "材料")])
def test_every_screen_is_there_in_every_language(
    client: Client, case: str, screen: str, language: str, word: str
) -> None:
    answer = client.get(f"{case}{screen}?lang={language}")
    assert answer.status == 200
    assert f'<html lang="{language}">' in answer.text
    assert word in answer.text


def test_the_language_is_that_of_the_browser_until_one_is_chosen(client: Client) -> None:
    assert '<html lang="zh">' in client.get("/cases", accept_language="zh-CN,zh;q=0.9,en;q=0.8").text
    client.get("/cases?lang=ja")
    assert '<html lang="ja">' in client.get("/cases", accept_language="zh-CN").text


def test_a_form_is_saved_once_for_each_version(client: Client, case: str, folder: DeskFolder) -> None:
    [path] = folder.cases().values()
    etag = client.get(case).text.partition('data-etag="')[2].partition('"')[0]
    change = {"/visa/agency": "北京虚构旅行社"}
    saved = client.send("PUT", case, change, if_match=etag)
    assert saved.status == 200
    assert "北京虚构旅行社" in path.read_text(encoding="utf-8")
    late = client.send("PUT", case, {"/visa/agency": "另一家"}, if_match=etag)
    assert (late.status, late.json["values"], late.json["etag"]) == (412, change, saved.json["etag"])
    assert client.send("PUT", case, {"/visa/agency": "另一家"}, if_match=saved.json["etag"]).status == 200


@pytest.mark.parametrize(
    ("body", "status"), [({"/nothing": "x"}, 422), ({"/patient/phone": "abc"}, 422), (b"[]", 404), (b"{", 404)]
)
def test_nothing_wrong_is_saved(client: Client, case: str, folder: DeskFolder, body: object, status: int) -> None:
    [path] = folder.cases().values()
    before = path.read_bytes()
    etag = client.get(case).text.partition('data-etag="')[2].partition('"')[0]
    assert client.send("PUT", case, body, if_match=etag).status == status
    assert path.read_bytes() == before


def test_a_new_case_is_made_once(client: Client, folder: DeskFolder) -> None:
    about = {"id": "case-2026-0001", "chinese_name": "张三", "address": "上海市虚构区1号", "visits": "2"}
    made = client.send("POST", "/cases", about)
    assert made.status == 201
    case = json.loads((folder.path / "case-2026-0001" / "case.json").read_text(encoding="utf-8"))
    assert (case["patient"]["name"]["chinese"], case["visa"]["mission"]) == ("张三", "shanghai")
    assert client.get(made.json["case"]).status == 200
    assert client.send("POST", "/cases", about).status == 422


@pytest.mark.parametrize("name", ["../outside", "/outside", "..", "a/b", "王", "", "out", "directory"])
def test_a_new_case_is_nowhere_else(client: Client, folder: DeskFolder, name: str) -> None:
    before = sorted(path.name for path in folder.path.parent.iterdir())
    assert client.send("POST", "/cases", {"id": name}).status == 422
    assert sorted(path.name for path in folder.path.parent.iterdir()) == before
    assert len(folder.cases()) == 1


def test_a_case_that_is_no_object_is_neither_shown_nor_overwritten(
    client: Client, case: str, folder: DeskFolder
) -> None:
    [path] = folder.cases().values()
    path.write_text("[1, 2]", encoding="utf-8")
    for screen in ("", "/papers", "/done"):
        assert client.get(case + screen).status == 422
    saved = client.send("PUT", case, {"/patient/phone": "+86 10 0000 0123"}, if_match=sha256(b"[1, 2]"))
    assert saved.status == 422
    assert path.read_text(encoding="utf-8") == "[1, 2]"


class TestPapers:
    """Papers."""

    def place(self, client: Client, case: str, title: str) -> int:
        page = client.get(f"{case}/papers?lang=en").text
        before = page.partition(title)[0]
        return int(before.rpartition('data-place="')[2].partition('"')[0])

    def test_a_file_is_dropped_on_its_place(self, client: Client, folder: DeskFolder) -> None:
        [path] = folder.cases().values()
        made = client.send("POST", "/cases", {"id": "case-2026-0001", "chinese_name": "张三"})
        new = made.json["case"]
        number = self.place(client, new, "Photograph")
        content = (PAPERS / "photo.jpg").read_bytes()
        name = quote("../../王晓明的 照片.jpg")
        assert client.send("POST", f"{new}/papers?place={number}", content, x_file_name=name).status == 201
        [entry] = json.loads((folder.path / "case-2026-0001" / "case.json").read_text(encoding="utf-8"))["attachments"]
        assert entry["role"] == "photo"
        assert (folder.path / "case-2026-0001" / entry["path"]).read_bytes() == content
        assert sorted(each.name for each in folder.path.iterdir()) == ["case-2026-0001", "directory", "wang-xiaoming"]
        again = client.send("POST", f"{new}/papers?place={number}", content, x_file_name=name)
        assert again.status == 422
        assert path.is_file()

    def test_photos_and_signed_originals_take_one_file_and_other_places_several(
        self, client: Client, case: str
    ) -> None:
        page = client.get(f"{case}/papers?lang=en").text
        found = [each.partition('type="file"') for each in page.split('<li class="place ')[1:]]
        several = [after.startswith(" multiple") for before, _, after in found if " data-one" not in before]
        one = [after.startswith(" multiple") for before, _, after in found if " data-one" in before]
        assert several
        assert all(several)
        assert len(one) == page.count("data-signed") + 1, "the signed originals and the photograph"
        assert not any(one)

    def test_what_is_no_paper_is_refused_and_nothing_is_left(
        self, client: Client, case: str, folder: DeskFolder
    ) -> None:
        before = sorted(folder.path.rglob("*"))
        number = self.place(client, case, "Photograph")
        refused = client.send("POST", f"{case}/papers?place={number}", b"MZ program", x_file_name="photo.jpg")
        assert refused.status == 422
        assert refused.json["problems"][0]["message"]
        assert sorted(folder.path.rglob("*")) == before

    def test_a_signed_scan_needs_a_packet_that_was_built(self, client: Client, case: str) -> None:
        number = self.place(client, case, "Letter of guarantee")
        content = (PAPERS / "bank-certificate.pdf").read_bytes()
        refused = client.send("POST", f"{case}/papers?place={number}", content, x_file_name="scan.pdf")
        assert refused.status == 422
        [problem] = refused.json["problems"]
        assert (problem["code"], problem["leads_to"], problem["hint"]) == ("add-packet", "/done", "")
        assert str(EXAMPLES) not in problem["message"]
        assert "no packet has been built" in problem["message"]

    def test_a_file_that_is_too_long_is_not_read_to_its_end(
        self, client: Client, case: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paper_routes, "PAPER_BYTES", 1000)
        answer = client.send("POST", f"{case}/papers?place=1", b"x" * 1001, x_file_name="photo.jpg")
        assert (answer.status, answer.json["problems"][0]["code"]) == (413, "desk-too-long")

    def test_its_first_page_is_a_picture(self, client: Client, case: str) -> None:
        picture = client.get(f"{case}/papers/0.png")
        assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
        assert picture.body.startswith(b"\x89PNG")
        assert client.get(f"{case}/papers/99.png").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/cases/unknown",
        "/cases/..%2f..%2fetc",
        "{case}/out/../../wang-xiaoming/case.json",
        "{case}/out/manifest.json",
        "{case}/pages/bundle.pdf/1.png",
        "{case}/builds",
        "/web/../app.py",
        "/web/%2e%2e/app.py",
    ],
)
def test_nothing_else_is_there(client: Client, case: str, path: str) -> None:
    assert client.get(path.format(case=case)).status == 404


def test_only_files_of_the_packet_are_downloaded(client: Client, case: str, folder: DeskFolder, packet: Path) -> None:
    shutil.copytree(packet, folder.out / "wang-xiaoming")
    bundle = client.get(f"{case}/out/bundle.pdf")
    assert bundle.body == (packet / "bundle.pdf").read_bytes()
    with zipfile.ZipFile(io.BytesIO(client.get(f"{case}/out/packet.zip").body)) as archive:
        assert "bundle.pdf" in archive.namelist()
    for path in ("../../wang-xiaoming/case.json", "%2e%2e/%2e%2e/wang-xiaoming/case.json", "manifest.json", "none.pdf"):
        assert client.get(f"{case}/out/{path}").status == 404
    assert client.get(f"{case}/out/bundle.pdf?show").headers["content-disposition"].startswith("inline")


def test_finish_says_where_each_document_is_sealed(
    client: Client, case: str, folder: DeskFolder, packet: Path, packet_with_companion: Path
) -> None:
    shutil.copytree(packet, folder.out / "wang-xiaoming")
    page = client.get(f"{case}/done?lang=en").text
    assert "Print these" in page
    bundle = read_manifest((packet / "manifest.json").read_bytes()).bundles[0]
    rows = [row for row in bundle.page_map if row.unsigned]
    assert rows
    for row in rows:
        assert f">Page {row.page} of the bundle<" in page
        assert f"Seal box on page {row.page}: " in page
    assert page.count("<rect ") == len(rows)
    assert "<h3>邀请理由书</h3>" in client.get(f"{case}/done?lang=zh").text
    pictures = re.findall('<image href="([^"]*)"', page)
    assert len(pictures) == len(rows)
    assert client.get(pictures[0]).body.startswith(b"\x89PNG")
    assert client.get(pictures[0].replace("bundle.pdf", "none.pdf")).status == 404
    with (folder.out / "wang-xiaoming" / "bundle.pdf").open("ab") as file:
        file.write(b" ")
    assert client.get(pictures[0]).status == 404, "it is not the one that was built"
    manifest = read_manifest((packet_with_companion / "manifest.json").read_bytes())
    found = unsigned_documents(packet_with_companion, manifest)
    of_companions = [each for each in found if each.person != "patient"]
    assert all(each.pages and each.sealed for each in found if each.file.endswith("bundle.pdf")), of_companions


def test_a_paper_is_taken_out_of_the_case_and_its_file_stays(client: Client, case: str, folder: DeskFolder) -> None:
    path = folder.path / "wang-xiaoming" / "case.json"
    before = json.loads(path.read_text(encoding="utf-8"))["attachments"]
    page = client.get(f"{case}/papers").text
    pointers = re.findall(r'data-remove="(/attachments/[0-9]+)"', page)
    assert sorted(pointers) == sorted(f"/attachments/{number}" for number in range(len(before)))
    etag = page.partition('data-etag="')[2].partition('"')[0]
    assert client.send("PUT", case, {"/attachments/1": ""}, if_match=etag).status == 200
    assert json.loads(path.read_text(encoding="utf-8"))["attachments"] == [before[0], *before[2:]]
    assert (path.parent / before[1]["path"]).is_file()
    assert client.send("PUT", case, {"/attachments/1": ""}, if_match=etag).status == 412


@pytest.mark.parametrize("changed", ["case.json", "papers/photo.jpg"])
def test_a_packet_from_before_a_change_is_not_offered(
    client: Client, case: str, folder: DeskFolder, packet: Path, changed: str
) -> None:
    shutil.copytree(packet, folder.out / "wang-xiaoming")
    assert "/out/bundle.pdf" in client.get(f"{case}/done?lang=en").text
    with (folder.path / "wang-xiaoming" / changed).open("ab") as file:
        file.write(b"\n")
    page = client.get(f"{case}/done?lang=en").text
    assert "build the packet again" in page
    assert "/out/" not in page.partition("<main")[2]


def test_a_link_that_leads_out_of_the_folder_is_no_case(client: Client, folder: DeskFolder, tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "case.json").write_text("{}", encoding="utf-8")
    (folder.path / "linked").symlink_to(outside)
    assert len(folder.cases()) == 1
    assert "linked" not in client.get("/cases").text


def test_a_case_that_is_no_json_is_listed_and_explained(client: Client, folder: DeskFolder) -> None:
    (folder.path / "broken").mkdir()
    (folder.path / "broken" / "case.json").write_text("{ ,", encoding="utf-8")
    page = checked_list(client)
    assert ">broken<" in page
    assert page.index(">broken<") < page.index(">wang-xiaoming<"), "those with mistakes come first"
    [key] = [key for key, path in folder.cases().items() if path.parent.name == "broken"]
    for screen in SCREENS:
        answer = client.get(f"/cases/{key}{screen}?lang=en")
        assert "line 1" in answer.text or screen == "/pages"


def test_no_answer_about_a_mistake_has_a_value_of_the_case(client: Client, case: str, folder: DeskFolder) -> None:
    [path] = folder.cases().values()
    path.write_text(
        path.read_text(encoding="utf-8").replace('"sex": "male"', '"sex": "王晓明 EJ0123456"'), encoding="utf-8"
    )
    found = client.send("POST", f"{case}/check", {})
    assert found.json
    assert not [value for value in PERSONAL if value in found.text]


def test_other_days_are_tried_without_changing_the_case(client: Client, case: str, folder: DeskFolder) -> None:
    [path] = folder.cases().values()
    before = path.read_bytes()
    page = client.get(f"{case}/dates?lang=en&1=2027-01-13").text
    assert 'class="moved"' in page
    assert path.read_bytes() == before
    assert client.get(f"{case}/dates.ics").body.startswith(b"BEGIN:VCALENDAR")


def dates_of(page: str) -> list[list[str]]:
    """The cells of the table of dates, without tags and notes."""
    rows = re.findall("<tr[^>]*>(<td>.*?)</tr>", page, re.DOTALL)
    return [[re.sub("<small>.*?</small>|<[^>]*>", "", cell).strip() for cell in row.split("</td>")] for row in rows]


def test_dates_are_in_order_and_no_two_read_the_same(client: Client, case: str, folder: DeskFolder) -> None:
    [path] = folder.cases().values()
    data = json.loads(path.read_text(encoding="utf-8"))
    [means] = [each for each in data["attachments"] if each["role"] == "funds_proof"]
    data["attachments"].append({**means, "path": "papers/second.pdf"})
    procedures = data["treatment"]["visits"][1]["procedures"]
    procedures.append(procedures[-1])
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    rows = dates_of(client.get(f"{case}/dates?lang=en").text)
    first = [day[0] for days, *_ in rows if (day := re.findall("[0-9-]{10}", days))]
    assert first == sorted(first)
    assert len(first) > 10
    assert len({(days, what) for days, what, *_ in rows}) == len(rows)
    text = str(rows)
    assert "second.pdf" in text
    assert PurePath(means["path"]).name in text
    assert "Follow-up · 2/2" in text


def test_dates_of_a_case_that_is_not_whole_say_what_to_do(client: Client, case: str, folder: DeskFolder) -> None:
    [path] = folder.cases().values()
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["patient"]["phone"]
    path.write_text(json.dumps(data), encoding="utf-8")
    half = client.get(f"{case}/dates?lang=en&1=2027-01-13").text
    assert "known so far" in half
    assert dates_of(half)
    data["treatment"]["visits"][0]["entry_date"] = "soon"
    path.write_text(json.dumps(data), encoding="utf-8")
    wrong = client.get(f"{case}/dates?lang=en")
    assert wrong.status == 422
    assert f'href="{case}#/treatment/visits/0/entry_date"' in wrong.text
    path.write_text("{}", encoding="utf-8")
    assert "once the required fields are filled in" in client.get(f"{case}/dates?lang=en").text
