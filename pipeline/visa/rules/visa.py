"""Consequences of the kind of visa: status of residence, terms of use, processing time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.resources import read_data
from pipeline.visa.claims import free_texts
from pipeline.visa.missions import working_days
from pipeline.visa.rules.registry import Hit, rule
from pipeline.visa.rules.wording import claims_of
from pipeline.visa.terms import assumed_issue, last_entry


@rule("DOC-10")
def officer_decides(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.visa.entries == "multiple":
        yield Hit("/visa/entries")


@rule("VIS-01")
def short_stays(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.longest_stay <= SHORT_STAY_DAYS:
        yield Hit("/treatment/visits")


@rule("VIS-01B")
def long_stays(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, visit in enumerate(case.treatment.visits):
        if visit.days > SHORT_STAY_DAYS:
            yield Hit(f"/treatment/visits/{index}")


@rule("VIS-11")
def ordinary_route(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.longest_stay <= SHORT_STAY_DAYS:
        yield Hit("/visa/entries")
    yield from claims_of(case, "VIS-11")


@rule("VIS-02")
def single_entry_in_time(case: Case, _as_of: date) -> Iterator[Hit]:
    index, visit = min(enumerate(case.treatment.visits), key=lambda numbered: numbered[1].entry_date)
    if case.visa.entries == "single" and visit.entry_date > last_entry(case):
        yield Hit(f"/treatment/visits/{index}/entry_date")


@rule("VIS-03")
def multiple_entry_in_time(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, visit in enumerate(case.treatment.visits):
        if case.visa.entries == "multiple" and visit.entry_date > last_entry(case):
            yield Hit(f"/treatment/visits/{index}/entry_date")


@rule("VIS-05")
def time_for_the_procedure(case: Case, _as_of: date) -> Iterator[Hit]:
    first_entry = min(visit.entry_date for visit in case.treatment.visits)
    if case.visa.filing_date < first_entry <= assumed_issue(case):
        yield Hit("/visa/filing_date")


@rule("VIS-14")
def mission_is_open(case: Case, _as_of: date) -> Iterator[Hit]:
    days, filing = working_days(case), case.visa.filing_date
    if not days.includes(filing):
        yield Hit("/visa/filing_date", ["year_end" if days.is_closing(filing) else "day_off"])


@rule("VIS-08")
def through_an_agency(case: Case, _as_of: date) -> Iterator[Hit]:
    if case.visa.agency is None:
        yield Hit("/visa")


@rule("VIS-10")
def fee_that_rose(case: Case, _as_of: date) -> Iterator[Hit]:
    words = re.compile(read_data("wordings")["visa_fee"], re.IGNORECASE)
    named = (pointer for pointer, text in free_texts(case) if words.search(text))
    # One finding per text, not one for each of its languages.
    yield from (Hit(pointer) for pointer in dict.fromkeys(re.sub(r"/(ja|en|zh)$", "", place) for place in named))
