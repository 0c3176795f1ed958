"""The documentation says what is true: generated pages are fresh, links lead somewhere, commands are described."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.main import COMMANDS
from pipeline.errors import ExitCode

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*.md"), *ROOT.glob("tests/**/*.md")]
)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.fixture
def generator() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "docs" / "generate.py"))


def test_generated_pages_are_fresh() -> None:
    # A process of its own: another test may have an engine of its own in this one.
    script = ROOT / "docs" / "generate.py"
    check = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (check.returncode, check.stdout) == (0, "")


def test_a_changed_page_is_stale(generator: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "rules.md"
    page.write_text(generator["rule_reference"]() + "more", encoding="utf-8")
    assert not generator["_same"](page, generator["rule_reference"]())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    assert [code for code in ExitCode if f"| {int(code)} |" not in page] == []


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"visa-packet {name}" not in readme] == []
