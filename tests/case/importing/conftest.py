from __future__ import annotations

import pytest

from pipeline.case.importing import table_file, table_process


@pytest.fixture
def inline_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read tables in this process; test_table_file.py shows the process of their own."""
    monkeypatch.setattr(table_file, "_ask", table_process.answer)
