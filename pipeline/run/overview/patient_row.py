"""The row of a patient in the overview: state, duties, how far the case is, and when it can be filed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from pipeline.case.half_case import ABSENT_ERRORS, half_case
from pipeline.case.load import IncompleteCaseError, load_case
from pipeline.case.model import Case
from pipeline.case.source import CASE_FILE, Source, find_case_id
from pipeline.errors import ExitCode, Problem
from pipeline.options import CheckOptions
from pipeline.packet.packet_parts import State
from pipeline.packet.set_files import load_template_set
from pipeline.run.check import with_findings
from pipeline.run.overview.duties import Duty, duties_of, duties_of_half, mistakes, only_asks
from pipeline.run.status import Status, status_of
from pipeline.visa.timeline.filing_window import find_filing_window
from pipeline.visa.timeline.timeline import Timeline, make_known_timeline, make_timeline

#: The state of a patient: the case cannot be read, has errors, or lacks answers; or the state of a packet built now.
PatientState = Literal["failed", "blocked", "unanswered", "incomplete", "to_be_signed", "ready_to_file"]
PATIENT_STATES: tuple[PatientState, ...] = get_args(PatientState)
#: The states of a case with mistakes.
FAILED: tuple[PatientState, ...] = ("failed", "blocked")
#: The states of a case of which no final document can be printed.
UNPRINTABLE: tuple[PatientState, ...] = (*FAILED, "unanswered")
_STATES: dict[State | None, PatientState] = {
    None: "blocked",
    "incomplete": "incomplete",
    "to_be_signed": "to_be_signed",
    "ready_to_file": "ready_to_file",
}


@dataclass(frozen=True, slots=True)
class Done:
    """How far a case is: required fields that are filled in, or papers and signatures that are there."""

    counted: Literal["fields", "papers"]
    done: int
    all: int


@dataclass(frozen=True, slots=True)
class FilingDays:
    """The planned filing day and the filing window, which ``is_known`` or not. Without days, it is closed."""

    planned: date | None = None
    first: date | None = None
    last: date | None = None
    is_known: bool = False

    @property
    def deadline(self) -> date | None:
        """The last day of the window, or the planned day if the window is not known yet."""
        return self.last if self.is_known else self.planned

    def days_left(self, as_of: date) -> int | None:
        """Return the days until the deadline, None if there is none or it is over."""
        days = (self.deadline - as_of).days if self.deadline else -1
        return days if days >= 0 else None


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient in the overview. ``name`` is the case id, or what the case is called on this machine.

    ``case`` may lack fields; ``status`` and ``timeline`` are None where they cannot be known yet.
    """

    name: str
    source: str
    case_id: str | None
    code: ExitCode
    state: PatientState
    duties: tuple[Duty, ...]
    problems: tuple[Problem, ...]
    done: Done | None = None
    filing: FilingDays = FilingDays()
    case: Case | None = None
    status: Status | None = None
    timeline: Timeline | None = None

    @property
    def next(self) -> Duty:
        """What is to be done next."""
        return self.duties[0]


def patient_row(source: Source, options: CheckOptions) -> PatientRow:
    """Return the row of a case, or of half a case. Raises a VisaPacketError if the case cannot be read."""
    try:
        loaded = load_case(source, options.directory)
    except IncompleteCaseError as error:
        return _half_row(source, error, options)
    status = status_of(loaded, options)
    timeline = make_timeline(loaded.case, options.as_of)
    return PatientRow(
        name=status.case_id,
        source=source.name,
        case_id=status.case_id,
        code=ExitCode.OK,
        state="unanswered" if only_asks(status) else _STATES[status.builds],
        duties=duties_of(status),
        problems=status.problems,
        done=Done("papers", len(status.awaited) - len(status.open), len(status.awaited)),
        filing=_filing_days(loaded.case, options.as_of),
        case=loaded.case,
        status=status,
        timeline=timeline,
    )


def failed_row(source: Source, code: ExitCode, problems: tuple[Problem, ...]) -> PatientRow:
    """Return the row of a case that cannot be read."""
    case_id = find_case_id(source)
    return PatientRow(_name(source, case_id), source.name, case_id, code, "failed", tuple(mistakes(problems)), problems)


def sorted_rows(rows: Iterable[PatientRow]) -> list[PatientRow]:
    """Return the rows with failed cases first, then those with the nearest last day; cases without one come last."""
    return sorted(
        rows,
        key=lambda row: (
            PATIENT_STATES.index(row.state) if row.state in FAILED else len(FAILED),
            row.filing.deadline or (date.min if row.filing.is_known else date.max),
            row.name,
        ),
    )


def _half_row(source: Source, error: IncompleteCaseError, options: CheckOptions) -> PatientRow:
    found = with_findings(error, options)
    case = half_case(error.json_file.fields)
    case_id = find_case_id(source)
    counts = error.problems[0].args
    duties = duties_of_half(found.problems, case, load_template_set(options.templates))
    return PatientRow(
        name=_name(source, case_id),
        source=source.name,
        case_id=case_id,
        code=found.exit_code,
        state="unanswered",
        duties=duties,
        problems=found.problems,
        done=Done("fields", int(counts["filled"]), int(counts["required"])),
        filing=_filing_days(case, options.as_of),
        case=case,
        timeline=make_known_timeline(case, options.as_of),
    )


def _filing_days(case: Case, as_of: date) -> FilingDays:
    try:
        planned = case.visa.filing_date.replace()
    except ABSENT_ERRORS:
        planned = None
    try:
        window = find_filing_window(case, as_of)
    except ABSENT_ERRORS:
        return FilingDays(planned)
    if not window.is_open:
        return FilingDays(planned, is_known=True)
    return FilingDays(planned, window.earliest, window.latest, is_known=True)


def _name(source: Source, case_id: str | None) -> str:
    path = Path(source.file)
    own = path.parent.name if path.name == CASE_FILE else path.name
    return case_id or (own if source.raw is None else f"{own}:{source.line}") or source.name
