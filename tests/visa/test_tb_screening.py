from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, get_args

import msgspec
import pytest

from pipeline.case.base import Trilingual
from pipeline.case.load import load_case
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.resources import read_data
from pipeline.visa.tb_screening import Status, screening_for
from tests.support.cases import EXAMPLES

TABLE: dict[str, Any] = read_data("jpets")
STARTED = {row["nationality"]: row["mandatory_from"] for row in TABLE["start"] if row["mandatory_from"]}
NOT_STARTED = [row["nationality"] for row in TABLE["start"] if not row["mandatory_from"]]
BASE = load_case(EXAMPLES / "wang-xiaoming" / "case.json").case


def case(nationality: str, *stays: tuple[date, int]) -> Case:
    """Return the example with that nationality and stays (day of entry and number of days)."""
    [visit, *_] = BASE.treatment.visits
    visits = tuple(
        msgspec.structs.replace(visit, entry_date=entry, exit_date=entry + timedelta(days=days - 1))
        for entry, days in stays
    )
    patient = msgspec.structs.replace(BASE.patient, nationality=nationality)
    return msgspec.structs.replace(
        BASE, patient=patient, treatment=msgspec.structs.replace(BASE.treatment, visits=visits)
    )


def status(nationality: str, *stays: tuple[date, int]) -> str:
    return screening_for(case(nationality, *stays)).status


ENTRY = date(2027, 3, 9)


@pytest.mark.parametrize("nationality", [*STARTED, *NOT_STARTED, "JPN"])
def test_a_stay_of_ninety_days_is_exempt_whatever_the_nationality(nationality: str) -> None:
    assert status(nationality, (ENTRY, 90)) == "not_applicable"
    assert status(nationality, (ENTRY, 91)) != "not_applicable"


def test_the_limit_of_the_table_is_that_of_a_short_stay() -> None:
    assert TABLE["exemption"]["longest_stay_days"] == SHORT_STAY_DAYS == 90


def test_stays_are_not_added_up() -> None:
    assert status("CHN", (date(2027, 1, 1), 60), (date(2027, 4, 1), 60)) == "not_applicable"


def test_one_long_stay_is_enough() -> None:
    assert status("CHN", (date(2027, 1, 1), 10), (date(2027, 4, 1), 91)) == "not_started"


@pytest.mark.parametrize(("nationality", "start"), STARTED.items())
def test_screening_applies_from_its_first_day(nationality: str, start: str) -> None:
    first = date.fromisoformat(start)
    assert status(nationality, (first, 91)) == "required"
    assert status(nationality, (first - timedelta(days=1), 91)) == "not_started"


def test_the_entry_of_the_long_stay_counts_not_that_of_a_short_one_before_it() -> None:
    first = date.fromisoformat(STARTED["IDN"])
    assert status("IDN", (first - timedelta(days=60), 10), (first, 91)) == "required"
    assert status("IDN", (first - timedelta(days=120), 91), (first, 10)) == "not_started"


@pytest.mark.parametrize("nationality", NOT_STARTED)
def test_without_a_date_screening_has_not_started(nationality: str) -> None:
    assert status(nationality, (date(2099, 1, 1), 91)) == "not_started"


def test_a_nationality_outside_the_table() -> None:
    assert status("JPN", (ENTRY, 91)) == "not_listed"


def test_the_conclusion_carries_its_source() -> None:
    found = screening_for(case("CHN", (ENTRY, 91)))
    assert found.days == 91
    assert found.as_of == date.fromisoformat(TABLE["as_of"])
    assert found.source == TABLE["source"]
    assert found.conclusion == Trilingual(**TABLE["conclusions"]["not_started"])


def test_every_status_has_sentences_in_three_languages() -> None:
    assert set(TABLE["conclusions"]) == set(get_args(Status))
    for sentences in TABLE["conclusions"].values():
        assert list(sentences) == ["ja", "en", "zh"]
        for sentence in sentences.values():
            assert re.search(r"[.。]$", sentence)


def test_the_table_is_in_form() -> None:
    nationalities = [row["nationality"] for row in TABLE["start"]]
    assert len(set(nationalities)) == len(nationalities)
    assert "CHN" in nationalities
    for row in TABLE["start"]:
        assert re.fullmatch("[A-Z]{3}", row["nationality"])
        days = [date.fromisoformat(row[name]) for name in ("screening_from", "mandatory_from") if row[name]]
        assert len(days) in {0, 2}
        assert all(earlier <= later for earlier, later in pairwise(days))
