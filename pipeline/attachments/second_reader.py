"""A second reader for the supplied PDF and for the clean one: both must have the same pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from pipeline.attachments.page_pictures import draw_supplied, looks_like
from pipeline.attachments.placement import Placement
from pipeline.attachments.unusable import ROOM, unusable
from pipeline.errors import UnusableError
from pipeline.formats.messages import words
from pipeline.packet.paper import PagePicture

_TOLERANCE_POINTS = 1.0
#: pdfium returns one of these for a hyphen, depending on whether a line ends there.
_HYPHENS = str.maketrans("", "", "-\u00ad\x02\ufffe")


class PageProof(NamedTuple):
    """The size of a supplied page as qpdf read it, and its place on the clean page."""

    size: tuple[float, float]
    placement: Placement


class ReadByBoth(NamedTuple):
    """A supplied page as pdfium draws it, and the text that it reads on the clean page."""

    picture: PagePicture
    text: str


def compare_readers(
    supplied: bytes, password: str | None, clean: bytes, pages: Sequence[PageProof], *, drawn_later: bool = False
) -> tuple[ReadByBoth, ...]:
    """Return the pages as pdfium draws and reads them.

    Raise UnusableError if pdfium reads another file than qpdf, which made the ``clean`` one. If the clean pages are
    ``drawn_later``, they are compared with the pictures then, and not here.
    """
    before, after = _open(supplied, password), _open(clean, None)
    try:
        before.init_forms()
        after.init_forms()
        if not len(before) == len(after) == len(pages):
            raise _disagreement("number of pages")
        return tuple(
            _compare(before, after, number, proof, drawn_later=drawn_later) for number, proof in enumerate(pages)
        )
    finally:
        before.close()
        after.close()


def draw_pages(clean: bytes) -> tuple[PagePicture, ...]:
    """Return pictures of whole pages as pdfium draws them."""
    document = _open(clean, None)
    try:
        return tuple(_picture_of(document[number]) for number in range(len(document)))
    finally:
        document.close()


def _picture_of(page: Any) -> PagePicture:
    try:
        return draw_supplied(page, Placement(0, 0, *page.get_size()))
    finally:
        page.close()


def _compare(before: Any, after: Any, number: int, proof: PageProof, *, drawn_later: bool) -> ReadByBoth:
    """Compare one page. Each is closed when it has been drawn: pdfium remembers the decoded pictures of an open one."""
    supplied, clean = before[number], after[number]
    if any(abs(one - other) > _TOLERANCE_POINTS for one, other in zip(supplied.get_size(), proof.size, strict=True)):
        raise _disagreement("size of a page")
    (letters, _), (made, text) = _read(supplied), _read(clean)
    is_annotated = raw.FPDFPage_GetAnnotCount(supplied) > 0
    if letters - made or (made - letters and not is_annotated):
        raise _disagreement("text")
    picture = draw_supplied(supplied, proof.placement)
    supplied.close()
    if not drawn_later and not looks_like(clean, picture, proof.placement.box):
        raise _disagreement("picture of page", page=number + 1)
    clean.close()
    return ReadByBoth(picture, text)


def _open(content: bytes, password: str | None) -> Any:
    try:
        return pypdfium2.PdfDocument(content, password=password)
    except pypdfium2.PdfiumError:
        raise _disagreement("structure") from None


def _read(page: Any) -> tuple[Counter[str], str]:
    """Return all letters of a page, and the text that is inside of its ends."""
    text = page.get_textpage()
    try:
        return Counter("".join(text.get_text_range().translate(_HYPHENS).split())), text.get_text_bounded()
    finally:
        text.close()


def _disagreement(name: str, **parts: int) -> UnusableError:
    return unusable("attachment-disagreement/readers", about=dict(words("about", name, room=ROOM, **parts)))
