"""The start of a case: what is known at the beginning, what follows from it, and its folder."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Any

import msgspec

from pipeline.case.base import ID
from pipeline.case.directory import FiledPlan
from pipeline.case.half_case import half_case
from pipeline.case.source import CASE_FILE
from pipeline.case.treatment import ConditionKind, Route, TreatmentKind
from pipeline.errors import InputError, OutputError
from pipeline.formats.files import resolved
from pipeline.formats.json.reader import parse_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.packet.template_set import TemplateSet
from pipeline.publish.folder import writing
from pipeline.resources import SCHEMAS
from pipeline.run.case_folder.case_text import ROOM
from pipeline.run.case_folder.fields import find_field
from pipeline.run.case_folder.new_folder import HINT, WORK, new_folder
from pipeline.run.case_folder.offer import Offer, covering_plans
from pipeline.run.case_folder.places import make_places, places
from pipeline.run.case_folder.readme import README, write_readme
from pipeline.system.atomic import flush, sweep, work_folder, write_file
from pipeline.visa.missions import responsible_mission

_PROVINCE = "/patient/address/province"
_SCHEMA = f"{SCHEMAS}case.schema.json"


@dataclass(frozen=True, slots=True)
class CaseStart:
    """What is known of a new case; None or an empty text if it is not known yet.

    ``hospital`` and ``guarantor`` are ids of the directory, ``plan`` is one of the hospital. ``companions`` and
    ``visits`` are numbers.
    """

    case_id: str
    chinese_name: str = ""
    surname: str = ""
    given_names: str = ""
    province: str | None = None
    address: str | None = None
    companions: int | None = None
    condition: ConditionKind | None = None
    treatment: TreatmentKind | None = None
    route: Route | None = None
    hospital: str | None = None
    plan: FiledPlan | None = None
    visits: int | None = None
    guarantor: str | None = None


def first_fields(start: CaseStart) -> dict[str, Any]:
    """Return the fields of the new case: what is known, and what follows from it. Others are absent."""
    fields: dict[str, Any] = {
        "$schema": _SCHEMA,
        "case_id": start.case_id,
        "patient": _known(
            {
                "name": _known(
                    {"chinese": start.chinese_name, "surname": start.surname, "given_names": start.given_names}
                ),
                "address": _known({"province": start.province, "text": start.address}),
            }
        ),
        "companions": None if start.companions is None else [{} for _ in range(start.companions)],
        "condition": _known({"kind": start.condition}),
        "treatment": _treatment(start),
        "hospital": start.hospital,
        "guarantor": start.guarantor,
        "visa": _visa(start),
        # The screening has a table for the mainland; Hong Kong and Macao have codes of their own.
        "tb_screening": _known({"residence_country": _country(start.province)}) | {"steps": {}},
    }
    return {name: value for name, value in fields.items() if value not in (None, {})} | {"attachments": []}


def _treatment(start: CaseStart) -> dict[str, Any]:
    plan: dict[str, Any] = {}
    if start.plan is not None:
        plan = msgspec.to_builtins(start.plan)
        plan = {name: plan.get(name) for name in (*_OF_THE_PLAN, "cell_processing")}
        plan["cell_processing"] = _known(plan["cell_processing"] or {})
    visits: list[Any] | None = None if start.visits is None else [{} for _ in range(start.visits)]
    kind = start.treatment or _only(start.plan.kinds if start.plan else ())
    route = start.route or _only(start.plan.routes if start.plan else ())
    return _known({"kind": kind, "route": route, **plan, "visits": visits})


_OF_THE_PLAN = ("risk_class", "plan_number", "plan_title", "committee_number", "committee_name")


def _visa(start: CaseStart) -> dict[str, Any]:
    entries = None if start.visits is None else "multiple" if start.visits > 1 else "single"
    mission = None if start.province is None else responsible_mission(start.province, start.address)
    return _known({"entries": entries, "mission": mission})


def _country(province: str | None) -> str | None:
    return {None: None, "香港": "HKG", "澳门": "MAC"}.get(province, "CHN")


def _only(values: Sequence[str]) -> str | None:
    return values[0] if len(values) == 1 else None


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def province_of(address: str) -> str | None:
    """Return the province with which a Chinese address begins."""
    return next((each for each in find_field(_PROVINCE).choices("zh") if address.startswith(each)), None)


def complete_start(start: CaseStart, offer: Offer) -> CaseStart:
    """Return a start with the province of its address, and the plan if exactly one covers the treatment."""
    offer.check("hospital", start.hospital)
    offer.check("guarantor", start.guarantor)
    text = start.province or start.address
    province = province_of(text) or start.province if text else None
    plan = start.plan
    if plan is None and start.condition is not None:
        plans = covering_plans(offer.plans(start.hospital), start.condition, start.treatment, start.route)
        plan = plans[0] if len(plans) == 1 else None
    return replace(start, province=province, plan=plan)


def case_id_for(folder: Path | None, given: str | None, today: date) -> tuple[Path, str]:
    """Return the folder and the id of a new case: by default a new number of the year, in the current folder."""
    if folder is None:
        numbers = range(1, 10_000)
        name = given or next(name for number in numbers if not Path(name := f"case-{today.year}-{number:04}").exists())
        return Path(name), name
    name = given or resolved(folder).name.lower().replace("_", "-").replace(" ", "-")
    if not ID.fullmatch(name):
        raise InputError(replace(worded_problem("case-id", room=ROOM), file=str(folder)))
    return folder, name


def start_case(folder: Path, start: CaseStart, templates: TemplateSet, language: Language) -> Path:
    """Create the folder of a case, or add a case to a folder that has none. Return its file.

    Nothing is replaced. Raises InputError if a value is not one that a case can have, OutputError.
    """
    fields = first_fields(start)
    content = (json.dumps(fields, ensure_ascii=False, indent=2) + "\n").encode()
    json_file = parse_json(content, str(folder / CASE_FILE), folder)
    wrong = [problem for problem in check_schema(json_file, "case") if problem.code != "schema-required"]
    if wrong:
        raise InputError(wrong)
    found = places(half_case(json_file.fields), templates)
    readme = write_readme(start.case_id, found, language, shlex.quote(resolved(folder).name)).encode()
    files = {PurePath(README): readme, PurePath(CASE_FILE): content}
    if folder.is_dir():
        _add(files, folder)
        with writing(folder, HINT):
            make_places(folder, found)
    else:
        new_folder(folder, files, [place.folder for place in found if place.need != "not_needed"])
    return folder / CASE_FILE


def _add(files: Mapping[PurePath, bytes], folder: Path) -> None:
    """Add the files of a new case to a folder that has others. Raise OutputError if it has a case."""
    with writing(folder, HINT):
        sweep(folder, WORK)
        with work_folder(folder, WORK) as work:
            for path, content in files.items():
                write_file(work / path, content)
            try:
                os.link(work / CASE_FILE, folder / CASE_FILE)
            except FileExistsError:
                problem = worded_problem("output-exists/case", room=ROOM)
                raise OutputError(replace(problem, file=str(folder / CASE_FILE))) from None
            with suppress(FileExistsError):
                os.link(work / README, folder / README)
            flush(folder)
