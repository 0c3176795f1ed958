"""The timeline of a case file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.case.load import load_case
from pipeline.case.source import Source
from pipeline.errors import CaseError
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.timeline.timeline import Timeline, timeline_for

#: Rules on the planned filing day alone: to find a better one is what the timeline is for.
FILING_RULES = ("DAT-02", "DOC-11", "DOC-12", "LET-03")


def timeline_of_file(
    where: Path | Source, as_of: date, audience: str | None = None, directory: Path | None = None
) -> Timeline:
    """The timeline of the case at ``where``. Raises CaseError when the case is wrong beyond its filing day.

    The attachments are not opened: their dates stand in the case.
    """
    loaded = load_case(where, directory)
    problems = check_rules(loaded.case, as_of, loaded.document)
    if any(problem.severity == "error" and problem.code not in FILING_RULES for problem in problems):
        raise CaseError(problems)
    return timeline_for(loaded.case, as_of, audience)
