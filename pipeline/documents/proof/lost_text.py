"""Compares the text of a filled Word file with the pages of its PDF: nothing may be missing, counted by occurrence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from lxml import etree

from pipeline.errors import WordPlace
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.page_text import ShownText, shown_texts
from pipeline.formats.word.text import W

#: What a page may have, or lack, without a difference: white space, hyphens at the end of a line, invisible characters.
UNCOUNTED = re.compile(r"[\s\-\u00ad\u2010\u2011\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
#: A paragraph may be divided by the end of a page or a drawing, into parts of at least so many characters.
_SHORTEST_PART = 4


def find_lost(docx: DocxFile, read: Sequence[ReadPage]) -> list[WordPlace]:
    """Return the places in a filled Word file of the paragraphs whose text is not, or not often enough, on the pages.

    Their texts are not quoted: they have values of the case.
    """
    pages = [_plain(page.text) for page in read]
    wanted = [(one, _plain(piece)) for one in shown_texts(docx, len(pages)) for piece in one.pieces]
    whole = "\n".join(piece for one, piece in wanted for _ in range(one.times))
    drawn = "".join(pages)
    lacking = (Counter(whole) - Counter(drawn)).keys() - {"\n"}
    rare = [(one, piece) for one, piece in wanted if drawn.count(piece) < whole.count(piece)]
    lost = [one for one, piece in rare if not _is_in_parts(piece, drawn)]
    if lacking and not lost:
        lost = [one for one, _ in rare] or [one for one, piece in wanted if lacking & set(piece)]
    return list(dict.fromkeys(map(_place, lost)))


def _is_in_parts(piece: str, drawn: str) -> bool:
    while piece:
        longest = _longest_start(piece, drawn)
        if longest < min(_SHORTEST_PART, len(piece)):
            return False
        piece = piece[longest:]
    return True


def _longest_start(piece: str, drawn: str) -> int:
    """Return the length of the longest start of a piece that the pages have."""
    low, high = 0, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece[:middle] in drawn else (low, middle - 1)
    return low


def _place(one: ShownText) -> WordPlace:
    place = one.part.place(one.paragraph)
    return WordPlace(place.part, place.paragraph, place.cell)


def find_unwritten(docx: DocxFile, printed: Iterable[str]) -> list[str]:
    """Return the texts that a template printed and that are nowhere in the filled Word file."""
    # Without changing forms: a Korean letter would become one with the syllable at the end of another text.
    whole = UNCOUNTED.sub("", "".join(text.text or "" for root in docx.xml.values() for text in root.iter(f"{W}t")))
    lost = [text for text in printed if UNCOUNTED.sub("", text) not in whole]
    if not lost:
        return []
    elements = (element for root in docx.xml.values() for element in root.iter(etree.Element))
    values = {str(value) for element in elements for value in element.attrib.values()}  # such as the span of a cell
    return [text for text in lost if text not in values]


@lru_cache(maxsize=4096)  # the documents of a packet have many texts in common
def _plain(text: str) -> str:
    return UNCOUNTED.sub("", unicodedata.normalize("NFKC", text))
