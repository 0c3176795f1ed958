"""The directory: a folder of hospitals and guarantors, one file each, to which cases refer by id.

What a field means stands in ``schemas/directory-hospital.schema.json`` and ``directory-guarantor.schema.json``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar, Generic, Literal, TypeVar, get_args

import msgspec

from pipeline.case.base import Bilingual, Frozen
from pipeline.case.model import Case
from pipeline.case.organisations import Guarantor, Hospital
from pipeline.case.treatment import CellProcessing, ConditionKind, Route, TreatmentKind
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.json.schema import check_schema

FOLDER = "directory"

#: What a case calls an entry, and by which key the entry's file holds the part that the case needs.
Kind = Literal["hospital", "guarantor"]
#: What of a case a plan may fail to cover.
Aspect = Literal["condition", "treatment", "route"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)

#: No point, slash or backslash: an id cannot lead out of the directory.
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
#: How many ids a hint lists at most.
_LISTED = 10


class FiledPlan(Frozen, frozen=True):
    """A plan that was submitted and received; without ``routes`` it covers each."""

    plan_number: str
    plan_title: str
    risk_class: Literal["I", "II", "III"]
    conditions: tuple[ConditionKind, ...]
    kinds: tuple[TreatmentKind, ...]
    routes: tuple[Route, ...] = ()
    committee_number: str | None = None
    committee_name: str | None = None
    cell_processing: CellProcessing | None = None

    def uncovered(self, case: Case) -> list[Aspect]:
        """What of the case's treatment the plan does not cover."""
        covered: dict[Aspect, bool] = {
            "condition": case.condition.kind in self.conditions,
            "treatment": case.treatment.kind in self.kinds,
            "route": not self.routes or case.treatment.route in self.routes,
        }
        return [aspect for aspect, is_covered in covered.items() if not is_covered]


def lacking(plans: Sequence[FiledPlan], case: Case) -> Aspect | None:
    """The first aspect of the case's treatment for which no plan is left; None when one covers all of them."""
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


Entry = TypeVar("Entry", HospitalEntry, GuarantorEntry)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Entry]):
    """An entry with its id and its file."""

    id: str
    entry: Entry
    document: JsonFile


@dataclass(frozen=True, slots=True)
class Referred:
    """The entries that a case refers to; None where the case holds the fields itself."""

    hospital: Listed[HospitalEntry] | None = None
    guarantor: Listed[GuarantorEntry] | None = None

    @property
    def listed(self) -> list[Listed[HospitalEntry] | Listed[GuarantorEntry]]:
        """Those that there are, the hospital first."""
        return [listed for listed in (self.hospital, self.guarantor) if listed is not None]


def find_folder(folder: Path, given: Path | None = None) -> Path:
    """The directory for a case in ``folder``: the given one, else the folder ``directory`` in it or beside it."""
    above = folder.resolve().parent if folder.name in {"", ".."} else folder.parent
    near = (folder / FOLDER, above / FOLDER)
    return given or next((path for path in near if path.is_dir()), near[0])


def look_up(document: JsonFile, folder: Path) -> tuple[Referred, list[Problem]]:
    """The entries that a case refers to, and all that is wrong with the references and with the entries."""
    problems: list[Problem] = []

    def find(form: type[Entry]) -> Listed[Entry] | None:
        try:
            return _referred(document, folder, form)
        except CaseError as error:
            problems.extend(error.problems)
            return None

    return Referred(find(HospitalEntry), find(GuarantorEntry)), problems


def with_entries(document: JsonFile, referred: Referred) -> JsonFile:
    """The case's file with the fields of its entries in place of their ids; their places are in the entries' files."""
    files = {listed.entry.kind: listed.document for listed in referred.listed}
    parts = {kind: file.data[kind] for kind, file in files.items()}
    grafts = {f"/{kind}": file for kind, file in files.items()}
    return replace(document, data={**document.data, **parts}, grafts=grafts)


def read_hospitals(folder: Path) -> list[Listed[HospitalEntry]]:
    """Every hospital of the directory in the order of the ids. Raises CaseError with all problems of all entries."""
    found: list[Listed[HospitalEntry]] = []
    problems: list[Problem] = []
    files = _files(folder, "hospital")
    if not files:
        hint = "name the right folder with --directory; it holds hospitals/<id>.json"
        raise CaseError(Problem("directory-empty", "error", "no hospital is in this directory", hint, str(folder)))
    for path in files:
        try:
            found.append(_read(path, HospitalEntry))
        except CaseError as error:
            problems.extend(error.problems)
    if problems:
        raise CaseError(problems)
    return found


def _referred(document: JsonFile, folder: Path, form: type[Entry]) -> Listed[Entry] | None:
    wanted = document.data.get(form.kind) if isinstance(document.data, dict) else None
    if not isinstance(wanted, str) or not _ID.fullmatch(wanted):
        return None  # fields, or something that the schema of cases refuses
    files = {path.stem: path for path in _files(folder, form.kind)}
    if wanted not in files:
        message = f"the directory has no {form.kind} of this id"
        raise CaseError(
            document.problem("directory-unknown", f"/{form.kind}", message, _hint(wanted, list(files), folder))
        )
    return _read(files[wanted], form)


def _hint(wanted: str, known: Sequence[str], folder: Path) -> str:
    if not known:
        return f"{folder} holds none; name the right folder with --directory"
    near = get_close_matches(wanted, known, n=1)
    more = ", …" if len(known) > _LISTED else ""
    return f"did you mean {near[0]!r}?" if near else f"known in {folder}: {', '.join(known[:_LISTED])}{more}"


def _files(folder: Path, kind: Kind) -> list[Path]:
    """Files of the entries in the order of their ids; files that editors hide are none."""
    return [path for path in sorted((folder / f"{kind}s").glob("*.json")) if not path.name.startswith(".")]


def _read(path: Path, form: type[Entry]) -> Listed[Entry]:
    if not _ID.fullmatch(path.stem):
        message = "the name of this file is no id: 1 to 63 lower-case letters a-z, digits and hyphens"
        raise CaseError(Problem("directory-name", "error", message, "rename the file", str(path)))
    document = read_json(path)
    problems = check_schema(document, f"directory-{form.kind}")
    if problems:
        raise CaseError(problems)
    return Listed(path.stem, msgspec.convert(document.fields, form), document)
