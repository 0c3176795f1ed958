"""The desk, the reports and the preview have one look: its colours are in one file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.formats.page_look import LOOK
from tests.support.cases import ROOT

SHEETS = sorted(path for path in (ROOT / "pipeline").rglob("*.css") if path != LOOK)


def test_each_colour_is_there_in_light_and_in_dark() -> None:
    light, _, rest = LOOK.read_text(encoding="utf-8").partition("prefers-color-scheme: dark")
    dark = rest.partition("@media print")[0]
    assert set(re.findall(r"(--[\w-]+):", light)) == set(re.findall(r"(--[\w-]+):", dark))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.relative_to(ROOT / "pipeline").as_posix())
def test_a_page_adds_no_colours_of_its_own(sheet: Path) -> None:
    text, look = sheet.read_text(encoding="utf-8"), LOOK.read_text(encoding="utf-8")
    assert "prefers-color-scheme" not in text
    assert not re.findall(r"--[\w-]+: *(?:#|rgb)", text)
    defined = set(re.findall(r"(--[\w-]+):", look + text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined | {"--head"}  # the height of the header, from a script
