"""The union of the subsets of one font that several documents embed.

Each document numbers the glyphs of its subset from 1 in the order in which it needs them. The union contains every
glyph once, and maps the glyphs of each subset to its own. The codes of the documents stay: a CMap leads from them to
the glyphs of the union, so that the text on the pages does not change.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fontTools.cffLib import CFFFontSet, CharStrings, FDArrayIndex, FDSelect
from fontTools.misc.psCharStrings import T2CharString
from fontTools.ttLib import TTFont

#: Keys of the top dictionary that are the same for all subsets; the others describe one subset.
_COMMON_KEYS = {"ROS", "FontBBox", "Notice", "charset", "CharStrings", "FDArray", "FDSelect", "CIDCount"}

_SUBROUTINES = 19  # operator with their offset
_THOUSANDTHS, _AS_IT_IS = [0.001, 0, 0, 0.001, 0, 0], [1, 0, 0, 1, 0, 0]


@dataclass(frozen=True, slots=True)
class FontSubset:
    """A CID-keyed CFF font that a document embeds. ``widths`` are the widths of the glyphs by CID."""

    face: str
    program: bytes
    widths: Mapping[int, int]
    _fonts: Any = field(compare=False, repr=False)

    def glyphs(self) -> Iterator[tuple[int, bytes, bytes, Any]]:
        """Yield each glyph: its CID, its charstring, the bytes of its hints, and the font dictionary of these."""
        top = self._fonts[0]
        index = top.CharStrings.charStringsIndex
        kinds = [(_private(part, self.program), part) for part in top.FDArray]
        places = zip(index.offsets, index.offsets[1:], strict=False)
        first = index.offsetBase
        for name, kind, (start, end) in zip(top.charset, top.FDSelect.gidArray, places, strict=True):
            cid = 0 if name == ".notdef" else int(name[3:])
            yield cid, self.program[first + start : first + end], *kinds[kind]


@dataclass(frozen=True, slots=True)
class FontUnion:
    """The joint font: the widths of its glyphs by CID, and for each subset the map from its CIDs to the joint ones."""

    program: bytes
    widths: tuple[int, ...]
    cids: tuple[Mapping[int, int], ...]


def read_subset(face: str, program: bytes, widths: Mapping[int, int]) -> FontSubset | None:
    """Return a font for a union, or None if it is not CID-keyed CFF or if its glyphs share subroutines."""
    try:
        fonts = _read(program)
        top = fonts[0]
        is_cid_font = "ROS" in top.rawDict and not len(fonts.GlobalSubrs) and not _has_subroutines(top, program)
        is_complete = len(top.FDSelect) == len(top.charset) and top.charset[0] == ".notdef"
    except Exception:  # noqa: BLE001 - fontTools raises anything on a damaged font, which then stays unchanged
        return None
    return FontSubset(face, program, widths, fonts) if is_cid_font and is_complete and _is_plain(top) else None


def _has_subroutines(top: Any, program: bytes) -> bool:
    """Return True if glyphs of one font dictionary share subroutines."""
    kinds = (part for part in top.FDArray if _SUBROUTINES in _private(part, program))
    return any("Subrs" in part.Private.rawDict for part in kinds)


def _is_plain(top: Any) -> bool:
    """Return True if the glyphs are drawn in thousandths, the default."""
    scales = [top.rawDict.get("FontMatrix", _THOUSANDTHS), *(part.rawDict.get("FontMatrix") for part in top.FDArray)]
    return scales[0] == _THOUSANDTHS and all(scale in (None, _AS_IT_IS) for scale in scales[1:])


def union_of(subsets: Sequence[FontSubset]) -> FontUnion:
    """Return the union of ``subsets`` of one face. The same subsets give the same bytes."""
    drawings: list[tuple[bytes, bytes]] = []
    widths: list[int] = []
    numbers: dict[tuple[bytes, bytes], int] = {}
    kinds: dict[bytes, Any] = {}
    cids = []
    for subset in subsets:
        own: dict[int, int] = {}
        for cid, drawn, hints, kind in subset.glyphs():
            glyph = drawn, hints
            number = numbers.get(glyph) if cid else 0  # glyph 0 stands for characters without a glyph
            if number is None or number == len(drawings):
                number = len(drawings)
                if cid:
                    numbers[glyph] = number
                drawings.append(glyph)
                widths.append(subset.widths.get(cid, 0))
                kinds.setdefault(hints, kind)
            own[cid] = number
        cids.append(own)
    return FontUnion(_written(subsets[0], drawings, kinds), tuple(widths), tuple(cids))


def _read(program: bytes) -> Any:
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(program), None)
    return fonts


def _private(part: Any, program: bytes) -> bytes:
    """The bytes of the hints of a font dictionary."""
    size, start = part.rawDict["Private"]
    return program[start : start + size]


def _written(subset: FontSubset, drawings: Sequence[tuple[bytes, bytes]], kinds: Mapping[bytes, Any]) -> bytes:
    """The font program with the glyphs in that order, and with the common keys of ``subset``."""
    fonts = _read(subset.program)
    selected = {hints: number for number, hints in enumerate(kinds)}
    fd_array, fd_select = FDArrayIndex(), FDSelect()
    fd_array.items = list(kinds.values())
    fd_select.gidArray = [selected[hints] for _, hints in drawings]
    names = [".notdef", *(f"cid{number:05}" for number in range(1, len(drawings)))]
    glyphs = CharStrings(None, names, fonts.GlobalSubrs, None, fd_select, fd_array)
    glyphs.charStrings = {name: T2CharString(drawn) for name, (drawn, _) in zip(names, drawings, strict=True)}
    top = fonts[0]
    for key in top.rawDict.keys() - _COMMON_KEYS:
        del top.rawDict[key]
    for kind in kinds.values():
        kind.rawDict.pop("FontMatrix", None)  # the default, together with the matrix of the font
    top.charset, top.CharStrings, top.FDArray, top.FDSelect = names, glyphs, fd_array, fd_select
    fonts.fontNames = [subset.face]
    out = io.BytesIO()
    fonts.compile(out, TTFont(recalcBBoxes=False))
    return out.getvalue()
