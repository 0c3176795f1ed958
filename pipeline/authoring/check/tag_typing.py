"""How tags are typed: what is meant as a tag and is none, and tags that cannot be read or filled at all.

Each rule takes a time that grows with the length of the text, however it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.authoring.check.finding import Finding
from pipeline.authoring.check.tags import TAG, tags_of
from pipeline.errors import WordPlace
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.word_places import Part

#: Jinja nests Python's own blocks, of which there may be 20, and each calls the next one while it is read.
_DEEPEST = 15
_LONGEST = 2000
#: Of these tags nothing can be read or filled.
HOPELESS = {"tag-deep", "tag-long"}

_BLOCK = re.compile(r"\{%[-+]?\s*(?:tr|tc|p|r)?\s*(end)?(if|for|with|filter|macro|call|set|autoescape)\b([^%]*)")
_TEXT_IN_TAG = re.compile(r"""'[^']*'|"[^"]*"|[‘’“”][^‘’“”]*[‘’“”]""")
_WIDE_SIGN = re.compile(r"[！-～｡-･]")
#: Two braces, or a brace and a percent sign, one of them full-width or with a space between.
_BRACES = re.compile(r"(?!\{\{|\{%)[{｛]\s*[{｛%％]|(?!\}\}|%\})[}｝%％]\s*[}｝]")
_ONE_BRACE = re.compile(r"[{｛]\s*[a-z_]+(?:\.[a-z_]+)+[^{}｛｝]*[}｝]")
_OF_XML = re.compile(r"\{\{[-+]?(r|p|tr|tc)\s")
_LOADS = re.compile(r"\{%[-+]?\s*(include|import|from|extends)\b")

_WRITE = "write {{ … }} for a value and {% … %} for a condition or a list, in half-width signs without spaces inside"
_HINTS = {
    "tag-braces": _WRITE,
    "tag-sign": "type the signs of a tag in half width, with the input method switched off",
    "tag-xml": "write {{ … }}: no field of a case is formatted text",
    "tag-loads": "write what it would bring in into this file: each letter stands alone",
    "tag-long": "make it shorter: a letter needs no long computation",
    "tag-deep": "nest fewer conditions and lists: put conditions together with `and`",
    "tag-unfilled": "move the tag into the text of the letter, or take it out: nobody looks at what it would print",
}
#: Parts whose words are never printed, and those in which people write about tags.
_NOT_PRINTED = re.compile(
    r"word/(comments\w*|settings|webSettings|fontTable|people)\.xml|.*\.rels|\[Content_Types\]\.xml"
)


def typed_findings(docx: DocxFile, file: str) -> list[Finding]:
    """All that is typed wrongly, each place once."""
    found = [
        Finding(code, "error", message, _HINTS[code], file, place)
        for name, root in docx.text_parts.items()
        for code, message, place in _in_part(Part(name, root))
    ]
    return list(dict.fromkeys([*found, *_unfilled(docx, file)]))


def _in_part(part: Part) -> Iterator[tuple[str, str, WordPlace]]:
    tags = tags_of(part)
    for code, message, number in (*_each(tags.texts), *_nesting(tags.texts)):
        yield code, message, part.place_at(tags.paragraphs[number])
    for index, text in enumerate(tags.between):
        braces = _BRACES.search(text) or _ONE_BRACE.search(text)
        if braces:
            yield "tag-braces", f"“{braces[0]}” is no tag, though it looks like one", part.place_at(index)


def _each(tags: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    for number, tag in enumerate(tags):
        wide = _WIDE_SIGN.search(_TEXT_IN_TAG.sub("", tag)) if not tag.startswith("{#") else None
        if len(tag) > _LONGEST:
            yield "tag-long", f"the tag has more than {_LONGEST:,} characters", number
        if wide:
            yield "tag-sign", f"the tag has the full-width sign {wide[0]}", number
        if _OF_XML.match(tag):
            yield "tag-xml", "a tag of this kind takes formatted text, and would break the file with any other", number
        loads = _LOADS.match(tag)
        if loads:
            yield "tag-loads", f"a template cannot use {loads[1]}: there is no other one to take something from", number


def _nesting(tags: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    depth = 0
    for number, tag in enumerate(tags):
        block = _BLOCK.match(tag)
        if block is None or (block[2] == "set" and "=" in block[3]):
            continue
        depth += -1 if block[1] else 1
        if depth > _DEEPEST:
            yield "tag-deep", f"more than {_DEEPEST} conditions and lists are nested here", number
            return


def _unfilled(docx: DocxFile, file: str) -> Iterator[Finding]:
    """Tags in parts that are not filled, such as endnotes and the properties of the file."""
    for name, root in docx.xml.items():
        if name in docx.text_parts or _NOT_PRINTED.fullmatch(name):
            continue
        part = Part(name, root)
        tag = TAG.search(" ".join(str(piece) for piece in root.itertext()))
        if tag:
            at = next((index for index, found in enumerate(part.paragraphs) if TAG.search(found.text)), None)
            place = WordPlace(part.label) if at is None else part.place_at(at)
            message = f"a tag stands in {part.label}, outside of the text of the letter"
            yield Finding("tag-unfilled", "error", message, _HINTS["tag-unfilled"], file, place)
