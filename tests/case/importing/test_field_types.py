"""Fields by pointer: their shapes, and the places in the schemas that describe them."""

from __future__ import annotations

import pytest

from pipeline.case.importing.field_types import find_field

SHAPES = {
    "/case_id": "text",
    "/patient/name": "name",
    "/patient/birth_date": "date",
    "/patient/occupation": "languages",
    "/patient/address": "object",
    "/condition/kind": "words",
    "/companions/0/name/chinese": "text",
    "/companions/*/passport/expiry_date": "date",
    "/treatment/infusion_ml": "integer",
    "/treatment/visits": "list",
    "/treatment/visits/1/procedures/*/step": "words",
    "/treatment/visits/0/arrival/flight": "text",
    "/hospital": "object",
    "/hospital/name": "languages",
    "/athlete": "boolean",
}


@pytest.mark.parametrize(("pointer", "shape"), SHAPES.items())
def test_shapes(pointer: str, shape: str) -> None:
    field = find_field(pointer)
    assert field is not None
    assert field.shape == shape


def test_places_lead_from_the_field_to_its_definition() -> None:
    field = find_field("/treatment/visits/0/entry_date")
    assert field is not None
    assert field.places == ("visit/properties/entry_date", "common/$defs/date")
    entry = find_field("/hospital/address", "directory-hospital")
    assert entry is not None
    assert entry.places[0] == "hospital/properties/address"


@pytest.mark.parametrize("pointer", ["/patient/nummer", "/companions/name", "/patient/sex/male", "/x/y", "/patient/0"])
def test_no_field_of_this_name(pointer: str) -> None:
    assert find_field(pointer) is None
