"""Reading the rows of several cases: an invalid case has a row too."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.case.source import Source
from pipeline.cli.outcome import outcome_of
from pipeline.cli.progress import counted
from pipeline.cli.shared_options import case_files
from pipeline.options import CheckOptions
from pipeline.run.overview.patient_row import PatientRow, failed_row, patient_row


def read_patients(cases: Iterable[str], options: CheckOptions) -> list[PatientRow]:
    """Return a row for each case that the arguments name, in their order."""
    return [_row(source, options) for source in counted(case_files(cases))]


def _row(source: Source, options: CheckOptions) -> PatientRow:
    outcome = outcome_of(lambda: patient_row(source, options))
    return outcome.value or failed_row(source, outcome.code, outcome.problems)
