"""Input and result of filters: the shape of the result, and the fields and labels that arguments name in quotes."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from jinja2 import nodes

from pipeline.authoring.check.types.shapes import ANY, Shape
from pipeline.documents.filters import FILTERS
from pipeline.resources import read_data

#: Filters that accept an absent value: it leaves the box empty.
TAKE_NONE = {"tick"}
STAND_INS = {"default", "d"}
_SAME_LIST = {"sort", "list", "reverse", "unique", "selectattr", "rejectattr", "select", "reject"}
_ONE_OF_LIST = {"first", "last", "min", "max"}
_BY_ATTRIBUTE = {"selectattr", "rejectattr", "groupby"}
_NUMBER, TEXT = Shape((int,)), Shape((str,))


def result_shape(name: str, value: Shape) -> Shape:
    """Return the shape of the result of the filter ``name`` for ``value``."""
    if name in _SAME_LIST:
        return value
    if name in _ONE_OF_LIST:
        return value.item() or ANY
    return {"length": _NUMBER, "count": _NUMBER}.get(name, TEXT if name in FILTERS else ANY)


def replaces_none(node: nodes.Filter) -> bool:
    """Return True if ``default`` also replaces None: its second argument, or ``boolean``, is true."""
    values = [*node.args[1:2], *(pair.value for pair in node.kwargs if pair.key == "boolean")]
    return any(isinstance(value, nodes.Const) and bool(value.value) for value in values)


def quoted_fields(node: nodes.Filter) -> Iterator[list[str]]:
    """Yield the paths of fields that a filter for lists names in quotes."""
    arguments = [pair.value for pair in node.kwargs if pair.key == "attribute"]
    arguments += node.args[:1] if node.name in _BY_ATTRIBUTE else []
    for argument in arguments:
        if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
            yield argument.value.split(".")


def find_label_error(node: nodes.Filter, value: Shape) -> str | None:
    """Return a message if the table of labels is unknown, or lacks a value that the field can have."""
    arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if [type(argument) for argument in arguments] != [str, str]:
        return None
    table, language = arguments
    tables = read_data("labels")
    if table not in tables:
        near = get_close_matches(table, tables, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(tables)}"
        return f"label has no table {table!r}; {advice}"
    missing = [word for word in value.literals() if language not in tables[table].get(word, {})]
    if missing:
        return f"the table {table!r} of label has no text in {language!r} for {', '.join(missing)}"
    return None
