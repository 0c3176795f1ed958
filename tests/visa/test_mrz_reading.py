"""Lines of a machine-readable zone as a reader of scans gives them: corrected where check digits prove it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.visa.mrz import check_digit, wrong_check_digits
from pipeline.visa.mrz_reading import fold_look_alikes, read_first_line, read_second_line

SECOND = "EJ01234560CHN9203147M3205183<<<<<<<<<<<<<<04"
WITH_DATA = "EA76543214CHN9001011F3001019MNPMLONLMLOPA928"


def test_the_sample_is_right() -> None:
    assert wrong_check_digits(SECOND) == []


@pytest.mark.parametrize(
    "read",
    [
        SECOND,
        *(SECOND.replace("0", "O"), SECOND.replace("1", "I"), SECOND.replace("5", "S"), SECOND.replace("0", "D")),
        *(SECOND.replace("<<", "«<"), SECOND.lower(), f" {SECOND[:13]} {SECOND[13:]} "),
        *(SECOND.replace("<" * 14, "<" * 11), SECOND.replace("<" * 14, "<" * 18)),
        "EJO123456OCHN92O3147M32O5I83<<<<<<<<<<<<<<O4",
    ],
)
def test_what_check_digits_prove_is_corrected(read: str) -> None:
    assert read_second_line(read) == SECOND


@pytest.mark.parametrize(
    "read",
    [
        *(SECOND.replace("EJ0", "EJ9"), SECOND.replace("9203147", "9203177"), SECOND.replace("3205183", "3305183")),
        *(
            SECOND[:30],
            SECOND[:28],
            "",
            "P<CHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<",
            SECOND + "<" * 20,
            "王晓明" * 15,
            "王晓明页" * 10 + "0000",
        ),
    ],
)
def test_what_they_do_not_prove_is_not_read(read: str) -> None:
    assert read_second_line(read) is None


def line_of(number: str, birth: str, expiry: str, optional: str) -> str:
    """Return a second line with right check digits."""
    fields = [(number, check_digit(number)), (birth, check_digit(birth)), (expiry, check_digit(expiry))]
    fields.append((optional, check_digit(optional)))
    (number, one), (birth, two), (expiry, three), (optional, four) = fields
    whole = number + one + birth + two + expiry + three + optional + four
    return f"{number}{one}CHN{birth}{two}F{expiry}{three}{optional}{four}{check_digit(whole)}"


CONFUSED = {"0": "OQD", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}
DIGITS = st.text("0123456789", min_size=6, max_size=6)


@given(
    st.from_regex(r"E[A-HJ-NP-Z0-9][0-9]{7}", fullmatch=True),
    DIGITS,
    DIGITS,
    st.text("ABCDEFGHKLMNP<0123456789", min_size=14, max_size=14),
    st.data(),
)
@pytest.mark.slow
def test_no_confusion_of_look_alikes_gives_another_number(
    number: str, birth: str, expiry: str, optional: str, data: st.DataObject
) -> None:
    line = line_of(number, birth, expiry, optional)
    assert read_second_line(line) == line
    read = "".join(data.draw(st.sampled_from([character, *CONFUSED.get(character, "")])) for character in line)
    found = read_second_line(read)
    if found is not None:
        assert fold_look_alikes(found[:9]) == fold_look_alikes(number)
        assert (found[13:19], found[21:27]) == (birth, expiry)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("P<CHNWANG<<XIA0MING<<<<<<<<<<<<<<<<<<<<<<<<<<", "P<CHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("POCHNWANG<<XIAO<MING<<<<<<<<<<<<<<<<<<<<", "POCHNWANG<<XIAO<MING<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("PASSPORT", None),
        (SECOND, None),
    ],
)
def test_the_first_line_is_known_by_its_form(read: str, expected: str | None) -> None:
    assert read_first_line(read) == expected
