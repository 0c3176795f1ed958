"""The documentation says what is true: generated pages are fresh, links lead somewhere, commands are described."""

from __future__ import annotations

import ast
import importlib
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.main import COMMANDS
from pipeline.errors import ExitCode

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*.md"), *ROOT.glob("tests/**/*.md")]
)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(ROOT / "docs")
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


def test_the_security_page_names_existing_modules() -> None:
    named = re.findall(r"`(\w+/[\w/]*(?:\.py)?)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / "pipeline" / path).exists()] == []


def test_every_exit_code_is_documented() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    assert [code for code in ExitCode if f"| {int(code)} |" not in page] == []


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"visa-packet {name}" not in readme] == []


class TestErrors:
    """docs/errors.md"""

    def test_every_code_of_the_source_is_described_and_no_other(self, generator: dict[str, Any]) -> None:
        page = importlib.import_module("error_reference")
        assert generator["error_page"] is page.error_page
        described = {code for code in page.described() if not code.startswith("schema-")}
        assert described == {code for code in page.codes_in_source() if not code.startswith("schema-")}

    @pytest.mark.usefixtures("generator")
    def test_every_keyword_of_the_schemas_is_described_and_no_other(self) -> None:
        page = importlib.import_module("error_reference")
        described = {code for code in page.described() if code.startswith("schema-")}
        assert described == page.schema_codes() | {"schema-required", "schema-unknown-field"}

    @pytest.mark.usefixtures("generator")
    def test_no_code_is_removed_or_renamed(self) -> None:
        page = importlib.import_module("error_reference")
        gone = page.promised_codes() - page.current_codes()
        assert not gone, (
            f"programs may depend on these codes: {sorted(gone)}. Keep them. If one must go, remove it from "
            "docs/codes.txt by hand, and say in CHANGELOG.md what takes its place."
        )
        assert page.promised_codes() == page.current_codes(), "run `make docs`"


class TestCases:
    """docs/security-tests.md"""

    @pytest.mark.usefixtures("generator")
    def test_every_case_has_a_test(self) -> None:
        page = importlib.import_module("tested_cases")
        listed = {case_id for group in page.case_list().values() for case_id in group["cases"]}
        assert listed - set(page.tests_by_case()) == set()

    @pytest.mark.usefixtures("generator")
    def test_every_case_is_shown_by_a_run_of_the_command_or_says_why_not(self) -> None:
        page = importlib.import_module("tested_cases")
        listed = {case_id for group in page.case_list().values() for case_id in group["cases"]}
        assert listed - page.cases_of_runs() == set(page.cases_without_runs())

    @pytest.mark.usefixtures("generator")
    def test_every_mark_is_of_a_case(self) -> None:
        page = importlib.import_module("tested_cases")
        assert page.unknown_ids(page.tests_by_case()) == set()

    @pytest.mark.usefixtures("generator")
    def test_marks_of_functions_classes_and_parameters_are_found(self) -> None:
        text = (
            "@case('A01')\ndef test_one(): ...\n@pytest.mark.case('A02', 'A03')\nclass TestTwo:\n"
            "    @pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.case('A04'))])\n"
            "    def test_three(self): ...\n"
        )
        found = dict(importlib.import_module("tested_cases")._marked(ast.parse(text).body))
        assert found == {"test_one": {"A01"}, "TestTwo": {"A02", "A03"}, "TestTwo::test_three": {"A04"}}
