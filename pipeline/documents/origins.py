"""Where each text comes from that a template prints: the field of the case, if it comes from one field only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from types import CodeType
from typing import Any

from jinja2 import Template, nodes, pass_context
from jinja2.runtime import Context
from msgspec import Struct, structs

from pipeline.case.half_case import Blank
from pipeline.case.model import Case
from pipeline.documents.document import DocumentSource
from pipeline.documents.environment import Picture, TemplateEnvironment
from pipeline.documents.fill import fill
from pipeline.documents.filters import FILTERS

_TRACED = "_traced"
#: Filters that change how a value is written, and not which one it is.
_WRITING = frozenset({*FILTERS, "upper", "lower", "title", "capitalize", "trim"})
#: Python has each text of one character once, so such a text tells nothing about its origin.
_SHORTEST_OBJECT = 2


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A text that a template prints. ``pointer`` is its field, None if it is computed or from several fields."""

    text: str
    pointer: str | None


def trace(source: DocumentSource, case: Case) -> tuple[PrintedText, ...]:
    """Fill a document, and return every text that is printed, in order. Raises TemplateError.

    An edited document prints nothing: its text is its own.
    """
    if source.edited is not None:
        return ()
    origins: list[str | None] = []
    filled = fill(source.template, source.name, source.context, partial(TracingEnvironment, _Fields(case), origins))
    return tuple(map(PrintedText, filled.texts, origins))


class _Fields:
    """The pointers of the values of a case: of groups of fields, and of the texts and days that are one object."""

    def __init__(self, case: Case) -> None:
        self._case = case  # otherwise other objects could get the same identities
        self._pointers: dict[int, str | None] = {}
        for value, pointer in _values(case, ""):
            self._pointers[id(value)] = None if id(value) in self._pointers else pointer

    def find(self, value: Any, group: Any, name: str) -> str | None:
        """Return the pointer of a value, which may be the field ``name`` of a group."""
        if isinstance(value, Blank):
            return str(value.__dict__["pointer"])
        pointer = self._pointers.get(id(group)) if isinstance(group, Struct) else None
        if pointer is not None:
            names = {field.name: field.encode_name for field in structs.fields(type(group))}
            return f"{pointer}/{names[name]}" if name in names else None
        return self._pointers.get(id(value))


def _values(value: Any, pointer: str) -> Iterator[tuple[Any, str]]:
    match value:
        case Struct():
            yield value, pointer
            for field in structs.fields(type(value)):
                yield from _values(getattr(value, field.name), f"{pointer}/{field.encode_name}")
        case tuple():
            for index, each in enumerate(value):
                yield from _values(each, f"{pointer}/{index}")
        case date():
            yield value, pointer
        case str() if len(value) >= _SHORTEST_OBJECT:
            yield value, pointer


class TracingEnvironment(TemplateEnvironment):
    """Fills a template as builds do. ``origins`` gets the pointer of each text that is printed."""

    def __init__(
        self, fields: _Fields | None, origins: list[str | None], place: Callable[[Picture], str] | None = None
    ) -> None:
        super().__init__(place)
        self._fields, self._origins = fields, origins
        self._found: str | None = None
        self.filters[_TRACED] = self._trace

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Template:
        """Return the template of ``source``, compiled to tell the origin of what it prints."""
        if args or kwargs:
            return super().from_string(source, *args, **kwargs)
        self.source = source
        return Template.from_code(self, _compiled(source), self.make_globals(None))

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        for output in source.find_all(nodes.Output):
            output.nodes = [_traced(each) for each in output.nodes]
        return super()._generate(source, *args, **kwargs)

    @pass_context  # as in the environment for builds
    def _trace(self, _context: Context, value: Any, own: Any, group: Any, name: str) -> Any:
        self._found = self._fields.find(own, group, name) if self._fields else None
        return value

    @pass_context
    def _print(self, context: Context, value: Any) -> Any:
        before = len(self.printed)
        printed = super()._print(context, value)
        if len(self.printed) > before:
            self._origins.append(self._found)
        self._found = None
        return printed


def _traced(node: nodes.Expr) -> nodes.Expr:
    """Return an expression that is printed, so that it tells its origin. What computes a value stays as it is."""
    if isinstance(node, nodes.TemplateData):
        return node
    if isinstance(node, nodes.CondExpr):
        node.expr1 = _traced(node.expr1)
        node.expr2 = node.expr2 and _traced(node.expr2)
        return node
    own: nodes.Expr | None = node
    while isinstance(own, nodes.Filter) and own.name in _WRITING and all(isinstance(a, nodes.Const) for a in own.args):
        own = own.node
    if not isinstance(own, nodes.Name | nodes.Getattr | nodes.Getitem):
        return node
    group, name = (own.node, own.attr) if isinstance(own, nodes.Getattr) else (nodes.Const(None), "")
    return nodes.Filter(node, _TRACED, [own, group, nodes.Const(name)], [], None, None, lineno=node.lineno)


@cache
def _compiled(source: str) -> CodeType:
    return TracingEnvironment(None, []).compile(source)
