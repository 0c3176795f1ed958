"""What the expressions of a template read and give, and which of them a case cannot give."""

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
    filtered,
    named_fields,
    takes_empty,
    wrong_label,
)
from pipeline.authoring.check.types.guards import Guards, path_of, shown_by
from pipeline.authoring.check.types.shapes import ANY, Shape, shape_of
from pipeline.documents.context_types import Names
from pipeline.documents.filters import FILTERS

#: What the names in sight stand for.
Scope = Mapping[str, Shape]
Kind = Literal["name-unknown", "name-optional", "name-group", "name-list", "name-filter", "name-label"]

_HINTS: Mapping[Kind, str] = {
    "name-unknown": "correct the name; docs/templates.md and `visa-packet schema` list those that there are",
    "name-optional": "put {% if … %} and {% endif %} around it, or around its paragraph or row",
    "name-group": "name one of its fields, or use a filter",
    "name-list": "only a list can be repeated",
    "name-label": "take the table for this field from pipeline/visa/data/labels.json, and the language ja, en or zh",
    "name-filter": "docs/filters.md lists the filters",
}


@dataclass(frozen=True, slots=True)
class Misread:
    """A name that is read wrongly, in the tag on that line."""

    line: int
    code: Kind
    message: str

    @property
    def hint(self) -> str:
        """What to do about it."""
        return _HINTS[self.code]


@dataclass
class Expressions:
    """Looks at expressions, and keeps what they read and what is wrong with them.

    ``names`` are those of every document, by their types.
    """

    names: Mapping[str, Any]
    known_filters: Iterable[str] = ()
    misread: list[Misread] = field(default_factory=list)
    #: class and field of everything that is read
    reads: set[tuple[Any, str]] = field(default_factory=set)

    def there(self, node: nodes.Node, scope: Scope, guards: Guards, use: str) -> Shape:
        """Shape of something that must be there to be used so."""
        shape = self.shape(node, scope, guards)
        if shape.optional:
            self.tell(node, "name-optional", f"{spelled(node)} is {use} without a guard, and a case may lack it")
        return shape.there()

    def shape(self, node: nodes.Node, scope: Scope, guards: Guards) -> Shape:
        """Shape of an expression; everything that it reads is looked at on the way."""
        shape = self._unguarded(node, scope, guards)
        path = path_of(node)
        return shape.there() if path in guards else shape

    def _unguarded(self, node: nodes.Node, scope: Scope, guards: Guards) -> Shape:
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Const):
            return Shape((type(node.value),)) if node.value is not None else Shape(optional=True)
        for kind, look in self._looks:
            if isinstance(node, kind):
                return look(node, scope, guards)
        return self._computed(node, scope, guards)

    @property
    def _looks(self) -> tuple[tuple[Any, Callable[[Any, Scope, Guards], Shape]], ...]:
        """How each kind of expression is looked at."""
        return (
            (nodes.Getattr, self._attribute),
            (nodes.Getitem, self._item),
            (nodes.Filter, self._filter),
            (nodes.CondExpr, self._either),
            (nodes.And | nodes.Or, self._both),
        )

    def _attribute(self, node: nodes.Getattr, scope: Scope, guards: Guards) -> Shape:
        return self._field(node, node.node, node.attr, scope, guards)

    def _both(self, node: nodes.And | nodes.Or, scope: Scope, guards: Guards) -> Shape:
        self.shape(node.left, scope, guards)
        return self.shape(node.right, scope, guards | shown_by(node.left, holds=isinstance(node, nodes.And)))

    def _computed(self, node: nodes.Node, scope: Scope, guards: Guards) -> Shape:
        """Arithmetic needs its operands; comparisons for being equal, and tests, do not."""
        needs = isinstance(node, nodes.BinExpr | nodes.UnaryExpr | nodes.Concat) and not isinstance(node, nodes.Not)
        if isinstance(node, nodes.Compare):
            needs = any(operand.op not in {"eq", "ne", "in", "notin"} for operand in node.ops)
            children = [node.expr, *(operand.expr for operand in node.ops)]
        else:
            children = [child for child in node.iter_child_nodes() if isinstance(child, nodes.Expr)]
        for child in children:
            if needs:
                self.there(child, scope, guards, "computed with")
            else:
                self.shape(child, scope, guards)
        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            return Shape((bool,))
        return ANY

    def _either(self, node: nodes.CondExpr, scope: Scope, guards: Guards) -> Shape:
        self.shape(node.test, scope, guards)
        first = self.shape(node.expr1, scope, guards | shown_by(node.test, holds=True))
        if node.expr2 is None:
            return ANY
        second = self.shape(node.expr2, scope, guards | shown_by(node.test, holds=False))
        return Shape(
            first.kinds + second.kinds if first.kinds and second.kinds else (), first.optional or second.optional
        )

    def _name(self, node: nodes.Name, scope: Scope) -> Shape:
        if node.name in scope:
            return scope[node.name]
        if node.name in self.names:
            self.reads.add((Names, node.name))
            return shape_of(self.names[node.name])
        near = get_close_matches(node.name, [*self.names, *scope], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(self.names)}"
        self.tell(node, "name-unknown", f"there is no name {node.name!r}{meant}")
        return ANY

    def _field(self, node: nodes.Node, of: nodes.Node, name: str, scope: Scope, guards: Guards) -> Shape:
        group = self.there(of, scope, guards, "read")
        self.reads.update(group.owners(name))
        found = group.field(name)
        if found is None:
            known = group.names()
            near = get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
            self.tell(node, "name-unknown", f"{spelled(of)} has no field {name!r}; {meant}")
        return found or ANY

    def _item(self, node: nodes.Getitem, scope: Scope, guards: Guards) -> Shape:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._field(node, node.node, node.arg.value, scope, guards)
        whole = self.there(node.node, scope, guards, "read")
        if isinstance(node.arg, nodes.Slice):
            return whole
        self.shape(node.arg, scope, guards)
        return whole.item() or ANY

    def _filter(self, node: nodes.Filter, scope: Scope, guards: Guards) -> Shape:
        for child in (*node.args, *(pair.value for pair in node.kwargs)):
            self.shape(child, scope, guards)
        if node.name not in {*FILTERS, *self.known_filters}:
            near = get_close_matches(node.name, [*FILTERS, *self.known_filters], n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"this program's own: {', '.join(FILTERS)}"
            self.tell(node, "name-filter", f"there is no filter {node.name!r}; {meant}")
        if node.node is None:  # of a block: {% filter … %}
            return ANY
        if node.name in TAKE_NONE or node.name in STAND_INS:
            given = self.shape(node.node, scope, guards)
            return TEXT if node.name in TAKE_NONE else Shape(given.kinds, given.optional and not takes_empty(node))
        given = self.there(node.node, scope, guards, f"given to the filter {node.name}")
        self._named(node, given)
        wrong = wrong_label(node, given) if node.name == "label" else None
        if wrong:
            self.tell(node, "name-label", wrong)
        return filtered(node.name, given)

    def _named(self, node: nodes.Filter, given: Shape) -> None:
        """Fields that a filter for lists names in quotes."""
        for path in named_fields(node):
            shape = given.item()
            for step in path:
                self.reads.update(shape.owners(step) if shape else ())
                found = shape.field(step) if shape else ANY
                if found is None:
                    self.tell(node, "name-unknown", f"what is in {spelled(node.node)} has no field {step!r}")
                shape = found

    def tell(self, node: nodes.Node, code: Kind, message: str) -> None:
        """Keep what is wrong with an expression."""
        self.misread.append(Misread(node.lineno, code, message))


def spelled(node: nodes.Node | None) -> str:
    """An expression as people write it, when it is a path."""
    if isinstance(node, nodes.Filter):
        return f"{spelled(node.node)}|{node.name}"
    return path_of(node) or "the expression"
