"""A table is read in the process with limits; what ends it there is a problem of the table."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from pipeline.case.importing import table_file
from pipeline.case.importing.table_file import read_table
from pipeline.case.importing.table_reading import TableRequest
from pipeline.errors import CaseError, Problem
from pipeline.system.limited_process import ProcessLimits
from tests.support.sheets import SAMPLE

REQUEST = TableRequest(2, "病例")


def refusal(table: Path, **limits: float) -> Problem:
    with pytest.raises(CaseError) as error:
        read_table(table, REQUEST, msgspec.convert(limits, ProcessLimits))
    [problem] = error.value.problems
    assert problem.file == str(table)
    return problem


@pytest.fixture
def long_row(tmp_path: Path) -> Path:
    """A table that takes much memory and time before its columns can be counted."""
    table = tmp_path / "t.csv"
    table.write_bytes(b"\n" + b"x," * 2_000_000)
    return table


def test_both_kinds_of_table_come_back_whole() -> None:
    workbook, text = read_table(SAMPLE / "cases.xlsx", REQUEST), read_table(SAMPLE / "cases.csv", REQUEST)
    assert (workbook.file, workbook.sheet) == (str(SAMPLE / "cases.xlsx"), "病例")
    assert workbook.header == text.header
    assert [row[1] for row in workbook.rows] == [row[1] for row in text.rows]
    assert (workbook.rows[0][6].value, workbook.rows[0][6].kind) == ("1991-04-08", "date")


def test_the_process_gets_no_more_memory_than_its_limit(long_row: Path) -> None:
    problem = refusal(long_row, memory_bytes=100_000_000)
    assert (problem.code, problem.message) == ("table-size", "reading it takes too much memory")


@pytest.mark.slow
def test_the_process_gets_no_more_time_than_its_limit(long_row: Path) -> None:
    problem = refusal(long_row, cpu_seconds=1, memory_bytes=2_000_000_000)
    assert (problem.code, problem.message) == ("table-size", "reading it took longer than 1 seconds")


def test_a_process_that_crashes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "_ANSWER", "os:abort")
    assert refusal(SAMPLE / "cases.csv").message == "the process that reads the table crashed"


@pytest.mark.parametrize("name", ["t.xls", "t.xlsm", "t.ods", "t"])
def test_kinds_that_are_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((SAMPLE / "cases.xlsx").read_bytes())
    assert refusal(tmp_path / name).code == "table-kind"


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "folder.csv").mkdir()
    for name, code in (("pipe.xlsx", "file-kind"), ("folder.csv", "file-unreadable"), ("none.xlsx", "file-unreadable")):
        assert refusal(tmp_path / name).code == code
