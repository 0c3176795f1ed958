"""The one Jinja environment in which every template is compiled and rendered."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping, Sized
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, partial
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.filters import do_mark_safe
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from pipeline.documents.filters import FILTERS
from pipeline.system.cache import kept, stamped

#: what Jinja says stands around a name that stands alone
_Missing = type(missing)

#: What the document that is being filled has printed so far.
printed: ContextVar[list[str]] = ContextVar("printed")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a template may print like a value. ``draw`` gives its PNG, and is called only then."""

    draw: Callable[[], bytes]
    width_mm: float
    description: str


#: Puts a picture into the document that is being filled, and gives the XML that shows it.
placing: ContextVar[Callable[[Picture], str]] = ContextVar("placing")


@dataclass(slots=True)
class Turns:
    """How many turns the loops of a document have taken."""

    taken: int = 0


#: Those of the document that is being filled.
turns: ContextVar[Turns] = ContextVar("turns")


class UnknownName(StrictUndefined):
    """A name that a template reads and a case does not have; says which one was probably meant."""

    @property
    def _undefined_message(self) -> str:
        name, group = str(self._undefined_name), self._undefined_obj
        if isinstance(group, _Missing):
            return f"there is no name {name!r}"
        known = [*getattr(group, "__struct_fields__", ()), *getattr(group, "__slots__", ())]
        known += list(group) if isinstance(group, Mapping) else []
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        return f"there is no field {name!r} here; {meant}"


#: A text or a list may be multiplied to at most so many characters or entries.
LONGEST_PRODUCT = 10_000
#: All loops of a document together. The shipped templates take 5,000 with every list at its longest.
MOST_TURNS = 100_000
_COUNTED = "_counted"
#: Of Jinja's filters those that give markup or Python where a text is printed, and that
#: give another page each time.
_NO_FILTERS = ("e", "escape", "forceescape", "safe", "tojson", "urlize", "xmlattr", "pprint", "random")


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Templates come from strangers, so they run in Jinja's sandbox, and each is compiled once a process.

    An unknown name is an error, so is printing an optional field that the case does not have, and what is
    printed is escaped, for otherwise ``&`` and ``<`` in a name would make text vanish from the document.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=UnknownName, finalize=_record, optimized=False)
        self.globals.clear()  # letters need no range()
        for name in _NO_FILTERS:
            del self.filters[name]
        self.filters.update(FILTERS)
        self.filters[_COUNTED] = _counted
        self._compiled: dict[str, Template] = {}
        #: source of the template that was asked for last, to quote from when it fails
        self.latest = ""

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic that could fill the memory in one step is refused: powers, and long texts made by counting."""
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"the operator {operator} cannot be used here")
        sized = next((value for value in (left, right) if isinstance(value, Sized)), None)
        if operator == "*" and sized is not None:
            times = right if sized is left else left
            if isinstance(times, int) and len(sized) * times > LONGEST_PRODUCT:
                raise SecurityError(f"what is multiplied has more than {LONGEST_PRODUCT:,} entries")
        return super().call_binop(context, operator, left, right)

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Compile, with the turns of loops counted: loops inside loops could go on for years."""
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.iter.lineno)
        return super()._generate(source, *args, **kwargs)

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Template:
        """Compile ``source``, or take what was compiled of the same text before."""
        if args or kwargs:
            return super().from_string(source, *args, **kwargs)
        self.latest = source
        if source not in self._compiled:
            made = kept(f"tags-{stamped(source.encode())}", partial(self._code, source))
            code = marshal.loads(made)  # noqa: S302 - as Python itself keeps code: in a folder of the user alone
            self._compiled[source] = Template.from_code(self, code, self.make_globals(None))
        return self._compiled[source]

    def _code(self, source: str) -> bytes:
        return marshal.dumps(self.compile(source))


@cache
def environment() -> TemplateEnvironment:
    """The process's environment."""
    return TemplateEnvironment()


@pass_context  # else Jinja would call it once, when it compiles a list that is written out
def _counted(_context: Context, values: Iterable[Any]) -> Iterable[Any]:
    """What is repeated, when the document has turns left for it."""
    repeated = values if isinstance(values, Sized) else list(values)
    spent = turns.get()
    spent.taken += len(repeated)
    if spent.taken > MOST_TURNS:
        raise SecurityError(f"the loops of this document have more than {MOST_TURNS:,} turns")
    return repeated


@pass_context  # the same for what is constant: it would be said to stand in the first document alone
def _record(_context: Context, value: Any) -> Any:
    if value is None:
        raise UndefinedError("a field that this case does not have is printed; guard it with {% if %}")
    if isinstance(value, Undefined):
        return value
    if isinstance(value, Picture):
        return do_mark_safe(placing.get()(value))
    if isinstance(value, bool):
        raise UndefinedError("a yes or no is printed; use the filter tick, or {% if %}")
    if not isinstance(value, str | int | float | date):
        raise UndefinedError("a group of fields is printed; name one of its fields")
    printed.get().append(str(value))
    return value
