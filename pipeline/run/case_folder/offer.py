"""What a directory offers to a new case: hospitals, guarantors, and the plans that cover a treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.case.directory import (
    FiledPlan,
    GuarantorEntry,
    HospitalEntry,
    Kind,
    ListedEntry,
    list_entries,
)
from pipeline.case.treatment import ConditionKind, Route, TreatmentKind
from pipeline.errors import InputError
from pipeline.formats.messages import worded_problem, words
from pipeline.run.case_folder.case_text import ROOM


@dataclass(frozen=True, slots=True)
class Offer:
    """The valid entries of a directory."""

    folder: Path
    hospitals: tuple[ListedEntry[HospitalEntry], ...]
    guarantors: tuple[ListedEntry[GuarantorEntry], ...]

    @classmethod
    def of(cls, folder: Path) -> Offer:
        """Return what the directory offers; nothing if there is none."""
        return cls(folder, tuple(list_entries(folder, HospitalEntry)), tuple(list_entries(folder, GuarantorEntry)))

    def names(self, kind: Kind) -> dict[str, str]:
        """Return the name of each entry in Japanese and English, by its id."""
        names = (
            {listed.id: listed.entry.hospital.name for listed in self.hospitals}
            if kind == "hospital"
            else {listed.id: listed.entry.guarantor.name for listed in self.guarantors}
        )
        return {entry_id: f"{name.ja} / {name.en}" for entry_id, name in names.items()}

    def check(self, kind: Kind, entry_id: str | None) -> None:
        """Raise InputError if there is no valid entry with an id that was given."""
        known = self.names(kind)
        if entry_id is not None and entry_id not in known:
            named, ids = words("kinds", kind, room=ROOM), ", ".join(known) or "–"
            problem = worded_problem("directory-unknown/entry", room=ROOM, kind=named, folder=self.folder, known=ids)
            raise InputError(replace(problem, file=entry_id))

    def plans(self, hospital: str | None) -> Sequence[FiledPlan]:
        """Return the filed plans of a hospital."""
        return next((listed.entry.plans for listed in self.hospitals if listed.id == hospital), ())


def covering_plans(
    plans: Sequence[FiledPlan],
    condition: ConditionKind | None,
    treatment: TreatmentKind | None = None,
    route: Route | None = None,
) -> list[FiledPlan]:
    """Return the plans in force that cover what is known of a treatment."""
    return [
        plan
        for plan in plans
        if plan.suspended is None
        and (condition is None or condition in plan.conditions)
        and (treatment is None or treatment in plan.kinds)
        and (route is None or not plan.routes or route in plan.routes)
    ]
