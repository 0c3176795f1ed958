"""Shapes: the fields, lists and optional values of the names of a template, derived from the types of the case."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec

from pipeline.documents.context_types import DataTable
from pipeline.documents.environment import Picture
from pipeline.resources import read_data

_SCALARS = (str, int, float, dt.date)
_LISTS = (Sequence, list, tuple)


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """The types that a name can have, without None; no ``kinds`` means unknown. ``optional`` if it may be None."""

    kinds: tuple[Any, ...] = ()
    optional: bool = False

    @property
    def is_known(self) -> bool:
        """True if its types are known."""
        return bool(self.kinds)

    @property
    def is_list(self) -> bool:
        """True if it is a list."""
        return any(_is_list(kind) for kind in self.kinds)

    @property
    def is_group(self) -> bool:
        """True if it has fields."""
        return any(_is_group(kind) for kind in self.kinds)

    @property
    def is_flag(self) -> bool:
        """True if it is a boolean."""
        return self.kinds == (bool,)

    def without_none(self) -> Shape:
        """Return the shape of the same name under a guard."""
        return Shape(self.kinds)

    def names(self) -> list[str]:
        """Return the fields that all its types have; a list has none."""
        each = [list(_fields(kind)) for kind in self.kinds]
        return [name for name in each[0] if all(name in other for other in each)] if each else []

    def field(self, name: str) -> Shape | None:
        """Return the shape of a field, or None if one of its types has no such field."""
        if not self.kinds:
            return ANY
        members = [_member(kind, name) for kind in self.kinds]
        return _union(shape for shape in members if shape) if all(members) else None

    def item(self) -> Shape | None:
        """Return the shape of an entry of the list, or None if it is not a list."""
        if not self.kinds:
            return ANY
        items = [_item(kind) for kind in self.kinds]
        return _union(shape for shape in items if shape) if all(items) else None

    def literals(self) -> list[str]:
        """Return the values of an enumeration."""
        return [value for kind in self.kinds if get_origin(kind) is Literal for value in get_args(kind)]

    def owners(self, name: str) -> list[tuple[Any, str]]:
        """Return the classes whose field ``name`` a template reads, each with the name."""
        return [(kind, name) for kind in self.kinds if isinstance(kind, type) and _is_group(kind)]


ANY = Shape()


@dataclasses.dataclass(frozen=True, eq=False)
class SampledType:
    """A type by example: the values that a table of data has at one place."""

    values: tuple[Any, ...]


@cache
def shape_of(hint: Any) -> Shape:
    """Return the shape of an annotation."""
    if get_origin(hint) is Annotated:
        table = next((mark for mark in get_args(hint)[1:] if isinstance(mark, DataTable)), None)
        return _sampled([read_data(table.name)]) if table else shape_of(get_args(hint)[0])
    if get_origin(hint) in {Union, types.UnionType}:
        members = [member for member in get_args(hint) if member is not types.NoneType]
        kinds = _union(shape_of(member) for member in members).kinds
        return Shape(kinds, optional=len(members) < len(get_args(hint)))
    if hint is Any:
        return ANY
    return Shape((hint,))


def fields_of(group: type) -> dict[str, Any]:
    """Return the annotations of the fields and properties of a class."""
    hints = get_type_hints(group, include_extras=True)
    # The annotations of the bases include private ones of the library, which are not fields.
    known = group.__struct_fields__ if issubclass(group, msgspec.Struct) else hints
    fields = {name: hint for name, hint in hints.items() if name in known}
    for name in dir(group):
        member = getattr(group, name, None)
        if isinstance(member, property) and member.fget and not name.startswith("_"):
            fields[name] = get_type_hints(member.fget).get("return", Any)
    return fields


@cache
def _fields(kind: Any) -> Mapping[str, Any]:
    if isinstance(kind, SampledType):
        groups = [value for value in kind.values if isinstance(value, dict)]
        return {name: None for group in groups for name in group}
    return fields_of(kind) if _is_group(kind) else {}


def _is_group(kind: Any) -> bool:
    if isinstance(kind, SampledType):
        return any(isinstance(value, dict) for value in kind.values)
    return (
        isinstance(kind, type)
        and kind is not Picture
        and (issubclass(kind, msgspec.Struct) or is_typeddict(kind) or dataclasses.is_dataclass(kind))
    )


def _is_list(kind: Any) -> bool:
    if isinstance(kind, SampledType):
        return any(isinstance(value, list) for value in kind.values)
    return get_origin(kind) in _LISTS or kind in _LISTS


def _member(kind: Any, name: str) -> Shape | None:
    if isinstance(kind, SampledType):
        groups = [value for value in kind.values if isinstance(value, dict)]
        missing = any(name not in group for group in groups)
        shape = _sampled(group[name] for group in groups if name in group)
        return Shape(shape.kinds, shape.optional or missing) if shape.is_known else None
    if _is_group(kind):
        fields = _fields(kind)
        return shape_of(fields[name]) if name in fields else None
    if get_origin(kind) is Mapping:
        return shape_of(get_args(kind)[1])
    plain = str if get_origin(kind) is Literal else get_origin(kind) or kind
    return ANY if isinstance(plain, type) and not name.startswith("_") and hasattr(plain, name) else None


def _item(kind: Any) -> Shape | None:
    if isinstance(kind, SampledType):
        return _sampled(item for value in kind.values if isinstance(value, list) for item in value) or None
    if not _is_list(kind):
        return None
    inner = [hint for hint in get_args(kind) if hint is not Ellipsis]
    return _union(shape_of(hint) for hint in inner) if inner else ANY


def _sampled(values: Iterable[Any]) -> Shape:
    all_values = list(values)
    present = tuple(value for value in all_values if value is not None)
    scalars = {type(value) for value in present if isinstance(value, _SCALARS)}
    kinds: tuple[Any, ...] = tuple(sorted(scalars, key=lambda kind: kind.__name__))
    if any(isinstance(value, dict | list) for value in present):
        kinds += (SampledType(present),)
    return Shape(kinds, optional=len(present) < len(all_values))


def _union(shapes: Iterable[Shape]) -> Shape:
    alternatives = list(shapes)
    if not all(shape.is_known for shape in alternatives):
        return ANY
    kinds = dict.fromkeys(kind for shape in alternatives for kind in shape.kinds)
    return Shape(tuple(kinds), any(shape.optional for shape in alternatives))
