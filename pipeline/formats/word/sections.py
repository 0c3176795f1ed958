"""The headers and footers of a Word file that a page can have: those of kinds that are switched on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.text import W

#: The part with the relationships of the text.
RELATIONSHIPS = "word/_rels/document.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFF = {"0", "false", "off"}
_KINDS = (f"{W}headerReference", f"{W}footerReference")


class PageFurniture(NamedTuple):
    """A header or footer that is used: its part, the section that names it, and its kind (default, first or even)."""

    part: str
    section: int
    kind: str


def is_on(switch: etree._Element | None) -> bool:
    """Return True if an element is there and does not say that it is off."""
    return switch is not None and switch.get(f"{W}val") not in _OFF


def sections_of(xml: Mapping[str, etree._Element]) -> list[etree._Element]:
    """Return the properties of each section, in order."""
    return list(xml[MAIN_PART].iter(f"{W}sectPr")) if MAIN_PART in xml else []


def has_even_pages(xml: Mapping[str, etree._Element]) -> bool:
    """Return True if even pages have headers and footers of their own."""
    settings = xml.get("word/settings.xml")
    return settings is not None and is_on(settings.find(f"{W}evenAndOddHeaders"))


def related_parts(relationships: Iterable[etree._Element]) -> dict[str, str]:
    """Return the name of each part that the text refers to, by the id of the relationship."""
    return {
        str(row.get("Id")): posixpath.normpath(posixpath.join("/word", row.get("Target") or "")).lstrip("/")
        for row in relationships
    }


def used_furniture(xml: Mapping[str, etree._Element]) -> Iterator[PageFurniture]:
    """Yield the headers and footers of kinds that are switched on. A section has those of the section before, too."""
    parts = related_parts(xml.get(RELATIONSHIPS, ()))
    sections = sections_of(xml)
    first_pages = [is_on(section.find(f"{W}titlePg")) for section in sections]
    for number, section in enumerate(sections):
        for reference in section.iterchildren(*_KINDS):
            kind = reference.get(f"{W}type") or "default"
            used = {"first": any(first_pages[number:]), "even": has_even_pages(xml)}.get(kind, True)
            part = parts.get(reference.get(_ID, ""))
            if used and part is not None and part in xml:
                yield PageFurniture(part, number, kind)


def has_lost_furniture(xml: Mapping[str, etree._Element]) -> bool:
    """Return True if a section refers to a header or footer that the file does not have."""
    parts = related_parts(xml.get(RELATIONSHIPS, ()))
    references = (one for section in sections_of(xml) for one in section.iterchildren(*_KINDS))
    return any(parts.get(reference.get(_ID, "")) not in xml for reference in references)


def text_width(xml: Mapping[str, etree._Element], sections: Sequence[etree._Element] = ()) -> int:
    """Return the width of the text in twentieths of a point, of the narrowest section; 0 if a section states none.

    Without ``sections``, it is that of all sections of the file.
    """
    widths = []
    for section in sections or sections_of(xml):
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        if size is None or margins is None:
            return 0
        sides = [size.get(f"{W}w"), *(margins.get(f"{W}{side}") for side in ("left", "right"))]
        if not all((side or "").isdecimal() for side in sides):
            return 0
        paper, left, right = (int(side or 0) for side in sides)
        widths.append(paper - left - right)
    return min(widths, default=0)
