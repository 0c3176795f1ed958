"""Find the shape of each expression of a template, the fields that it reads, and the names that a case cannot give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from jinja2 import nodes

from pipeline.authoring.check.types.filter_types import (
    STAND_INS,
    TAKE_NONE,
    TEXT,
    find_label_error,
    quoted_fields,
    replaces_none,
    result_shape,
)
from pipeline.authoring.check.types.guards import Guards, implied_by, path_of
from pipeline.authoring.check.types.shapes import ANY, Shape, shape_of
from pipeline.documents.context_types import DocumentNames
from pipeline.documents.filters import FILTERS
from pipeline.errors import Problem

#: The shape of each name in scope.
Scope = Mapping[str, Shape]
NameCode = Literal["name-unknown", "name-optional", "name-group", "name-list", "name-filter", "name-label"]

_HINTS: Mapping[NameCode, str] = {
    "name-unknown": "correct the name; docs/templates.md and `visa-packet schema` list all names",
    "name-optional": "put {% if … %} and {% endif %} around it, or around its paragraph or row",
    "name-group": "name one of its fields, or use a filter",
    "name-list": "repeat a list, or print the value without {% for … %}",
    "name-label": "use the table of this field in pipeline/visa/data/labels.json, and the language ja, en or zh",
    "name-filter": "use one of the filters in docs/filters.md",
}


@dataclass
class Expressions:
    """Examines expressions, and collects the fields that they read and the problems.

    ``names`` are the names of every document, by their types.
    """

    names: Mapping[str, Any]
    known_filters: Iterable[str] = ()
    #: each with the line of its tag, and without its place in the Word file
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    #: class and field of each read
    reads: set[tuple[Any, str]] = field(default_factory=set)

    def require(self, node: nodes.Node, scope: Scope, guards: Guards, use: str) -> Shape:
        """Return the shape of a value that must be present for this use; report it if it is optional and unguarded."""
        shape = self.examine(node, scope, guards)
        if shape.optional:
            self.report(node, "name-optional", f"{spell(node)} is {use} without a guard, and a case may lack it")
        return shape.without_none()

    def examine(self, node: nodes.Node, scope: Scope, guards: Guards) -> Shape:
        """Return the shape of an expression, after examining everything that it reads."""
        shape = self._unguarded_shape(node, scope, guards)
        return shape.without_none() if path_of(node) in guards else shape

    def report(self, node: nodes.Node, code: NameCode, message: str) -> None:
        """Add a problem of an expression."""
        self.problems.append((node.lineno, Problem(code, "error", message, _HINTS[code])))

    def _unguarded_shape(self, node: nodes.Node, scope: Scope, guards: Guards) -> Shape:
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Const):
            return Shape((type(node.value),)) if node.value is not None else Shape(optional=True)
        if isinstance(node, nodes.Getattr):
            return self._field(node, node.attr, scope, guards)
        methods: tuple[tuple[Any, Callable[[Any, Scope, Guards], Shape]], ...] = (
            (nodes.Getitem, self._item),
            (nodes.Filter, self._filter),
            (nodes.CondExpr, self._conditional),
            (nodes.And | nodes.Or, self._logical),
        )
        for kind, method in methods:
            if isinstance(node, kind):
                return method(node, scope, guards)
        return self._computed(node, scope, guards)

    def _name(self, node: nodes.Name, scope: Scope) -> Shape:
        if node.name in scope:
            return scope[node.name]
        if node.name in self.names:
            self.reads.add((DocumentNames, node.name))
            return shape_of(self.names[node.name])
        near = get_close_matches(node.name, [*self.names, *scope], n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(self.names)}"
        self.report(node, "name-unknown", f"unknown name {node.name!r}; {advice}")
        return ANY

    def _field(self, node: nodes.Getattr | nodes.Getitem, name: str, scope: Scope, guards: Guards) -> Shape:
        group = self.require(node.node, scope, guards, "read")
        self.reads.update(group.owners(name))
        shape = group.field(name)
        if shape is None:
            known = group.names()
            near = get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
            self.report(node, "name-unknown", f"{spell(node.node)} has no field {name!r}; {advice}")
        return shape or ANY

    def _item(self, node: nodes.Getitem, scope: Scope, guards: Guards) -> Shape:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._field(node, node.arg.value, scope, guards)
        whole = self.require(node.node, scope, guards, "read")
        if isinstance(node.arg, nodes.Slice):
            return whole
        self.examine(node.arg, scope, guards)
        return whole.item() or ANY

    def _filter(self, node: nodes.Filter, scope: Scope, guards: Guards) -> Shape:
        for child in (*node.args, *(pair.value for pair in node.kwargs)):
            self.examine(child, scope, guards)
        if node.name not in {*FILTERS, *self.known_filters}:
            near = get_close_matches(node.name, [*FILTERS, *self.known_filters], n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"filters of this program: {', '.join(FILTERS)}"
            self.report(node, "name-filter", f"unknown filter {node.name!r}; {advice}")
        if node.node is None:  # of a block: {% filter … %}
            return ANY
        if node.name in TAKE_NONE:
            self.examine(node.node, scope, guards)
            return TEXT
        if node.name in STAND_INS:
            value = self.examine(node.node, scope, guards)
            return Shape(value.kinds, value.optional and not replaces_none(node))
        value = self.require(node.node, scope, guards, f"given to the filter {node.name}")
        self._quoted_fields(node, value)
        error = find_label_error(node, value) if node.name == "label" else None
        if error:
            self.report(node, "name-label", error)
        return result_shape(node.name, value)

    def _quoted_fields(self, node: nodes.Filter, value: Shape) -> None:
        for path in quoted_fields(node):
            shape = value.item()
            for step in path:
                self.reads.update(shape.owners(step) if shape else ())
                inner = shape.field(step) if shape else ANY
                if inner is None:
                    self.report(node, "name-unknown", f"an entry of {spell(node.node)} has no field {step!r}")
                shape = inner

    def _conditional(self, node: nodes.CondExpr, scope: Scope, guards: Guards) -> Shape:
        self.examine(node.test, scope, guards)
        first = self.examine(node.expr1, scope, guards | implied_by(node.test, holds=True))
        if node.expr2 is None:
            return ANY
        second = self.examine(node.expr2, scope, guards | implied_by(node.test, holds=False))
        kinds = first.kinds + second.kinds if first.kinds and second.kinds else ()
        return Shape(kinds, first.optional or second.optional)

    def _logical(self, node: nodes.And | nodes.Or, scope: Scope, guards: Guards) -> Shape:
        self.examine(node.left, scope, guards)
        return self.examine(node.right, scope, guards | implied_by(node.left, holds=isinstance(node, nodes.And)))

    def _computed(self, node: nodes.Node, scope: Scope, guards: Guards) -> Shape:
        """Arithmetic requires its operands; tests and comparisons for equality do not."""
        requires = isinstance(node, nodes.BinExpr | nodes.UnaryExpr | nodes.Concat) and not isinstance(node, nodes.Not)
        if isinstance(node, nodes.Compare):
            requires = any(operand.op not in {"eq", "ne", "in", "notin"} for operand in node.ops)
            children = [node.expr, *(operand.expr for operand in node.ops)]
        else:
            children = [child for child in node.iter_child_nodes() if isinstance(child, nodes.Expr)]
        for child in children:
            if requires:
                self.require(child, scope, guards, "computed with")
            else:
                self.examine(child, scope, guards)
        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            return Shape((bool,))
        return ANY


def spell(node: nodes.Node | None) -> str:
    """Return a path as people write it."""
    if isinstance(node, nodes.Filter):
        return f"{spell(node.node)}|{node.name}"
    return path_of(node) or "the expression"
