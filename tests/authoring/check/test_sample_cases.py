"""Generated cases at the edges of the schema."""

from __future__ import annotations

import pytest

from pipeline.authoring.check.sample_cases import SampleCase, fields_required_by, find_recipe, make_case
from pipeline.authoring.check.sample_data import RARE, Edge, case_schema, generate
from pipeline.formats.json.violations import validator
from pipeline.packet.conditions import CONDITIONS

pytestmark = pytest.mark.slow

EDGES: tuple[Edge, ...] = ("least", "few", "lists", "texts")


def sample(edge: Edge, when: str) -> SampleCase:
    recipe = find_recipe(edge, when)
    assert recipe
    return make_case(recipe)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("when", CONDITIONS)
def test_a_valid_case_exists_for_each_condition(edge: Edge, when: str) -> None:
    found = sample(edge, when)
    assert CONDITIONS[when](found.case, "patient")
    assert list(validator("case").iter_errors(found.json_file.data)) == []
    assert len(found.json_file.text.encode()) < 1_000_000


def test_the_same_case_each_time() -> None:
    assert generate(case_schema(), "texts") == generate(case_schema(), "texts")


def test_nothing_optional() -> None:
    found = sample("least", "always")
    assert found.case.companions == ()
    assert found.case.hospital.fax is None
    assert found.case.costs is None


def test_every_list_at_its_longest() -> None:
    found = sample("lists", "always")
    assert (len(found.case.companions), len(found.case.treatment.visits)) == (9, 12)
    assert {len(visit.activities) for visit in found.case.treatment.visits} == {200}


def test_every_text_at_its_longest_with_rare_characters() -> None:
    found = sample("texts", "always")
    name = found.case.patient.name
    assert (len(name.surname), len(name.chinese)) == (39, 100)
    assert len(found.case.patient.address.text) == 200
    assert name.chinese.startswith(RARE)
    assert set(RARE) == set("𠮷䶮㛃﨑")


@pytest.mark.parametrize(
    ("when", "required"), [("always", set()), ("costs", {"costs"}), ("companions", {"companions"})]
)
def test_a_condition_requires_fields(when: str, required: set[str]) -> None:
    assert fields_required_by(when) == required
