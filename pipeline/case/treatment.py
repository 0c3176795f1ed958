"""The condition, the treatment and its visits."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pipeline.case.base import Bilingual, Frozen, Trilingual


class Imaging(Frozen, frozen=True):
    kind: Literal["mri", "ct", "x_ray", "ultrasound"]
    date: dt.date


ConditionKind = Literal[
    "knee_osteoarthritis",
    "meniscus_tear",
    "focal_cartilage_defect",
    "achilles_tendinopathy",
    "patellar_tendonitis",
    "partial_acl_tear",
    "partial_pcl_tear",
    "rotator_cuff_injury",
    "lateral_epicondylitis",
    "chronic_ankle_sprain",
    "other",
]


class Condition(Frozen, frozen=True):
    kind: ConditionKind
    diagnosis: Trilingual
    side: Literal["left", "right", "both", "not_applicable"]
    background: Trilingual
    grade: Literal["I", "II", "III"] | None = None
    imaging: tuple[Imaging, ...] = ()


class Procedure(Frozen, frozen=True):
    date: dt.date
    step: Literal["examination", "harvest", "injection", "follow_up", "other"]


class Lodging(Frozen, frozen=True):
    name: Bilingual
    address: Bilingual
    phone: str


class Flight(Frozen, frozen=True):
    port: str
    flight: str | None = None
    abroad: str | None = None


class Activity(Frozen, frozen=True):
    date: dt.date
    text: Trilingual


class Visit(Frozen, frozen=True):
    entry_date: dt.date
    exit_date: dt.date
    hospitalised: bool
    physician: Bilingual
    purpose: Trilingual
    procedures: tuple[Procedure, ...]
    lodging: Lodging | None = None
    arrival: Flight | None = None
    departure: Flight | None = None
    activities: tuple[Activity, ...] = ()

    @property
    def days(self) -> int:
        """Length of the stay in days, including the days of entry and exit."""
        return (self.exit_date - self.entry_date).days + 1


class CellProcessing(Frozen, frozen=True):
    name: Bilingual
    kind: Literal["licensed", "notified", "accredited_abroad"]
    facility_number: str | None = None


class Phase(Frozen, frozen=True):
    """A phase of the return to sport, in weeks after the last injection."""

    from_week: int
    text: str
    to_week: int | None = None


TreatmentKind = Literal["cultured_autologous_msc", "prp", "cultured_autologous_msc_and_prp", "uncultured_svf", "other"]
Route = Literal["joint", "tendon", "ligament", "muscle", "intravenous", "several", "other"]


class Treatment(Frozen, frozen=True):
    product: Trilingual
    kind: TreatmentKind
    route: Route
    visits: tuple[Visit, ...]
    risk_class: Literal["I", "II", "III"] | None = None
    plan_number: str | None = None
    plan_title: str | None = None
    committee_number: str | None = None
    committee_name: str | None = None
    cell_processing: CellProcessing | None = None
    dose: Trilingual | None = None
    guidance: Trilingual | None = None
    culture_and_release_days: int | None = None
    cells_usable_days: int | None = None
    need_for_visits: Trilingual | None = None
    infusion_ml: int | None = None
    aftercare: tuple[str, ...] = ()
    remote_consultations: tuple[dt.date, ...] = ()
    return_to_sport: tuple[Phase, ...] = ()

    @property
    def has_cultured_cells(self) -> bool:
        """True if cells are cultured for it."""
        return self.kind in {"cultured_autologous_msc", "cultured_autologous_msc_and_prp"}

    @property
    def injection_days(self) -> tuple[dt.date, ...]:
        """The days on which an injection is planned, in order."""
        return tuple(
            sorted(step.date for visit in self.visits for step in visit.procedures if step.step == "injection")
        )
