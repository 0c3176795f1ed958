"""Values of Python as objects of a PDF."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)


def as_object(value: object) -> PdfObject:
    """``value`` as an object: a text that begins with a slash is a name, keys get theirs."""
    match value:
        case PdfObject():
            return value
        case Mapping():
            return dictionary(value)
        case list() | tuple():
            return ArrayObject(map(as_object, value))
        case str() if value.startswith("/"):
            return NameObject(value)
    # True is a number too, so it comes first.
    kinds = {bool: BooleanObject, int: NumberObject, float: FloatObject, str: TextStringObject}
    made: PdfObject = next(kind for known, kind in kinds.items() if isinstance(value, known))(value)
    return made


def dictionary(values: Mapping[str, object]) -> DictionaryObject:
    """A dictionary; its keys are written without the slash."""
    return DictionaryObject({NameObject(f"/{key}"): as_object(value) for key, value in values.items()})


def add(writer: PdfWriter, values: Mapping[str, object]) -> IndirectObject:
    """A dictionary of its own."""
    return writer._add_object(dictionary(values))  # noqa: SLF001 - pypdf has no other name for it


def add_stream(
    writer: PdfWriter, content: bytes, values: Mapping[str, object] | None = None, *, packed: bool = True
) -> IndirectObject:
    """A stream, compressed unless it would not help or is not allowed."""
    stream: StreamObject
    if packed:
        stream = EncodedStreamObject()
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        content = zlib.compress(content)
    else:
        stream = StreamObject()
    stream.update(dictionary(values or {}))
    stream._data = content  # noqa: SLF001 - as above
    return writer._add_object(stream)  # noqa: SLF001 - as above
