"""Rules on random cases: no rule fails on a case that the schema accepts."""

from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.case.load import load_case
from pipeline.case.model import Case
from pipeline.case.people import Passport
from pipeline.case.treatment import Visit
from pipeline.cli.commands.timeline import table_of
from pipeline.formats.json.violations import validator
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.timeline.as_json import timeline_to_json
from pipeline.visa.timeline.ics import to_ics
from pipeline.visa.timeline.picture import draw_png, is_own_png
from pipeline.visa.timeline.timeline import make_timeline
from tests.support.cases import EXAMPLES

pytestmark = pytest.mark.slow

LOADED = load_case(EXAMPLES / "chen-lihua" / "case.json")

#: Days on which arithmetic with dates is likely to go wrong, beside any other.
days = st.sampled_from([date.min, date.max, date(2028, 2, 29), date(2026, 11, 30), date(2026, 12, 31)]) | st.dates()
passports = st.builds(
    Passport,
    number=st.from_regex(re.compile(r"[A-Z0-9.]{6,9}", re.ASCII), fullmatch=True),
    kind=st.sampled_from(["ordinary", "official"]),
    issuing_country=st.from_regex(re.compile(r"[A-Z]{3}", re.ASCII), fullmatch=True),
    issue_date=days,
    expiry_date=days,
    mrz=st.none() | st.tuples(*[st.from_regex(re.compile(r"[A-Z0-9<]{44}", re.ASCII), fullmatch=True)] * 2),
)
resident_ids = st.none() | st.from_regex(re.compile(r"[0-9]{17}[0-9X]", re.ASCII), fullmatch=True)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    case = LOADED.case
    replace = msgspec.structs.replace

    def visit(original: Visit) -> Visit:
        procedures = tuple(replace(step, date=draw(days)) for step in original.procedures)
        return replace(original, entry_date=draw(days), exit_date=draw(days), procedures=procedures)

    patient = replace(case.patient, birth_date=draw(days), resident_id=draw(resident_ids), passport=draw(passports))
    companion = replace(case.companions[0], birth_date=draw(days), passport=draw(passports))
    visits = tuple(visit(case.treatment.visits[0]) for _ in range(draw(st.integers(1, 3))))
    papers = tuple(
        replace(paper, issued_on=draw(st.none() | days), valid_until=draw(st.none() | days))
        for paper in case.attachments[:3]
    )
    return replace(
        case,
        patient=patient,
        companions=(companion,),
        treatment=replace(
            case.treatment, visits=visits, culture_and_release_days=draw(st.none() | st.integers(1, 365))
        ),
        hospital=replace(case.hospital, corporate_number=draw(st.from_regex(r"[1-9][0-9]{12}", fullmatch=True))),
        visa=replace(case.visa, letter_date=draw(days), filing_date=draw(days)),
        attachments=papers,
    )


#: An example is a whole case: a quarter of the usual number.
few = settings(max_examples=settings().max_examples // 4)


@few
@given(case=cases(), as_of=days)
def test_no_rule_breaks_down_on_any_values(case: Case, as_of: date) -> None:
    for finding in check_rules(case, as_of, LOADED.json_file):
        assert finding.message.strip()
        assert finding.pointer


@few
@given(case=cases(), as_of=days)
def test_no_timeline_breaks_down_on_any_values(case: Case, as_of: date) -> None:
    timeline = make_timeline(case, as_of)
    assert to_ics(timeline, "zh")
    assert "\n".join(table_of(timeline, "ja"))
    assert validator("timeline").is_valid(timeline_to_json(timeline))


@settings(max_examples=settings().max_examples // 20)
@given(case=cases(), as_of=days)
def test_no_picture_breaks_down_on_any_values(case: Case, as_of: date) -> None:
    assert is_own_png(draw_png(make_timeline(case, as_of), "en"))


@pytest.mark.parametrize("example", ["wang-xiaoming", "chen-lihua"])
@pytest.mark.parametrize("as_of", [date.min, date.max])
def test_the_day_of_the_run_may_be_any(example: str, as_of: date) -> None:
    loaded = load_case(EXAMPLES / example / "case.json")
    assert check_rules(loaded.case, as_of, loaded.json_file)


@few
@given(case=cases())
def test_what_is_drawn_is_what_the_schema_lets_through(case: Case) -> None:
    """Otherwise the test above would prove less than it claims."""

    def plain(value: object) -> object:
        built = msgspec.to_builtins(value)
        return without_none(built)

    def without_none(value: object) -> object:
        if isinstance(value, dict):
            return {key: without_none(part) for key, part in value.items() if part is not None}
        if isinstance(value, list | tuple):
            return [without_none(part) for part in value]
        return value

    errors = [(error.json_path, error.message) for error in validator("case").iter_errors(plain(case))]
    assert not errors
