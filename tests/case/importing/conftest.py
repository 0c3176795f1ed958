from __future__ import annotations

import pytest

from tests.support.sheets import read_tables_here


@pytest.fixture
def inline_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read tables in this process."""
    read_tables_here(monkeypatch)
