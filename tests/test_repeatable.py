"""Each run of the tests draws the same examples: a change does not pass or fail by chance."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st


def examples() -> list[tuple[int, str]]:
    drawn: list[tuple[int, str]] = []

    @given(st.tuples(st.integers(), st.text()))
    def collect(example: tuple[int, str]) -> None:
        drawn.append(example)

    collect()
    return drawn


def test_the_same_examples_are_drawn_whatever_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = examples()
    (tmp_path / "loaded_later.py").write_text(f"NUMBERS = {[*range(1_000_000, 1_000_200)]}", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    __import__("loaded_later")
    assert examples() == before
    assert len(before) > 50
