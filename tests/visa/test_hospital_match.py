"""Matching a case with the hospitals of the directory."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from pipeline.case.directory import FiledPlan, HospitalEntry, ListedEntry, Suspension, read_hospitals
from pipeline.case.load import load_case
from pipeline.case.model import Case
from pipeline.case.source import Source
from pipeline.errors import CaseError
from pipeline.resources import read_data
from pipeline.visa.hospital_match import (
    OLD_AFTER_DAYS,
    LeftOut,
    Match,
    Reason,
    Wishes,
    match_case,
    match_problems,
    match_source,
)
from tests.support.cases import AS_OF, EXAMPLES, Edit

WANG = load_case(EXAMPLES / "wang-xiaoming" / "case.json")
CHEN = load_case(EXAMPLES / "chen-lihua" / "case.json")
HOSPITALS = read_hospitals(EXAMPLES / "directory")
NO_WISHES = Wishes()
replace = msgspec.structs.replace


def summary(found: Match) -> tuple[list[str], dict[str, tuple[Reason, ...]]]:
    return [fit.hospital.id for fit in found.fits], {other.hospital.id: other.reasons for other in found.left_out}


def changed(case: Case, **fields: Any) -> Case:
    """Return the case with another kind of ``condition`` or ``treatment``, or another ``route``."""
    treatment = replace(
        case.treatment,
        kind=fields.get("treatment", case.treatment.kind),
        route=fields.get("route", case.treatment.route),
    )
    condition = replace(case.condition, kind=fields.get("condition", case.condition.kind))
    return replace(case, condition=condition, treatment=treatment)


def with_plans(*plans: FiledPlan) -> list[ListedEntry[HospitalEntry]]:
    """Return one hospital with these plans."""
    return [ListedEntry("one", replace(HOSPITALS[0].entry, plans=plans), HOSPITALS[0].json_file)]


KNEE = HOSPITALS[0].entry.plans[0]


@pytest.mark.parametrize(
    ("case", "wishes", "fits", "left_out"),
    [
        (WANG.case, NO_WISHES, ["aoba", "reiji"], {"hibari": ("condition",), "midori": ("suspended",)}),
        (
            WANG.case,
            Wishes(language="zh"),
            ["aoba"],
            {"hibari": ("condition",), "midori": ("suspended",), "reiji": ("language",)},
        ),
        (
            WANG.case,
            Wishes(language="ZH"),
            ["aoba"],
            {"hibari": ("condition",), "midori": ("suspended",), "reiji": ("language",)},
        ),
        (
            WANG.case,
            Wishes(prefecture="大阪府"),
            ["reiji"],
            {"aoba": ("prefecture",), "hibari": ("condition", "prefecture"), "midori": ("suspended", "prefecture")},
        ),
        (
            WANG.case,
            Wishes("zh", "osaka"),
            [],
            {
                "aoba": ("prefecture",),
                "hibari": ("condition", "prefecture"),
                "midori": ("suspended", "prefecture"),
                "reiji": ("language",),
            },
        ),
        (CHEN.case, NO_WISHES, ["aoba"], {"hibari": ("treatment",), "midori": ("condition",), "reiji": ("condition",)}),
        (
            changed(CHEN.case, route="joint"),
            NO_WISHES,
            [],
            {"aoba": ("route",), "hibari": ("treatment",), "midori": ("condition",), "reiji": ("condition",)},
        ),
        (
            changed(WANG.case, condition="meniscus_tear"),
            NO_WISHES,
            ["reiji"],
            {"aoba": ("condition",), "hibari": ("condition",), "midori": ("treatment",)},
        ),
    ],
)
def test_who_fits_and_why_others_do_not(
    case: Case, wishes: Wishes, fits: list[str], left_out: dict[str, tuple[Reason, ...]]
) -> None:
    assert summary(match_case(case, HOSPITALS, wishes)) == (fits, left_out)


def test_only_the_plans_that_cover_the_treatment_are_named() -> None:
    [fit, _] = match_case(WANG.case, HOSPITALS, NO_WISHES).fits
    assert [plan.plan_number for plan in fit.plans] == ["PB3999001"]


def test_one_plan_must_cover_all_of_it() -> None:
    """A plan for the condition and another for the treatment do not cover both."""
    other_kind = replace(KNEE, kinds=("prp",))
    other_condition = replace(KNEE, conditions=("meniscus_tear",))
    [other] = match_case(WANG.case, with_plans(other_kind, other_condition), NO_WISHES).left_out
    assert other.reasons == ("treatment",)


@pytest.mark.parametrize(("routes", "fits"), [((), True), (("joint",), True), (("tendon", "muscle"), False)])
def test_the_route_matters_when_the_plan_names_routes(routes: Any, fits: bool) -> None:  # noqa: FBT001
    found = match_case(WANG.case, with_plans(replace(KNEE, routes=routes)), NO_WISHES)
    assert bool(found.fits) == fits
    assert fits or found.left_out[0].reasons == ("route",)


def test_a_suspended_plan_is_left_out_with_its_source() -> None:
    suspended = replace(KNEE, plan_number="PB3999009", suspended=Suspension(date(2026, 3, 13), "an order"))
    [other] = match_case(WANG.case, with_plans(suspended), NO_WISHES).left_out
    assert (other.reasons, other.suspended) == (("suspended",), (suspended,))
    [fit] = match_case(WANG.case, with_plans(suspended, KNEE), NO_WISHES).fits
    assert (fit.plans, fit.suspended) == ((KNEE,), (suspended,))


def test_a_hospital_without_plans_is_left_out() -> None:
    [other] = match_case(WANG.case, with_plans(), NO_WISHES).left_out
    assert isinstance(other, LeftOut)
    assert other.reasons == ("condition",)


def test_the_order_is_that_of_the_ids() -> None:
    assert match_case(WANG.case, HOSPITALS[::-1], NO_WISHES) == match_case(WANG.case, HOSPITALS, NO_WISHES)


def test_every_reason_has_its_words() -> None:
    assert set(get_args(Reason)) <= set(read_data("labels")["match"])


@pytest.mark.parametrize(
    ("days", "is_told"), [(0, False), (OLD_AFTER_DAYS, False), (OLD_AFTER_DAYS + 1, True), (-1, False)]
)
def test_an_entry_is_old_after_ninety_days(days: int, is_told: bool) -> None:  # noqa: FBT001
    assert OLD_AFTER_DAYS == 90
    aoba = HOSPITALS[:1]
    found = match_problems(WANG, aoba, NO_WISHES, aoba[0].entry.as_of + timedelta(days=days))
    assert [problem.code for problem in found] == ["directory-old"] * is_told
    for problem in found:
        assert (problem.severity, problem.pointer, problem.file) == ("warning", "/as_of", aoba[0].json_file.name)
        assert f"{days} days" in problem.message


@pytest.mark.parametrize("as_of", [date.min, date.max])
def test_any_day_will_do(as_of: date) -> None:
    assert len(match_problems(WANG, HOSPITALS, NO_WISHES, as_of)) == (0 if as_of == date.min else 4)


def test_an_unspecific_kind_is_a_warning(edit: Edit) -> None:
    loaded = load_case(edit({"/condition/kind": "other", "/treatment/kind": "other"}))
    found = match_problems(loaded, HOSPITALS[:1], NO_WISHES, AS_OF)
    assert [(problem.code, problem.severity, problem.pointer) for problem in found] == [
        ("match-other", "warning", "/condition/kind"),
        ("match-other", "warning", "/treatment/kind"),
    ]


@pytest.mark.parametrize(
    ("wishes", "code", "known"),
    [
        (Wishes(language="ko"), "match-language", "en, ja, zh"),
        (
            Wishes(prefecture="东京都"),
            "match-prefecture",
            "京都府 / Kyoto, 大阪府 / Osaka, 東京都 / Tokyo, 福岡県 / Fukuoka",
        ),
    ],
)
def test_a_wish_that_no_hospital_meets_is_a_warning_with_the_alternatives(
    wishes: Wishes, code: str, known: str
) -> None:
    [problem] = match_problems(WANG, HOSPITALS, wishes, date(2026, 8, 3))
    assert (problem.code, problem.severity) == (code, "warning")
    assert problem.hint == f"available in the directory: {known}"


KINDS = {
    "condition/kind": "knee_osteoarthritis",
    "treatment/kind": "cultured_autologous_msc",
    "treatment/route": "joint",
}


def half(tmp_path: Path, *known: str, **more: Any) -> Source:
    """Return a case with these of the three fields that a match needs."""
    data: dict[str, Any] = {"case_id": "case-1", "condition": {}, "treatment": {}, **more}
    for pointer in known:
        part, name = pointer.split("/")
        data[part][name] = KINDS[pointer]
    return Source("case.json", tmp_path, json.dumps(data).encode())


def test_three_fields_are_enough(tmp_path: Path) -> None:
    found = match_source(half(tmp_path, *KINDS), NO_WISHES, AS_OF, EXAMPLES / "directory")
    whole = match_source(Source(str(WANG.json_file.name), EXAMPLES / "wang-xiaoming"), NO_WISHES, AS_OF)
    assert summary(found) == summary(whole)
    assert found.fits


@pytest.mark.parametrize("missing", [*((name,) for name in KINDS), tuple(KINDS)])
def test_only_what_a_match_needs_is_asked(missing: tuple[str, ...], tmp_path: Path) -> None:
    case = half(tmp_path, *(name for name in KINDS if name not in missing))
    with pytest.raises(CaseError) as caught:
        match_source(case, NO_WISHES, AS_OF, EXAMPLES / "directory")
    assert [f"{each.pointer}/{each.args['field']}" for each in caught.value.problems] == [
        f"/{name}" for name in missing
    ]


def test_an_error_in_another_field_stops_the_match(tmp_path: Path) -> None:
    case = half(tmp_path, *KINDS, patient={"sex": 1})
    with pytest.raises(CaseError) as caught:
        match_source(case, NO_WISHES, AS_OF, EXAMPLES / "directory")
    assert any(problem.pointer == "/patient/sex" for problem in caught.value.problems)
