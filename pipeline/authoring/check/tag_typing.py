"""Check how tags are typed: text that looks like a tag but is not one, and tags that cannot be read or filled.

Each rule takes time in proportion to the length of the text, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.authoring.check.tags import read_tags
from pipeline.errors import Problem, WordPlace
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.tag_placement import TAG
from pipeline.formats.word.word_places import Part

#: Jinja compiles to nested Python blocks, at most 20 of them, and parses them recursively.
_DEEPEST = 15
_LONGEST = 2000
#: A template with one of these problems cannot be read or filled.
UNREADABLE = {"tag-deep", "tag-long"}

_BLOCK = re.compile(r"\{%[-+]?\s*(?:tr|tc|p|r)?\s*(end)?(if|for|with|filter|macro|call|set|autoescape)\b([^%]*)")
_TEXT_IN_TAG = re.compile(r"""'[^']*'|"[^"]*"|[‘’“”][^‘’“”]*[‘’“”]""")
_WIDE_CHARACTER = re.compile(r"[！-～｡-･]")
#: Two braces, or a brace and a percent sign, one of them full-width or with a space between.
_BRACES = re.compile(r"(?!\{\{|\{%)[{｛]\s*[{｛%％]|(?!\}\}|%\})[}｝%％]\s*[}｝]")
_ONE_BRACE = re.compile(r"[{｛]\s*[a-z_]+(?:\.[a-z_]+)+[^{}｛｝]*[}｝]")
_OF_XML = re.compile(r"\{\{[-+]?(r|p|tr|tc)\s")
_LOADS = re.compile(r"\{%[-+]?\s*(include|import|from|extends)\b")

_WRITE = (
    "write {{ … }} for a value and {% … %} for a condition or a list, in half-width characters without spaces inside"
)
_HINTS = {
    "tag-braces": _WRITE,
    "tag-sign": "type the tag in half-width characters, with the input method switched off",
    "tag-xml": "write {{ … }}: no field of a case is formatted text",
    "tag-loads": "copy the text of the other file into this one: each letter is one file",
    "tag-long": "shorten it: a letter needs no long computation",
    "tag-deep": "nest fewer conditions and lists: combine conditions with `and`",
    "tag-unfilled": "move the tag into the text of the letter, or delete it: this part is never printed",
}
#: Parts whose text is never printed, and parts in which people write about tags.
_NOT_PRINTED = re.compile(
    r"word/(comments\w*|settings|webSettings|fontTable|people)\.xml|.*\.rels|\[Content_Types\]\.xml"
)


def check_tag_typing(docx: DocxFile, file: str) -> list[Problem]:
    """Return the problems of typing, each place once."""
    problems = [
        Problem(code, "error", message, _HINTS[code], file, place)
        for name, root in docx.text_parts.items()
        for code, message, place in _in_part(Part(name, root))
    ]
    return list(dict.fromkeys([*problems, *_unfilled_parts(docx, file)]))


def _in_part(part: Part) -> Iterator[tuple[str, str, WordPlace]]:
    tags = read_tags(part)
    for code, message, number in (*_each(tags.texts), *_nesting(tags.texts)):
        yield code, message, part.place_at(tags.paragraphs[number])
    for index, text in enumerate(tags.between):
        braces = _BRACES.search(text) or _ONE_BRACE.search(text)
        if braces:
            yield "tag-braces", f"“{braces[0]}” looks like a tag but is not one", part.place_at(index)


def _each(tags: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    for number, tag in enumerate(tags):
        wide = _WIDE_CHARACTER.search(_TEXT_IN_TAG.sub("", tag)) if not tag.startswith("{#") else None
        if len(tag) > _LONGEST:
            yield "tag-long", f"the tag has more than {_LONGEST:,} characters", number
        if wide:
            yield "tag-sign", f"the tag has the full-width character {wide[0]}", number
        if _OF_XML.match(tag):
            yield "tag-xml", "a tag of this kind takes formatted text; plain text would damage the file", number
        loads = _LOADS.match(tag)
        if loads:
            yield "tag-loads", f"a template cannot use {loads[1]}: it cannot load other files", number


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


def _unfilled_parts(docx: DocxFile, file: str) -> Iterator[Problem]:
    """Report tags in parts that are not filled, such as endnotes and the properties of the file."""
    for name, root in docx.xml.items():
        if name in docx.text_parts or _NOT_PRINTED.fullmatch(name):
            continue
        part = Part(name, root)
        tag = TAG.search(" ".join(str(piece) for piece in root.itertext()))
        if tag:
            at = next((index for index, paragraph in enumerate(part.paragraphs) if TAG.search(paragraph.text)), None)
            place = WordPlace(part.label) if at is None else part.place_at(at)
            message = f"a tag is in {part.label}, outside the text of the letter"
            yield Problem("tag-unfilled", "error", message, _HINTS["tag-unfilled"], file, place)
