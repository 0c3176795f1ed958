"""Generates docs/mistakes.md: each mistake of ``tests/visa/mistakes.json`` with the rules that find it, or why none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.visa.rules.catalogue import checked_rules

_FILE = Path(__file__).parents[1] / "tests" / "visa" / "mistakes.json"

_HEAD = """# Mistakes that were tried

Mistakes in real applications and plans, each made in a copy of an example, with the rules that find it. An error blocks
the build; a warning blocks it with `--strict`. `tests/visa/test_mistakes.py` makes each of them.

| | mistake | found by | remark |
|---|---|---|---|
"""


def mistake_table() -> str:
    """Return the page."""
    mistakes = json.loads(_FILE.read_text(encoding="utf-8"))
    return _HEAD + "".join(_row(number, mistake) for number, mistake in enumerate(mistakes, start=1))


def _row(number: int, mistake: Mapping[str, Any]) -> str:
    found = (
        f"[{rule}](rules.md#{rule.lower()}) ({checked_rules()[rule].severity})" for rule in mistake.get("rules", ())
    )
    return f"| {number} | {mistake['mistake']} | {'<br>'.join(found) or '–'} | {mistake.get('note', '')} |\n"
