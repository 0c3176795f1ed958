"""The timeline as a calendar file (RFC 5545): the same bytes each time, and nothing about the person."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from pipeline.language import Language
from pipeline.visa.timeline.step import Step
from pipeline.visa.timeline.step_words import dates_in
from pipeline.visa.timeline.timeline import Timeline

PRODUCT = "-//visa-packet//timeline//"
_DOMAIN = "visa-packet.example"


def ics_of(timeline: Timeline, language: Language) -> bytes:
    """An event of whole days for each step that has a day. Holds the case id, and no other value of the person."""
    calendar = Calendar()
    calendar.add("prodid", f"{PRODUCT}{language.upper()}")
    calendar.add("version", "2.0")
    for step in timeline.steps:
        day = step.start or step.end
        if day is not None and step.calendar is not None:
            title = f"{getattr(step.calendar, language)}{_open_end(step, language)} [{timeline.case_id}]"
            calendar.add_component(_event(timeline, step, day, title, language))
    return bytes(calendar.to_ical())


def _event(timeline: Timeline, step: Step, day: date, title: str, language: Language) -> Event:
    """A step with one open end is an event on the day that it has; the title says what the day means."""
    event = Event()
    event.add("uid", f"{timeline.case_id}-{step.id}@{_DOMAIN}")
    event.add("dtstamp", datetime.combine(timeline.as_of, time(), UTC))
    event.add("dtstart", day)
    last = step.end or day
    if last < date.max:  # the end of an event of whole days is the day after its last one
        event.add("dtend", last + timedelta(days=1))
    event.add("summary", title)
    if step.note is not None:
        event.add("description", getattr(step.note, language))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _open_end(step: Step, language: Language) -> str:
    is_open = (step.start is None) != (step.end is None)
    return f" ({dates_in(language, step.start, step.end)})" if is_open else ""


def is_own_ics(content: bytes) -> bool:
    """Whether a calendar file was made here, and may be replaced."""
    return f"PRODID:{PRODUCT}".encode() in content
