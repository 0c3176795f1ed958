"""Generate sample cases that are valid, ordered in time, and meet the condition of a document."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.authoring.check.sample_data import Edge, Node, case_schema, generate
from pipeline.authoring.check.types.guards import Guards
from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.case.people import PATIENT
from pipeline.formats.json.reader import JsonFile
from pipeline.packet.conditions import CONDITIONS

FIRST_ENTRY = date(2027, 1, 12)
AS_OF = date(2026, 11, 22)

#: Days of each stay, and from one entry to the next.
_STAY, _LONG_STAY, _BETWEEN = 7, SHORT_STAY_DAYS + 5, 120
#: Number of values in the longest enumeration, the provinces: after so many turns each value was chosen once.
_TURNS = 33

_ABOUT: Mapping[Edge, str] = {
    "least": "a case without optional fields",
    "few": "a case with few fields",
    "lists": "a case with every list at its longest",
    "texts": "a case with every text at its longest and rare characters",
}
#: The names that lead to a field from the top of a case.
FieldPath = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SampleCase:
    """A generated case, and its JSON text for the places of problems."""

    case: Case
    json_file: JsonFile


class Recipe(NamedTuple):
    """The parameters of a sample case: ``added`` is one more optional field, ``days`` the length of each stay."""

    edge: Edge
    turn: int = 0
    added: FieldPath = ()
    days: int = _STAY

    @property
    def about(self) -> str:
        """Description for people."""
        return _ABOUT[self.edge]


@cache
def find_recipe(edge: Edge, when: str) -> Recipe | None:
    """Return the recipe of a case that meets the condition ``when``: plain, or with a long stay or one field more."""
    additions: tuple[FieldPath, ...] = ((), *_addable_fields()) if edge in {"least", "few"} else ((),)
    for turn, added, days in product(range(_TURNS), additions, (_STAY, _LONG_STAY)):
        recipe = Recipe(edge, turn, added, days)
        if CONDITIONS[when](_generate(recipe)[1], PATIENT):
            return recipe
    return None


@cache
def make_case(recipe: Recipe) -> SampleCase:
    """Return the case of a recipe."""
    data, case = _generate(recipe)
    text = json.dumps(data, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return SampleCase(case, JsonFile("generated case", Path(), text, digest, data))


@cache
def fields_required_by(when: str) -> Guards:
    """Return the paths that are present in each case that meets the condition ``when``."""
    recipe = find_recipe("texts", when)
    if recipe is None:
        return frozenset()
    full = _generate(recipe)[0]
    required = (
        path
        for path in _optional_fields()
        if not CONDITIONS[when](msgspec.convert(_without(full, path), Case), PATIENT)
    )
    return frozenset(".".join(path) for path in required)


@cache
def _generate(recipe: Recipe) -> tuple[dict[str, Any], Case]:
    data = copy.deepcopy(_base_data(recipe.edge, recipe.turn))
    if recipe.added:
        _add(data, recipe.added, recipe.turn)
    _order_in_time(data, recipe.days)
    return data, msgspec.convert(data, Case)


@cache
def _base_data(edge: Edge, turn: int) -> dict[str, Any]:
    """Return the data that many recipes share: many are tried before one meets a condition."""
    data: dict[str, Any] = generate(case_schema(), edge, turn)
    return data


def _add(data: dict[str, Any], path: FieldPath, turn: int) -> None:
    node: Node = case_schema()
    for name in path:
        node = next(field.node for field in node.properties if field.name == name)
    for name in path[:-1]:
        data = data[name]
    data[path[-1]] = generate(node, "few", turn, path[-1])


@cache
def _optional_fields() -> tuple[FieldPath, ...]:
    """Return the optional fields of a case and of its parts, and the lists that may be empty."""
    paths: list[FieldPath] = []
    for field in case_schema().properties:
        if not field.is_required or field.node.schema.get("minItems") == 0:
            paths.append((field.name,))
        paths += [(field.name, inner.name) for inner in field.node.properties if not inner.is_required]
    return tuple(paths)


def _addable_fields() -> tuple[FieldPath, ...]:
    """Return the optional fields whose parent is present in each case."""
    required = {field.name for field in case_schema().properties if field.is_required}
    return tuple(path for path in _optional_fields() if len(path) == 1 or path[0] in required)


def _without(data: Mapping[str, Any], path: FieldPath) -> dict[str, Any]:
    """Return a copy without one field, or with its list empty. Parts beside the path are shared, not copied."""
    name, *rest = path
    copied = dict(data)
    if rest:
        copied[name] = _without(copied[name], tuple(rest))
    elif isinstance(copied[name], list):
        copied[name] = []
    else:
        del copied[name]
    return copied


def _order_in_time(data: dict[str, Any], days: int) -> None:
    """Put the visits one after the other, and every planned day into its own visit."""
    for number, visit in enumerate(data["treatment"]["visits"]):
        entry = FIRST_ENTRY + timedelta(days=number * _BETWEEN)
        visit["entry_date"] = entry.isoformat()
        visit["exit_date"] = (entry + timedelta(days=days - 1)).isoformat()
        for planned in (visit["procedures"], visit.get("activities", ())):
            for index, step in enumerate(planned):
                step["date"] = (entry + timedelta(days=index % days)).isoformat()
