"""What a PDF holds beside its pages: what acts by itself, and what tells of its makers. Found, and taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from pipeline.attachments.notes import Notes

ACTIVE_RULE, QUIET_RULE, SIGNATURE_RULE = "FIL-01", "FIL-02", "FIL-03"

#: Kind of an action (/S), or of an annotation (/Subtype) -> the rule and its detail.
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
#: Keys that stand for such content wherever they are.
_KEYS = {
    "/JS": (ACTIVE_RULE, "script"),
    "/EF": (ACTIVE_RULE, "embedded"),
    "/EmbeddedFiles": (ACTIVE_RULE, "embedded"),
    "/XFA": (ACTIVE_RULE, "xfa"),
    "/PieceInfo": (QUIET_RULE, "private"),
    "/ByteRange": (SIGNATURE_RULE, ""),
}
#: Keys that say something about the makers, or lead out of the page; in what is drawn none is needed.
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


def find_active(found: Iterable[Any], notes: Notes) -> None:
    """Note what the PDF with these dictionaries would do, and whether it is signed."""
    for each in found:
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
    """Take out of everything that is drawn what is not drawn."""
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
    """Every dictionary of the PDF, and that of every stream."""
    waiting: list[Any] = list(pdf.objects)
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Array):
            waiting += [item for item in each if isinstance(item, _NESTED) and not item.is_indirect]
        elif isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            yield each
            waiting += [item for _, item in each.items() if isinstance(item, _NESTED) and not item.is_indirect]
