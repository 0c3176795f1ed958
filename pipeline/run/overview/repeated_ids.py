"""Cases with the same id: their dates, drafts and packets would have the same names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.case.source import CASE_FILE, Source
from pipeline.errors import CaseError, JsonPlace, Problem
from pipeline.formats.messages import worded_problem
from pipeline.run.overview.patient_row import PatientRow, failed_row


def place_of(source: Source) -> str:
    """Return the folder of a case, or its file."""
    path = Path(source.file)
    return str(path.parent) if source.raw is None and path.name == CASE_FILE else source.name


def with_repeated_ids(
    sources: Sequence[Source], rows: Sequence[PatientRow], place: Callable[[Source], str] = place_of
) -> list[PatientRow]:
    """Return the rows of the sources, those of cases with the same id as failed and named by their places."""
    having: dict[str | None, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        having[row.case_id].append(number)
    found = list(rows)
    for case_id, numbers in having.items():
        for number in numbers if case_id is not None and len(numbers) > 1 else ():
            source, row = sources[number], rows[number]
            other = next(sources[each] for each in numbers if each != number)
            problems = (_repeated(source, place(other)), *(row.problems if row.state == "failed" else ()))
            failed = failed_row(source, CaseError.exit_code, problems)
            found[number] = replace(failed, name=f"{case_id} ({place(source)})")
    return found


def _repeated(source: Source, other: str) -> Problem:
    at = JsonPlace("/case_id", source.line if source.raw is not None else None)
    problem = worded_problem("case-id-repeated/folder", room="run", other=other)
    return replace(problem, file=source.file, place=at)
