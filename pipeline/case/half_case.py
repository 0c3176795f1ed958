"""A case of which some fields are missing: for the rules that do not need them, and for drafts."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from pipeline.case.model import Case

Value = TypeVar("Value")

#: Printed in a draft in place of a missing field.
BLANK_TEXT = "＿＿＿＿"


class AbsentError(Exception):
    """A rule or a document reads a field that the case does not have yet: the one at ``pointer``."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(pointer)


def _raise(absent: _Absent, *_args: object) -> NoReturn:
    raise AbsentError(absent.__dict__["pointer"])


_refused: Any = _raise


#: Raised where a missing field is read; TypeError by libraries that do not accept what stands for the field.
ABSENT_ERRORS = (AbsentError, TypeError)


class _Absent:
    """Stands for a missing field. Whatever is done with it raises AbsentError."""

    def __init__(self, pointer: str) -> None:
        self.__dict__["pointer"] = pointer

    __getattr__ = __getitem__ = __iter__ = __len__ = __contains__ = __bool__ = __str__ = __format__ = _refused
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _refused
    __add__ = __radd__ = __sub__ = __rsub__ = __call__ = _refused


class Blank(_Absent):
    """Stands for a missing field in a draft. It is printed as a blank, and so are its own fields.

    It is none of the values that a template names, so ``!=`` is true. Everything else raises AbsentError: what the
    template prints depends on the field.
    """

    def __getattr__(self, name: str) -> Blank:
        if name.startswith("__"):
            raise AttributeError(name)
        return Blank(self.__dict__["pointer"])

    def __getitem__(self, _key: object) -> Blank:
        return Blank(self.__dict__["pointer"])

    def __ne__(self, *_other: object) -> bool:
        return True

    def __str__(self) -> str:
        return BLANK_TEXT

    def __format__(self, *_specification: object) -> str:
        return BLANK_TEXT


class BlankList(tuple[Any, ...]):
    """A list that is missing: empty for the plan of a packet, and blank in a document."""

    __slots__ = ()


def half_case(fields: Mapping[str, Any], stand_in: type[_Absent] = _Absent) -> Case:
    """Return a case with the fields of a case file, and a ``stand_in`` for each missing one."""
    case: Case = _Builder(stand_in).build(Case, fields, "")
    return case


def draft_case(fields: Mapping[str, Any]) -> Case:
    """Return a half case for a draft. What is missing is blank; absent companions are a ``BlankList``.

    Papers without a role or a file are left out.
    """
    papers = [paper for paper in fields.get("attachments", ()) if {"role", "path"} <= paper.keys()]
    case = half_case({"companions": [], **fields, "attachments": papers}, Blank)
    return case if "companions" in fields else msgspec.structs.replace(case, companions=BlankList())


def known(values: tuple[Value, ...], pointer: str) -> tuple[Value, ...]:
    """Return a list of a case. Raise AbsentError if it is missing."""
    if isinstance(values, BlankList):
        raise AbsentError(pointer)
    return values


def or_blank(compute: Callable[[], Value]) -> Value:
    """Return what ``compute`` returns, or a blank if it reads a missing field."""
    try:
        return compute()
    except AbsentError as error:
        blank: Any = Blank(error.pointer)
        return cast("Value", blank)


def or_else(compute: Callable[[], Value], otherwise: Value) -> Value:
    """Return what ``compute`` returns, or ``otherwise`` if it reads a missing field."""
    try:
        return compute()
    except AbsentError:
        return otherwise


@cache
def _fields_of(kind: type[msgspec.Struct]) -> tuple[tuple[msgspec.structs.FieldInfo, Any], ...]:
    """Return the fields of a class, each with its type."""
    hints = get_type_hints(kind)
    return tuple((field, hints[field.name]) for field in msgspec.structs.fields(kind))


class _Builder:
    """Builds the parts of a case from what there is of them."""

    def __init__(self, stand_in: type[_Absent]) -> None:
        self.stand_in = stand_in

    def build(self, kind: type[msgspec.Struct], fields: Mapping[str, Any], pointer: str) -> Any:
        values = {}
        for field, hint in _fields_of(kind):
            name, below = field.encode_name, f"{pointer}/{field.encode_name}"
            if name in fields:
                values[field.name] = self._value(hint, fields[name], below)
            elif field.required:
                values[field.name] = self._missing(hint, below)
        try:
            return kind(**values)
        except AbsentError as error:  # it completes itself from a field that is missing
            if self.stand_in is not Blank:
                return self.stand_in(error.pointer)
        part = kind(**{name: "" if isinstance(value, Blank) else value for name, value in values.items()})
        for name, value in values.items():
            msgspec.structs.force_setattr(part, name, value)
        return part

    def _missing(self, kind: Any, pointer: str) -> Any:
        """Return what stands for a missing field: in a draft, a part of the case with blank fields."""
        if self.stand_in is Blank and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.build(kind, {}, pointer)
        return self.stand_in(pointer)

    def _value(self, kind: Any, data: Any, pointer: str) -> Any:
        if get_origin(kind) in (Union, types.UnionType):
            structs = [each for each in get_args(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
            kind = structs[0] if structs and isinstance(data, dict) else kind
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            if isinstance(data, dict):
                return self.build(kind, data, pointer)
            if isinstance(data, str):
                return self.stand_in(pointer)  # the id of an entry of the directory that was not looked up
        if get_origin(kind) is tuple and isinstance(data, list):
            entries = enumerate(data)
            return tuple(self._value(get_args(kind)[0], each, f"{pointer}/{index}") for index, each in entries)
        return msgspec.convert(data, kind)
