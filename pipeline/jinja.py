"""The one Jinja environment in which every template is compiled and rendered."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.filters import FILTERS

#: What the document that is being filled has printed so far.
printed: ContextVar[list[str]] = ContextVar("printed")


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Templates come from strangers, so they run in Jinja's sandbox, and each is compiled once a process.

    An unknown name is an error, so is printing an optional field that the case does not have, and what is
    printed is escaped, for otherwise ``&`` and ``<`` in a name would make text vanish from the document.
    """

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_record)
        self.filters.update(FILTERS)
        self._compiled: dict[str, Template] = {}
        #: source of the template that was asked for last, to quote from when it fails
        self.latest = ""

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Template:
        """Compile ``source``, or take what was compiled of the same text before."""
        if args or kwargs:
            return super().from_string(source, *args, **kwargs)
        self.latest = source
        if source not in self._compiled:
            self._compiled[source] = super().from_string(source)
        return self._compiled[source]


@cache
def environment() -> TemplateEnvironment:
    """The process's environment."""
    return TemplateEnvironment()


def _record(value: Any) -> Any:
    if value is None:
        raise UndefinedError("a field that this case does not have is printed; guard it with {% if %}")
    if isinstance(value, Undefined):
        return value
    if not isinstance(value, str | int | float | date):
        raise UndefinedError("a group of fields is printed; name one of its fields")
    printed.get().append(str(value))
    return value
