"""Files that are not workbooks, and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import pytest

from pipeline.case.importing import xlsx_file as workbook
from pipeline.case.importing.cell_values import convert_cell
from pipeline.case.importing.cells import CellError, Row
from pipeline.case.importing.column_mapping import Column, TableMapping
from pipeline.case.importing.xlsx_file import read_workbook
from pipeline.errors import CaseError, Problem
from tests.support.sheets import SAMPLE

GOOD = (SAMPLE / "cases.xlsx").read_bytes()
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def with_entry(name: str, content: bytes, source: bytes = GOOD) -> bytes:
    """The workbook with a part added, or another content of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def refusal(content: bytes) -> Problem:
    with pytest.raises(CaseError) as error:
        read_workbook(content, "病例", 2)
    [problem] = error.value.problems
    return problem


def rows_of(content: bytes) -> Sequence[Row]:
    return read_workbook(content, "病例", 2).rows


def sheet_of(rows: str) -> bytes:
    """The workbook with other rows in its sheet."""
    return sheet_part(lambda _: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode())


def cell_of(xml: str, number_format: int, shared: str | None = None) -> tuple[object, str]:
    """Value and kind of the cell A3, whose style 1 has this number format."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="{number_format}"/></cellXfs></styleSheet>'
    )
    content = with_entry("xl/styles.xml", styles.encode(), sheet_of(f'<row r="3">{xml}</row>'))
    if shared:
        content = with_shared_strings(content, shared)
    [row] = rows_of(content)
    return row[1].value, row[1].kind


def with_shared_strings(content: bytes, strings: str) -> bytes:
    name = "[Content_Types].xml"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read(name).replace(b"</Types>", part.encode())
    return with_entry("xl/sharedStrings.xml", strings.encode(), with_entry(name, types, content))


def sheet_part(edit: Callable[[bytes], bytes]) -> bytes:
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return with_entry(name, edit(archive.read(name)))


#: Contents are made when they are tested: a bomb takes a quarter of a second.
HARM: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "an old .xls": (OLE + "Workbook".encode("utf-16-le"), "table-kind", "old .xls"),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "table-kind", "password"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "table-kind", "not a ZIP"),
    "cut off": (GOOD[:2_000], "table-kind", "damaged"),
    "another archive": (lambda: with_entry("a.txt", b"a", b"PK\x05\x06" + bytes(18)), "table-refused", "no workbook"),
    "a bomb": (lambda: with_entry("xl/media/a.bin", bytes(101_000_000)), "table-refused", "unpacked"),
    "macros": (lambda: with_entry("xl/vbaProject.bin", b"x"), "table-refused", "macros"),
    "entities": (
        lambda: sheet_part(lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)),
        "table-refused",
        "entities",
    ),
    "broken XML": (lambda: sheet_part(lambda xml: xml[: len(xml) // 2]), "table-damaged", "damaged"),
    "styles that are no XML": (lambda: with_entry("xl/styles.xml", b"\0<styleSheet/>"), "table-damaged", "damaged"),
    "repeated styles": (
        lambda: with_entry("xl/styles.xml", b"<xf/>" * 1_000_000),
        "table-refused",
        "xl/styles.xml: this entry",
    ),
    "Strict Open XML": (
        lambda: with_entry("xl/workbook.xml", b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'),
        "table-kind",
        "Strict Open XML",
    ),
    "a part that is missing": (lambda: with_entry("xl/workbook.xml", b"<workbook/>"), "table-sheet", "no sheet"),
}


@pytest.mark.parametrize("kind", HARM)
def test_hostile_workbooks_are_rejected(kind: str) -> None:
    content, code, words = HARM[kind]
    problem = refusal(content if isinstance(content, bytes) else content())
    assert problem.code == code
    assert words in problem.message


@pytest.mark.parametrize(("limit", "most"), [("MAX_ROWS", 2), ("MAX_COLUMNS", 10), ("MAX_CELLS", 50)])
def test_too_many_rows_columns_or_cells(monkeypatch: pytest.MonkeyPatch, limit: str, most: int) -> None:
    monkeypatch.setattr(workbook, limit, most)
    assert refusal(GOOD).code == "table-size"


def test_a_size_that_is_not_true_hides_no_rows() -> None:
    changed = sheet_part(lambda xml: xml.replace(b'<dimension ref="A1:AR5"', b'<dimension ref="A1:B3"', 1))
    assert changed != GOOD
    assert len(rows_of(changed)) == 3


def test_rows_and_cells_out_of_order_are_not_lost() -> None:
    xml = '<row r="4"><c r="B4"><v>4</v></c><c r="A4"><v>3</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    assert [sorted(row) for row in rows_of(sheet_of(xml))] == [[1], [1, 2]]


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59)])
def test_the_dates_of_chinese_and_japanese_programs_are_dates(number: int) -> None:
    assert cell_of('<c r="A3" s="1"><v>33336</v></c>', number) == ("1991-04-08", "date")
    assert cell_of('<c r="A3" s="1"><v>33336.5</v></c>', number) == ("1991-04-08 12:00:00", "time")


def test_other_numbers_stay_numbers() -> None:
    for number in (1, 37, 49, 59):
        assert cell_of('<c r="A3" s="1"><v>33336</v></c>', number) == (33336, "value")


@pytest.mark.parametrize("text", ["1e999", "-1e999", "inf", "nan", "1.nan", "1,5", "9" * 30, "9" * 5000, "0x1"])
def test_what_is_no_number_makes_its_cell_unreadable_and_no_other(text: str) -> None:
    [row] = rows_of(sheet_of(f'<row r="3"><c r="A3"><v>{text}</v></c><c r="B3"><v>1</v></c></row>'))
    assert [cell.kind for cell in row.values()] == ["unreadable", "value"]
    with pytest.raises(CellError) as error:
        convert_cell(row[1], Column("a", "/a", digits=True), TableMapping(columns=()))
    assert error.value.problem.code == "cell-number"


@pytest.mark.parametrize("cell", ['t="s"><v>999', 't="s"><v>x', 't="b"><v>x', 't="d"><v>x', 's="1"><v>1e12'])
def test_what_a_cell_refers_to_in_vain_makes_that_cell_unreadable(cell: str) -> None:
    assert cell_of(f'<c r="A3" {cell}</v></c>', 14)[1] in {"unreadable", "error"}


FORMS = ('t="array" ref="A3"', 't="shared" si="0" ref="A3:A9"', 't="shared" si="7"', 't="dataTable" bad="1"', "")


@pytest.mark.parametrize("kind", FORMS)
def test_every_kind_of_formula_is_one(kind: str) -> None:
    assert cell_of(f'<c r="A3"><f {kind}>1+</f><v>2</v></c>', 0)[1] == "formula"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("何思远_x000D_", "何思远\r"),
        ("_x200B_何", "\u200b何"),
        ("_x005F_x000D_", "_x000D_"),
        ("a_x1F", "a_x1F"),
        ("_xD842__xDFB7_野", "𠮷野"),
        ("_xD842_", "\ufffd"),
    ],
)
def test_escapes_are_the_characters_that_they_stand_for(stored: str, text: str) -> None:
    assert cell_of(f'<c r="A3" t="inlineStr"><is><t>{stored}</t></is></c>', 0) == (text, "value")
    assert cell_of(f'<c r="A3" t="str"><v>{stored}</v></c>', 0) == (text, "value")
    shared = f'<sst xmlns="{MAIN}"><si><t>{stored}</t></si></sst>'
    assert cell_of('<c r="A3" t="s"><v>0</v></c>', 0, shared) == (text, "value")
