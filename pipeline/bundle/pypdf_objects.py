"""Python values as PDF objects of pypdf."""

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
    """Return ``value`` as a PDF object. A string that begins with a slash becomes a name."""
    match value:
        case PdfObject():
            return value
        case Mapping():
            return dictionary(value)
        case list() | tuple():
            return ArrayObject(map(as_object, value))
        case str() if value.startswith("/"):
            return NameObject(value)
    # bool comes first, for True is an int too.
    kinds = {bool: BooleanObject, int: NumberObject, float: FloatObject, str: TextStringObject}
    result: PdfObject = next(kind for known, kind in kinds.items() if isinstance(value, known))(value)
    return result


def dictionary(values: Mapping[str, object]) -> DictionaryObject:
    """Return a dictionary. The keys are given without the slash."""
    return DictionaryObject({NameObject(f"/{key}"): as_object(value) for key, value in values.items()})


def add(writer: PdfWriter, values: Mapping[str, object]) -> IndirectObject:
    """Add a dictionary as an indirect object."""
    return writer._add_object(dictionary(values))  # noqa: SLF001 - pypdf has no other name for it


def add_stream(
    writer: PdfWriter, content: bytes, values: Mapping[str, object] | None = None, *, packed: bool = True
) -> IndirectObject:
    """Add a stream, compressed if ``packed``."""
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
