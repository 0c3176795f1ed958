"""What a row says, in words."""

from __future__ import annotations

from pipeline.language import Language
from pipeline.run.overview.duties import Duty
from pipeline.run.overview.patient_row import FilingDays, PatientRow
from pipeline.visa.labels import label
from pipeline.visa.timeline.step_words import format_days


def glance_text(name: str, language: Language, **parts: object) -> str:
    """Return a text of the overview with its placeholders filled."""
    return label(name, "glance", language).format(**parts)


def duty_text(duty: Duty, language: Language) -> str:
    """Return a duty in words, without who has it."""
    return label(duty.action, "action", language).format(what=getattr(duty.what, language))


def done_text(row: PatientRow, language: Language) -> str:
    """Return how far a case is, as a fraction with what it counts."""
    if row.done is None:
        return "–"
    return glance_text(row.done.counted, language, done=row.done.done, all=row.done.all)


def window_text(filing: FilingDays, language: Language) -> str:
    """Return the filing window in words, or the planned day if the window is not known yet."""
    if filing.is_known:
        return format_days(language, filing.first, filing.last) if filing.last else glance_text("no_day", language)
    return glance_text("planned", language, day=filing.planned) if filing.planned else glance_text("unknown", language)


def days_left_text(days: int, language: Language) -> str:
    """Return a number of days in words."""
    return glance_text({0: "last_day", 1: "one_day"}.get(days, "day"), language, number=days)
