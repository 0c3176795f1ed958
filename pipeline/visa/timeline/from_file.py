"""The timeline of a case file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.case.load import load_case
from pipeline.case.source import Source
from pipeline.errors import CaseError
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.timeline.timeline import Timeline, make_timeline

#: Rules on the planned filing day only. Their errors do not stop the timeline, which helps to find a better day.
FILING_RULES = ("DAT-02", "DOC-11", "DOC-12", "LET-03")


def read_timeline(
    where: Path | Source, as_of: date, audience: str | None = None, directory: Path | None = None
) -> Timeline:
    """Return the timeline of the case at ``where``. Raise CaseError if the case has errors other than its filing day.

    The attachments are not opened, because their dates are in the case.
    """
    loaded = load_case(where, directory)
    problems = check_rules(loaded.case, as_of, loaded.json_file)
    if any(problem.severity == "error" and problem.code not in FILING_RULES for problem in problems):
        raise CaseError(problems)
    return make_timeline(loaded.case, as_of, audience)
