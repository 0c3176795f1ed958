"""The directory: a folder of hospitals and guarantors, one file each, to which cases refer by id.

``schemas/directory-hospital.schema.json`` and ``directory-guarantor.schema.json`` describe the fields.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import ClassVar, Generic, Literal, TypeVar, get_args

import msgspec

from pipeline.case.base import ID, Bilingual, Frozen
from pipeline.case.model import Case
from pipeline.case.organisations import Guarantor, Hospital
from pipeline.case.treatment import CellProcessing, ConditionKind, Route, TreatmentKind
from pipeline.errors import CaseError, Problem
from pipeline.formats.files import is_folder
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.messages import Words, worded_problem, words

FOLDER = "directory"

#: The field of a case that refers to an entry, and the key of the same part in the entry's file.
Kind = Literal["hospital", "guarantor"]
#: The aspects of a case that a plan must cover.
Aspect = Literal["condition", "treatment", "route"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)

#: The most ids in a hint.
_ROOM = "case"
_MOST_IDS = 10


class Suspension(Frozen, frozen=True):
    """An order that stops the treatment of a plan, with the day from which it applies."""

    since: dt.date
    source: str


class FiledPlan(Frozen, frozen=True):
    """A plan that was submitted and received; without ``routes`` it covers all routes."""

    plan_number: str
    plan_title: str
    risk_class: Literal["I", "II", "III"]
    conditions: tuple[ConditionKind, ...]
    kinds: tuple[TreatmentKind, ...]
    routes: tuple[Route, ...] = ()
    committee_number: str | None = None
    committee_name: str | None = None
    cell_processing: CellProcessing | None = None
    suspended: Suspension | None = None

    def uncovered(self, case: Case) -> list[Aspect]:
        """Return the aspects of the case that the plan does not cover."""
        covered: dict[Aspect, bool] = {
            "condition": case.condition.kind in self.conditions,
            "treatment": case.treatment.kind in self.kinds,
            "route": not self.routes or case.treatment.route in self.routes,
        }
        return [aspect for aspect, is_covered in covered.items() if not is_covered]


def first_uncovered(plans: Sequence[FiledPlan], case: Case) -> Aspect | None:
    """Return the first aspect at which no plan is left, or None if a plan covers the case."""
    for aspect in ASPECTS:
        plans = [plan for plan in plans if aspect not in plan.uncovered(case)]
        if not plans:
            return aspect
    return None


class HospitalEntry(Frozen, frozen=True):
    """A hospital with its filed plans."""

    kind: ClassVar[Kind] = "hospital"

    hospital: Hospital
    prefecture: Bilingual
    languages: tuple[str, ...]
    plans: tuple[FiledPlan, ...]
    as_of: dt.date
    source: str


class GuarantorEntry(Frozen, frozen=True):
    """A registered guarantor."""

    kind: ClassVar[Kind] = "guarantor"

    guarantor: Guarantor
    as_of: dt.date
    source: str


AnyEntry = TypeVar("AnyEntry", HospitalEntry, GuarantorEntry)


@dataclass(frozen=True, slots=True)
class ListedEntry(Generic[AnyEntry]):
    """An entry with its id and its file."""

    id: str
    entry: AnyEntry
    json_file: JsonFile


@dataclass(frozen=True, slots=True)
class References:
    """The entries that a case refers to; None if the case itself contains the fields."""

    hospital: ListedEntry[HospitalEntry] | None = None
    guarantor: ListedEntry[GuarantorEntry] | None = None

    @property
    def listed(self) -> list[ListedEntry[HospitalEntry] | ListedEntry[GuarantorEntry]]:
        """The entries that are not None, the hospital first."""
        return [listed for listed in (self.hospital, self.guarantor) if listed is not None]


def find_directory(folder: Path, given: Path | None = None) -> Path:
    """Return the directory for a case in ``folder``: the given one, or the nearest folder ``directory``.

    It is in that folder, beside it, or beside the folder that all cases are in.
    """
    above = folder.resolve().parent if folder.name in {"", ".."} else folder.parent
    highest = above.resolve().parent if above.name in {"", ".."} else above.parent
    near = (folder / FOLDER, above / FOLDER, highest / FOLDER)
    return given or next((path for path in near if is_folder(path)), near[0])


def look_up_entries(json_file: JsonFile, folder: Path) -> tuple[References, list[Problem]]:
    """Return the entries that a case refers to, and the problems of the references and of the entries."""
    problems: list[Problem] = []

    def look_up(form: type[AnyEntry]) -> ListedEntry[AnyEntry] | None:
        try:
            return _look_up(json_file, folder, form)
        except CaseError as error:
            problems.extend(error.problems)
            return None

    return References(look_up(HospitalEntry), look_up(GuarantorEntry)), problems


def merge_entries(json_file: JsonFile, references: References) -> JsonFile:
    """Return the case's file with entries in place of their ids; problems of these are placed in the entries' files."""
    files = {listed.entry.kind: listed.json_file for listed in references.listed}
    parts = {kind: file.data[kind] for kind, file in files.items()}
    grafts = {f"/{kind}": file for kind, file in files.items()}
    return replace(json_file, data={**json_file.data, **parts}, grafts=grafts)


def read_hospitals(folder: Path) -> list[ListedEntry[HospitalEntry]]:
    """Read every hospital of the directory in the order of the ids. Raise CaseError with all their problems."""
    hospitals: list[ListedEntry[HospitalEntry]] = []
    problems: list[Problem] = []
    files = _files(folder, "hospital")
    if not files:
        raise CaseError(replace(worded_problem("directory-empty", room=_ROOM), file=str(folder)))
    for path in files:
        try:
            hospitals.append(_read(path, HospitalEntry))
        except CaseError as error:
            problems.extend(error.problems)
    if problems:
        raise CaseError(problems)
    return hospitals


def list_entries(folder: Path, form: type[AnyEntry]) -> list[ListedEntry[AnyEntry]]:
    """Read the hospitals or the guarantors of a directory in the order of their ids, without invalid entries."""
    listed: list[ListedEntry[AnyEntry]] = []
    for path in _files(folder, form.kind):
        with suppress(CaseError):
            listed.append(_read(path, form))
    return listed


def _look_up(json_file: JsonFile, folder: Path, form: type[AnyEntry]) -> ListedEntry[AnyEntry] | None:
    wanted = json_file.data.get(form.kind) if isinstance(json_file.data, dict) else None
    if not isinstance(wanted, str) or not ID.fullmatch(wanted):
        return None  # an object, or an error by the schema of cases
    files = {path.stem: path for path in _files(folder, form.kind)}
    if wanted not in files:
        problem = worded_problem(f"directory-unknown/{form.kind}", _hint(wanted, list(files), folder), room=_ROOM)
        raise CaseError(json_file.locate(problem, f"/{form.kind}"))
    return _read(files[wanted], form)


def _hint(wanted: str, known: Sequence[str], folder: Path) -> Words:
    if not known:
        return words("hints", "none", room=_ROOM, folder=folder)
    near = get_close_matches(wanted, known, n=1)
    if near:
        return words("hints", "near", room=_ROOM, name=near[0])
    names = ", ".join(known[:_MOST_IDS]) + (", …" if len(known) > _MOST_IDS else "")
    return words("hints", "known", room=_ROOM, folder=folder, names=names)


def entry_path(kind: Kind, entry_id: str) -> PurePosixPath:
    """Return the path of an entry's file, from the folder that contains the directory."""
    return PurePosixPath(FOLDER, f"{kind}s", f"{entry_id}.json")


def _files(folder: Path, kind: Kind) -> list[Path]:
    """Return the files of the entries in the order of their ids, without hidden files of editors."""
    return [path for path in sorted((folder / f"{kind}s").glob("*.json")) if not path.name.startswith(".")]


def _read(path: Path, form: type[AnyEntry]) -> ListedEntry[AnyEntry]:
    if not ID.fullmatch(path.stem):
        raise CaseError(replace(worded_problem("directory-name", room=_ROOM), file=str(path)))
    json_file = read_json(path)
    problems = check_schema(json_file, f"directory-{form.kind}")
    if problems:
        raise CaseError(problems)
    return ListedEntry(path.stem, msgspec.convert(json_file.fields, form), json_file)
