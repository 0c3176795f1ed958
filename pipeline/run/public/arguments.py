"""Arguments of the public functions: what a caller may pass, and a TypeError before anything is done with the rest."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from pipeline.case.source import Source
from pipeline.errors import InputError
from pipeline.formats.messages import worded_problem
from pipeline.run.inputs import STANDARD_INPUT, sources

#: The path of a file or folder.
StrPath = str | os.PathLike[str]
#: A case: the path of its file or folder, its JSON text, or its data.
CaseLike = str | os.PathLike[str] | bytes | Mapping[str, Any]

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_Hints = Mapping[str, Any]


def public(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a function public: an argument that does not fit its annotation is a TypeError, before anything is done."""

    @wraps(function)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            given = inspect.signature(function).bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{function.__name__}(): {error}") from None
        hints = _hints(function)
        for name, value in given.items():
            if not _fits(value, hints[name]):
                expected, found = _words(hints[name]), type(value).__name__
                raise TypeError(f"{function.__name__}(): {name} must be {expected}, not {found}")
        return function(*args, **kwargs)

    return checked


@cache
def _hints(function: Callable[..., Any]) -> _Hints:
    return get_type_hints(function)


def _fits(value: Any, hint: Any) -> bool:
    """Return True if a value is of a type. The values of an iterable are looked at when they are taken."""
    kinds, origin = get_args(hint), get_origin(hint)
    if origin in {Union, UnionType}:
        return any(_fits(value, kind) for kind in kinds)
    if origin is Literal:
        return any(type(value) is type(kind) and value == kind for kind in kinds)
    if origin is None:
        return hint is Any or _is_plain(value, hint)
    return isinstance(value, origin) and _CONTENTS[origin](value, kinds)


#: Whether the contents of a value of each generic type are of the types in its brackets.
_CONTENTS: Mapping[Any, Callable[[Any, Sequence[Any]], bool]] = {
    Callable: lambda *_: True,
    os.PathLike: lambda value, kinds: isinstance(os.fspath(value), kinds[0]),
    Mapping: lambda value, kinds: all(_fits(key, kinds[0]) and _fits(each, kinds[1]) for key, each in value.items()),
    Sequence: lambda value, kinds: not isinstance(value, str | bytes) and all(_fits(each, kinds[0]) for each in value),
    Iterable: lambda value, _: not isinstance(value, str | bytes | Mapping),
}


def _is_plain(value: Any, kind: Any) -> bool:
    """Return True if a value is of a class: True is no number, a time of day no date, and a whole number a float."""
    if isinstance(value, bool):
        return kind is bool
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is float:
        return isinstance(value, int | float)
    return isinstance(value, kind)


def _words(hint: Any) -> str:
    """Return a type in words: ``date or None``."""
    kinds, origin = get_args(hint), get_origin(hint)
    if origin in {Union, UnionType}:
        return " or ".join(dict.fromkeys(_words(kind) for kind in kinds))
    if origin is Literal:
        return " or ".join(map(repr, kinds))
    if hint in {NoneType, None}:
        return "None"
    if origin is None:
        return str(hint.__name__)
    inner = "" if origin in {Callable, Mapping, os.PathLike} else f" of {_words(kinds[0])}"
    return f"{origin.__name__}{inner}"


def day_of(as_of: date | None) -> date:
    """Return the day for which the rules are checked: today, if none is given."""
    return as_of or date.today()  # noqa: DTZ011 - the user's local day


def path_of(path: StrPath | None) -> Path | None:
    """Return a path that may be absent."""
    return None if path is None else Path(path)


def check_range(name: str, value: float | None, least: float, most: float) -> None:
    """Raise InputError if a number is out of its range."""
    if value is not None and not least <= value <= most:
        raise InputError(worded_problem("usage/range", room="run", name=name, least=f"{least:,}", most=f"{most:,}"))


def source_of(case: CaseLike, folder: StrPath | None = None, name: str = "<case>") -> Source:
    """Return where a case is read from. ``folder`` is that of the papers of a case that is no file.

    Raises InputError if a folder has no case, or several.
    """
    if isinstance(case, bytes | Mapping):
        raw = case if isinstance(case, bytes) else _json(case)
        return Source(name, Path() if folder is None else Path(folder), raw)
    if folder is not None:
        raise TypeError("folder is for a case given as bytes or Mapping: the papers of a file are beside it")
    found = list(NamedCases(case))
    if len(found) != 1:
        raise InputError(replace(worded_problem("no-case/several", room="run"), file=os.fspath(case)))
    return found[0]


@dataclass(frozen=True, slots=True)
class NamedCases:
    """The cases of a file, a folder or a pattern. They are read each time, so that a file of lines may be long."""

    path: StrPath

    def __iter__(self) -> Iterator[Source]:
        """Yield where each case is read from."""
        text = os.fspath(self.path)
        yield from sources([os.path.join(".", text) if text == STANDARD_INPUT else text])  # noqa: PTH118 - a Path drops the dot


def file_of(case: StrPath) -> Path:
    """Return the file of a case that is to be changed. Raises InputError for a line of a file."""
    found = source_of(case)
    if found.raw is not None:
        raise InputError(replace(worded_problem("no-case/several", room="run"), file=found.file))
    return Path(found.file)


def texts_of(paths: StrPath | Sequence[StrPath]) -> list[Path]:
    """Return one path or several as a list."""
    return [Path(path) for path in ([paths] if isinstance(paths, str | os.PathLike) else paths)]


def _json(case: Mapping[str, Any]) -> bytes:
    return json.dumps(plain(case), ensure_ascii=False).encode("utf-8", "surrogatepass")


def plain(value: Any) -> Any:
    """Return a value as JSON has it: days and paths as texts. Raises TypeError for what JSON does not have."""
    try:
        return json.loads(json.dumps(value, ensure_ascii=False, default=_plain))
    except (ValueError, RecursionError):
        raise TypeError("the value contains itself, or is nested too deeply for JSON") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"a case cannot contain a value of the type {type(value).__name__}")
