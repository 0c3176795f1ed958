"""Walk through the statements of a template, to find the names that it reads and that a case cannot give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import nodes

from pipeline.authoring.check.types.expressions import Expressions, spell
from pipeline.authoring.check.types.guards import Guards, bound_names, drop_names, implied_by
from pipeline.authoring.check.types.shapes import ANY, Shape
from pipeline.errors import Problem


class TemplateWalker:
    """Walks through a parsed template. ``names`` are the names of every document, by their types.

    ``present`` are the paths that are present whenever the document is made.
    """

    def __init__(
        self, names: Mapping[str, Any], known_filters: Iterable[str] = (), present: Guards = frozenset()
    ) -> None:
        self._expressions = Expressions(names, known_filters)
        self._present = present

    @property
    def problems(self) -> list[tuple[int, Problem]]:
        """The problems in order, each with the line of its tag."""
        return self._expressions.problems

    @property
    def reads(self) -> set[tuple[Any, str]]:
        """Class and field of each read."""
        return self._expressions.reads

    def walk(self, template: nodes.Template) -> None:
        """Walk through a whole template."""
        self._block(template.body, {}, self._present)

    def _block(self, body: Iterable[nodes.Node], scope: dict[str, Shape], guards: Guards) -> None:
        """Walk through the nodes of a block. A name that one node sets is in scope for the next ones."""
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    self._print(child, scope, guards)
            elif isinstance(node, nodes.If):
                self._if(node, scope, guards)
            elif isinstance(node, nodes.For):
                self._for(node, scope, guards)
            elif isinstance(node, nodes.Assign):
                self._assign(node.target, self._expressions.examine(node.node, scope, guards), scope)
                guards = drop_names(guards, bound_names(node.target))
            elif isinstance(node, nodes.With):
                inner = dict(scope)
                for target, value in zip(node.targets, node.values, strict=True):
                    self._assign(target, self._expressions.examine(value, scope, guards), inner)
                self._block(node.body, inner, guards)
            else:
                if isinstance(node, nodes.Macro):
                    scope[node.name] = ANY
                self._other(node, scope, guards)

    def _print(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        shape = self._expressions.require(node, scope, guards, "printed")
        if shape.is_group or shape.is_list:
            message = f"{spell(node)} is a group of fields, which cannot be printed"
            self._expressions.report(node, "name-group", message)
        elif shape.is_flag:
            self._expressions.report(node, "name-group", f"{spell(node)} is true or false, which cannot be printed")

    def _if(self, node: nodes.If, scope: dict[str, Shape], guards: Guards) -> None:
        for branch in (node, *node.elif_):
            self._expressions.examine(branch.test, scope, guards)
            self._block(branch.body, scope, guards | implied_by(branch.test, holds=True))
            guards |= implied_by(branch.test, holds=False)
        self._block(node.else_, scope, guards)

    def _for(self, node: nodes.For, scope: dict[str, Shape], guards: Guards) -> None:
        item = self._expressions.require(node.iter, scope, guards, "repeated").item()
        if item is None:
            self._expressions.report(node.iter, "name-list", f"{spell(node.iter)} is repeated, but it is not a list")
        inner = scope | {"loop": ANY}
        self._assign(node.target, item or ANY, inner)
        guards = drop_names(guards, bound_names(node.target))
        if node.test:
            self._expressions.examine(node.test, inner, guards)
            guards |= implied_by(node.test, holds=True)
        self._block(node.body, inner, guards)
        self._block(node.else_, scope, guards)

    def _assign(self, target: nodes.Node, shape: Shape, scope: dict[str, Shape]) -> None:
        for name in bound_names(target):
            scope[name] = shape if isinstance(target, nodes.Name) else ANY

    def _other(self, node: nodes.Node, scope: dict[str, Shape], guards: Guards) -> None:
        """Walk through a macro, a call block and the like: the names that it binds can be anything."""
        inner = scope | dict.fromkeys((name.name for name in node.find_all(nodes.Name) if name.ctx != "load"), ANY)
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                self._expressions.examine(child, inner, guards)
            else:
                self._block([child], inner, guards)
