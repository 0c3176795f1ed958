"""Setting short texts: their glyphs in a shipped font, their widths, and the font to embed for them.

Page numbers, masks and fields of forms are set with it. A code in the text is the number of the glyph in the whole
face, two bytes, so that lines set at different times share one embedded subset.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf
import uharfbuzz

from pipeline.formats.fonts import CHINESE, FACES, JAPANESE, UndrawableError, font_file
from pipeline.language import Language

#: No kerning, no ligatures: the width of a line is then the sum of the widths of its glyphs.
_FEATURES = {"kern": False, "liga": False, "clig": False}
_ROWS_A_BLOCK = 100  # the limit of a CMap

#: The font descriptor of the regular faces, in thousandths of the size, from their own tables.
DESCRIPTOR: Mapping[str, Any] = {
    "Flags": 4,  # symbolic: the codes are no standard encoding
    "FontBBox": [-1002, -1048, 2928, 1808],
    "ItalicAngle": 0,
    "Ascent": 880,
    "Descent": -120,
    "CapHeight": 733,
    "StemV": 85,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A set text. ``glyphs`` has number and text of each glyph; ``width`` is in thousandths of the size."""

    face: str
    glyphs: tuple[tuple[int, str], ...]
    width: int

    @property
    def codes(self) -> bytes:
        """The text as the operand of Tj."""
        return b"<" + b"".join(b"%04X" % glyph for glyph, _ in self.glyphs) + b">"

    def width_at(self, size: float) -> float:
        """Return the width in points at a size in points."""
        return self.width * size / 1000


@dataclass(frozen=True, slots=True)
class Subset:
    """The part of a face that some lines need: a CFF font program, and width and text of each glyph by its number."""

    face: str
    program: bytes
    widths: Mapping[int, int]
    texts: Mapping[int, str]

    @property
    def name(self) -> str:
        """The name of the font in a PDF."""
        return subset_name(self.face, self.program)


def subset_name(face: str, program: bytes) -> str:
    """Return the name of an embedded subset: six letters that depend on its content, and the name of the face."""
    return "".join(chr(ord("A") + byte % 26) for byte in hashlib.sha256(program).digest()[:6]) + f"+{face}"


def set_line(text: str, language: Language = "ja") -> Line:
    """Set ``text`` in the face of a language. Raise UndrawableError for characters that the face does not have."""
    name = FACES[language].name
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(_font(name), buffer, _FEATURES)
    starts = [*(glyph.cluster for glyph in buffer.glyph_infos), len(text)]
    glyphs = tuple(
        (glyph.codepoint, text[start:end])
        for glyph, start, end in zip(buffer.glyph_infos, starts, starts[1:], strict=False)
    )
    missing = {character for number, part in glyphs if number == 0 for character in part}
    if missing:
        raise UndrawableError("".join(sorted(missing)))
    return Line(name, glyphs, sum(place.x_advance for place in buffer.glyph_positions))


def subset_for(lines: Iterable[Line]) -> Subset:
    """Return one font for ``lines``, all of one face. The same glyphs give the same bytes."""
    listed = tuple(lines)
    (face,) = {line.face for line in listed}
    return _subset(face, tuple(sorted({glyph for line in listed for glyph in line.glyphs})))


def add_font(pdf: pikepdf.Pdf, subset: Subset) -> pikepdf.Object:
    """Add the font to ``pdf``, and return it for the resources of a page or form that draws the lines."""
    name = pikepdf.Name("/" + subset.name)
    program = pdf.make_stream(subset.program, Subtype=pikepdf.Name.CIDFontType0C)
    descriptor = pikepdf.Dictionary(Type=pikepdf.Name.FontDescriptor, FontName=name, FontFile3=program, **DESCRIPTOR)
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType0,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        W=pikepdf.Array([item for glyph, width in sorted(subset.widths.items()) for item in (glyph, [width])]),
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type0,
        BaseFont=pikepdf.Name(f"/{subset.name}-Identity-H"),
        Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=[pdf.make_indirect(descendant)],
        ToUnicode=pdf.make_stream(to_unicode(subset.texts)),
    )
    return pdf.make_indirect(font)


def to_unicode(texts: Mapping[int, str]) -> bytes:
    """Return the CMap from codes to text, so that the text can be copied and searched."""
    rows = [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in sorted(texts.items())]
    return cmap("ToUnicode", "bfchar", rows, "UCS")


def cmap(name: str, operator: str, rows: list[str], ordering: str) -> bytes:
    """Return a CMap of two-byte codes with ``rows`` of an operator such as bfchar or cidchar."""
    blocks = [rows[start : start + _ROWS_A_BLOCK] for start in range(0, len(rows), _ROWS_A_BLOCK)]
    system = f"/Registry (Adobe) def /Ordering ({ordering}) def /Supplement 0 def"
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        f"/CIDSystemInfo 3 dict dup begin {system} end def",
        f"/CMapName /{name} def /CMapType 1 def /WMode 0 def",
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange",
        *(line for block in blocks for line in (f"{len(block)} begin{operator}", *block, f"end{operator}")),
        "endcmap CMapName currentdict /CMap defineresource pop end end\n",
    ]
    return "\n".join(lines).encode()


@cache
def _faces() -> dict[str, Any]:
    """Return the faces by their PostScript names. The file is mapped, not read."""
    blob = uharfbuzz.Blob.from_file_path(str(font_file(JAPANESE.package)))
    return {face.name: uharfbuzz.Face(blob, face.number) for face in (JAPANESE, CHINESE)}


@cache
def _font(face: str) -> Any:
    return uharfbuzz.Font(_faces()[face])


@cache
def _subset(face: str, glyphs: tuple[tuple[int, str], ...]) -> Subset:
    """Return a subset in which every glyph has the same number as in the face, as the CID of the font program."""
    wanted = uharfbuzz.SubsetInput()
    wanted.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(number for number, _ in glyphs)
    wanted.flags = uharfbuzz.SubsetFlags.DESUBROUTINIZE | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    program = bytes(uharfbuzz.subset(_faces()[face], wanted).reference_table("CFF ").data)
    font = _font(face)
    widths = {number: font.get_glyph_h_advance(number) for number, _ in glyphs}
    return Subset(face, program, widths, dict(glyphs))
