"""Runs of text: each becomes a string, or a call with a string if its format is not that of the paragraph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from lxml import etree

from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.formats import Formats, RunFormat
from pipeline.documents.engines.typst.source import color, is_balanced, literal
from pipeline.formats.word.inventory import entry_of
from pipeline.formats.word.text import W

_FIELDS = {"PAGE": "page-number", "NUMPAGES": "page-count"}


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a paragraph: text with tags, or the field ``code``."""

    style: RunFormat
    text: str
    code: str = ""


def pieces(paragraph: etree._Element, formats: Formats) -> list[TextPiece]:
    """Return the pieces of a paragraph, with neighbours of one format in one piece."""
    joined = []
    for (style, code), group in groupby(_pieces(paragraph, formats), key=lambda piece: (piece.style, piece.code)):
        listed = list(group)
        joined += listed if code else [TextPiece(style, "".join(piece.text for piece in listed))]
    return [piece for piece in joined if piece.text or piece.code]


def _pieces(paragraph: etree._Element, formats: Formats) -> Iterator[TextPiece]:
    field: _Field | None = None
    for run in paragraph.iterfind(f"{W}r"):
        style = formats.run(run)
        for node in run:
            name = str(node.tag)[len(W) :]
            kind = node.get(f"{W}fldCharType")
            if kind == "begin":
                field = _Field(style)
            elif kind == "end" and field is not None:
                yield field.piece()
                field = None
            elif kind is not None and field is not None:
                field.is_read = True
            elif name == "instrText" and field is not None and not field.is_read:
                field.code += node.text or ""
            elif name == "t" and field is None:
                yield TextPiece(style, _text(node))
            elif name == "br" and field is None:
                yield TextPiece(style, "\n")


@dataclass(slots=True)
class _Field:
    """A field: its code is read up to the separator, and what follows is Word's former result."""

    style: RunFormat
    code: str = ""
    is_read: bool = False

    def piece(self) -> TextPiece:
        """Return the piece that draws the field."""
        name = self.code.split("\\")[0].strip()
        if name not in _FIELDS:
            raise RefusedError(f"{entry_of(f'field:{name.upper()}').words} (field {name[:40]})")
        return TextPiece(self.style, "", _FIELDS[name])


def _text(node: etree._Element) -> str:
    text = node.text or ""
    return text if node.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve" else text.strip()


def commonest(listed: list[TextPiece]) -> RunFormat | None:
    """Return the format of most characters of a paragraph."""
    count: Counter[RunFormat] = Counter()
    for piece in listed:
        count[piece.style] += max(1, len(piece.text))
    return max(count, key=lambda style: count[style]) if count else None


class RunStyles:
    """The functions that draw text in a format, by the differences from the format of its paragraph."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def call(self, piece: TextPiece, base: RunFormat) -> str:
        """Return the expression that draws a piece."""
        content = piece.code or f'"{literal(piece.text)}"'
        same = piece.style == base
        if same and (piece.code or is_balanced(piece.text)):
            return content
        arguments = text_arguments(piece.style, None if same else base)
        return f"{self._names.setdefault(arguments, f'r{len(self._names)}')}({content})"

    def definitions(self) -> Iterator[str]:
        """Yield the definitions of the functions."""
        for arguments, name in self._names.items():
            yield f"#let {name} = text.with({arguments})"


def text_arguments(style: RunFormat, base: RunFormat | None = None) -> str:
    """Return the arguments of Typst's ``text`` for a format, without those that ``base`` has too."""
    base = base or replace(style, font="", size=0, bold=not style.bold, color="-")
    arguments = []
    if style.font != base.font:
        arguments.append(f'font: "{style.font}"')
    if style.size != base.size:
        arguments.append(f"size: {style.size / 2:g}pt")
    if style.bold != base.bold:
        arguments.append(f'weight: "{"bold" if style.bold else "regular"}"')
    if style.color != base.color:
        arguments.append(f"fill: {color(style.color)}")
    return ", ".join(arguments)
