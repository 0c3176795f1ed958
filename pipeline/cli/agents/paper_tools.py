"""Tools for papers: add a file of the folder to a case, and read what a paper says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from pipeline.attachments.proposed_values import ProposedValue
from pipeline.case.filing import SIGNED, AttachmentRole
from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.answers import refusal
from pipeline.cli.agents.case_tools import CaseVersion
from pipeline.cli.new_papers import Said, new_papers
from pipeline.errors import AttachmentError, Problem
from pipeline.run.case_folder.adding import NewPaper, add_papers
from pipeline.run.case_folder.case_text import CaseText, read_case_text
from pipeline.run.case_folder.deciding import ROLES, Given
from pipeline.run.case_folder.paper_guess import question_of_day
from pipeline.run.case_folder.paper_values import read_entry
from pipeline.run.case_folder.saving import SAVING, CaseFile

_MOST_VALUES = 60


class AddedEntry(CaseVersion):
    """A paper that was added; ``paper`` is its number."""

    paper: int
    role: str
    person: str
    day: Literal["given", "read", "missing", "not needed"]


class ReadValue(TypedDict):
    """A proposed value with its place on the page in mm, and how sure it is."""

    pointer: str
    value: str
    page: int
    box_mm: list[float]
    confidence: float
    proved: bool


class ReadPaper(TypedDict):
    """The values that a paper proposes; none is an answer too."""

    values: list[ReadValue]


@dataclass(frozen=True, slots=True)
class PaperTools:
    """The tools for papers of the cases of one folder."""

    folder: AgentFolder

    def add_paper(
        self,
        case: str,
        path: str,
        role: str | None = None,
        person: str | None = None,
        issued_on: date | None = None,
    ) -> AddedEntry:
        """Add a file, by its path in the folder, to a case as a paper; it is copied to its place.

        Without role or person, name and content decide; an error lists the roles. person: patient or companion-1.
        Signed originals are added by a person.
        """
        file, source = self.folder.case(case), self.folder.paper(self.folder.case(case), path)
        said = Said(Given(_role(role), person), issued_on, self.folder.options.as_of, self.folder.language, asks=False)
        with SAVING:
            text = read_case_text(str(file), self.folder.templates, self.folder.directory)
            new = _new(text, source, said)
            add_papers(text, [new])
        return {
            "case": case,
            "etag": CaseFile.read(file).etag,
            "paper": len(text.entries),
            "role": new.role,
            "person": new.person,
            "day": _day(new, issued_on),
        }

    def read_paper(self, case: str, paper: Annotated[int, Field(ge=0)]) -> ReadPaper:
        """Propose values that a paper of the case shows; numbers from 0, as add_paper gives them.

        Compare every value with a person before set_fields, except proved ones. No values means that nothing was read.
        Scans need the extra read.
        """
        text = read_case_text(str(self.folder.case(case)), self.folder.templates, self.folder.directory)
        if paper >= len(text.entries):
            raise refusal("the case has no paper of this number", "the first paper is 0")
        found = read_entry(text, paper, self.folder.options.as_of)
        return {"values": [_shown(each) for each in found[:_MOST_VALUES]]}


def _new(text: CaseText, source: Path, said: Said) -> NewPaper:
    """Return a file as a paper. Raises ToolError for a signed original, AttachmentError."""
    skipped: list[Problem] = []
    found = [paper for paper, _ in new_papers(text, [source], None, said, skipped)]
    if skipped:
        raise AttachmentError(skipped)
    if found[0].role == SIGNED:
        raise refusal("a signed original is added by a person", "visa-packet add, or the desk")
    return found[0]


def _shown(value: ProposedValue) -> ReadValue:
    return {
        "pointer": value.pointer,
        "value": value.value,
        "page": value.line.page,
        "box_mm": [round(side, 1) for side in value.line.box_mm],
        "confidence": round(value.line.confidence, 3),
        "proved": value.is_proved,
    }


def _role(name: str | None) -> AttachmentRole | None:
    role = next((role for role in ROLES if role == name), None)
    if name is not None and role is None:
        raise refusal("there is no such role", f"roles are {', '.join(ROLES)}")
    return role


def _day(paper: NewPaper, given: date | None) -> Literal["given", "read", "missing", "not needed"]:
    if paper.issued_on is None:
        return "missing" if question_of_day(paper.role) else "not needed"
    return "given" if given else "read"
