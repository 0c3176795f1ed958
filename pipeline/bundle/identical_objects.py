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
_REFERENCE = re.compile(rb"(\d+) (\d+) R")
_ObjectId = tuple[int, int]


def merge_identical(pdf: pikepdf.Pdf) -> None:
    """Let all references to objects that are the same lead to the first of them. The others are not saved then.

    Objects that refer to such objects become the same in turn: from a font program to the font that a page names.
    """
    objects: list[Any] = [each for each in pdf.objects if not _is_single(each)]
    contents: dict[_ObjectId, bytes] = {}
    replaced: dict[_ObjectId, Any] = {}
    while True:
        first: dict[bytes, Any] = {}
        found: dict[_ObjectId, Any] = {}
        for each in objects:
            if each.objgen not in replaced:
                same = first.setdefault(_key(each, contents), each)
                if same.objgen != each.objgen:
                    found[each.objgen] = same
        if not found:
            return
        replaced |= found
        for other in pdf.objects:
            if other.objgen not in replaced and _refers(other, found):
                _refer(other, found)


def _is_single(each: Any) -> bool:
    """Return True for an object that stays apart. One with a parent is a part of a tree."""
    if isinstance(each, Dictionary):
        return "/Parent" in each or str(each.get("/Type")) in _SINGLE
    return not isinstance(each, Stream | Array)


def _key(each: pikepdf.Object, contents: dict[_ObjectId, bytes]) -> bytes:
    """Return what is the same for objects that are the same: what they refer to, too."""
    if not isinstance(each, Stream):
        return each.unparse(resolved=True)
    if each.objgen not in contents:
        contents[each.objgen] = hashlib.sha256(each.read_raw_bytes()).digest()
    return contents[each.objgen] + each.stream_dict.unparse()


def _refers(each: Any, found: Mapping[_ObjectId, Any]) -> bool:
    """Return True if an object may refer to one of these. Most do not, such as long lists of numbers."""
    if not isinstance(each, Dictionary | Stream | Array):
        return False
    text = each.stream_dict.unparse() if isinstance(each, Stream) else each.unparse(resolved=True)
    return any((int(number), int(generation)) in found for number, generation in _REFERENCE.findall(text))


def _refer(each: Any, found: Mapping[_ObjectId, Any]) -> None:
    """Replace references inside an object."""
    for place, value in _places(each):
        if not isinstance(value, pikepdf.Object):
            continue
        if value.is_indirect:
            if value.objgen in found:
                each[place] = found[value.objgen]
        elif _refers(value, found):
            _refer(value, found)


def _places(each: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the keys or indices of an object with their values."""
    if isinstance(each, Dictionary | Stream):
        yield from list(each.items())
    elif isinstance(each, Array):
        yield from list(enumerate(each))
