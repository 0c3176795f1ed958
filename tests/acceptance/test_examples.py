"""The examples are what their README says: good ones good, wrong ones wrong, all of it invented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.load import load_case
from pipeline.errors import CaseError
from pipeline.options import CheckOptions
from pipeline.run.check import CheckedCase, check_case
from tests.support.cases import AS_OF, EXAMPLES, GOOD_EXAMPLES, strings

#: The cases; the mapping of a table is tested with the import.
FILES = sorted(path for path in EXAMPLES.glob("*/*.json") if path.name != "mapping.json")


def content(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def checked(example: str) -> CheckedCase:
    return check_case(EXAMPLES / example / "case.json", CheckOptions(AS_OF))


def test_every_example_stands_in_the_readme() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)]+\.json)\)", readme))
    assert links == {str(path.relative_to(EXAMPLES)) for path in FILES}


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_good_example_has_neither_errors_nor_other_warnings(example: str) -> None:
    found = {(problem.code, problem.severity) for problem in checked(example).problems}
    expected = {"gao-zhiyuan": {("TB-02", "warning")}, "chen-lihua": {("DOC-26", "warning")}}.get(example, set())
    assert {(code, severity) for code, severity in found if severity != "info"} == expected
    assert ("TB-01" in {code for code, _ in found}) == (example != "gao-zhiyuan")


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_no_paper_is_missing(example: str) -> None:
    assert checked(example).state == "to_be_signed"


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_every_paper_belongs_to_an_attachment(example: str) -> None:
    named = [paper["path"] for paper in content(EXAMPLES / example / "case.json")["attachments"]]
    assert len(set(named)) == len(named)
    assert set(named) == {f"papers/{path.name}" for path in (EXAMPLES / example / "papers").iterdir()}


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_case_id_is_the_folder(example: str) -> None:
    assert content(EXAMPLES / example / "case.json")["case_id"] == example


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_address_of_the_schema_leads_to_it(path: Path) -> None:
    assert (path.parent / content(path)["$schema"]).resolve() == (EXAMPLES.parent / "schemas/case.schema.json")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_addresses_are_of_nobody(path: Path) -> None:
    """E-mail addresses under names that can never exist (RFC 2606)."""
    addresses = [text for text in strings(content(path)) if "@" in text]
    assert addresses
    for address in addresses:
        assert re.search(r"[@.]example(\.com)?$", address)


@pytest.mark.parametrize("name", ["case", "breaks-the-rules"])
def test_wrong_example_is_wrong(name: str) -> None:
    with pytest.raises(CaseError) as error:
        check_case(EXAMPLES / "wrong-on-purpose" / f"{name}.json", CheckOptions(AS_OF))
    assert len(error.value.problems) > 10


def test_the_broken_rules_are_no_matter_of_the_schema() -> None:
    assert load_case(EXAMPLES / "wrong-on-purpose" / "breaks-the-rules.json")
