"""Compares the text of a filled Word file with the pages of its PDF: nothing may be missing, counted by occurrence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from lxml import etree

from pipeline.errors import WordPlace
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.page_text import ShownText, shown_texts
from pipeline.formats.word.text import W, xml_parser
from pipeline.formats.zip_archive import read_parts

#: What a page may have, or lack, without a difference: white space, hyphens at the end of a line, invisible characters.
_UNCOUNTED = re.compile(r"[\s\-\u00ad\u2010\u2011\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
#: A paragraph may be divided by the end of a page or a drawing, into parts of at least so many characters.
_SHORTEST_PART = 4
_PARTS = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes|settings|styles)\.xml|word/_rels/document\.xml\.rels"
)


def find_lost(docx: bytes, read: Sequence[ReadPage]) -> list[WordPlace]:
    """Return the places in a filled Word file of the paragraphs whose text is not, or not often enough, on the pages.

    Their texts are not quoted: they have values of the case.
    """
    parts = read_parts(docx)
    xml = {name: etree.fromstring(part, xml_parser()) for name, part in parts.items() if _PARTS.fullmatch(name)}
    pages = [_plain(page.text) for page in read]
    wanted = [(one, _plain(piece)) for one in shown_texts(DocxFile(parts, xml), len(pages)) for piece in one.pieces]
    whole = "\n".join(piece for one, piece in wanted for _ in range(one.times))
    drawn = "".join(pages)
    lacking = Counter(whole)
    lacking.subtract(drawn)
    lacking = Counter({character: count for character, count in lacking.items() if count > 0 and character != "\n"})
    rare = [(one, piece) for one, piece in wanted if drawn.count(piece) < whole.count(piece)]
    lost = [one for one, piece in rare if not _is_in_parts(piece, drawn)]
    if lacking and not lost:
        lost = [one for one, _ in rare] or [one for one, piece in wanted if lacking.keys() & set(piece)]
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
    paragraph = one.part.paragraphs[one.index]
    return WordPlace(one.part.label, paragraph.number, paragraph.cell)


def find_unwritten(docx: bytes, printed: Iterable[str]) -> list[str]:
    """Return the texts that a template printed and that are nowhere in the filled Word file."""
    roots = (etree.fromstring(part, xml_parser()) for name, part in read_parts(docx).items() if _PARTS.fullmatch(name))
    elements = [element for root in roots for element in root.iter(etree.Element)]
    whole = _plain("".join(element.text or "" for element in elements if element.tag == f"{W}t"))
    lost = [text for text in printed if _plain(text) not in whole]
    if not lost:
        return []
    values = {str(value) for element in elements for value in element.attrib.values()}  # such as the span of a cell
    return [text for text in lost if text not in values]


def _plain(text: str) -> str:
    return _UNCOUNTED.sub("", unicodedata.normalize("NFKC", text))
