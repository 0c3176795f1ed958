from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.visa.mrz import check_digit, name_in_zone, parse_zone, wrong_check_digits

#: The specimen of ICAO Doc 9303, part 4, appendix A.
SPECIMEN = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
LETTERS = string.ascii_uppercase + string.digits + "<"
#: position of each check digit of the second line -> what it belongs to
DIGITS = {9: "number", 19: "birth date", 27: "expiry date", 42: "optional data", 43: "whole line"}


@pytest.mark.parametrize(
    ("field", "digit"),
    [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("ZE184226B<<<<<", "1"), ("<<<<<<", "0"), ("", "0")],
)
def test_check_digits_of_the_specimen(field: str, digit: str) -> None:
    assert check_digit(field) == digit


def test_the_specimen_is_right() -> None:
    assert wrong_check_digits(SPECIMEN[1]) == []


def test_fields_of_the_specimen() -> None:
    zone = parse_zone(*SPECIMEN)
    assert (zone.document, zone.issuer, zone.nationality) == ("P", "UTO", "UTO")
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA<MARIA")
    assert (zone.number, zone.sex) == ("L898902C3", "F")
    assert (zone.birth_date, zone.expiry_date) == ("740812", "120415")


@pytest.mark.parametrize(("position", "name"), DIGITS.items())
def test_each_wrong_digit_is_named(position: int, name: str) -> None:
    line = SPECIMEN[1]
    other = str((int(line[position]) + 1) % 10)
    found = wrong_check_digits(line[:position] + other + line[position + 1 :])
    # The digit of the whole line is worked out over the others too.
    assert found == [name, "whole line"] if position != 43 else [name]


@given(
    position=st.sampled_from([i for i in range(43) if not 10 <= i < 13 and i != 20 and i not in DIGITS]),
    character=st.sampled_from(LETTERS),
)
def test_a_changed_character_is_found_unless_its_value_is_the_same(position: int, character: str) -> None:
    line = SPECIMEN[1]
    same = (int(check_digit(character)) - int(check_digit(line[position]))) % 10 == 0
    assert bool(wrong_check_digits(line[:position] + character + line[position + 1 :])) != same


def test_a_filler_stands_for_the_digit_of_an_empty_field_alone() -> None:
    empty = "EJ01234560CHN9203147M3205183<<<<<<<<<<<<<<"
    assert wrong_check_digits(empty + "04") == []
    assert wrong_check_digits(empty + "<4") == []
    assert wrong_check_digits(SPECIMEN[1][:42] + "<" + SPECIMEN[1][43:]) == ["optional data", "whole line"]
    assert "birth date" in wrong_check_digits(SPECIMEN[1][:19] + "<" + SPECIMEN[1][20:])


@pytest.mark.parametrize(
    ("first", "surname", "given_names"),
    [
        ("P<CHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<", "WANG", "XIAOMING"),
        ("P<CHNOU<YANG<<XIAO<MING<<<<<<<<<<<<<<<<<<<<<", "OU<YANG", "XIAO<MING"),
        ("P<CHNTASHI<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "TASHI", ""),
        ("P<CHNABDUREHIMABDULLAABLIKIMMUHAMMADTURSUN<<", "ABDUREHIMABDULLAABLIKIMMUHAMMADTURSUN", ""),
    ],
)
def test_names(first: str, surname: str, given_names: str) -> None:
    zone = parse_zone(first, SPECIMEN[1])
    assert (zone.surname, zone.given_names) == (surname, given_names)


def test_an_unstated_sex_is_empty() -> None:
    assert parse_zone(SPECIMEN[0], SPECIMEN[1][:20] + "<" + SPECIMEN[1][21:]).sex == ""


@given(st.text(alphabet=LETTERS, min_size=44, max_size=44), st.text(alphabet=LETTERS, min_size=44, max_size=44))
def test_any_two_lines_can_be_taken_apart(first: str, second: str) -> None:
    zone = parse_zone(first, second)
    assert "<" not in zone.number[-1:]
    assert set(wrong_check_digits(second)) <= set(DIGITS.values())


@pytest.mark.parametrize(
    ("name", "written"),
    [("WANG", "WANG"), ("OU YANG", "OU<YANG"), ("XIAO-MING", "XIAO<MING"), ("XI'AN", "XIAN"), ("A B-C'D", "A<B<CD")],
)
def test_name_in_zone(name: str, written: str) -> None:
    assert name_in_zone(name) == written
