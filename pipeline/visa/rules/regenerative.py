"""The plan and the class of the treatment under the act on the safety of regenerative medicine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.rules.registry import Hit, rule

_PLAN = re.compile(r"P[ABC][0-9]{7}")
_TRIAL = re.compile(r"jRCT[abc][0-9]{9}")
_SOFT_TISSUE = {"muscle", "tendon", "ligament"}
_CLASS = "/treatment/risk_class"


@rule("REG-01")
def plan_number_form(case: Case, _as_of: date) -> Iterator[Hit]:
    number = case.treatment.plan_number
    if number is not None and not (_PLAN.fullmatch(number) or _TRIAL.fullmatch(number)):
        yield Hit("/treatment/plan_number")


@rule("REG-02")
def second_class_number(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.treatment.risk_class == "II" and _letters(case) not in {None, "PB"}:
        yield Hit("/treatment/plan_number")


@rule("REG-02B")
def other_class_number(case: Case, _as_of: date) -> Iterator[Hit]:
    expected = {"I": "PA", "III": "PC"}.get(case.treatment.risk_class or "")
    if expected is not None and _letters(case) not in {None, expected}:
        yield Hit("/treatment/plan_number")


def _letters(case: Case) -> str | None:
    """Return the letters of a plan number in the known format."""
    number = case.treatment.plan_number
    return number[:2] if number is not None and _PLAN.fullmatch(number) else None


@rule("REG-03")
def cultured_cells(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.treatment.has_cultured_cells and case.treatment.risk_class in {"I", "III"}:
        yield Hit(_CLASS)


@rule("REG-12")
def adipose_cells_by_vein(case: Case, _as_of: date) -> Iterator[Hit]:
    treatment = case.treatment
    by_vein = treatment.route == "intravenous" or (treatment.route in {"several", "other"} and treatment.infusion_ml)
    if by_vein and (treatment.has_cultured_cells or treatment.kind == "uncultured_svf"):
        days = read_data("emergency-orders")["orders"]
        yield Hit("/treatment/route", [Trilingual(ja="、".join(days), en=" and ".join(days), zh="、".join(days))])


@rule("REG-04")
def cells_of_the_first_class(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.treatment.risk_class in {"II", "III"} and _of_first_class(case):
        yield Hit(_CLASS)


@rule("REG-06")
def committee_number_form(case: Case, _as_of: date) -> Iterator[Hit]:
    number, letters = case.treatment.committee_number, "[AB]" if case.treatment.risk_class == "III" else "A"
    if number is not None and not re.fullmatch(f"N{letters}[0-9]{{7}}", number):
        yield Hit("/treatment/committee_number")


@rule("REG-07")
def facility_number_form(case: Case, _as_of: date) -> Iterator[Hit]:
    facility = case.treatment.cell_processing
    if facility is None or facility.facility_number is None:
        return
    letters = {"licensed": "FA", "accredited_abroad": "FB", "notified": "FC"}[facility.kind]
    if not re.fullmatch(f"{letters}[0-9]{{7}}", facility.facility_number):
        yield Hit("/treatment/cell_processing/facility_number")


@rule("REG-05")
def platelet_rich_plasma(case: Case, _as_of: date) -> Iterator[Hit]:
    stated = case.treatment.risk_class
    if case.treatment.kind != "prp" or stated is None:
        return
    if case.treatment.route == "joint" and stated != "II":
        yield Hit(_CLASS, ["joint"])
    if case.treatment.route in _SOFT_TISSUE and stated != "III":
        yield Hit(_CLASS, ["soft_tissue"])


@rule("REG-10")
def no_class_without_plan(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.treatment.risk_class is not None and case.treatment.plan_number is None:
        yield Hit(_CLASS)


def _of_first_class(case: Case) -> bool:
    """Return True if the treatment's name contains a word for class I cells, in any language."""
    product = case.treatment.product
    words = read_data("wordings")["treatments"]["first_class"]
    return any(re.search(words, name, re.IGNORECASE) for name in (product.ja, product.en, product.zh))


@rule("SCH-03")
def uncultured_in_one_visit(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.treatment.kind in {"prp", "uncultured_svf"} and len(case.treatment.visits) > 1:
        yield Hit("/treatment/visits")
