"""Makes the names of the timeline that a template may read. docs/templates.md lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any, TypedDict

from pipeline.case.base import Trilingual
from pipeline.case.half_case import AbsentError, Blank, or_blank
from pipeline.case.model import Case
from pipeline.documents.environment import Picture
from pipeline.documents.filters import date_en, date_ja, date_zh
from pipeline.language import Language
from pipeline.visa.timeline.filing_window import find_filing_window
from pipeline.visa.timeline.step import Kind
from pipeline.visa.timeline.step_words import format_days, timeline_text
from pipeline.visa.timeline.timeline import Timeline, make_timeline

#: The date format of each language, in the order of the fields of Trilingual.
_WRITTEN: Mapping[Language, Callable[[date], str]] = {"ja": date_ja, "en": date_en, "zh": date_zh}

#: The width of the picture: the width of the text without the margins that LibreOffice adds to a picture.
PICTURE_MM = 160.0


class StepNames(TypedDict):
    """A step of the timeline, in words."""

    kind: Kind
    dates: Trilingual
    who: Trilingual
    title: Trilingual
    weeks: Trilingual | None
    note: Trilingual | None
    text: str | None


class TimelineNames(TypedDict):
    """The names of the timeline for every document."""

    timeline: Sequence[StepNames]
    timeline_picture: Picture


class WindowNames(TypedDict):
    """The filing window."""

    earliest: date
    latest: date
    planned: date
    is_open: bool
    fits: bool


class FilingNames(TypedDict):
    """The names of the timeline for a cover sheet only."""

    filing: WindowNames


def timeline_names(case: Case, as_of: date) -> TimelineNames:
    """Return the steps of the patient, and their picture; in a draft blanks, if their days are not known."""
    try:
        return _timeline_names(case, as_of)
    except AbsentError as error:
        blank: Any = Blank(error.pointer)
        return {"timeline": blank, "timeline_picture": blank}


@lru_cache(maxsize=8)  # the same for every person and every cover sheet
def _timeline_names(case: Case, as_of: date) -> TimelineNames:
    """Return the steps of the patient, and their picture in Chinese, which is drawn only if a template prints it."""
    timeline = make_timeline(case, as_of, "patient")
    return {
        "timeline": [
            {
                "kind": step.kind,
                "dates": Trilingual(
                    *(format_days(language, step.start, step.end, write) for language, write in _WRITTEN.items())
                ),
                "who": timeline_text("who", step.who),
                "title": step.title,
                "weeks": step.weeks,
                "note": step.note,
                "text": step.text,
            }
            for step in timeline.steps
        ],
        "timeline_picture": Picture(cache(partial(_picture, timeline)), PICTURE_MM, "时间安排图"),
    }


def filing_names(case: Case, as_of: date) -> FilingNames:
    """Return the filing window, for the cover sheet. In a draft, its days are blank if they are not known."""
    try:
        filing = find_filing_window(case, as_of)
    except (AbsentError, TypeError):  # a calendar does not accept what stands for a day
        blank: Any = Blank("/visa/filing_date")
        planned = or_blank(lambda: case.visa.filing_date)
        return {"filing": {"earliest": blank, "latest": blank, "planned": planned, "is_open": True, "fits": True}}
    return {
        "filing": {
            "earliest": filing.earliest,
            "latest": filing.latest,
            "planned": filing.planned,
            "is_open": filing.is_open,
            "fits": filing.fits,
        }
    }


def _picture(timeline: Timeline) -> bytes:
    # Imported here because most documents have no picture.
    from pipeline.visa.timeline.picture import draw_png  # noqa: PLC0415

    return draw_png(timeline, "zh")
