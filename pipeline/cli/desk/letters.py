"""Letters to people who have something to do, as drafts of e-mails to download. Nothing is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pipeline.language import Language
from pipeline.run.overview.eml import to_eml
from pipeline.run.overview.patient_row import PatientRow
from pipeline.run.overview.reminders import USUAL_LANGUAGES, Reminder, reminders_of


def letters_of(row: PatientRow, as_of: date, language: Language) -> list[Reminder]:
    """Return the letters about a case. That to the agency is in ``language``."""
    return reminders_of(row, as_of, {**USUAL_LANGUAGES, "agency": language})


def zip_letters(cases: Iterable[tuple[Path, PatientRow]], as_of: date, language: Language) -> bytes:
    """Return all letters as ZIP, each with the name of the case's folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, row in cases:
            for letter in letters_of(row, as_of, language):
                archive.writestr(f"{path.parent.name}-{letter.who}.eml", to_eml(letter))
    return out.getvalue()
