"""Passport, machine-readable zone, resident ID, corporate number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from stdnum.jp import cn

from pipeline.case.model import Case
from pipeline.case.people import Passport, Traveller
from pipeline.visa.calendar import months_after
from pipeline.visa.mrz import Mrz, name_in_zone, parse_zone, wrong_check_digits
from pipeline.visa.passport_numbers import E_SERIES, G_SERIES, HONG_KONG_SERIES, MACAO_SERIES, OLDEST_SERIES
from pipeline.visa.resident_id import has_check_digit, has_day_of_birth
from pipeline.visa.rules.registry import Hit, rule

_ORDINARY = re.compile(f"{E_SERIES}|{G_SERIES}|{OLDEST_SERIES}|{HONG_KONG_SERIES}|{MACAO_SERIES}")
_OLD_SERIES = re.compile(f"{G_SERIES}|{OLDEST_SERIES}")
_NAME_FIELD = 39
#: Characters read lü or nü, by the spelling of that syllable in newer passports.
_SYLLABLES = {"LYU": frozenset("吕呂律绿綠旅履侣侶缕縷屡屢铝鋁闾閭榈櫚"), "NYU": frozenset("女钕")}


@rule("ID-01")
def number_form(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, passport in _passports(case):
        if passport.kind == "ordinary" and not _ORDINARY.fullmatch(passport.number):
            yield Hit(f"{pointer}/number")


@rule("ID-13")
def old_series(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, passport in _passports(case):
        if passport.kind == "ordinary" and _OLD_SERIES.fullmatch(passport.number):
            yield Hit(f"{pointer}/number")


@rule("ID-02")
def zone_is_valid(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, passport in _passports(case):
        if passport.mrz is None:
            continue
        if parse_zone(*passport.mrz).document[:1] != "P":
            yield Hit(f"{pointer}/mrz/0", ["first_letter"])
        wrong = wrong_check_digits(passport.mrz[1])
        if wrong:
            yield Hit(f"{pointer}/mrz/1", [name.replace(" ", "_") for name in wrong])


@rule("ID-03")
def zone_agrees(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.passport.mrz is not None:
            zone = parse_zone(*person.passport.mrz)
            yield from (Hit(pointer + field) for field, same in _compared(person, zone) if not same)


def _compared(person: Traveller, zone: Mrz) -> Iterator[tuple[str, bool]]:
    name, passport = person.name, person.passport
    typed = f"{name_in_zone(name.surname)}<<{name_in_zone(name.given_names)}"[:_NAME_FIELD].rstrip("<")
    printed = f"{zone.surname}<<{zone.given_names}".rstrip("<")
    yield "/name", typed == printed
    yield "/passport/number", passport.number == zone.number
    yield "/passport/issuing_country", passport.issuing_country == zone.issuer
    yield "/passport/expiry_date", f"{passport.expiry_date:%y%m%d}" == zone.expiry_date
    yield "/nationality", person.nationality == zone.nationality
    yield "/birth_date", f"{person.birth_date:%y%m%d}" == zone.birth_date
    yield "/sex", {"male": "M", "female": "F"}[person.sex] == zone.sex


@rule("ID-04")
def resident_id_is_valid(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, number in _resident_ids(case):
        if not has_check_digit(number):
            yield Hit(pointer, ["check_digit"])
        elif not has_day_of_birth(number):
            yield Hit(pointer, ["day"])


@rule("ID-05")
def resident_id_birth_date(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.resident_id and person.resident_id[6:14] != f"{person.birth_date:%Y%m%d}":
            yield Hit(f"{pointer}/birth_date")


@rule("ID-05B")
def resident_id_sex(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.resident_id and ("female", "male")[int(person.resident_id[16]) % 2] != person.sex:
            yield Hit(f"{pointer}/sex")


@rule("ID-06")
def valid_until_exit(case: Case, _as_of: date) -> Iterator[Hit]:
    last_exit = max(visit.exit_date for visit in case.treatment.visits)
    for pointer, passport in _passports(case):
        if passport.expiry_date < last_exit:
            yield Hit(f"{pointer}/expiry_date")


@rule("ID-07")
def valid_six_months(case: Case, _as_of: date) -> Iterator[Hit]:
    last_exit = max(visit.exit_date for visit in case.treatment.visits)
    last_entry = max(visit.entry_date for visit in case.treatment.visits)
    for pointer, passport in _passports(case):
        if last_exit <= passport.expiry_date < months_after(last_entry, 6):
            yield Hit(f"{pointer}/expiry_date")


@rule("ID-10")
def corporate_number_is_valid(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, organisation in (("/hospital", case.hospital), ("/guarantor", case.guarantor)):
        if organisation.corporate_number and not cn.is_valid(organisation.corporate_number):
            yield Hit(f"{pointer}/corporate_number")


def _passports(case: Case) -> Iterator[tuple[str, Passport]]:
    for pointer, person in case.travellers.values():
        yield f"{pointer}/passport", person.passport


def _resident_ids(case: Case) -> Iterator[tuple[str, str]]:
    for pointer, person in case.travellers.values():
        if person.resident_id:
            yield f"{pointer}/resident_id", person.resident_id


@rule("FRM-05B")
def chinese_surname_is_first(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        if person.name.chinese_surname is not None and not any(person.name.chinese_parts):
            yield Hit(f"{pointer}/name/chinese_surname")


@rule("FRM-06")
def given_names_in_one_word(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        given, zone = person.name.given_names, person.passport.mrz
        printed_apart = zone is not None and parse_zone(*zone).given_names == name_in_zone(given)
        if " " in given and not printed_apart:
            yield Hit(f"{pointer}/name/given_names")


@rule("ID-08")
def name_with_u_umlaut(case: Case, _as_of: date) -> Iterator[Hit]:
    for pointer, person in case.travellers.values():
        letters = person.name.surname + person.name.given_names
        if any(
            _SYLLABLES[syllable].intersection(person.name.chinese) and syllable not in letters
            for syllable in _SYLLABLES
        ):
            yield Hit(f"{pointer}/name")
