"""Scope of the packet: its travellers, and the mission that receives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.visa.missions import area_of, serves
from pipeline.visa.rules.registry import Hit, rule


@rule("FRM-09")
def chinese_nationals(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.nationality != "CHN":
            yield Hit(f"{pointer}/nationality")


@rule("VIS-07")
def mission_of_residence(case: Case, _as_of: date) -> Iterator[Hit]:
    home = case.patient.address
    if not serves(case.visa.mission, home.province, home.text):
        area = area_of(case.visa.mission)
        yield Hit("/visa/mission", [Trilingual(ja=area, en=area, zh=area)])


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
