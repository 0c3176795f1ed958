"""Match a case with the hospitals of the directory that have filed a plan covering its treatment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pipeline.case.directory import (
    FiledPlan,
    HospitalEntry,
    ListedEntry,
    find_directory,
    first_uncovered,
    read_hospitals,
)
from pipeline.case.half_case import AbsentError, half_case
from pipeline.case.load import IncompleteCaseError, LoadedCase, load_case
from pipeline.case.model import Case
from pipeline.case.source import Source
from pipeline.errors import CaseError, Problem
from pipeline.formats.messages import worded_problem

#: Entries last compared with the public registry longer ago than this get a warning.
OLD_AFTER_DAYS = 90

#: The fields that decide whether a plan covers a case.
_NEEDED = ("/condition/kind", "/treatment/kind", "/treatment/route")

Reason = Literal["condition", "treatment", "route", "suspended", "language", "prefecture"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a patient requests besides the treatment; None means no preference.

    ``language`` is an ISO 639 code, ``prefecture`` a name in Japanese or English.
    """

    language: str | None = None
    prefecture: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A matching hospital, with the plans that cover the treatment, and those that would but are suspended."""

    hospital: ListedEntry[HospitalEntry]
    plans: tuple[FiledPlan, ...]
    suspended: tuple[FiledPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A hospital that does not match, with every reason, and the suspended plans that would cover the treatment."""

    hospital: ListedEntry[HospitalEntry]
    reasons: tuple[Reason, ...]
    suspended: tuple[FiledPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """All hospitals of a directory for one case, both lists in order of the ids, and problems of their entries."""

    fits: tuple[Fit, ...]
    left_out: tuple[LeftOut, ...]
    problems: tuple[Problem, ...] = ()


def match_source(source: Source, wishes: Wishes, as_of: date, directory: Path | None = None) -> Match:
    """Return the match of the case of ``source``, with the problems of the entries.

    The case may lack fields that the match does not need. Raise CaseError, with questions about the others only.
    """
    folder = find_directory(source.folder, directory)
    try:
        return _match_loaded(load_case(source, folder), folder, wishes, as_of)
    except IncompleteCaseError as error:
        half = LoadedCase(half_case(error.json_file.fields), error.json_file, error.references)
        try:
            return _match_loaded(half, folder, wishes, as_of)
        except AbsentError:
            raise CaseError(each for each in error.problems if _is_needed(each)) from None


def _match_loaded(loaded: LoadedCase, folder: Path, wishes: Wishes, as_of: date) -> Match:
    hospitals = read_hospitals(folder)
    problems = tuple(match_problems(loaded, hospitals, wishes, as_of))
    return replace(match_case(loaded.case, hospitals, wishes), problems=problems)


def _is_needed(question: Problem) -> bool:
    return f"{question.pointer}/{question.args.get('field')}" in _NEEDED


def match_case(case: Case, hospitals: Iterable[ListedEntry[HospitalEntry]], wishes: Wishes) -> Match:
    """Divide the hospitals into those that match the case and the wishes, and the others."""
    fits, left_out = [], []
    for hospital in sorted(hospitals, key=lambda listed: listed.id):
        reasons = tuple(_reasons(case, hospital.entry, wishes))
        covering = [plan for plan in hospital.entry.plans if not plan.uncovered(case)]
        suspended = tuple(plan for plan in covering if plan.suspended)
        if reasons:
            left_out.append(LeftOut(hospital, reasons, suspended))
        else:
            fits.append(Fit(hospital, tuple(plan for plan in covering if not plan.suspended), suspended))
    return Match(tuple(fits), tuple(left_out))


def match_problems(
    loaded: LoadedCase, hospitals: Sequence[ListedEntry[HospitalEntry]], wishes: Wishes, as_of: date
) -> list[Problem]:
    """Return warnings on a match: unspecific kinds, wishes that no hospital meets, entries outdated on ``as_of``."""
    return [*_unnamed_kinds(loaded), *_unknown_wishes(hospitals, wishes), *_old_entries(hospitals, as_of)]


def _reasons(case: Case, entry: HospitalEntry, wishes: Wishes) -> Iterator[Reason]:
    aspect = first_uncovered(entry.plans, case)
    if aspect is not None:
        yield aspect
    elif all(plan.suspended for plan in entry.plans if not plan.uncovered(case)):
        yield "suspended"
    if not _speaks(entry, wishes.language):
        yield "language"
    if not _is_in(entry, wishes.prefecture):
        yield "prefecture"


def _speaks(entry: HospitalEntry, language: str | None) -> bool:
    return language is None or language.casefold() in entry.languages


def _is_in(entry: HospitalEntry, prefecture: str | None) -> bool:
    names = {entry.prefecture.ja, entry.prefecture.en.casefold()}
    return prefecture is None or prefecture.casefold() in names


def _unnamed_kinds(loaded: LoadedCase) -> Iterator[Problem]:
    kinds = {"/condition/kind": loaded.case.condition.kind, "/treatment/kind": loaded.case.treatment.kind}
    for pointer, kind in kinds.items():
        if kind == "other":
            problem = worded_problem("match-other", room="visa")
            yield replace(loaded.json_file.locate(problem, pointer), severity="warning")


def _unknown_wishes(hospitals: Sequence[ListedEntry[HospitalEntry]], wishes: Wishes) -> Iterator[Problem]:
    entries = [hospital.entry for hospital in hospitals]
    if not any(_speaks(entry, wishes.language) for entry in entries):
        known = sorted({code for entry in entries for code in entry.languages})
        yield _warning("match-language", known)
    if not any(_is_in(entry, wishes.prefecture) for entry in entries):
        known = sorted({f"{entry.prefecture.ja} / {entry.prefecture.en}" for entry in entries})
        yield _warning("match-prefecture", known)


def _warning(code: str, known: Sequence[str]) -> Problem:
    return replace(worded_problem(code, room="visa", known=", ".join(known)), severity="warning")


def _old_entries(hospitals: Sequence[ListedEntry[HospitalEntry]], as_of: date) -> Iterator[Problem]:
    for hospital in hospitals:
        days = (as_of - hospital.entry.as_of).days
        if days > OLD_AFTER_DAYS:
            problem = worded_problem("directory-old", room="visa", days=days, day=as_of.isoformat())
            yield replace(hospital.json_file.locate(problem, "/as_of"), severity="warning")
