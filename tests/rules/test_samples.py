"""Every sample in tests/rules/samples: does the rule fire where it must, and only there?"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_OF, EXAMPLES, PERSONAL, REMOVE, change

from pipeline.errors import Problem
from pipeline.filed_plans import plan_differences
from pipeline.language import LANGUAGES
from pipeline.load import load_case
from pipeline.plan import missing_papers, plan_packet
from pipeline.rules import check_rules
from pipeline.rules.catalogue import catalogue
from pipeline.template_set import load_template_set

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*/*.json"))
FIELDS = {"why", "as_of", "edits", "remove", "expect"}


@dataclass(frozen=True)
class Sample:
    """One sample file."""

    rule: str
    fires: bool
    content: dict[str, Any]

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.content["as_of"]) if "as_of" in self.content else AS_OF

    @property
    def edits(self) -> dict[str, Any]:
        edits: dict[str, Any] = self.content["edits"]
        return edits | dict.fromkeys(self.content.get("remove", ()), REMOVE)


def sample(file: Path) -> Sample:
    return Sample(file.parent.name, file.name.startswith("fires-"), json.loads(file.read_text(encoding="utf-8")))


def findings(edits: dict[str, Any], as_of: date, folder: Path) -> list[Problem]:
    """Findings of all rules on the example with ``edits``. Fails when the changed case is against the schema."""
    data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    change(data, edits)
    path = folder / "case.json"
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    loaded = load_case(path, EXAMPLES / "directory")
    packet = plan_packet(loaded.case, load_template_set("medical-stay"))
    return [
        *check_rules(loaded.case, as_of, loaded.document),
        *plan_differences(loaded),
        *missing_papers(packet, loaded.document),
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_rule_fires_where_the_sample_says(file: Path, tmp_path: Path) -> None:
    given = sample(file)
    found = findings(given.edits, given.as_of, tmp_path)
    pointers = [problem.pointer for problem in found if problem.code == given.rule]
    assert Counter(pointers) == Counter(given.content["expect"])
    for problem in found:
        assert problem.line is not None
        assert problem.column is not None
        for language in LANGUAGES:
            told = problem.in_language(language)
            assert not any(value in told.message + told.hint for value in PERSONAL)
            assert "{" not in told.message + told.hint
        assert len({problem.in_language(language).message for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_sample_has_the_form_of_the_readme(file: Path) -> None:
    given = sample(file)
    assert set(given.content) <= FIELDS
    assert set(given.content) >= {"why", "edits", "expect"}
    assert given.content["why"].strip()
    assert given.fires == bool(given.content["expect"])
    assert given.fires or file.name.startswith("silent-")


@pytest.mark.parametrize("rule_id", catalogue())
@pytest.mark.parametrize("kind", ["fires", "silent"])
def test_every_rule_has_samples_of_both_kinds(rule_id: str, kind: str) -> None:
    assert list((SAMPLES / rule_id).glob(f"{kind}-*.json"))


def test_every_folder_is_a_rule() -> None:
    assert {folder.name for folder in SAMPLES.iterdir() if folder.is_dir()} == set(catalogue())


def test_every_file_is_a_sample() -> None:
    assert set(SAMPLES.rglob("*.*")) == {*FILES, SAMPLES / "README.md"}


def test_the_unchanged_example_only_lacks_papers(tmp_path: Path) -> None:
    found = {(problem.code, problem.severity) for problem in findings({}, AS_OF, tmp_path)}
    notes = {(code, "info") for code in ("DOC-10", "DOC-16", "TB-01", "VIS-01", "VIS-11")}
    assert found == notes | {("DOC-01", "warning")}


def test_a_sample_against_the_schema_is_found(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="YYYY-MM-DD"):
        findings({"/visa/filing_date": "07.12.2026"}, AS_OF, tmp_path)


def test_findings_come_in_the_order_of_the_catalogue(tmp_path: Path) -> None:
    edits = {"/visa/mission": "shanghai", "/visa/letter_date": "2026-12-08", "/patient/sex": "female"}
    of_plan = {rule.id for rule in catalogue().values() if rule.theme in {"papers", "directory"}}
    found = [problem.code for problem in findings(edits, AS_OF, tmp_path) if problem.code not in of_plan]
    notes = ["DOC-10", "DOC-16", "TB-01", "VIS-01", "VIS-11"]
    assert sorted(found) == sorted(["ID-03", "ID-05B", "LET-03", "VIS-07", *notes])
    assert sorted(found, key=list(catalogue()).index) == found


def test_a_finding_tells_place_and_source(tmp_path: Path) -> None:
    [problem] = [p for p in findings({"/visa/letter_date": "2026-12-08"}, AS_OF, tmp_path) if p.code == "LET-03"]
    entry = catalogue()["LET-03"]
    assert (problem.source, problem.as_of, problem.severity) == (entry.source, entry.as_of, entry.severity)
    lines = (tmp_path / "case.json").read_text(encoding="utf-8").splitlines()
    assert problem.line is not None
    assert problem.column is not None
    assert lines[problem.line - 1][problem.column - 1 :].startswith('"2026-12-08"')
