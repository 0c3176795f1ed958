"""Tools for cases: list them, start one, describe its fields, and set them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from pipeline.case.base import ID
from pipeline.case.directory import Kind, find_directory
from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.answers import FoundProblems, findings_of, is_below, refusal
from pipeline.cli.agents.six_questions import check_speaker
from pipeline.cli.read_patients import read_patient
from pipeline.language import Language
from pipeline.packet.set_files import load_template_set
from pipeline.run.case_folder.answers import pointer_of
from pipeline.run.case_folder.fields import CaseField, find_field
from pipeline.run.case_folder.offer import Offer
from pipeline.run.case_folder.saving import CaseFile, save_values
from pipeline.run.case_folder.start import CaseStart, complete_start, start_case
from pipeline.run.check import check_text

Speaker = Literal["applicant", "hospital", "guarantor", "agency", "paper"]
#: The sections that an entry of the directory can fill.
_OF_DIRECTORY: Mapping[str, Kind] = {"/hospital": "hospital", "/guarantor": "guarantor"}
#: A group with more fields is described on request.
_LARGE_GROUP = 8
_MOST_CHANGES = 60
_MOST_CASES = 100


class Change(TypedDict):
    """A value for a field, and who said so. null removes the field."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    pointer: str
    value: Any
    heard_from: Speaker


class CaseVersion(TypedDict):
    """A case and the version of its file."""

    case: str
    etag: str


class ListedCase(TypedDict):
    """A case in the list."""

    case: str
    state: str
    filing_date: str | None
    open: int | None


class CaseList(TypedDict):
    """The cases of the folder."""

    cases: list[ListedCase]
    left_out: int


class DescribedField(TypedDict, total=False):
    """A field, or a group that describe_fields shows by its pointer."""

    pointer: str
    type: str
    required: bool
    title: str
    about: str
    choices: list[str]
    fields: int


class DescribedFields(TypedDict):
    """The fields of a section."""

    fields: list[DescribedField]


class SavedFields(CaseVersion):
    """A case after a change, with the findings on the changed fields."""

    about: FoundProblems


@dataclass(frozen=True, slots=True)
class CaseTools:
    """The tools for cases of one folder."""

    folder: AgentFolder

    def list_cases(self) -> CaseList:
        """List the cases of the folder: state, planned filing day, number of open items. No names of people."""
        names = list(self.folder.cases())
        rows = ((name, read_patient(self.folder.source(name), self.folder.options)) for name in names[:_MOST_CASES])
        cases: list[ListedCase] = [
            {
                "case": name,
                "state": row.state,
                "filing_date": row.filing.planned.isoformat() if row.filing.planned else None,
                "open": row.done.all - row.done.done if row.done else None,
            }
            for name, row in rows
        ]
        return {"cases": cases, "left_out": len(names) - len(cases)}

    def describe_fields(self, section: str, lang: Language | None = None) -> DescribedFields:
        """Describe the fields of a section, or of a group by its pointer.

        Sections: patient, companions, condition, treatment, hospital, guarantor, visa, tb_screening, costs, athlete.
        0 in a pointer is the first of a list.
        """
        about = _described(section)
        fields = [_entry(field, lang or self.folder.language, is_required=needed) for field, needed in _shown(about)]
        return {"fields": [*self._entries(about.pointer), *fields]}

    def new_case(
        self,
        case_id: str,
        hospital: str | None = None,
        guarantor: str | None = None,
        visits: Annotated[int, Field(ge=1, le=10)] | None = None,
    ) -> CaseVersion:
        """Start a case. Its id has 3 to 64 small letters, digits and hyphens, and no personal data.

        hospital and guarantor: ids that describe_fields lists.
        """
        if not ID.fullmatch(case_id):
            raise refusal("a case id has small letters, digits and hyphens", "choose one without personal data")
        path, options = self.folder.new(case_id), self.folder.options
        start = CaseStart(case_id, companions=0, hospital=hospital, guarantor=guarantor, visits=visits)
        complete = complete_start(start, self._offer(case_id))
        file = start_case(path, complete, load_template_set(options.templates), self.folder.language)
        return {"case": case_id, "etag": CaseFile.read(file).etag}

    def set_fields(
        self, case: str, changes: Annotated[list[Change], Field(min_length=1, max_length=_MOST_CHANGES)], etag: str
    ) -> SavedFields:
        """Save values at pointers, all or none, if the file still has this etag (check_case gives it).

        Only what somebody said or a paper shows, never a guess. The six questions (application/questions) and their
        details: only heard_from applicant. Papers: add_paper.
        """
        former = self.folder.file(case)
        values = {_settable(change["pointer"]): _value(change) for change in changes}
        check_speaker(former.json_file.data, changes)
        saved = save_values(former.path, etag, values, self.folder.options)
        found = check_text(saved.path, self.folder.options)
        problems = [each for each in found if _is_about(pointer_of(each), values)]
        return {"case": case, "etag": saved.etag, "about": findings_of(problems, self.folder.language)}

    def _entries(self, pointer: str) -> list[DescribedField]:
        """Return the ids of the directory, one of which may stand in place of the fields of hospital or guarantor."""
        kind = _OF_DIRECTORY.get(pointer)
        names = self._offer("new").names(kind) if kind else {}
        about = "An id of the directory, in place of the fields below."
        return [{"pointer": pointer, "type": "string", "about": about, "choices": list(names)}] if names else []

    def _offer(self, case_id: str) -> Offer:
        return Offer.of(find_directory(self.folder.path / case_id, self.folder.directory))


def _described(section: str) -> CaseField:
    field = find_field(section)
    return find_field(f"{field.pointer}/0") if field.is_list else field


def _shown(group: CaseField) -> Iterator[tuple[CaseField, bool]]:
    """Yield the fields of a group, each with True if the group needs it; of small groups, their fields."""
    names = [name for name in group.schema.get("properties", ()) if name != "$schema"]
    if not names:
        yield group, False
    for name in names:
        field, needed = find_field(f"{group.pointer}/{name}"), name in group.schema.get("required", ())
        is_small = 0 < len(field.schema.get("properties", ())) <= _LARGE_GROUP
        yield from _shown(field) if is_small else [(field, needed)]


def _entry(field: CaseField, language: Language, *, is_required: bool) -> DescribedField:
    parts: dict[str, Any] = {
        "pointer": field.pointer,
        "type": field.schema.get("format") or field.schema.get("type") or "string",
        "required": is_required or None,
        "title": field.title(language),
        "about": field.description(language),
        "choices": list(field.choices(language)) or None,
        "fields": len(_described(field.pointer).schema.get("properties", ())) or None,
    }
    return cast("DescribedField", {name: part for name, part in parts.items() if part is not None})


def _settable(pointer: str) -> str:
    """Return the pointer of a field that a tool may set. Raise ToolError for ids, papers and signed originals."""
    field = find_field(pointer)
    steps = field.pointer.strip("/").split("/")
    if steps[0] in {"case_id", "edited_documents"} or (steps[0] == "attachments" and steps[2:] != ["issued_on"]):
        raise refusal(
            "a tool does not set the id of a case, its papers or documents", "use add_paper, or ask the person"
        )
    return field.pointer


def _value(change: Change) -> Any:
    value = change["value"]
    return find_field(change["pointer"]).value_of(value) if isinstance(value, str) else value


def _is_about(pointer: str | None, values: Mapping[str, Any]) -> bool:
    return pointer is not None and any(is_below(pointer, changed) or is_below(changed, pointer) for changed in values)
