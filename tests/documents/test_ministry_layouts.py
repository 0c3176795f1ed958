"""The letters of both sets have the parts of the ministry's letters, in their order (ministry_layouts.json)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.fill import fill
from pipeline.formats.word.text import read_word
from tests.support.cases import AS_OF, EXAMPLES, ROOT

LAYOUTS = json.loads(Path(__file__).with_name("ministry_layouts.json").read_text(encoding="utf-8"))["letters"]
CONTEXT = document_context(load_case(EXAMPLES / "sun-yifan" / "case.json").case, AS_OF, languages=["ja"])


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("template_set", ["medical-stay", "short-term-visit"])
def test_the_parts_of_a_letter_follow_the_ministrys_order(template_set: str, name: str) -> None:
    template = (ROOT / "templates" / template_set / f"{name}.docx").read_bytes()
    rest = "\n".join(read_word(fill(template, name, CONTEXT).docx).paragraphs)
    for part in LAYOUTS[name]["order"]:
        before, found, rest = rest.partition(part)
        assert found, f"{part!r} does not come after what stands before it: {before[:80]}"


def test_the_documentation_names_the_files() -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    assert [layout["file"] for layout in LAYOUTS.values() if layout["file"] not in page] == []
