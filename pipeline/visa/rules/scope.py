"""Scope of the packet: its travellers, and the mission that receives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.visa.calendar import months_after
from pipeline.visa.missions import area_of, serves
from pipeline.visa.passport_numbers import HONG_KONG_SERIES, MACAO_SERIES
from pipeline.visa.rules.registry import Hit, rule

#: The age of majority in China and in Japan.
_OF_AGE = 18
#: Nationalities that are written for passports of regions, by the detail that says what applies.
_OTHERS = {"HKG": "region", "MAC": "region", "TWN": "taiwan"}


@rule("FRM-09")
def chinese_nationals(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.nationality != "CHN":
            yield Hit(f"{pointer}/nationality", [_OTHERS.get(person.nationality, "other")])
        elif (issuer := person.passport.issuing_country) != "CHN":
            yield Hit(f"{pointer}/passport/issuing_country", [_OTHERS.get(issuer, "other")])


@rule("VIS-17")
def visa_needed_for_hong_kong(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from _holders_without_visa(case, HONG_KONG_SERIES)


@rule("VIS-17B")
def visa_needed_for_macao(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from _holders_without_visa(case, MACAO_SERIES)


def _holders_without_visa(case: Case, series: str) -> Iterator[Hit]:
    """Yield each passport of a series whose holders may need no visa for the planned stays."""
    for pointer, person in case.travellers.values():
        if case.longest_stay <= SHORT_STAY_DAYS and re.fullmatch(series, person.passport.number):
            yield Hit(f"{pointer}/passport/number")


@rule("VIS-07")
def mission_of_residence(case: Case, _as_of: date) -> Iterator[Hit]:
    home = case.patient.address
    if not serves(case.visa.mission, home.province, home.text):
        area = area_of(case.visa.mission)
        yield Hit("/visa/mission", [Trilingual(ja=area, en=area, zh=area)])


@rule("VIS-07B")
def mission_of_companion(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, companion in enumerate(case.companions):
        address = companion.address or case.patient.address.text
        if companion.province is not None and not serves(case.visa.mission, companion.province, address):
            yield Hit(f"/companions/{index}/province")


@rule("FRM-12")
def consent_for_minors(case: Case, _as_of: date) -> Iterator[Hit]:
    first_entry = min(visit.entry_date for visit in case.treatment.visits)
    with_consent = {paper.person for paper in case.attachments if paper.paper == "parental_consent"}
    for word, (pointer, person) in case.travellers.items():
        if word not in with_consent and months_after(person.birth_date, 12 * _OF_AGE) > first_entry:
            yield Hit(f"{pointer}/birth_date")


@rule("VIS-09")
def ordinary_passport(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.passport.kind != "ordinary":
            yield Hit(f"{pointer}/passport/kind")


@rule("ATT-01")
def attachment_of_a_traveller(case: Case, _as_of: date) -> Iterator[Hit]:
    for index, attachment in enumerate(case.attachments):
        if attachment.person not in case.travellers:
            yield Hit(f"/attachments/{index}/person")


@rule("ATT-02")
def passport_of_each(case: Case, _as_of: date) -> Iterator[Hit]:
    seen: set[str] = set()
    for pointer, person in case.travellers.values():
        if person.passport.number in seen:
            yield Hit(f"{pointer}/passport/number")
        seen.add(person.passport.number)
