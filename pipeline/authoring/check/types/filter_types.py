"""What filters take and give: the shape of their result, the fields and labels that they name in quotes."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from jinja2 import nodes

from pipeline.authoring.check.types.shapes import ANY, Shape
from pipeline.documents.filters import FILTERS
from pipeline.resources import read_data

#: Filters that take what is absent: an empty box is what it means.
TAKE_NONE = {"tick"}
STAND_INS = {"default", "d"}
_SAME_LIST = {"sort", "list", "reverse", "unique", "selectattr", "rejectattr", "select", "reject"}
_ONE_OF_LIST = {"first", "last", "min", "max"}
_BY_ATTRIBUTE = {"selectattr", "rejectattr", "groupby"}
_NUMBER, TEXT = Shape((int,)), Shape((str,))


def filtered(name: str, given: Shape) -> Shape:
    """What a filter makes of what it is given."""
    if name in _SAME_LIST:
        return given
    if name in _ONE_OF_LIST:
        return given.item() or ANY
    return {"length": _NUMBER, "count": _NUMBER}.get(name, TEXT if name in FILTERS else ANY)


def takes_empty(node: nodes.Filter) -> bool:
    """Whether ``default`` also stands in for None: its second argument, or ``boolean``, is true."""
    given = [*node.args[1:2], *(pair.value for pair in node.kwargs if pair.key == "boolean")]
    return any(isinstance(value, nodes.Const) and bool(value.value) for value in given)


def named_fields(node: nodes.Filter) -> Iterator[list[str]]:
    """Paths of fields that a filter for lists names in quotes."""
    named = [pair.value for pair in node.kwargs if pair.key == "attribute"]
    named += node.args[:1] if node.name in _BY_ATTRIBUTE else []
    for name in named:
        if isinstance(name, nodes.Const) and isinstance(name.value, str):
            yield name.value.split(".")


def wrong_label(node: nodes.Filter, given: Shape) -> str | None:
    """What is wrong when the table of labels lacks a word that the field can hold, or is itself unknown."""
    named = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if [type(name) for name in named] != [str, str]:
        return None
    table, language = named
    tables = read_data("labels")
    if table not in tables:
        near = get_close_matches(table, tables, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(tables)}"
        return f"label has no table {table!r}; {meant}"
    lacking = [word for word in given.words() if language not in tables[table].get(word, {})]
    if lacking:
        return f"the table {table!r} of label has no word in {language!r} for {', '.join(lacking)}"
    return None
