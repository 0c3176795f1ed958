"""Finds and removes the content of a PDF beside its pages: actions, programs, attached files, data about its makers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

import pikepdf

from pipeline.attachments.notes import Notes

ACTIVE_RULE, QUIET_RULE, SIGNATURE_RULE = "FIL-01", "FIL-02", "FIL-03"

#: The kind of an action (/S), or of an annotation or an object on the page (/Subtype) -> the rule and its detail.
_KINDS = {
    "/JavaScript": (ACTIVE_RULE, "script"),
    "/Launch": (ACTIVE_RULE, "launch"),
    "/SubmitForm": (ACTIVE_RULE, "submit"),
    "/ImportData": (ACTIVE_RULE, "submit"),
    "/GoToE": (ACTIVE_RULE, "other_file"),
    "/GoToR": (ACTIVE_RULE, "other_file"),
    "/Rendition": (ACTIVE_RULE, "media"),
    "/Movie": (ACTIVE_RULE, "media"),
    "/Sound": (ACTIVE_RULE, "media"),
    "/RichMedia": (ACTIVE_RULE, "media"),
    "/RichMediaExecute": (ACTIVE_RULE, "media"),
    "/Screen": (ACTIVE_RULE, "media"),
    "/3D": (ACTIVE_RULE, "media"),
    "/FileAttachment": (ACTIVE_RULE, "embedded"),
    "/PS": (ACTIVE_RULE, "postscript"),
    "/URI": (QUIET_RULE, "link"),
}
#: Keys that mean such content in any dictionary.
_KEYS = {
    "/JS": (ACTIVE_RULE, "script"),
    "/EF": (ACTIVE_RULE, "embedded"),
    "/EmbeddedFiles": (ACTIVE_RULE, "embedded"),
    "/XFA": (ACTIVE_RULE, "xfa"),
    "/PieceInfo": (QUIET_RULE, "private"),
    "/ByteRange": (SIGNATURE_RULE, ""),
}
#: Keys with data about the makers, or with links to other objects. Drawing the page needs none of them.
_NOT_DRAWN = (
    *(
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/AF",
        "/OPI",
        "/Ref",
        "/Alternates",
        "/Thumb",
        "/Measure",
        "/PtData",
    ),
    *("/Annots", "/StructParent", "/StructParents"),
)
#: Keys of a stream with data in another file, or with a program for printers.
_NOT_DRAWN_OF_STREAM = ("/F", "/FFilter", "/FDecodeParms", "/Subtype2", "/PS", "/Level1")
CONTAINERS = (pikepdf.Array, pikepdf.Dictionary, pikepdf.Stream)


def note_active_content(nodes: Iterable[Any], notes: Notes) -> None:
    """Add a note for each action, attached file and signature in these dictionaries of a PDF."""
    for each in nodes:
        keys = each.keys()
        for key in _KEYS.keys() & keys:
            rule, detail = _KEYS[key]
            notes.add(rule, *filter(None, [detail]))
        for key in ("/S", "/Subtype", "/Subtype2"):
            if key in keys and (kind := str(each[key])) in _KINDS:
                notes.add(*_KINDS[kind])
        if isinstance(each, pikepdf.Stream) and "/F" in keys:
            notes.add(ACTIVE_RULE, "other_file")


def strip(pdf: pikepdf.Pdf) -> None:
    """Remove everything that drawing the pages does not need."""
    for each in list(dictionaries(pdf)):
        keys = each.keys()
        removed: Iterable[str] = _NOT_DRAWN
        if "/EF" in keys:  # an associated file of a part of the page
            removed = list(keys)
        elif isinstance(each, pikepdf.Stream):
            removed = (*_NOT_DRAWN, *_NOT_DRAWN_OF_STREAM)
            if each.get("/Subtype") == "/PS":  # viewers show nothing for it
                each.write(b"")
                each.Subtype, each.BBox = pikepdf.Name.Form, pikepdf.Array([0, 0, 1, 1])
        for key in removed:
            if key in keys:
                del each[key]


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary of the PDF, including those of streams."""
    return dictionaries_in(containers(pdf))


def dictionaries_in(parts: Iterable[Any]) -> Iterator[Any]:
    """Yield those ``parts`` of a PDF that are no arrays."""
    return (each for each in parts if not isinstance(each, pikepdf.Array))


def containers(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every array, dictionary and stream of the PDF."""
    waiting: list[Any] = [each for each in pdf.objects if isinstance(each, CONTAINERS)]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += [item for item in _values(each) if not item.is_indirect]


def reachable(start: Iterable[Any], seen: set[tuple[int, int]], ignored: Container[str] = ()) -> Iterator[Any]:
    """Yield the containers in ``start``, and those to which they lead unless they are ``seen``, which grows.

    ``ignored`` keys lead nowhere.
    """
    waiting = list(start)
    while waiting:
        each = waiting.pop()
        yield each
        found = [item for item in _values(each, ignored) if item.objgen not in seen]
        seen |= {item.objgen for item in found if item.is_indirect}
        waiting += found


def surviving(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary that the PDF will have when it is saved: not those that removed keys led to."""
    return dictionaries_in(reachable([pdf.Root], set()))


def _values(container: Any, ignored: Container[str] = ()) -> list[Any]:
    """Return the arrays, dictionaries and streams in an array, a dictionary or a stream."""
    if isinstance(container, pikepdf.Array):
        values = list(container)
    else:
        values = [value for key, value in container.items() if key not in ignored]
    return [value for value in values if isinstance(value, CONTAINERS)]
