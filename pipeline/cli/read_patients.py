"""Reading the rows of several cases: an invalid case has a row too."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.case.source import Source
from pipeline.cli.outcome import outcome_of
from pipeline.cli.progress import counted
from pipeline.options import CheckOptions
from pipeline.run.overview.patient_row import PatientRow, failed_row, patient_row
from pipeline.run.overview.repeated_ids import with_repeated_ids


def read_patients(sources: Sequence[Source], options: CheckOptions) -> list[PatientRow]:
    """Return a row for each case. Those with the same id as another are failed."""
    return with_repeated_ids(sources, [read_patient(source, options) for source in counted(sources)])


def read_patient(source: Source, options: CheckOptions) -> PatientRow:
    """Return the row of a case; of one that cannot be read, a failed row."""
    outcome = outcome_of(lambda: patient_row(source, options))
    return outcome.value or failed_row(source, outcome.code, outcome.problems)
