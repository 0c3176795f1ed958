"""Tools that look at a case: its findings, its state, its dates, and the hospitals that treat it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from typing_extensions import TypedDict

from pipeline.case.directory import FiledPlan, HospitalEntry, ListedEntry
from pipeline.case.load import load_draft
from pipeline.case.source import Source
from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.answers import FoundProblems, findings_of, refusal
from pipeline.cli.agents.case_tools import CaseVersion
from pipeline.cli.read_patients import read_patient
from pipeline.errors import CaseError, Problem, VisaPacketError
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.packet_parts import State
from pipeline.run.case_folder.answers import REQUIRED
from pipeline.run.check import check_loaded, load_or_ask
from pipeline.run.overview.row_texts import duty_text
from pipeline.run.status import OPEN, Item
from pipeline.visa.hospital_match import Wishes, match_source
from pipeline.visa.timeline.from_file import read_timeline


class CheckedFields(CaseVersion):
    """What a check of a case finds. ``state`` is that of a packet built now, null if it cannot be built."""

    state: str | None
    about: FoundProblems


class OpenTask(TypedDict):
    """What somebody has to do."""

    who: str
    what: str


class OpenItem(TypedDict):
    """A paper or document that is missing, too old, or not signed. ``paper`` is its number among the papers."""

    id: str
    person: str
    title: str
    standing: str
    paper: int | None


class CaseStatus(TypedDict):
    """How far a case is."""

    state: str
    filing_window: list[str | None]
    days_left: int | None
    duties: list[OpenTask]
    items: list[OpenItem]


class DatedStep(TypedDict):
    """A step of a case with its days."""

    id: str
    first: str | None
    last: str | None
    who: str
    title: str


class CaseTimeline(TypedDict):
    """The dates of a case."""

    filing_window: list[str]
    steps: list[DatedStep]


class MatchedHospital(TypedDict):
    """A hospital of the directory, and why it does not fit; no reason means that it does."""

    id: str
    name: str
    prefecture: str
    languages: list[str]
    plans: list[str]
    against: list[str]


class MatchedHospitals(TypedDict):
    """All hospitals of the directory for a case."""

    hospitals: list[MatchedHospital]


@dataclass(frozen=True, slots=True)
class CheckTools:
    """The tools that look at the cases of one folder."""

    folder: AgentFolder

    def check_case(
        self,
        case: str,
        section: str = "",
        as_of: date | None = None,
        draft: bool = False,  # noqa: FBT002 - tools are called by name
        lang: Language | None = None,
    ) -> CheckedFields:
        """Check a case: mistakes, warnings, and the questions that are still open, each at its pointer.

        section (a name or pointer) limits the findings. draft: what a draft build would find.
        """
        options = self.folder.options
        options = replace(options, draft=draft, as_of=as_of or options.as_of)
        etag = self.folder.file(case).etag
        state, problems = _check(self.folder.source(case), options)
        about = findings_of(problems, lang or self.folder.language, section)
        return {"case": case, "etag": etag, "state": state, "about": about}

    def status(self, case: str, lang: Language | None = None) -> CaseStatus:
        """Say how far a case is: who has to do what, papers that are open, and the days left to file."""
        language, row = lang or self.folder.language, read_patient(self.folder.source(case), self.folder.options)
        items = [item for item in (row.status.items if row.status else ()) if item.standing in OPEN]
        return {
            "state": row.state,
            "filing_window": [day.isoformat() if day else None for day in (row.filing.first, row.filing.last)],
            "days_left": row.filing.days_left(self.folder.options.as_of),
            "duties": [{"who": duty.who, "what": duty_text(duty, language)} for duty in row.duties],
            "items": [_item(item, language) for item in items],
        }

    def timeline(self, case: str, lang: Language | None = None) -> CaseTimeline:
        """Give the dates of a complete case: last days for papers, filing window, visits, recovery. No promises."""
        language = lang or self.folder.language
        found = read_timeline(self.folder.source(case), self.folder.options.as_of, None, self.folder.directory)
        steps: list[DatedStep] = [
            {
                "id": step.id,
                "first": step.start.isoformat() if step.start else None,
                "last": step.end.isoformat() if step.end else None,
                "who": step.who,
                "title": getattr(step.title, language),
            }
            for step in found.steps
        ]
        return {"filing_window": [found.filing.earliest.isoformat(), found.filing.latest.isoformat()], "steps": steps}

    def match_hospitals(self, case: str) -> MatchedHospitals:
        """List the hospitals of the directory, and the reasons against each for the condition and treatment."""
        source = self.folder.source(case)
        try:
            found = match_source(source, Wishes(), self.folder.options.as_of, self.folder.directory)
        except CaseError as error:
            if any(problem.code != REQUIRED for problem in error.problems):
                raise
            raise refusal("the case lacks condition or treatment", "set their kinds and the route first") from None
        fitting = [_hospital(fit.hospital, fit.plans, ()) for fit in found.fits]
        return {"hospitals": [*fitting, *(_hospital(each.hospital, (), each.reasons) for each in found.left_out)]}


def _check(source: Source, options: CheckOptions) -> tuple[State | None, Sequence[Problem]]:
    """Return the state of a packet built now, None if it cannot be built, and all findings."""
    try:
        loaded = load_draft(source, options.directory) if options.draft else load_or_ask(source, options)
        checked = check_loaded(loaded, options)
    except VisaPacketError as error:
        return None, error.problems
    return checked.state, checked.problems


def _item(item: Item, language: Language) -> OpenItem:
    title: str = getattr(item.title, language)
    return {
        "id": item.id,
        "person": item.person,
        "title": title,
        "standing": item.standing,
        "paper": item.index,
    }


def _hospital(
    hospital: ListedEntry[HospitalEntry], plans: Sequence[FiledPlan], reasons: Sequence[str]
) -> MatchedHospital:
    entry = hospital.entry
    return {
        "id": hospital.id,
        "name": entry.hospital.name.en,
        "prefecture": entry.prefecture.en,
        "languages": list(entry.languages),
        "plans": [plan.plan_number for plan in plans],
        "against": list(reasons),
    }
