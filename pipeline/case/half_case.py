"""A case of which some fields are missing, for the rules that do not need them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

import msgspec

from pipeline.case.model import Case


class AbsentError(Exception):
    """A rule reads a field that the case does not have yet."""


#: Raised where a missing field is read; TypeError by libraries that do not accept what stands for the field.
ABSENT_ERRORS = (AbsentError, TypeError)


class _Absent:
    """Stands for a missing field. Whatever is done with it raises AbsentError."""

    def _raise(self, *_args: object) -> NoReturn:
        raise AbsentError

    __getattr__ = __getitem__ = __iter__ = __len__ = __contains__ = __bool__ = __str__ = __format__ = _raise
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _raise
    __add__ = __radd__ = __sub__ = __rsub__ = _raise


_ABSENT = _Absent()


def half_case(fields: Mapping[str, Any]) -> Case:
    """Return a case with the fields of a case file. Reading a missing one in any way raises AbsentError."""
    case: Case = _build(Case, fields)
    return case


def _build(kind: type[msgspec.Struct], fields: Mapping[str, Any]) -> Any:
    values = {
        field.name: _value(hint, fields[field.encode_name]) if field.encode_name in fields else _ABSENT
        for field, hint in _fields_of(kind)
        if field.encode_name in fields or field.required
    }
    try:
        return kind(**values)
    except AbsentError:  # it completes itself from a field that is missing
        return _ABSENT


@cache
def _fields_of(kind: type[msgspec.Struct]) -> tuple[tuple[msgspec.structs.FieldInfo, Any], ...]:
    """Return the fields of a class, each with its type."""
    hints = get_type_hints(kind)
    return tuple((field, hints[field.name]) for field in msgspec.structs.fields(kind))


def _value(kind: Any, data: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        structs = [each for each in get_args(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
        kind = structs[0] if structs and isinstance(data, dict) else kind
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(data, dict):
        return _build(kind, data)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(data, str):
        return _ABSENT  # the id of an entry of the directory that was not looked up
    if get_origin(kind) is tuple and isinstance(data, list):
        return tuple(_value(get_args(kind)[0], each) for each in data)
    return msgspec.convert(data, kind)
