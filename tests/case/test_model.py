"""The typed case, and its agreement with the schemas."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from pipeline.case.base import Frozen
from pipeline.case.directory import GuarantorEntry, HospitalEntry
from pipeline.case.filing import Attachment
from pipeline.case.load import load_case
from pipeline.case.model import Case
from pipeline.case.people import Passport, Patient
from pipeline.case.treatment import Treatment, Visit
from tests.support.cases import EXAMPLES, REMOVE, Edit
from tests.support.struct_pictures import SCHEMAS, picture_of_schema, picture_of_type

WANG = load_case(EXAMPLES / "wang-xiaoming" / "case.json").case
CHEN = load_case(EXAMPLES / "chen-lihua" / "case.json").case


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Case, "case"), (HospitalEntry, "directory-hospital"), (GuarantorEntry, "directory-guarantor")],
)
def test_types_and_schema_agree(kind: type[msgspec.Struct], name: str) -> None:
    assert picture_of_type(inspect.type_info(kind)) == picture_of_schema(SCHEMAS, name)


def test_the_picture_shows_what_it_should() -> None:
    picture = picture_of_schema(SCHEMAS)
    assert picture["patient"][1]["sex"] == (True, {"male", "female"})
    assert picture["patient"][1]["passport"][1]["mrz"] == (False, ("list", 2, "text"))
    assert picture["attachments"][1][2]["issued_on"] == (False, "date")
    assert picture["treatment"][1]["culture_and_release_days"] == (False, "whole number")


def broken(name: str, pointer: str, value: Any) -> dict[str, Any]:
    """The schemas with one part set to another value, or taken away."""
    schemas = copy.deepcopy(SCHEMAS)
    *steps, last = pointer.split("/")
    target = schemas[name]
    for step in steps:
        target = target[step]
    if value is REMOVE:
        del target[last]
    else:
        target[last] = value
    return schemas


@pytest.mark.parametrize(
    ("name", "pointer", "value"),
    [
        ("patient", "properties/blood_group", {"type": "string"}),
        ("patient", "properties/email", REMOVE),
        ("patient", "required", ["name"]),
        ("visit", "properties/entry_date", {"type": "string"}),
        ("visit", "properties/hospitalised/type", "string"),
        ("visa", "properties/entries/enum", ["single", "multiple", "double"]),
        ("passport", "properties/mrz/maxItems", 3),
        ("treatment", "properties/culture_and_release_days/type", "string"),
        ("common", "$defs/bilingual/properties/zh", {"type": "string"}),
        ("tb-screening", "properties/steps/properties/vaccination", {"type": "string", "format": "date"}),
        ("attachments", "items/required", ["role", "path", "person"]),
        ("companions", "items/properties/relationship", REMOVE),
        ("case", "properties/notes", {"type": "string"}),
    ],
)
def test_a_change_of_the_schema_alone_is_found(name: str, pointer: str, value: Any) -> None:
    schemas = broken(name, pointer, value)
    assert schemas != SCHEMAS
    assert picture_of_type(inspect.type_info(Case)) != picture_of_schema(schemas)


CHANGED = {
    "a field more": msgspec.defstruct("Changed", [("blood_group", str | None, None)], bases=(Passport,)),
    "a field required": msgspec.defstruct("Changed", [("authority", str)], bases=(Passport,), kw_only=True),
    "another type": msgspec.defstruct("Changed", [("issue_date", str)], bases=(Passport,), kw_only=True),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_change_of_the_types_alone_is_found(change: str) -> None:
    expected = picture_of_schema(SCHEMAS, "passport")
    assert picture_of_type(inspect.type_info(Passport)) == expected
    assert picture_of_type(inspect.type_info(CHANGED[change])) != expected


def structs(kind: type[msgspec.Struct] = Frozen) -> Iterator[type[msgspec.Struct]]:
    for part in kind.__subclasses__():
        if part.__module__.startswith(Case.__module__):
            yield part
            yield from structs(part)


@pytest.mark.parametrize("kind", list(structs()), ids=lambda kind: str(kind.__name__))
def test_every_part_is_frozen_and_closed(kind: type[msgspec.Struct]) -> None:
    assert kind.__struct_config__.frozen
    assert kind.__struct_config__.forbid_unknown_fields


def test_a_case_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        WANG.patient.sex = "female"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        WANG.case_id = "x"  # type: ignore[misc]
    assert isinstance(WANG.treatment.visits, tuple)
    assert isinstance(WANG.attachments, tuple)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"role": "other", "path": "a.pdf", "rolle": "x"}, Attachment)


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field of a case with its value, at any depth."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield name, getattr(value, name)
            yield from parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


@pytest.mark.parametrize("case", [WANG, CHEN], ids=["wang", "chen"])
def test_dates_are_dates(case: Case) -> None:
    found = [
        (name, value) for name, value in parts(case) if name == "date" or name.endswith(("_date", "_on", "_until"))
    ]
    assert len(found) > 10
    for name, value in found:
        assert value is None or type(value) is dt.date, name


def test_values_are_those_of_the_file() -> None:
    assert WANG.patient.birth_date == dt.date(1992, 3, 14)
    assert WANG.patient.name.chinese == "王晓明"
    assert WANG.treatment.culture_and_release_days == 42
    assert WANG.treatment.visits[0].hospitalised is False
    assert WANG.attachments[0].person == "patient"
    assert CHEN.attachments[-1].person == "companion-1"


def test_an_absent_optional_field_is_none(edit: Edit) -> None:
    fields = (
        "/patient/email",
        "/patient/resident_id",
        "/patient/passport/mrz",
        "/treatment/risk_class",
        "/visa/agency",
    )
    case = load_case(edit(dict.fromkeys(fields, REMOVE))).case
    patient = case.patient
    assert (patient.email, patient.resident_id, patient.passport.mrz) == (None, None, None)
    assert (case.treatment.risk_class, case.visa.agency) == (None, None)


@pytest.mark.parametrize(
    ("entry", "leaving", "days"),
    [
        ("2027-03-09", "2027-03-09", 1),
        ("2027-03-09", "2027-03-16", 8),
        ("2027-03-09", "2027-06-06", 90),
        ("2027-03-09", "2027-06-07", 91),
        ("2028-02-28", "2028-03-01", 3),
        ("2027-02-28", "2027-03-01", 2),
        ("2026-12-31", "2027-01-01", 2),
    ],
)
def test_both_ends_of_a_stay_count(entry: str, leaving: str, days: int) -> None:
    visit = msgspec.structs.replace(
        WANG.treatment.visits[0], entry_date=dt.date.fromisoformat(entry), exit_date=dt.date.fromisoformat(leaving)
    )
    assert visit.days == days


def test_longest_stay() -> None:
    assert [visit.days for visit in WANG.treatment.visits] == [7, 8]
    assert WANG.longest_stay == 8
    turned = msgspec.structs.replace(WANG.treatment, visits=WANG.treatment.visits[::-1])
    assert msgspec.structs.replace(WANG, treatment=turned).longest_stay == 8


def test_travellers_are_counted_from_one() -> None:
    assert list(WANG.travellers) == ["patient"]
    assert CHEN.travellers == {
        "patient": ("/patient", CHEN.patient),
        "companion-1": ("/companions/0", CHEN.companions[0]),
    }
    assert isinstance(CHEN.patient, Patient)


def test_the_properties_of_a_template_are_no_fields() -> None:
    """``days`` is worked out, so a case cannot contradict it."""
    assert "days" not in Visit.__struct_fields__
    assert "longest_stay" not in {*Case.__struct_fields__, *Treatment.__struct_fields__}
