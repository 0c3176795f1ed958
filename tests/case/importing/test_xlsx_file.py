"""Files that are not workbooks, and hostile ones."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.case.importing import xlsx_file as workbook
from pipeline.case.importing.convert import convert_table
from pipeline.errors import CaseError
from tests.support.sheets import MAPPING, SAMPLE

GOOD = (SAMPLE / "cases.xlsx").read_bytes()
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


def sheet_part(edit: Callable[[bytes], bytes]) -> bytes:
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return with_entry(name, edit(archive.read(name)))


HARM: dict[str, tuple[bytes, str, str]] = {
    "an old .xls": (OLE + "Workbook".encode("utf-16-le"), "table-kind", "old .xls"),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le"), "table-kind", "password"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "table-kind", "no ZIP"),
    "cut off": (GOOD[:2_000], "table-kind", "damaged"),
    "another archive": (with_entry("a.txt", b"a", b"PK\x05\x06" + bytes(18)), "table-refused", "no workbook"),
    "a bomb": (with_entry("xl/media/a.bin", bytes(101_000_000)), "table-refused", "unpacked"),
    "macros": (with_entry("xl/vbaProject.bin", b"x"), "table-refused", "macros"),
    "entities": (
        sheet_part(lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)),
        "table-refused",
        "entities",
    ),
    "broken XML": (sheet_part(lambda xml: xml[: len(xml) // 2]), "table-damaged", "damaged"),
    "a part that is missing": (with_entry("xl/workbook.xml", b"<workbook/>"), "table-sheet", "no sheet"),
}


@pytest.mark.parametrize("kind", HARM)
def test_hostile_workbooks_are_rejected(tmp_path: Path, kind: str) -> None:
    content, code, words = HARM[kind]
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    with pytest.raises(CaseError) as error:
        convert_table(path, MAPPING)
    [problem] = error.value.problems
    assert problem.code == code
    assert words in problem.message


def test_too_many_rows_or_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit, most in (("MAX_ROWS", 2), ("MAX_COLUMNS", 10)):
        with monkeypatch.context() as patch:
            patch.setattr(workbook, limit, most)
            with pytest.raises(CaseError) as error:
                convert_table(SAMPLE / "cases.xlsx", MAPPING)
        assert error.value.problems[0].code == "table-size"


def test_a_size_that_is_not_true_hides_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(sheet_part(lambda xml: xml.replace(b'<dimension ref="A1:AR5"', b'<dimension ref="A1:B3"', 1)))
    assert path.read_bytes() != GOOD
    assert len(convert_table(path, MAPPING)[0]) == 3


@pytest.mark.parametrize("name", ["t.xls", "t.xlsm", "t.ods", "t"])
def test_kinds_that_are_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD)
    with pytest.raises(CaseError) as error:
        convert_table(tmp_path / name, MAPPING)
    assert error.value.problems[0].code == "table-kind"


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "folder.csv").mkdir()
    for name, code in (("pipe.xlsx", "file-kind"), ("folder.csv", "file-unreadable"), ("none.xlsx", "file-unreadable")):
        with pytest.raises(CaseError) as error:
            convert_table(tmp_path / name, MAPPING)
        assert error.value.problems[0].code == code
