"""The Jinja environment in which a template is compiled and rendered: sandboxed, strict, limited."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, wraps
from types import CodeType
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.filters import do_mark_safe
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from msgspec import Struct

from pipeline.case.half_case import BLANK_TEXT, Blank
from pipeline.documents.filters import FILTERS
from pipeline.system.cache import cache_key, cached

#: The type of Jinja's ``missing``, which is the group of an undefined name at the top level.
_Missing = type(missing)
#: A text or a list may be multiplied to at most so many characters or entries.
LONGEST_PRODUCT = 10_000
#: The limit for all loops of a document together. The shipped templates take 5,000 turns with the longest lists.
MOST_TURNS = 100_000
_COUNTED = "_counted"
#: Filters of Jinja that print markup or Python, or give another page each time.
_NO_FILTERS = ("e", "escape", "forceescape", "safe", "tojson", "urlize", "xmlattr", "pprint", "random")


def _through(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that returns a blank for what is missing in the case of a draft."""

    @wraps(filter_)
    def filtered(value: Any, *arguments: Any) -> Any:
        blank = next((each for each in (value, *arguments) if isinstance(each, Blank)), None)
        return filter_(value, *arguments) if blank is None else blank

    return filtered


_FILTERS = {name: _through(each) for name, each in FILTERS.items()}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a template may print like a value. ``draw`` returns its PNG, and is called only then."""

    draw: Callable[[], bytes]
    width_mm: float
    description: str


class UnknownName(StrictUndefined):
    """A name that a template reads and a case does not have; its message suggests the closest known name."""

    @property
    def _undefined_message(self) -> str:
        name, group = str(self._undefined_name), self._undefined_obj
        if isinstance(group, _Missing):
            return f"unknown name {name!r}"
        known = [*getattr(group, "__struct_fields__", ()), *getattr(group, "__slots__", ())]
        known += list(group) if isinstance(group, Mapping) else []
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        return f"unknown field {name!r}; {meant}"


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """The environment for one document. It records the texts that are printed, and counts the turns of loops.

    Templates are untrusted, so they run in Jinja's sandbox. An unknown name is an error, and so is printing an
    optional field that the case does not have. Printed text is escaped: ``&`` or ``<`` in a name would make text
    vanish from the document.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, place: Callable[[Picture], str] | None = None) -> None:
        """``place`` adds a picture to the document and returns the XML that shows it."""
        super().__init__(autoescape=True, undefined=UnknownName, finalize=self._print, optimized=False)
        self.globals.clear()  # letters need no range()
        for name in _NO_FILTERS:
            del self.filters[name]
        self.filters.update(_FILTERS)
        self.filters[_COUNTED] = self._count
        self._place = place
        self._turns = 0
        #: Every text that was printed so far, in order.
        self.printed: list[str] = []
        #: The source of the template that was compiled last: an error is in this one.
        self.source = ""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return True for fields of the case's own classes, without Jinja's look at all kinds of objects."""
        is_field = isinstance(obj, Struct) and attr in obj.__struct_fields__
        return is_field or super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate, but reject what could fill the memory in one step: powers and very long products."""
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"the operator {operator} cannot be used here")
        sized = next((value for value in (left, right) if isinstance(value, Sized)), None)
        if operator == "*" and sized is not None:
            times = right if sized is left else left
            if isinstance(times, int) and len(sized) * times > LONGEST_PRODUCT:
                raise SecurityError(f"what is multiplied has more than {LONGEST_PRODUCT:,} entries")
        return super().call_binop(context, operator, left, right)

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Compile with a counter in each loop: nested loops could run for years."""
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.iter.lineno)
        return super()._generate(source, *args, **kwargs)

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Template:
        """Return the template of ``source``, which is compiled once a process."""
        if args or kwargs:
            return super().from_string(source, *args, **kwargs)
        self.source = source
        return Template.from_code(self, _compiled(source), self.make_globals(None))

    @pass_context  # otherwise Jinja calls it only once, at compile time, for a constant list
    def _count(self, _context: Context, values: Iterable[Any]) -> Iterable[Any]:
        """Return the values of a loop if the document has so many turns left."""
        repeated = values if isinstance(values, Sized) else list(values)
        self._turns += len(repeated)
        if self._turns > MOST_TURNS:
            raise SecurityError(f"the loops of this document have more than {MOST_TURNS:,} turns")
        return repeated

    @pass_context  # otherwise Jinja calls it only once for a constant, and only the first document records it
    def _print(self, _context: Context, value: Any) -> Any:
        if value is None:
            raise UndefinedError("a field that this case does not have is printed; guard it with {% if %}")
        if isinstance(value, Undefined):
            return value
        if isinstance(value, Picture):
            if self._place is None:
                raise UndefinedError("a picture is printed where only text is possible")
            return do_mark_safe(self._place(value))
        if isinstance(value, bool):
            raise UndefinedError("a yes-or-no value is printed; use the filter tick, or {% if %}")
        if isinstance(value, Blank):
            value = BLANK_TEXT
        if not isinstance(value, str | int | float | date):
            raise UndefinedError("a group of fields is printed; name one of its fields")
        self.printed.append(str(value))
        return value


@cache
def _compiled(source: str) -> CodeType:
    """Return the code of a template, from the user's cache if it was compiled on this machine before.

    Compiling the shipped templates takes 0.3 seconds of processor time in each process, more than reading the case.
    The cache is a folder that only the user can write to (checked in ``system/cache.py``), like the ``__pycache__``
    from which Python itself loads code in this format: whoever can change it can already run code as this user.
    """
    code = cached(f"tags-{cache_key(source.encode())}", lambda: marshal.dumps(TemplateEnvironment().compile(source)))
    compiled: CodeType = marshal.loads(code)  # noqa: S302 - see above
    return compiled
