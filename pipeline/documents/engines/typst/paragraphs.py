"""Paragraphs: each becomes a call of a function for its format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from pipeline.documents.context_types import prints_picture
from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.formats import Formats, ParagraphFormat, RunFormat
from pipeline.documents.engines.typst.runs import RunStyles, commonest, pieces, text_arguments
from pipeline.documents.engines.typst.source import color, length

#: A call of a paragraph in a filled template, with the length of words that have room in any case.
_CALL = re.compile(r"^(p\d+\()(\d+), (.*)", re.MULTILINE)
#: The format of a paragraph with a line below: its name, its indents and the line.
_RULED = re.compile(
    r"^#let (p\d+) = paragraph\.with\((?:.*?(indents: \([^)]*\)))?.*?(rule: [^,]*, gap: [^,)]*)", re.MULTILINE
)
#: What follows the last paragraph of a cell, header, footer or document.
_END = re.compile(r"\s*\}")
_PAGE_BREAK = "pagebreak(weak: true)"
#: A word as the prelude has it.
_LONG_WORD = re.compile("[^\\s/\u00ad\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef-]{12,}")
#: The width in ems of the widest letter, except two dashes, each of which is as wide as three letters at most.
_WIDEST = 1.1
_DASHES = dict.fromkeys((0x2E3A, 0x2E3B), "---")


class Paragraphs:
    """Translates paragraphs, and remembers the formats that need a definition."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats
        self._runs = RunStyles()
        self._names: dict[str, str] = {}

    def translate(self, paragraph: etree._Element, width: int, *, in_cell: bool = False) -> str:
        """Return the statement that draws a paragraph in a column of that width, in twentieths of a point."""
        style = self._formats.paragraph(paragraph)
        listed = pieces(paragraph, self._formats)
        base = commonest(listed) or self._formats.mark(paragraph)
        if not style.exact and not prints_picture("".join(piece.text for piece in listed)):
            raise RefusedError("a line spacing that is not exact")
        body = "; ".join(self._runs.call(piece, base) for piece in listed)
        name = self._names.setdefault(_arguments(style, base, in_cell=in_cell), f"p{len(self._names)}")
        page_break = f"{_PAGE_BREAK}\n" if style.break_before and not in_cell else ""
        size = max([base.size, *(piece.style.size for piece in listed)])
        room = width - style.left - style.right - abs(style.first)
        return f"{page_break}{name}({max(0, int(room / (size * 10 * _WIDEST)))}, {{{body}}})\n"

    def definitions(self) -> Iterator[str]:
        """Yield the definitions of all formats so far."""
        yield from self._runs.definitions()
        for arguments, name in self._names.items():
            yield f"#let {name} = paragraph.with({arguments})"


def finish(source: str) -> str:
    """Return the source of a filled template with what depends on the filling.

    Words that may have no room can be broken. The first and last paragraph of a cell, header, footer or document have
    no neighbour with whose space theirs is compared.
    """
    out: list[str] = []
    end = 0
    for call in _CALL.finditer(source):
        before = source[end : call.start()]
        end = call.end()
        is_long = any(len(word.translate(_DASHES)) > int(call[2]) for word in _LONG_WORD.findall(call[3]))
        marks = {
            "breaks": is_long,
            "begins": before.rstrip().endswith(("{", _PAGE_BREAK)),
            "ends": _END.match(source, end) is not None,
        }
        out += [before, call[1], *(f"{name}: true, " for name, is_set in marks.items() if is_set), call[3]]
    return "".join([*out, source[end:]])


def reject_joined_lines(source: str) -> str:
    """Return the source of a filled template. Raise RefusedError for two neighbours with the same line below.

    Word draws one line, below the second of them; whether paragraphs are neighbours is known after filling.
    """
    ruled = {name: (indents, rule) for name, indents, rule in _RULED.findall(source)}
    if not ruled:
        return source
    former, end = None, 0
    for call in _CALL.finditer(source):
        name = call[1].rstrip("(")
        is_next = not source[end : call.start()].strip()
        if is_next and name in ruled and ruled.get(former or "") == ruled[name]:
            raise RefusedError("two paragraphs in succession with the same line below")
        former, end = name, call.end()
    return source


def _arguments(style: ParagraphFormat, base: RunFormat, *, in_cell: bool) -> str:
    arguments = [f"line: {length(style.line)}" if style.exact else "line: auto", f"base: ({text_arguments(base)})"]
    if style.align in {"center", "right"}:
        arguments.append(f"alignment: {style.align}")
    if style.align == "both":
        arguments.append("justified: true")
    arguments += [
        f"{name}: {length(value)}" for name, value in (("before", style.before), ("after", style.after)) if value
    ]
    left = style.left + min(0, style.first)
    if left or style.right:
        arguments.append(f"indents: (left: {length(left)}, right: {length(style.right)})")
    if style.first:
        arguments.append(f"first: {length(style.first)}" if style.first > 0 else f"hanging: {length(-style.first)}")
    if style.rule:
        size, space, paint = style.rule
        arguments.append(f"rule: {size / 8:g}pt + {color(paint)}, gap: {space + size / 8:g}pt")
    if style.keep and not in_cell:
        arguments.append("keep: true")
    if style.level is not None:
        arguments.append(f"level: {style.level + 1}")
    return ", ".join(arguments)
