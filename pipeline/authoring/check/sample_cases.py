"""Generated cases: valid, with an order of time, and such that a document of a given condition is made for them."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
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
from pipeline.formats.json.reader import JsonFile
from pipeline.packet.plan import CONDITIONS

FIRST_ENTRY = date(2027, 1, 12)
AS_OF = date(2026, 11, 22)

#: Days of each stay, and from one entry to the next.
_STAY, _LONG_STAY, _BETWEEN = 7, SHORT_STAY_DAYS + 5, 120
#: As many turns as the longest list of words of a field has, that of provinces: then each word has been chosen once.
_TURNS = 31

_ABOUT: Mapping[Edge, str] = {
    "least": "a case without anything optional",
    "few": "a case with little",
    "lists": "a case with every list at its longest",
    "texts": "a case with every text at its longest and rare characters",
}
Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EdgeCase:
    """A generated case. ``about`` says in words what is special about it."""

    about: str
    case: Case
    document: JsonFile


class Recipe(NamedTuple):
    """How a case is made: ``added`` is an optional field that it has besides, ``days`` the length of each stay."""

    edge: Edge
    turn: int = 0
    added: Steps = ()
    days: int = _STAY


def edge_case(edge: Edge, when: str) -> EdgeCase | None:
    """A case of that kind for which a document of that condition is made; None when there is none."""
    recipe = _recipe(edge, when)
    return _told(recipe) if recipe else None


@cache
def shown_by_condition(when: str) -> Guards:
    """Paths that are there in each case for which the condition holds."""
    recipe = _recipe("texts", when)
    if recipe is None:
        return frozenset()
    full = _made(recipe)[0]
    decides = (path for path in _optional() if not CONDITIONS[when](_case(_without(full, path))))
    return frozenset(".".join(path) for path in decides)


@cache
def _recipe(edge: Edge, when: str) -> Recipe | None:
    return next((recipe for recipe in _recipes(edge) if CONDITIONS[when](_made(recipe)[1])), None)


def _recipes(edge: Edge) -> Iterator[Recipe]:
    """The plain case first, then those with a long stay, one thing more, other words."""
    additions: tuple[Steps, ...] = ((), *_addable()) if edge in {"least", "few"} else ((),)
    for turn, added, days in product(range(_TURNS), additions, (_STAY, _LONG_STAY)):
        yield Recipe(edge, turn, added, days)


@cache
def _plain(edge: Edge, turn: int) -> dict[str, Any]:
    """What many recipes begin with: many are tried before one meets a condition."""
    data: dict[str, Any] = generate(case_schema(), edge, turn)
    return data


@cache
def _made(recipe: Recipe) -> tuple[dict[str, Any], Case]:
    schema = case_schema()
    data = copy.deepcopy(_plain(recipe.edge, recipe.turn))
    if recipe.added:
        _add(data, schema, recipe.added, recipe.turn)
    _order_in_time(data, recipe.days)
    return data, _case(data)


@cache
def _told(recipe: Recipe) -> EdgeCase:
    """The same with the text of a file, for the places of findings."""
    data, case = _made(recipe)
    text = json.dumps(data, ensure_ascii=False, indent=1)
    document = JsonFile("generated case", Path(), text, hashlib.sha256(text.encode()).hexdigest(), data)
    return EdgeCase(_ABOUT[recipe.edge], case, document)


def _case(data: Mapping[str, Any]) -> Case:
    return msgspec.convert(data, Case)


def _add(data: dict[str, Any], schema: Node, path: Steps, turn: int) -> None:
    node: Node = schema
    target = data
    for name in path[:-1]:
        node, target = _field(node, name), target[name]
    target[path[-1]] = generate(_field(node, path[-1]), "few", turn, path[-1])


def _field(node: Node, name: str) -> Node:
    return next(field for found, field, _ in node.properties() if found == name)


@cache
def _optional() -> tuple[Steps, ...]:
    """Optional fields of a case and of its parts, and lists that may be empty."""
    found: list[Steps] = []
    for name, node, required in case_schema().properties():
        if not required or node.schema.get("minItems") == 0:
            found.append((name,))
        found += [(name, inner) for inner, _, needed in node.properties() if not needed]
    return tuple(found)


def _addable() -> tuple[Steps, ...]:
    """Those of them whose part is there in each case."""
    required = {name for name, _, needed in case_schema().properties() if needed}
    return tuple(path for path in _optional() if len(path) == 1 or path[0] in required)


def _without(data: Mapping[str, Any], path: Steps) -> dict[str, Any]:
    """The same without one field, or with nothing in its list. What is not on the way to it is shared."""
    name, *rest = path
    left = dict(data)
    if rest:
        left[name] = _without(left[name], tuple(rest))
    elif isinstance(left[name], list):
        left[name] = []
    else:
        del left[name]
    return left


def _order_in_time(data: dict[str, Any], days: int) -> None:
    """Visits one after the other, and what is planned inside its own visit."""
    for number, visit in enumerate(data["treatment"]["visits"]):
        entry = FIRST_ENTRY + timedelta(days=number * _BETWEEN)
        visit["entry_date"] = entry.isoformat()
        visit["exit_date"] = (entry + timedelta(days=days - 1)).isoformat()
        for planned in (visit["procedures"], visit.get("activities", ())):
            for index, step in enumerate(planned):
                step["date"] = (entry + timedelta(days=index % days)).isoformat()
