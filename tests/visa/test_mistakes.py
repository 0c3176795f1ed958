"""Mistakes of real applications (mistakes.json), each made in an example: the rules that must find it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pipeline.case.load import LoadedCase, load_case
from pipeline.case.source import Source
from pipeline.case.treatment import Visit
from pipeline.documents.context import document_context
from pipeline.errors import Problem
from pipeline.packet.paper_rules import missing_papers, set_findings, unfilled_documents
from pipeline.packet.plan import plan_packet
from pipeline.packet.set_files import load_template_set
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.rules.filed_plan import plan_differences
from pipeline.visa.timeline.timeline import make_timeline
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, change

HERE = Path(__file__).parent
MISTAKES: list[dict[str, Any]] = json.loads((HERE / "mistakes.json").read_text(encoding="utf-8"))
WANG = EXAMPLES / "wang-xiaoming"
DATA: dict[str, Any] = json.loads((WANG / "case.json").read_text(encoding="utf-8"))
SET = load_template_set("medical-stay")
COMPANION = load_case(EXAMPLES / "sun-yifan" / "case.json").case.companions[0]


def changed(edits: Mapping[str, Any], remove: Iterable[str] = ()) -> LoadedCase:
    """Return the example with changes, without writing a file."""
    data = copy.deepcopy(DATA)
    change(data, {**edits, **dict.fromkeys(remove, REMOVE)})
    raw = json.dumps(data, ensure_ascii=False).encode()
    return load_case(Source(str(WANG / "case.json"), WANG, raw), EXAMPLES / "directory")


def findings(loaded: LoadedCase) -> list[Problem]:
    """Return the findings of all rules that open no file."""
    packet = plan_packet(loaded.case, SET)
    return [
        *check_rules(loaded.case, AS_OF, loaded.json_file),
        *plan_differences(loaded),
        *missing_papers(packet, loaded.json_file),
        *unfilled_documents(packet, loaded.json_file),
        *set_findings(loaded, SET, packet),
    ]


LOADED = changed({})
CASE = LOADED.case
BEFORE = {problem.code for problem in findings(LOADED)}
#: What numbers of visits and of companions imply.
IMPLIED: Mapping[str, Callable[[int, int], bool]] = {
    "DOC-06B": lambda visits, _companions: visits == 1,
    "DOC-02": lambda _visits, companions: companions > 0,
    "FRM-01": lambda _visits, companions: companions > 0,
}


@pytest.mark.slow
def test_each_mistake_is_found(subtests: pytest.Subtests) -> None:
    for mistake in MISTAKES:
        if "edits" in mistake:
            with subtests.test(mistake["mistake"]):
                found = {problem.code for problem in findings(changed(mistake["edits"], mistake.get("remove", ())))}
                assert set(mistake["rules"]) <= found - BEFORE


def test_a_mistake_in_a_file_has_a_sample_of_its_rules() -> None:
    for mistake in MISTAKES:
        samples = mistake.get("sample", [])
        assert all((HERE / "rules" / "samples" / f"{sample}.json").is_file() for sample in samples)
        assert not samples or [sample.partition("/")[0] for sample in samples] == mistake["rules"]


def test_a_mistake_that_is_not_found_has_a_reason() -> None:
    assert len(MISTAKES) >= 35
    for mistake in MISTAKES:
        assert bool(mistake.get("rules")) == ("edits" in mistake or "sample" in mistake)
        assert mistake.get("rules") or mistake["note"]


def test_a_passport_with_one_name_only_is_no_mistake() -> None:
    one_name = {"/patient/name": {"chinese": "古丽", "surname": "GULI"}}
    zone = {"/patient/passport/mrz/0": "P<CHNGULI".ljust(44, "<")}
    assert {problem.code for problem in findings(changed({**one_name, **zone}))} == BEFORE


def planned_visits(number: int) -> tuple[Visit, ...]:
    """Return the visits of the example, and monthly follow-ups after them."""
    first, last = CASE.treatment.visits
    later = (
        replace(
            last,
            entry_date=date(2027, month, 9),
            exit_date=date(2027, month, 16),
            procedures=(replace(last.procedures[1], date=date(2027, month, 10)),),
            activities=(),
        )
        for month in range(4, 2 + number)
    )
    return (first, last, *later)[:number]


@pytest.mark.parametrize("visits", [1, 2, 3, 5])
def test_any_number_of_visits_and_companions_is_planned(visits: int) -> None:
    """Nothing is found but what the numbers themselves imply, and every document gets its names."""
    treatment = replace(CASE.treatment, visits=planned_visits(visits))
    for companions in range(5):
        passports = (replace(COMPANION.passport, number=f"EN067890{each}", mrz=None) for each in range(companions))
        case = replace(
            CASE, treatment=treatment, companions=tuple(replace(COMPANION, passport=each) for each in passports)
        )
        found = findings(LoadedCase(case, LOADED.json_file, LOADED.references))
        expected = {code for code, implied in IMPLIED.items() if implied(visits, companions)}
        assert {problem.code for problem in found if problem.severity != "info"} == expected
        assert len(plan_packet(case, SET).bundles) == 1 + companions
        for person in case.travellers:
            context = document_context(case, AS_OF, person)
            assert (len(context["stays"]), len(context["days_of_stay"])) == (visits, visits)
        assert len(make_timeline(case, AS_OF).of_kind("entry")) == visits
