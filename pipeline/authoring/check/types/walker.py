"""Which names a template reads, and which of them a case cannot give: unknown, misspelt, or not guarded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import nodes

from pipeline.authoring.check.types.expressions import Expressions, Misread, spelled
from pipeline.authoring.check.types.guards import Guards, begun_by, names_of, shown_by
from pipeline.authoring.check.types.shapes import ANY, Shape


class Reader:
    """Walks through a parsed template, statement by statement. ``names`` are those of every document, by their types.

    ``given`` are the paths that are there whenever the document is made.
    """

    def __init__(
        self, names: Mapping[str, Any], known_filters: Iterable[str] = (), given: Guards = frozenset()
    ) -> None:
        self._expressions = Expressions(names, known_filters)
        self._given = given

    @property
    def misread(self) -> list[Misread]:
        """Every name that is read wrongly, in order."""
        return self._expressions.misread

    @property
    def reads(self) -> set[tuple[Any, str]]:
        """Class and field of everything that is read."""
        return self._expressions.reads

    def read(self, template: nodes.Template) -> None:
        """Walk through a whole template."""
        self._block(template.body, {}, self._given)

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
                self._assign(node.target, self._expressions.shape(node.node, scope, guards), scope)
                guards -= begun_by(guards, names_of(node.target))
            elif isinstance(node, nodes.With):
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._assign(target, self._expressions.shape(value, scope, guards), inner)
                self._block(node.body, inner, guards)
            else:
                if isinstance(node, nodes.Macro):
                    scope[node.name] = ANY
                self._other(node, scope, guards)

    def _other(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> None:
        """Macros, blocks of calls and the like: what they bind may be anything."""
        inner = scope | dict.fromkeys((name.name for name in node.find_all(nodes.Name) if name.ctx != "load"), ANY)
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                self._expressions.shape(child, inner, guards)
            else:
                self._block([child], inner, guards)

    def _if(self, node: nodes.If, scope: dict[str, Shape], guards: Guards) -> None:
        before = guards
        for branch in (node, *node.elif_):
            self._expressions.shape(branch.test, scope, before)
            self._block(branch.body, scope, before | shown_by(branch.test, holds=True))
            before |= shown_by(branch.test, holds=False)
        self._block(node.else_, scope, before)

    def _for(self, node: nodes.For, scope: dict[str, Shape], guards: Guards) -> None:
        repeated = self._expressions.there(node.iter, scope, guards, "repeated")
        item = repeated.item()
        if item is None:
            self._expressions.tell(node.iter, "name-list", f"{spelled(node.iter)} is repeated, but it is no list")
        inner = scope | {"loop": ANY}
        self._assign(node.target, item or ANY, inner)
        guards -= begun_by(guards, names_of(node.target))
        if node.test:
            self._expressions.shape(node.test, inner, guards)
            guards |= shown_by(node.test, holds=True)
        self._block(node.body, inner, guards)
        self._block(node.else_, scope, guards)

    def _assign(self, target: nodes.Node, shape: Shape, scope: dict[str, Shape]) -> None:
        for name in names_of(target):
            scope[name] = shape if isinstance(target, nodes.Name) else ANY

    def _printed(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        shape = self._expressions.there(node, scope, guards, "printed")
        if shape.is_group or shape.is_list:
            self._expressions.tell(node, "name-group", f"{spelled(node)} is a group of fields, which cannot be printed")
        elif shape.is_flag:
            self._expressions.tell(node, "name-group", f"{spelled(node)} is a yes or no, which cannot be printed")
