"""Which hospitals of the directory have filed a plan that covers a case's treatment, and why the others have not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pipeline.case.directory import FiledPlan, HospitalEntry, Listed, lacking
from pipeline.case.load import LoadedCase
from pipeline.case.model import Case
from pipeline.errors import Problem

#: An entry that nobody has compared with the public registry for longer is told.
OLD_AFTER_DAYS = 90

Reason = Literal["condition", "treatment", "route", "language", "prefecture"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a patient asks for beside the treatment; None where it does not matter.

    ``language`` is an ISO 639 code, ``prefecture`` a name in Japanese or English.
    """

    language: str | None = None
    prefecture: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A hospital that fits, with those of its plans that cover the treatment."""

    hospital: Listed[HospitalEntry]
    plans: tuple[FiledPlan, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A hospital that does not fit, and every reason."""

    hospital: Listed[HospitalEntry]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """All hospitals of a directory for one case, both lists in the order of the ids."""

    fits: tuple[Fit, ...]
    left_out: tuple[LeftOut, ...]


def match_case(case: Case, hospitals: Iterable[Listed[HospitalEntry]], wishes: Wishes) -> Match:
    """Sort the hospitals by whether they fit the case and the wishes."""
    fits, left_out = [], []
    for hospital in sorted(hospitals, key=lambda listed: listed.id):
        reasons = tuple(_reasons(case, hospital.entry, wishes))
        if reasons:
            left_out.append(LeftOut(hospital, reasons))
        else:
            plans = tuple(plan for plan in hospital.entry.plans if not plan.uncovered(case))
            fits.append(Fit(hospital, plans))
    return Match(tuple(fits), tuple(left_out))


def match_problems(
    loaded: LoadedCase, hospitals: Sequence[Listed[HospitalEntry]], wishes: Wishes, as_of: date
) -> list[Problem]:
    """What makes a match less sure: kinds that say nothing, wishes that nobody meets, entries old on ``as_of``."""
    return [*_unnamed_kinds(loaded), *_unknown_wishes(hospitals, wishes), *_old_entries(hospitals, as_of)]


def _reasons(case: Case, entry: HospitalEntry, wishes: Wishes) -> Iterator[Reason]:
    aspect = lacking(entry.plans, case)
    if aspect is not None:
        yield aspect
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
            message = "the kind is other, so it cannot be told by kind which plans cover it"
            hint = "ask each hospital, or choose the kind if the list has it"
            yield replace(loaded.document.problem("match-other", pointer, message, hint), severity="warning")


def _unknown_wishes(hospitals: Sequence[Listed[HospitalEntry]], wishes: Wishes) -> Iterator[Problem]:
    entries = [hospital.entry for hospital in hospitals]
    if not any(_speaks(entry, wishes.language) for entry in entries):
        known = sorted({code for entry in entries for code in entry.languages})
        yield _warning("match-language", "no hospital of the directory supports this language", known)
    if not any(_is_in(entry, wishes.prefecture) for entry in entries):
        known = sorted({f"{entry.prefecture.ja} / {entry.prefecture.en}" for entry in entries})
        yield _warning("match-prefecture", "no hospital of the directory is in a prefecture of this name", known)


def _warning(code: str, message: str, known: Sequence[str]) -> Problem:
    return Problem(code, "warning", message, f"the directory has: {', '.join(known)}")


def _old_entries(hospitals: Sequence[Listed[HospitalEntry]], as_of: date) -> Iterator[Problem]:
    for hospital in hospitals:
        days = (as_of - hospital.entry.as_of).days
        if days > OLD_AFTER_DAYS:
            message = f"this entry was last compared with the public registry {days} days before {as_of.isoformat()}"
            hint = "compare it again (e-再生医療) and write the day of it"
            yield replace(hospital.document.problem("directory-old", "/as_of", message, hint), severity="warning")
