"""The timeline as a calendar file (RFC 5545): reproducible, and without personal data."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from pipeline.language import Language
from pipeline.visa.timeline.step import TimelineStep
from pipeline.visa.timeline.step_words import format_days
from pipeline.visa.timeline.timeline import Timeline

PRODUCT = "-//visa-packet//timeline//"
_DOMAIN = "visa-packet.example"


def to_ics(timeline: Timeline, language: Language) -> bytes:
    """Return an all-day event for each step with a day. Of the case, only its id appears."""
    calendar = Calendar()
    calendar.add("prodid", f"{PRODUCT}{language.upper()}")
    calendar.add("version", "2.0")
    for step in timeline.steps:
        day = step.start or step.end
        if day is not None and step.calendar is not None:
            title = f"{getattr(step.calendar, language)}{_open_end(step, language)} [{timeline.case_id}]"
            calendar.add_component(_event(timeline, step, day, title, language))
    return bytes(calendar.to_ical())


def _event(timeline: Timeline, step: TimelineStep, day: date, title: str, language: Language) -> Event:
    """Return the event of a step. A step with one open end takes place on its only day, which the title explains."""
    event = Event()
    event.add("uid", f"{timeline.case_id}-{step.id}@{_DOMAIN}")
    event.add("dtstamp", datetime.combine(timeline.as_of, time(), UTC))
    event.add("dtstart", day)
    last = step.end or day
    if last < date.max:  # an all-day event ends on the day after its last one
        event.add("dtend", last + timedelta(days=1))
    event.add("summary", title)
    if step.note is not None:
        event.add("description", getattr(step.note, language))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _open_end(step: TimelineStep, language: Language) -> str:
    is_open = (step.start is None) != (step.end is None)
    return f" ({format_days(language, step.start, step.end)})" if is_open else ""


def is_own_ics(content: bytes) -> bool:
    """Return True if the calendar file was written by this program and may be replaced."""
    return f"PRODID:{PRODUCT}".encode() in content
