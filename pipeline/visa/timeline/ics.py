"""Timelines as a calendar file (RFC 5545): reproducible, and without personal data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from pipeline.language import Language
from pipeline.visa.calendar import days_after
from pipeline.visa.timeline.step import TimelineStep
from pipeline.visa.timeline.step_words import format_days, kind_data
from pipeline.visa.timeline.timeline import Timeline

PRODUCT = "-//visa-packet//timeline//"
_DOMAIN = "visa-packet.example"
#: Time of day of an alarm.
_MORNING = timedelta(hours=9)


def to_ics(timeline: Timeline, language: Language) -> bytes:
    """Return an all-day event for each step with a day. Of the case, only its id appears."""
    return _calendar((_event(timeline, step, language) for step in timeline.steps if _is_event(step)), language)


def to_office_ics(timelines: Iterable[Timeline], language: Language) -> bytes:
    """Return the steps of several cases that concern their coordinator, with alarms before the last days."""
    return _calendar((event for timeline in timelines for event in _with_alarms(timeline, language)), language)


def _calendar(events: Iterable[Event], language: Language) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"{PRODUCT}{language.upper()}")
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _is_event(step: TimelineStep) -> bool:
    return step.calendar is not None and (step.start or step.end) is not None


def _with_alarms(timeline: Timeline, language: Language) -> Iterator[Event]:
    for step in timeline.steps:
        if _is_event(step) and "coordinator" in step.audience:
            event = _event(timeline, step, language)
            for alarm in _alarms(step, timeline.as_of):
                alarm.add("description", event["summary"])
                event.add_component(alarm)
            yield event


def _alarms(step: TimelineStep, as_of: date) -> Iterator[Alarm]:
    """Yield the alarms of a step that are still to come, so many days before its last day, in the morning."""
    first, last = step.start or step.end, step.end or step.start
    for days in kind_data(step.kind).get("alarms", ()):
        if first is None or last is None or last == date.max or days_after(last, -days) < as_of:
            continue
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        # Programs know alarms at the end of an event less well. An all-day event ends on the day after its last one.
        related, counted = ("START", days) if first == last else ("END", days + 1)
        alarm.add("trigger", _MORNING - timedelta(days=counted), parameters={"related": related})
        yield alarm


def _event(timeline: Timeline, step: TimelineStep, language: Language) -> Event:
    """Return the event of a step. A step with one open end takes place on its only day, which the title explains."""
    first, last = step.start or step.end or date.max, step.end or step.start or date.max
    event = Event()
    event.add("uid", f"{timeline.case_id}-{step.id}@{_DOMAIN}")
    event.add("dtstamp", datetime.combine(timeline.as_of, time(), UTC))
    event.add("dtstart", first)
    if last < date.max:  # an all-day event ends on the day after its last one
        event.add("dtend", last + timedelta(days=1))
    event.add("summary", f"{getattr(step.calendar, language)}{_open_end(step, language)} [{timeline.case_id}]")
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
