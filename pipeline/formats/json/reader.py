"""Reading an untrusted JSON file: within limits, strictly, with the place of every problem."""

from __future__ import annotations

import codecs
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.errors import CaseError, JsonPlace, Problem
from pipeline.formats.characters import refused_characters
from pipeline.formats.files import NotRegularError, read
from pipeline.formats.json.positions import Positions, escape, find_positions, without_strings
from pipeline.formats.json.syntax import find_mistake
from pipeline.formats.messages import worded_problem, words

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_DIGITS = 18

#: Characters between the parts of JSON, which no string has as they are.
_LINES = re.compile(r"[\t\n\r]+")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_$-]{0,40}")
_BRACKET = re.compile(r"[\[{\]}]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class JsonFile:
    """The data of a JSON text, and the text itself to locate problems in it."""

    name: str
    folder: Path
    text: str
    sha256: str
    data: Any
    #: pointer of a part that comes from another file -> that file, in which it has the same pointer
    grafts: Mapping[str, JsonFile] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, Any]:
        """The members of the top-level object, without the address of its schema."""
        return {name: value for name, value in self.data.items() if name != "$schema"}

    def file_of(self, pointer: str) -> JsonFile:
        """Return the file that contains the value at ``pointer``: this one, or the one of a graft."""
        return self.grafts.get("/".join(pointer.split("/")[:2]), self)

    @cached_property
    def positions(self) -> Positions:
        """Offsets of every value, computed for the first problem only."""
        return find_positions(self.text)

    def problem(self, code: str, pointer: str, message: str, hint: str, *, at_key: bool = False) -> Problem:
        """Return an error at ``pointer``."""
        return self.locate(Problem(code, "error", message, hint), pointer, at_key=at_key)

    def locate(self, problem: Problem, pointer: str, *, at_key: bool = False) -> Problem:
        """Return ``problem`` with its place at ``pointer``, in this file or in the file of a graft."""
        file = self.file_of(pointer)
        line, column = file.positions.key(pointer) if at_key else file.positions.value(pointer)
        return replace(problem, file=file.name, place=JsonPlace(shown_pointer(pointer), line, column))


def shown_pointer(pointer: str) -> str:
    """Return ``pointer`` up to the first key that is not a plain word: such a key may be a misplaced value."""
    steps = pointer.split("/")
    plain = next((index for index, step in enumerate(steps) if not is_plain_key(step)), len(steps))
    return "/".join(steps[:plain])


def is_plain_key(key: str) -> bool:
    """Return True if ``key`` looks like the name of a field, so that a message may quote it."""
    return _PLAIN_KEY.fullmatch(key) is not None and not (key.isupper() and len(key) > 1)


class _RefusedNumberError(ValueError):
    """A number that JSON does not have or that cannot be stored exactly: the name of its fault, and its text."""

    def __init__(self, fault: str, token: str) -> None:
        self.fault, self.token = fault, token
        super().__init__(fault)


def read_json(path: Path) -> JsonFile:
    """Read ``path``. Raise CaseError with all problems of the stage that failed."""
    return parse_json(_read_bytes(path, str(path)), str(path), path.parent)


def parse_json(raw: bytes, name: str, folder: Path, first_line: int = 1) -> JsonFile:
    """Parse the JSON text ``raw``, which begins at ``first_line`` of the file ``name``. Raise as ``read_json``."""
    _check_size(raw, name, first_line)
    text = "\n" * (first_line - 1) + _decode(raw, name)
    _check_depth(text, name)
    data, keys_repeat = _parse(text, name)
    json_file = JsonFile(name, folder, text, hashlib.sha256(raw).hexdigest(), data)
    problems = [*(_repeated_keys(json_file) if keys_repeat else ()), *_refused_text(json_file)]
    if problems:
        raise CaseError(problems)
    return json_file


def _fail(problem: Problem, name: str, place: tuple[int, int | None] | None = None) -> CaseError:
    return CaseError(replace(problem, file=name, place=JsonPlace(None, *place) if place else None))


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return read(path, MAX_BYTES)
    except NotRegularError:
        raise _fail(worded_problem("file-kind"), name) from None
    except IsADirectoryError:
        raise _fail(worded_problem("file-kind/folder"), name) from None
    except FileNotFoundError:
        raise _fail(worded_problem("file-missing"), name) from None
    except OSError as error:
        raise _fail(worded_problem("file-unreadable", reason=error.strerror), name) from None


def _check_size(raw: bytes, name: str, first_line: int) -> None:
    if len(raw) > MAX_BYTES:
        raise _fail(worded_problem("file-size", limit=f"{MAX_BYTES:,}"), name, (first_line, None))
    if not raw.removeprefix(codecs.BOM_UTF8).strip():
        raise _fail(worded_problem("file-empty"), name)


def _decode(raw: bytes, name: str) -> str:
    if raw.startswith(_UTF16):
        raise _fail(worded_problem("file-encoding/utf-16"), name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise _fail(worded_problem("file-encoding"), name, (line, column)) from None


def _check_depth(text: str, name: str) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(without_strings(text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            problem = worded_problem("json-depth", limit=MAX_DEPTH)
            raise _fail(problem, name, Positions(text).line_and_column(bracket.start()))


def _parse(text: str, name: str) -> tuple[Any, bool]:
    keys_repeat = False

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal keys_repeat
        members = dict(pairs)
        keys_repeat = keys_repeat or len(members) < len(pairs)
        return members

    try:
        data = json.loads(
            text,
            object_pairs_hook=make_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        mistake = find_mistake(error)
        problem = worded_problem(f"json-syntax/{mistake.name}", closing=mistake.closing)
        raise _fail(problem, name, Positions(text).line_and_column(mistake.offset)) from None
    except _RefusedNumberError as error:
        problem = worded_problem(f"json-number/{error.fault}", limit=MAX_DIGITS)
        raise _fail(problem, name, _place_of_number(text, error.token)) from None
    return data, keys_repeat


def _refuse_constant(token: str) -> Any:
    raise _RefusedNumberError("name", token)


def _float(token: str) -> float:
    value = float(token)
    if not math.isfinite(value):
        raise _RefusedNumberError("large", token)
    # To JSON Schema, 42.0 is an integer; to Python it is not.
    return int(value) if value.is_integer() else value


def _int(token: str) -> int:
    if len(token) > MAX_DIGITS:
        raise _RefusedNumberError("digits", token)
    return int(token)


def _place_of_number(text: str, token: str) -> tuple[int, int]:
    blanked = without_strings(text)
    # A number of its own, not a part of another one.
    match = re.search(rf"(?<![\w.+-]){re.escape(token)}(?![\w.+-])", blanked)
    return Positions(text).line_and_column(match.start() if match else 0)


def _repeated_keys(json_file: JsonFile) -> Iterator[Problem]:
    for pointer, offset in json_file.positions.repeated:
        line, column = json_file.positions.line_and_column(offset)
        place = JsonPlace(shown_pointer(pointer), line, column)
        yield replace(worded_problem("json-repeated-key"), file=json_file.name, place=place)


def _refused_text(json_file: JsonFile) -> Iterator[Problem]:
    if "\\" not in json_file.text and not refused_characters(_LINES.sub("", json_file.text)):
        return  # its strings are in it as they are
    for pointer, text, is_key in texts(json_file.data):
        for name, kind in refused_characters(text):
            where, reason = words("texts", "key" if is_key else "text"), words("characters", kind)
            problem = worded_problem("text-character", kind=where, name=name, reason=reason)
            yield json_file.locate(problem, pointer, at_key=is_key)


def texts(data: Any, pointer: str = "") -> Iterator[tuple[str, str, bool]]:
    """Yield every string of ``data`` as (pointer, string, whether it is a key)."""
    if isinstance(data, str):
        yield pointer, data, False
    elif isinstance(data, dict):
        for key, value in data.items():
            below = f"{pointer}/{escape(key)}"
            yield below, key, True
            yield from texts(value, below)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts(value, f"{pointer}/{index}")
