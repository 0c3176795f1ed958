"""The calendar of an office: the dates of several cases with alarms, also of cases that lack fields."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from pipeline.case.half_case import half_case
from pipeline.case.load import load_case
from pipeline.language import LANGUAGES, Language
from pipeline.visa.timeline.ics import is_own_ics, to_ics, to_office_ics
from pipeline.visa.timeline.timeline import Timeline, make_known_timeline, make_timeline
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, REMOVE, change

WANG = EXAMPLES / "wang-xiaoming" / "case.json"
CHEN = EXAMPLES / "chen-lihua" / "case.json"


def events_of(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def timeline(path: Path = WANG) -> Timeline:
    return make_timeline(load_case(path).case, AS_OF)


class TestOfficeCalendar:
    """The calendar file of several cases."""

    def test_it_has_the_steps_of_the_office_with_alarms_before_the_last_days(self) -> None:
        found = [timeline(WANG), timeline(CHEN)]
        events = events_of(to_office_ics(found, "en"))
        uids = [str(event["UID"]) for event in events]
        own = {str(event["UID"]) for each in found for event in events_of(to_ics(each, "en"))}
        assert len(uids) == len(set(uids))
        assert set(uids) == {uid for uid in own if "phase" not in uid}
        alarms = {
            str(event["UID"]).partition("@")[0]: [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
            for event in events
        }
        morning = timedelta(hours=9)
        before = [morning - timedelta(days=days) for days in (14, 3)]
        assert alarms["wang-xiaoming-letters"] == before
        assert alarms["wang-xiaoming-filing-window"] == [day - timedelta(days=1) for day in before]  # from the end
        assert alarms["wang-xiaoming-filing"] == [morning - timedelta(days=7), morning - timedelta(days=1)]
        assert alarms["wang-xiaoming-visit-1-exit"] == []

    def test_no_alarm_is_overdue(self) -> None:
        late = make_timeline(load_case(WANG).case, date(2026, 12, 2))
        events = events_of(to_office_ics([late], "ja"))
        [filing] = [event for event in events if str(event["UID"]).startswith("wang-xiaoming-filing@")]
        assert [alarm["TRIGGER"].dt.days for alarm in filing.walk("VALARM")] == [-1]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_a_case_only_its_id_is_in_it(self, language: Language) -> None:
        content = to_office_ics([timeline()], language)
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        assert [word for word in PERSONAL if word in re.sub("\r\n ", "", content.decode())] == []
        assert is_own_ics(content)


class TestHalfACase:
    """The steps of a case that lacks fields."""

    def known(self, *missing: str) -> list[str] | None:
        fields = json.loads(WANG.read_text(encoding="utf-8"))
        fields.pop("$schema", None)
        change(fields, dict.fromkeys(missing, REMOVE))
        found = make_known_timeline(half_case(fields), AS_OF)
        return None if found is None else [step.id for step in found.steps]

    def test_it_has_the_steps_whose_days_are_known(self) -> None:
        steps = self.known("/visa/filing_date")
        assert steps is not None
        assert {"letters", "filing-window", "visit-1-entry", "visit-1-exit"} <= set(steps)
        assert "filing" not in steps
        without_exit = self.known("/treatment/visits/1/exit_date")
        assert without_exit is not None
        assert {"filing", "visit-2-entry"} <= set(without_exit)
        assert "visit-2-exit" not in without_exit

    def test_without_a_filing_window_there_is_none(self) -> None:
        assert self.known("/visa/letter_date") is None
        assert self.known("/visa/mission") is None
