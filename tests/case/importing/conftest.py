from __future__ import annotations

import pytest

from pipeline.case.importing.table_reading import answer
from pipeline.system.limited_client import LIMITED


@pytest.fixture
def inline_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read tables in this process; test_table_file.py shows the process with limits."""
    monkeypatch.setattr(LIMITED, "call", lambda _function, argument, _limits: answer(argument))
