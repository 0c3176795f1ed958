"""Objects of a PDF that are the same, such as fonts and pictures of several parts, become one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Stream

#: Objects that stay apart: each page, field and annotation has a place of its own.
_SINGLE = {"/Page", "/Pages", "/Catalog", "/Annot"}
_REFERENCE = re.compile(rb"(?<!\d)(\d++) (\d++) R")
_ObjectId = tuple[int, int]


class _Known:
    """An object, written without what it refers to."""

    def __init__(self, own: Any) -> None:
        self.own: Any = own
        self.id: _ObjectId = own.objgen
        self._content = hashlib.sha256(own.read_raw_bytes()).digest() if isinstance(own, Stream) else b""
        self.look()

    def look(self) -> None:
        """Write it again. ``key`` is the same for objects that are the same; it includes the references."""
        written = self.own.stream_dict.unparse() if isinstance(self.own, Stream) else self.own.unparse(resolved=True)
        self.key = self._content + written
        self.references = _references(written)
        # One with a parent is a part of a tree.
        self.is_single = isinstance(self.own, Dictionary) and (
            "/Parent" in self.own or str(self.own.get("/Type")) in _SINGLE
        )


def merge_identical(pdf: pikepdf.Pdf) -> None:
    """Let all references to objects that are the same lead to the first of them. The others are not saved then.

    Objects that refer to such objects become the same in turn: from a font program to the font that a page names.
    """
    objects = [_Known(each) for each in pdf.objects if isinstance(each, Dictionary | Stream | Array)]
    while True:
        first: dict[bytes, _Known] = {}
        found: dict[_ObjectId, Any] = {}
        for each in objects:
            if not each.is_single and (same := first.setdefault(each.key, each)) is not each:
                found[each.id] = same.own
        if not found:
            return
        objects = [each for each in objects if each.id not in found]
        for each in objects:
            if not each.references.isdisjoint(found):
                _refer(each.own, found)
                each.look()


def _references(written: bytes) -> set[_ObjectId]:
    """Return the objects to which a written object may refer. Most refer to none, such as long lists of numbers."""
    return {(int(number), int(generation)) for number, generation in _REFERENCE.findall(written)}


def _refer(each: Any, found: Mapping[_ObjectId, Any]) -> None:
    """Replace references inside an object."""
    for place, value in _places(each):
        if not isinstance(value, pikepdf.Object):
            continue
        if value.is_indirect:
            if value.objgen in found:
                each[place] = found[value.objgen]
        elif not _references(value.unparse()).isdisjoint(found):
            _refer(value, found)


def _places(each: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the keys or indices of an object with their values."""
    if isinstance(each, Dictionary | Stream):
        yield from list(each.items())
    elif isinstance(each, Array):
        yield from list(enumerate(each))
