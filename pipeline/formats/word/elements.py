"""Elements that a Word file may not have: embedded or linked objects, tracked changes, fields that fetch something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Problem
from pipeline.formats.word.rejections import rejection
from pipeline.formats.word.text import W, paragraph_of
from pipeline.formats.word.word_places import Part

_REJECTED_ELEMENTS = {
    f"{W}object": ("template-embedded", "an object of another program is embedded"),
    f"{W}control": ("template-embedded", "a control is embedded"),
    f"{W}altChunk": ("template-embedded", "another document is embedded (altChunk)"),
    f"{W}subDoc": ("template-link", "another document is linked as a part of this one"),
    f"{W}mailMerge": ("template-link", "the file is set up for mail merge"),
}
_TRACKED = {f"{W}{name}" for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge")}
_TRACKED |= {
    f"{W}{name}Change" for name in ("rPr", "pPr", "sectPr", "tblPr", "tblGrid", "tcPr", "trPr", "tblPrEx", "numbering")
}
#: Fields that fetch, include or start something.
_REJECTED_FIELDS = {
    *("DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "EMBED", "RD", "DATABASE"),
    *("MACROBUTTON", "HTMLCONTROL", "AUTOTEXT", "AUTOTEXTLIST", "GLOSSARY", "CONTROL", "PRINT"),
}
_ANYWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\")
_TAG = re.compile(r"\{[{%#]")
_BEGINNINGS, _ENDS = ("{{", "{%", "{#"), ("}}", "%}", "#}")
#: Each tag without an end makes docxtpl read the rest of the part again.
_MOST_UNENDED = 100


def forbidden_elements(part: Part) -> Iterator[Problem]:
    """Yield a problem for each element of a part for which its file is rejected."""
    tracked: set[etree._Element | None] = set()
    for element in part.root.iter(etree.Element):
        if element.tag in _REJECTED_ELEMENTS:
            code, message = _REJECTED_ELEMENTS[element.tag]
            yield rejection(code, message, part.place(element))
        elif element.tag in _TRACKED:
            paragraph = paragraph_of(element)
            if paragraph not in tracked:  # one paragraph often has dozens
                yield rejection(
                    "template-tracked", "a tracked change is neither accepted nor rejected", part.place(element)
                )
            tracked.add(paragraph)
        elif _loads(element):
            yield rejection("template-link", "a picture is linked by its address", part.place(element))
    for instruction, element in field_codes(part.root):
        word = instruction.split(None, 1)[0].upper() if instruction.strip() else ""
        if word in _REJECTED_FIELDS:
            yield rejection("template-field-code", f"the field {word} fetches or starts something", part.place(element))
        elif _TAG.search(instruction):
            yield rejection("template-field-code", "a tag is inside a field code", part.place(element))


def unended_tags(part: Part) -> Iterator[Problem]:
    """Yield a problem if so many tags have no end that filling the part could take hours."""
    text = "".join(str(piece) for piece in part.root.itertext())
    unended = sum(map(text.count, _BEGINNINGS)) - sum(map(text.count, _ENDS))
    if unended > _MOST_UNENDED:
        place = next((element for element in part.root.iter(f"{W}t") if _TAG.search(element.text or "")), None)
        yield rejection("template-tags", f"{unended:,} tags begin here and have no end", part.place(place))


def _loads(element: etree._Element) -> bool:
    """Return True for a picture of the old drawing language (VML) that names a file in an attribute."""
    named = element.get("src"), element.get("althref")
    return any(named) and any(each and _ANYWHERE.match(each) for each in named)


def field_codes(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield the instruction of every field, and an element in it. An instruction may be split over several runs."""
    open_fields: list[list[str]] = []
    for element in root.iter(f"{W}fldSimple", f"{W}fldChar", f"{W}instrText", f"{W}delInstrText"):
        kind = element.get(f"{W}fldCharType")
        if element.tag == f"{W}fldSimple":
            yield element.get(f"{W}instr") or "", element
        elif kind == "begin":
            open_fields.append([])
        elif element.tag != f"{W}fldChar":
            (open_fields or [[]])[-1].append(element.text or "")
            if not open_fields:  # an instruction without a field still shows the intention
                yield element.text or "", element
        elif kind == "end" and open_fields:
            yield "".join(open_fields.pop()), element
    for instruction in open_fields:
        yield "".join(instruction), root
