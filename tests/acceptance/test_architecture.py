"""The rooms of ``pipeline/``: their names, their docstrings, and class names that can be searched for."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.support.cases import ROOT

PACKAGE = ROOT / "pipeline"
ROOMS = (
    "cli",
    "authoring",
    "run",
    "publish",
    "bundle",
    "attachments",
    "documents",
    "packet",
    "visa",
    "case",
    "formats",
    "system",
)
MODULES = ("__init__.py", "__main__.py", "errors.py", "language.py", "options.py", "resources.py")
_LINES = range(3, 7)


def test_the_top_of_the_package_is_twelve_rooms_and_four_modules() -> None:
    # An installed copy has templates/ and schemas/ beside the rooms; a checkout does not.
    assert {path.name for path in PACKAGE.iterdir()} - {"__pycache__"} == {*ROOMS, *MODULES, "py.typed"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_lives_there_and_holds_no_logic(room: str) -> None:
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree)
    assert docstring is not None
    assert len(docstring.splitlines()) in _LINES
    assert len(tree.body) == 1


def test_words_of_the_former_prose_stay_away() -> None:
    """Each had several meanings; the glossary has one word for each thing."""
    former = re.compile(r"\b(told|anew|mend)\b", re.IGNORECASE)
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.json")]
    files += [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".json", ".html", ".js", ".css", ".typ"}]
    assert [str(path) for path in files if former.search(path.read_text(encoding="utf-8"))] == []


def test_no_package_has_logic_in_its_init() -> None:
    for file in PACKAGE.glob("*/**/__init__.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert [type(node) for node in tree.body] == [ast.Expr], file


def test_no_two_public_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for file in PACKAGE.rglob("*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, times in names.items() if times > 1] == []
