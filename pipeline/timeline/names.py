"""What templates may read of the timeline. docs/templates.md lists it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from pipeline.case import Case, Trilingual
from pipeline.filters import date_en, date_ja, date_zh
from pipeline.jinja import Picture
from pipeline.language import Language
from pipeline.timeline import Timeline, timeline_for
from pipeline.timeline.filing import filing_for
from pipeline.timeline.words import dates_in, words

#: How each language writes a day, in the order of the fields of Trilingual.
_WRITTEN: Mapping[Language, Callable[[date], str]] = {"ja": date_ja, "en": date_en, "zh": date_zh}

#: Width of the picture: that of the text, less the margins that LibreOffice lays beside a picture.
PICTURE_MM = 160.0


def timeline_names(case: Case, as_of: date) -> dict[str, Any]:
    """The steps that concern the patient, and their picture in Chinese, which is drawn when a template prints it."""
    timeline = timeline_for(case, as_of, "patient")
    return {
        "timeline": [
            {
                "kind": step.kind,
                "dates": Trilingual(
                    *(dates_in(language, step.start, step.end, write) for language, write in _WRITTEN.items())
                ),
                "who": words("who", step.who),
                "title": step.title,
                "weeks": step.weeks,
                "note": step.note,
                "text": step.text,
            }
            for step in timeline.steps
        ],
        "timeline_picture": Picture(partial(_picture, timeline), PICTURE_MM, "时间安排图"),
    }


def filing_names(case: Case, as_of: date) -> dict[str, Any]:
    """The filing window, for the cover sheet."""
    filing = filing_for(case, as_of)
    return {"filing": {name: getattr(filing, name) for name in ("earliest", "latest", "planned", "is_open", "fits")}}


def _picture(timeline: Timeline) -> bytes:
    # Imported here: most documents have no picture.
    from pipeline.timeline.picture import png_of  # noqa: PLC0415

    return png_of(timeline, "zh")
