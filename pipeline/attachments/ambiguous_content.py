"""Rejects a PDF that contradicts itself, so that readers show it differently: double keys, odd pictures and colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pikepdf

from pipeline.attachments.active_content import CONTAINERS, reachable
from pipeline.attachments.inherited_keys import find_inherited
from pipeline.attachments.unusable import ROOM, unusable
from pipeline.errors import UnusableError
from pipeline.formats.messages import words

#: The name, the space of the colours, the largest index, and the colours.
_ENTRIES_OF_INDEXED = 4
_LARGEST_INDEX = 255
#: Keys of annotations that lead to other parts of the document.
_ELSEWHERE = frozenset({"/Parent", "/P", "/A", "/AA", "/Dest", "/IRT", "/Popup"})


def reject_double_keys(warnings: Iterable[str]) -> None:
    """Raise UnusableError if qpdf met a key twice in one dictionary: some readers use the first, others the last."""
    if any("duplicated key" in each for each in warnings):
        raise unusable("attachment-disagreement/keys")


def reject_ambiguous_pictures(pdf: pikepdf.Pdf, parts: Iterable[Any]) -> None:
    """Raise UnusableError for a mask that has a mask itself, such as a picture that is its own, and a bad palette.

    ``parts`` are the arrays, dictionaries and streams of the PDF.
    """
    for each in parts:
        if _is_bad_palette(each):
            raise _ambiguous(pdf, _is_bad_palette, "palette")
        if _has_bad_mask(each):
            raise _ambiguous(pdf, _has_bad_mask, "mask")


def ambiguous_picture(pdf: pikepdf.Pdf, picture: pikepdf.Stream, about: str) -> UnusableError:
    """Return the error for a picture that readers show differently. It names the first page that the picture is on."""
    return _ambiguous(pdf, lambda each: bool(each.objgen == picture.objgen), about)


def _ambiguous(pdf: pikepdf.Pdf, is_sought: Callable[[Any], bool], about: str) -> UnusableError:
    page = _page_with(pdf, is_sought)
    place = words("about", "nowhere", room=ROOM) if page is None else words("about", "on page", room=ROOM, page=page)
    named = dict(words("about", about, room=ROOM))
    return unusable("attachment-disagreement/itself", about=named, place=dict(place))


def _is_bad_palette(space: Any) -> bool:
    if not isinstance(space, pikepdf.Array) or not len(space) or space[0] != pikepdf.Name.Indexed:
        return False
    if len(space) != _ENTRIES_OF_INDEXED:
        return True
    _, base, largest, _ = space
    kind = base[0] if isinstance(base, pikepdf.Array) and len(base) else base
    return not 0 <= int(largest) <= _LARGEST_INDEX or kind in {pikepdf.Name.Indexed, pikepdf.Name.Pattern}


def _has_bad_mask(picture: Any) -> bool:
    return any(mask.get("/Subtype") != pikepdf.Name.Image or _masks(mask) for mask in _masks(picture))


def _masks(picture: Any) -> list[pikepdf.Stream]:
    if not isinstance(picture, pikepdf.Stream) or picture.get("/Subtype") != pikepdf.Name.Image:
        return []
    return [mask for key in ("/SMask", "/Mask") if isinstance(mask := picture.get(key), pikepdf.Stream)]


def _page_with(pdf: pikepdf.Pdf, is_sought: Callable[[Any], bool]) -> int | None:
    """Return the number of the first page that leads to some content, or None."""
    seen: set[tuple[int, int]] = set()
    for number, page in enumerate(pdf.pages, start=1):
        start = [find_inherited(page.obj, "/Resources"), page.obj.get("/Annots"), page.obj.get("/Contents")]
        known = [each for each in start if isinstance(each, CONTAINERS)]
        if any(map(is_sought, reachable(known, seen, ignored=_ELSEWHERE))):
            return number
    return None
