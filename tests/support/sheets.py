"""Tables for tests: the sample workbook with cells changed, and small mappings."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.case.importing.table_reading import answer
from pipeline.system.limited_client import LIMITED
from tests.support.cases import EXAMPLES

SAMPLE = EXAMPLES / "table"
MAPPING = SAMPLE / "mapping.json"


def changed_workbook(path: Path, cells: Mapping[str, Any], formats: Mapping[str, str] | None = None) -> Path:
    """The sample workbook with other values in some cells."""
    book = load_workbook(SAMPLE / "cases.xlsx")
    for place, value in cells.items():
        book["病例"][place] = value
        if isinstance(value, int | float):
            book["病例"][place].number_format = "General"
    for place, number_format in (formats or {}).items():
        book["病例"][place].number_format = number_format
    book.save(path)
    return path


def changed_csv(path: Path, cells: Mapping[tuple[int, int], str], encoding: str = "utf-8") -> Path:
    """The sample's CSV with other text at (row, column), both from 1, in another encoding."""
    with (SAMPLE / "cases.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for (row, column), text in cells.items():
        rows[row - 1][column - 1] = text
    return write_csv(path, rows, encoding)


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def changed_mapping(path: Path, **keys: Any) -> Path:
    """The sample's mapping with other keys; None removes one."""
    mapping = json.loads(MAPPING.read_text(encoding="utf-8")) | keys
    remaining = {key: value for key, value in mapping.items() if value is not None}
    path.write_text(json.dumps(remaining, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def read_tables_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read tables in this process; test_table_file.py shows the process with limits."""
    monkeypatch.setattr(LIMITED, "call", lambda _function, argument, _limits: answer(argument))
