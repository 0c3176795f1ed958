"""Finds and removes the content of a PDF beside its pages: actions, attached files, and data about its makers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from pipeline.attachments.notes import Notes

ACTIVE_RULE, QUIET_RULE, SIGNATURE_RULE = "FIL-01", "FIL-02", "FIL-03"

#: The kind of an action (/S) or of an annotation (/Subtype) -> the rule and its detail.
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


_NESTED = (pikepdf.Array, pikepdf.Dictionary)


def note_active_content(nodes: Iterable[Any], notes: Notes) -> None:
    """Add a note for each action, attached file and signature in these dictionaries of a PDF."""
    for each in nodes:
        keys = each.keys()
        for key in _KEYS.keys() & keys:
            rule, detail = _KEYS[key]
            notes.add(rule, *filter(None, [detail]))
        for key in ("/S", "/Subtype"):
            if key in keys and (kind := str(each[key])) in _KINDS:
                notes.add(*_KINDS[kind])
        if isinstance(each, pikepdf.Stream) and "/F" in keys:
            notes.add(ACTIVE_RULE, "other_file")


def strip(pdf: pikepdf.Pdf) -> None:
    """Remove everything that drawing the pages does not need."""
    for each in list(dictionaries(pdf)):
        keys = each.keys()
        for key in _NOT_DRAWN:
            if key in keys:
                del each[key]
        if isinstance(each, pikepdf.Stream):
            for key in ("/F", "/FFilter", "/FDecodeParms"):
                if key in keys:
                    del each[key]


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary of the PDF, including those of streams."""
    waiting: list[Any] = list(pdf.objects)
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            waiting += [item for item in each if isinstance(item, _NESTED) and not item.is_indirect]
        elif isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            yield each
            waiting += [item for _, item in each.items() if isinstance(item, _NESTED) and not item.is_indirect]
