"""Importing a table on the page: what it would do is shown first, and then exactly that is done."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from pipeline.case.importing.intake import intake_sheets
from pipeline.case.importing.intake_workbook import write_intake
from pipeline.cli.desk import import_routes
from pipeline.cli.desk.desk_folder import DeskFolder
from tests.support.asgi import Answer, Client
from tests.support.built import snapshot
from tests.support.run import Command
from tests.support.sheets import MAPPING, SAMPLE, changed_csv, changed_workbook, read_tables_here

TABLE = SAMPLE / "cases.xlsx"
NAMES = ["b2027-001", "b2027-002", "b2027-003"]


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    read_tables_here(monkeypatch)


@pytest.fixture
def mapped(folder: DeskFolder) -> DeskFolder:
    """The folder with the mapping of the sample."""
    shutil.copy(MAPPING, folder.path / "mapping.json")
    return folder


def ask(client: Client, path: str, table: Path | bytes, name: str = "cases.xlsx", **headers: str) -> Answer:
    content = table if isinstance(table, bytes) else table.read_bytes()
    if isinstance(table, Path):
        name = table.name
    return client.send("POST", path, content, x_file_name=quote(name), accept_language="en", **headers)


def plan(client: Client, table: Path | bytes, name: str = "cases.xlsx") -> tuple[str, list[tuple[str, str]]]:
    """The page about a table, and what it says of each case."""
    page = ask(client, "/import/plan", table, name).text
    return page, re.findall(r'<th scope="row">(.*?)</th><td><span class="badge (\w+)">', page)


def run(client: Client, table: Path) -> Answer:
    page, _ = plan(client, table)
    return ask(client, "/import", table, if_match=etag_of(page))


def etag_of(page: str) -> str:
    found = re.search(r'data-plan="(\w+)"', page)
    assert found
    return found[1]


def test_what_happens_is_shown_and_then_happens(client: Client, mapped: DeskFolder) -> None:
    before = snapshot(mapped.path)
    page, cases = plan(client, TABLE)
    assert cases == [(name, "new") for name in NAMES]
    assert snapshot(mapped.path) == before, "it was only shown"
    done = ask(client, "/import", TABLE, if_match=etag_of(page))
    assert "Imported." in done.text
    assert {path.parent.name for path in mapped.cases().values()} == {*NAMES, "wang-xiaoming"}
    assert (mapped.path / "b2027-002" / "papers" / "companion-1" / "01-passport").is_dir()
    assert [status for _, status in plan(client, TABLE)[1]] == ["unchanged"] * 3
    assert "data-import" not in plan(client, TABLE)[0], "nothing is left to import"


def test_the_page_and_the_command_take_turns(
    client: Client, mapped: DeskFolder, visa_packet: Command, tmp_path: Path
) -> None:
    run(client, TABLE)
    before = snapshot(mapped.path)
    imported = visa_packet("import", TABLE, "--mapping", mapped.path / "mapping.json", "-o", mapped.path, "--json")
    assert [each["status"] for each in imported.report["results"]] == ["unchanged"] * 3
    assert snapshot(mapped.path) == before
    table = changed_workbook(tmp_path / "later.xlsx", {"B4": "改名"})
    assert [status for _, status in plan(client, table)[1]] == ["unchanged", "updated", "unchanged"]


def test_nothing_that_people_entered_is_overwritten(client: Client, mapped: DeskFolder, tmp_path: Path) -> None:
    run(client, TABLE)
    path = mapped.path / "b2027-002" / "case.json"
    case = json.loads(path.read_text(encoding="utf-8"))
    case["patient"]["name"]["chinese"] = "人工更正"
    path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    table = changed_workbook(tmp_path / "later.xlsx", {"B3": "改名", "B4": "改名"})
    page, cases = plan(client, table)
    assert [status for _, status in cases] == ["updated", "conflict", "unchanged"]
    assert "病例!B4" in page, "the conflict stands at its cell"
    before = path.read_bytes()
    run(client, table)
    assert path.read_bytes() == before
    assert "改名" in (mapped.path / "b2027-001" / "case.json").read_text(encoding="utf-8")


def test_what_was_not_shown_does_not_happen(client: Client, mapped: DeskFolder) -> None:
    page, _ = plan(client, TABLE)
    (mapped.path / NAMES[0]).mkdir()
    (mapped.path / NAMES[0] / "case.json").write_text('{"case_id": "b2027-001"}', encoding="utf-8")
    before = snapshot(mapped.path)
    answer = ask(client, "/import", TABLE, if_match=etag_of(page))
    assert "changed meanwhile" in answer.text
    assert snapshot(mapped.path) == before
    assert etag_of(answer.text) != etag_of(page)


def test_mistakes_stand_at_their_cells_and_the_other_rows_are_imported_on_demand(
    client: Client, mapped: DeskFolder, tmp_path: Path
) -> None:
    table = changed_workbook(tmp_path / "wrong.xlsx", {"G3": 110105199003072000, "E5": "其他"})
    page, cases = plan(client, table)
    assert [name for name, _ in cases] == [NAMES[1]]
    assert "病例!G3" in page
    assert "病例!E5" in page
    assert "110105199003072" not in page
    assert "Import only the rows without mistakes" in page
    assert "--" not in re.sub(r"<!--.*?-->", "", page), "no words of the command line"
    run(client, table)
    assert {path.parent.name for path in mapped.cases().values()} == {NAMES[1], "wang-xiaoming"}


def test_a_mapping_is_proposed_confirmed_by_line_and_used_again(client: Client, folder: DeskFolder) -> None:
    page, _ = plan(client, TABLE)
    mapping = folder.path / "mapping.json"
    assert mapping.is_file(), "the command can use it"
    pointers = re.findall(r'name="line" value="([^"]+)"', page)
    version = re.search(r'data-version="(\w+)"', page)
    assert pointers
    assert version
    said = {"mapping": "mapping.json", "lines": pointers}
    assert client.send("POST", "/import/mapping", said, if_match="0" * 64).status == 412
    assert client.send("POST", "/import/mapping", said, if_match=version[1]).status == 200
    assert '"unsure"' not in mapping.read_text(encoding="utf-8")
    later, cases = plan(client, TABLE)
    assert "A file of your folder" in later
    assert len(cases) == 3
    assert sorted(path.name for path in folder.path.glob("mapping*")) == ["mapping.json"]


def test_another_table_has_another_mapping(client: Client, folder: DeskFolder, tmp_path: Path) -> None:
    (folder.path / "mapping.json").write_text('{"columns": [{"column": "Id", "to": "/case_id"}]}', encoding="utf-8")
    plan(client, changed_csv(tmp_path / "other.csv", {}))
    assert sorted(path.name for path in folder.path.glob("mapping*")) == ["mapping-2.json", "mapping.json"]


def test_the_workbook_to_fill_in_needs_no_mapping(client: Client, folder: DeskFolder) -> None:
    template = client.get("/import/template.xlsx")
    assert template.body[:2] == b"PK"
    assert len(template.body) > len(write_intake("zh")) // 2
    answer = ask(client, "/import/plan", template.body, "intake.xlsx")
    assert answer.status == 422, "nobody has filled it in"
    assert not list(folder.path.glob("mapping*"))


@pytest.mark.slow
def test_what_is_no_table_is_refused_and_nothing_is_left(
    client: Client, mapped: DeskFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    before = snapshot(mapped.path)
    for name, content in {
        "cases.xlsx": b"MZ program",
        "../../cases.xlsx": b"PK\x03\x04",
        "cases.csv": b"\0\0\0",
        "cases.exe": TABLE.read_bytes(),
        "": TABLE.read_bytes(),
        "cases.xls": b"\xd0\xcf\x11\xe0",
    }.items():
        answer = ask(client, "/import/plan", content, name)
        assert (answer.status, "data-plan" in answer.text) != (200, False), name
        assert "data-import" not in answer.text, name
    assert ask(client, "/import/plan?encoding=latin-1", TABLE).status == 404
    assert client.send("POST", "/import/mapping", {"mapping": "../mapping.json", "lines": []}).status == 404
    monkeypatch.setattr(import_routes, "_TABLE_BYTES", 1000)
    assert ask(client, "/import/plan", TABLE).status == 413
    assert snapshot(mapped.path) == before
    monkeypatch.undo()
    (mapped.path / NAMES[0]).symlink_to(outside)
    assert ask(client, "/import/plan", TABLE).status == 422, "a link leads out of the folder"
    assert not list(outside.iterdir())


def test_an_empty_folder_gets_its_directory_from_the_workbook(
    client: Client, folder: DeskFolder, tmp_path: Path
) -> None:
    for name in ("wang-xiaoming", "directory"):
        shutil.rmtree(folder.path / name)
    page = client.get("/cases?lang=en").text
    assert 'id="hospital"' not in page
    assert "/import/template.xlsx" in page.partition("no directory of them")[2].partition("</ol>")[0]
    book = load_workbook(io.BytesIO(client.get("/import/template.xlsx?lang=en").body))
    for sheet, name in ((sheet.name, sheet.name.casefold()) for sheet in intake_sheets()[1:]):
        for index, cell in enumerate(book[sheet][4][1:], start=2):  # the row of the example
            book[sheet].cell(5, index, cell.value).number_format = cell.number_format
        book[sheet].cell(5, 2, "clinic" if "hosp" in name else "office")
    table = tmp_path / "filled.xlsx"
    book.save(table)
    assert run(client, table).status == 200
    assert sorted(path.name for path in folder.path.glob("directory/*/[!.]*.json")) == ["clinic.json", "office.json"]
    page = client.get("/cases?lang=en").text
    assert "no directory of them" not in page
    assert 'value="clinic"' in page
    assert 'value="office"' in page
