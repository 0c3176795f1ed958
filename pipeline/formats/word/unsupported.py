"""Finds what an engine does not draw as Word does. Builds and checks decide by this function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from pipeline.errors import Problem, WordPlace
from pipeline.formats.word.combinations import Found, combinations
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.elements import field_codes
from pipeline.formats.word.inventory import InventoryEntry, entry_of, judge
from pipeline.formats.word.names import prefixed_name
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.sections import (
    PageFurniture,
    has_even_pages,
    has_lost_furniture,
    sections_of,
    text_width,
    used_furniture,
)
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Part

#: The second alternative of a drawing: engines and Word take the first.
_FALLBACK = "mc:Fallback"
_DRAWING = "w:drawing"
_SETTINGS = "word/settings.xml"
_USUAL_SWITCH = re.compile(r"\\\*\s*(?:MERGEFORMAT|CHARFORMAT|Arabic)\b", re.IGNORECASE)
_COUNTERS = {"PAGE", "NUMPAGES"}
_ADVICE = "change it in Word{engines}; docs/templates.md lists what Word can do here"


class Unsupported(NamedTuple):
    """Something that an engine does not draw as Word does, with its entry in the inventory."""

    place: WordPlace
    entry: InventoryEntry


def find_unsupported(docx: DocxFile, engine: str) -> list[Unsupported]:
    """Return what an engine does not draw as Word does, each place once.

    Judged are the text, headers and footers of kinds that are switched on, footnotes, the styles and list levels that
    are used, and the settings.
    """
    furniture = tuple(used_furniture(docx.xml))
    named = dict.fromkeys([MAIN_PART, *(one.part for one in furniture), "word/footnotes.xml"])
    found: list[Unsupported] = []
    styles = Styles(docx)
    for part in (Part(name, docx.xml[name]) for name in named if name in docx.xml):
        places = [*_in_tree(part.root, (), engine), *_fields(part), *_lists(part, styles, engine)]
        if part.name == MAIN_PART:
            places += _sections(docx, furniture, styles)
        places += combinations(part, styles, text_width(docx.xml))
        found += [Unsupported(part.place(element), entry) for element, entry in places if entry.is_refused(engine)]
    others = {f"style {name}": style for name, style in styles.used().items()}
    others |= {"settings": docx.xml[_SETTINGS]} if _SETTINGS in docx.xml else {}
    for label, root in others.items():
        found += [Unsupported(WordPlace(label), entry) for _, entry in _in_tree(root, (), engine)]
    return list(dict.fromkeys(found))


def unsupported_problems(docx: DocxFile, engine: str) -> list[Problem]:
    """Return a problem, which names no file, for each thing that an engine does not draw as Word does."""
    return [
        Problem("template-unsupported", "error", f"{entry.words}: {entry.reason}", _advice(entry), place=place)
        for place, entry in find_unsupported(docx, engine)
    ]


def _advice(entry: InventoryEntry) -> str:
    engines = [f"--engine {engine}" for engine, answer in entry.answers.items() if answer != "refused"]
    return _ADVICE.format(engines=f", or build with {' or '.join(engines)}" if engines else "")


def _in_tree(element: etree._Element, ancestors: tuple[str, ...], engine: str) -> list[Found]:
    """Return the refused entries of an element and of what is in it."""
    name = prefixed_name(str(element.tag))
    if name == _FALLBACK:
        return []
    verdict = judge(
        ancestors, name, tuple((prefixed_name(str(key)), str(value)) for key, value in element.attrib.items()), engine
    )
    found = [Found(element, verdict.refused)] if verdict.refused else []
    if verdict.is_open and len(element):
        path = (*ancestors, name)
        inner = [one for child in element.iterchildren(etree.Element) for one in _in_tree(child, path, engine)]
        found += inner[-1:] if name == _DRAWING else inner  # of a drawing, what is drawn, not where
    return found


def _fields(part: Part) -> Iterator[Found]:
    path = (prefixed_name(str(part.root.tag)),)
    for instruction, element in field_codes(part.root):
        word, _, rest = instruction.strip().partition(" ")
        word = word.upper()
        has_switch = word in _COUNTERS and "\\" in _USUAL_SWITCH.sub("", rest)
        yield Found(element, entry_of(f"field:{word}" + ("\\" if has_switch else ""), path))


def _lists(part: Part, styles: Styles, engine: str) -> Iterator[Found]:
    """Yield the refused entries of the list level of each paragraph."""
    for paragraph in part.paragraphs:
        level = styles.list_level(paragraph.element)
        if level is not None:
            around = (prefixed_name(str(part.root.tag)), *(("w:tc",) if paragraph.cell else ()))
            for _, entry in _in_tree(level, around, engine):
                yield Found(paragraph.element, entry)


def _sections(docx: DocxFile, furniture: tuple[PageFurniture, ...], styles: Styles) -> Iterator[Found]:
    """Yield the entries of what sections do together with headers, settings and paragraphs."""
    sections = sections_of(docx.xml)
    if not sections:
        yield Found(None, entry_of("~no-section"))
    if has_lost_furniture(docx.xml):
        yield Found(None, entry_of("~lost-furniture"))
    if has_even_pages(docx.xml) and furniture:
        yield Found(None, entry_of("~even-pages"))
    for section in sections:
        grid = section.find(f"{W}docGrid")
        if grid is not None and grid.get(f"{W}type") not in {None, "default"}:
            loose = (one for one in docx.xml[MAIN_PART].iter(f"{W}p") if styles.follows_grid(one))
            yield from (Found(one, entry_of("~grid")) for one in list(loose)[:1])
