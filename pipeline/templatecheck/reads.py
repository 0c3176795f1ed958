"""Which names a template reads, and which of them a case cannot give: unknown, misspelt, or not guarded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from jinja2 import nodes

from pipeline.filters import FILTERS
from pipeline.names import Names
from pipeline.resources import read_data
from pipeline.templatecheck.guards import Guards, begun_by, names_of, path_of, shown_by
from pipeline.templatecheck.shapes import ANY, Shape, shape_of

#: Filters that take what is absent: an empty box is what it means.
_TAKE_NONE = {"tick"}
_STAND_INS = {"default", "d"}
_SAME_LIST = {"sort", "list", "reverse", "unique", "selectattr", "rejectattr", "select", "reject"}
_ONE_OF_LIST = {"first", "last", "min", "max", "random"}
_BY_ATTRIBUTE = {"selectattr", "rejectattr", "groupby"}
_NUMBER, _TEXT = Shape((int,)), Shape((str,))

Kind = Literal["name-unknown", "name-optional", "name-group", "name-list", "name-filter", "name-label"]

_HINTS: Mapping[Kind, str] = {
    "name-unknown": "correct the name; docs/templates.md and `visa-packet schema` list those that there are",
    "name-optional": "put {% if … %} and {% endif %} around it, or around its paragraph or row",
    "name-group": "name one of its fields, or use a filter",
    "name-list": "only a list can be repeated",
    "name-label": "take the table for this field from pipeline/data/labels.json, and the language ja, en or zh",
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
class Reader:
    """Walks through a parsed template. ``names`` are those of every document, by their types."""

    names: Mapping[str, Any]
    known_filters: Iterable[str] = ()
    #: paths that are there whenever the document is made
    given: Guards = frozenset()
    misread: list[Misread] = field(default_factory=list)
    #: class and field of everything that is read
    reads: set[tuple[Any, str]] = field(default_factory=set)

    def read(self, template: nodes.Template) -> None:
        """Walk through a whole template."""
        self._block(template.body, {}, self.given)

    # statements

    def _block(self, body: Iterable[nodes.Node], scope: dict[str, Shape], guards: Guards) -> None:
        """The nodes of one block. What it sets is seen by what follows in it."""
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    self._printed(child, scope, guards)
            elif isinstance(node, nodes.If):
                self._if(node, scope, guards)
            elif isinstance(node, nodes.For):
                self._for(node, scope, guards)
            elif isinstance(node, nodes.Assign):
                self._assign(node.target, self._shape(node.node, scope, guards), scope)
                guards -= begun_by(guards, names_of(node.target))
            elif isinstance(node, nodes.With):
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._assign(target, self._shape(value, scope, guards), inner)
                self._block(node.body, inner, guards)
            else:
                self._other(node, scope, guards)

    def _other(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> None:
        """Macros, blocks of calls and the like: what they bind may be anything."""
        inner = scope | dict.fromkeys((name.name for name in node.find_all(nodes.Name) if name.ctx != "load"), ANY)
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                self._shape(child, inner, guards)
            else:
                self._block([child], inner, guards)

    def _if(self, node: nodes.If, scope: dict[str, Shape], guards: Guards) -> None:
        before = guards
        for branch in (node, *node.elif_):
            self._shape(branch.test, scope, before)
            self._block(branch.body, scope, before | shown_by(branch.test, holds=True))
            before |= shown_by(branch.test, holds=False)
        self._block(node.else_, scope, before)

    def _for(self, node: nodes.For, scope: dict[str, Shape], guards: Guards) -> None:
        repeated = self._there(node.iter, scope, guards, "repeated")
        item = repeated.item()
        if item is None:
            self._tell(node.iter, "name-list", f"{_spelled(node.iter)} is repeated, but it is no list")
        inner = scope | {"loop": ANY}
        self._assign(node.target, item or ANY, inner)
        guards -= begun_by(guards, names_of(node.target))
        if node.test:
            self._shape(node.test, inner, guards)
            guards |= shown_by(node.test, holds=True)
        self._block(node.body, inner, guards)
        self._block(node.else_, scope, guards)

    def _assign(self, target: nodes.Node, shape: Shape, scope: dict[str, Shape]) -> None:
        for name in names_of(target):
            scope[name] = shape if isinstance(target, nodes.Name) else ANY

    # expressions

    def _printed(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        shape = self._there(node, scope, guards, "printed")
        if shape.is_group or shape.is_list:
            self._tell(node, "name-group", f"{_spelled(node)} is a group of fields, which cannot be printed")
        elif shape.is_flag:
            self._tell(node, "name-group", f"{_spelled(node)} is a yes or no, which cannot be printed")

    def _there(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards, use: str) -> Shape:
        """Shape of something that must be there to be used so."""
        shape = self._shape(node, scope, guards)
        if shape.optional:
            self._tell(node, "name-optional", f"{_spelled(node)} is {use} without a guard, and a case may lack it")
        return shape.there()

    def _shape(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> Shape:
        """Shape of an expression; everything that it reads is looked at on the way."""
        shape = self._unguarded(node, scope, guards)
        path = path_of(node)
        return shape.there() if path in guards else shape

    def _unguarded(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> Shape:
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Const):
            return Shape((type(node.value),)) if node.value is not None else Shape(optional=True)
        for kind, look in self._looks:
            if isinstance(node, kind):
                return look(node, scope, guards)
        return self._computed(node, scope, guards)

    @property
    def _looks(self) -> tuple[tuple[Any, Callable[[Any, dict[str, Shape], Guards], Shape]], ...]:
        """How each kind of expression is looked at."""
        return (
            (nodes.Getattr, self._attribute),
            (nodes.Getitem, self._item),
            (nodes.Filter, self._filter),
            (nodes.CondExpr, self._either),
            (nodes.And | nodes.Or, self._both),
        )

    def _attribute(self, node: nodes.Getattr, scope: dict[str, Shape], guards: Guards) -> Shape:
        return self._field(node, node.node, node.attr, scope, guards)

    def _both(self, node: nodes.And | nodes.Or, scope: dict[str, Shape], guards: Guards) -> Shape:
        self._shape(node.left, scope, guards)
        return self._shape(node.right, scope, guards | shown_by(node.left, holds=isinstance(node, nodes.And)))

    def _computed(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> Shape:
        """Arithmetic needs its operands; comparisons for being equal, and tests, do not."""
        needs = isinstance(node, nodes.BinExpr | nodes.UnaryExpr | nodes.Concat) and not isinstance(node, nodes.Not)
        if isinstance(node, nodes.Compare):
            needs = any(operand.op not in {"eq", "ne", "in", "notin"} for operand in node.ops)
            children = [node.expr, *(operand.expr for operand in node.ops)]
        else:
            children = [child for child in node.iter_child_nodes() if isinstance(child, nodes.Expr)]
        for child in children:
            if needs:
                self._there(child, scope, guards, "computed with")
            else:
                self._shape(child, scope, guards)
        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            return Shape((bool,))
        return ANY

    def _either(self, node: nodes.CondExpr, scope: dict[str, Shape], guards: Guards) -> Shape:
        self._shape(node.test, scope, guards)
        first = self._shape(node.expr1, scope, guards | shown_by(node.test, holds=True))
        if node.expr2 is None:
            return ANY
        second = self._shape(node.expr2, scope, guards | shown_by(node.test, holds=False))
        return Shape(
            first.kinds + second.kinds if first.kinds and second.kinds else (), first.optional or second.optional
        )

    def _name(self, node: nodes.Name, scope: Mapping[str, Shape]) -> Shape:
        if node.name in scope:
            return scope[node.name]
        if node.name in self.names:
            self.reads.add((Names, node.name))
            return shape_of(self.names[node.name])
        near = get_close_matches(node.name, [*self.names, *scope], n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(self.names)}"
        self._tell(node, "name-unknown", f"there is no name {node.name!r}{meant}")
        return ANY

    def _field(self, node: nodes.Node, of: nodes.Node, name: str, scope: dict[str, Shape], guards: Guards) -> Shape:
        group = self._there(of, scope, guards, "read")
        self.reads.update(group.owners(name))
        found = group.field(name)
        if found is None:
            known = group.names()
            near = get_close_matches(name, known, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
            self._tell(node, "name-unknown", f"{_spelled(of)} has no field {name!r}; {meant}")
        return found or ANY

    def _item(self, node: nodes.Getitem, scope: dict[str, Shape], guards: Guards) -> Shape:
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._field(node, node.node, node.arg.value, scope, guards)
        whole = self._there(node.node, scope, guards, "read")
        if isinstance(node.arg, nodes.Slice):
            return whole
        self._shape(node.arg, scope, guards)
        return whole.item() or ANY

    def _filter(self, node: nodes.Filter, scope: dict[str, Shape], guards: Guards) -> Shape:
        for child in (*node.args, *(pair.value for pair in node.kwargs)):
            self._shape(child, scope, guards)
        if node.name not in {*FILTERS, *self.known_filters}:
            near = get_close_matches(node.name, [*FILTERS, *self.known_filters], n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"this program's own: {', '.join(FILTERS)}"
            self._tell(node, "name-filter", f"there is no filter {node.name!r}; {meant}")
        if node.node is None:  # of a block: {% filter … %}
            return ANY
        if node.name in _TAKE_NONE or node.name in _STAND_INS:
            given = self._shape(node.node, scope, guards)
            return _TEXT if node.name in _TAKE_NONE else Shape(given.kinds, given.optional and not _takes_empty(node))
        given = self._there(node.node, scope, guards, f"given to the filter {node.name}")
        self._attributes(node, given)
        if node.name == "label":
            self._labelled(node, given)
        return _filtered(node.name, given)

    def _labelled(self, node: nodes.Filter, given: Shape) -> None:
        """Whether the table of labels has each word that the field can hold, in that language."""
        named = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if [type(name) for name in named] != [str, str]:
            return
        table, language = named
        tables = read_data("labels")
        lacking = [word for word in given.words() if language not in tables.get(table, {}).get(word, {})]
        if table not in tables:
            near = get_close_matches(table, tables, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(tables)}"
            self._tell(node, "name-label", f"label has no table {table!r}; {meant}")
        elif lacking:
            message = f"the table {table!r} of label has no word in {language!r} for {', '.join(lacking)}"
            self._tell(node, "name-label", message)

    def _attributes(self, node: nodes.Filter, given: Shape) -> None:
        """Fields that a filter for lists names in quotes."""
        item = given.item()
        named = [pair.value for pair in node.kwargs if pair.key == "attribute"]
        named += node.args[:1] if node.name in _BY_ATTRIBUTE else []
        for name in named:
            shape = item
            for step in name.value.split(".") if isinstance(name, nodes.Const) and isinstance(name.value, str) else ():
                self.reads.update(shape.owners(step) if shape else ())
                found = shape.field(step) if shape else ANY
                if found is None:
                    self._tell(node, "name-unknown", f"what is in {_spelled(node.node)} has no field {step!r}")
                shape = found

    def _tell(self, node: nodes.Node, code: Kind, message: str) -> None:
        self.misread.append(Misread(node.lineno, code, message))


def _filtered(name: str, given: Shape) -> Shape:
    """What a filter makes of what it is given."""
    if name in _SAME_LIST:
        return given
    if name in _ONE_OF_LIST:
        return given.item() or ANY
    return {"length": _NUMBER, "count": _NUMBER}.get(name, _TEXT if name in FILTERS else ANY)


def _takes_empty(node: nodes.Filter) -> bool:
    """Whether ``default`` also stands in for None: its second argument, or ``boolean``, is true."""
    given = [*node.args[1:2], *(pair.value for pair in node.kwargs if pair.key == "boolean")]
    return any(isinstance(value, nodes.Const) and bool(value.value) for value in given)


def _spelled(node: nodes.Node | None) -> str:
    if isinstance(node, nodes.Filter):
        return f"{_spelled(node.node)}|{node.name}"
    return path_of(node) or "the expression"
