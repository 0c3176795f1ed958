"""The fonts of a bundle: of each face one font program, which all documents and the page numbers share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pikepdf
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject

from pipeline.bundle.font_union import FontSubset, FontUnion, read_subset, union_of
from pipeline.bundle.pypdf_objects import add, add_stream
from pipeline.formats.pdf.typesetting import DESCRIPTOR, Subset, cmap, subset_name, to_unicode

_DEPTH = 8  # how deep drawings may stand in one another
_TAG = re.compile(r"[A-Z]{6}\+")
_TOKEN = re.compile(rb"[\[\]]|[^\s\[\]]+")
_SYSTEM = {"Registry": "Adobe", "Ordering": "Identity", "Supplement": 0}


@dataclass(frozen=True, slots=True)
class _Use:
    """A font of one document: its object there, what it embeds, and the descriptor, which tells of the face."""

    reader: PdfReader
    number: int
    subset: FontSubset
    descriptor: pikepdf.Object


def share_fonts(writer: PdfWriter, documents: Sequence[tuple[PdfReader, pikepdf.Pdf]], own: Subset) -> IndirectObject:
    """Put one font of each face into ``writer``; the documents' pages, when they are added, will refer to it.

    Returns the font for lines of ``own``. A font that cannot be joined comes with its document, as it is.
    """
    faces: dict[str, list[_Use]] = {own.face: []}
    for reader, pdf in documents:
        for use in _uses(reader, pdf):
            faces.setdefault(use.subset.face, []).append(use)
    extra = read_subset(own.face, own.program, own.widths)
    if extra is None:
        raise ValueError(own.face)
    for face, uses in faces.items():
        is_own = face == own.face
        union = union_of([*(use.subset for use in uses), *([extra] if is_own else [])])
        name = f"/{subset_name(face, union.program)}"
        shared = _shared(writer, name, union, _descriptor(uses))
        for use, cids in zip(uses, union.cids, strict=False):
            _refer(writer, use, _composite(writer, name, shared, cids, _texts(writer, use)))
        if is_own:
            font = _composite(writer, name, shared, union.cids[-1], add_stream(writer, to_unicode(own.texts)))
    return font


def _uses(reader: PdfReader, pdf: pikepdf.Pdf) -> Iterator[_Use]:
    """The fonts of a document that can be joined with those of others."""
    for font in {font.objgen: font for page in pdf.pages for font in _fonts(page.obj, _DEPTH)}.values():
        try:
            described = font.DescendantFonts[0]
            descriptor = described.FontDescriptor
            face = _TAG.sub("", str(descriptor.FontName)[1:], count=1)
            plain = font.Encoding == "/Identity-H" and described.CIDSystemInfo.Ordering == "Identity"
            program = descriptor.FontFile3.read_bytes() if plain else b""
            subset = read_subset(face, program, dict(_widths(described)))
        except (AttributeError, KeyError, IndexError, ValueError, TypeError, pikepdf.PdfError):
            continue  # another kind of font: it stays as it is
        if subset is not None:
            yield _Use(reader, font.objgen[0], subset, descriptor)


def _fonts(drawing: Any, depth: int) -> Iterator[Any]:
    """The composite fonts of a page or a drawing and of the drawings in it."""
    resources = drawing.get("/Resources", {})
    for font in resources.get("/Font", {}).values():
        if font.is_indirect and font.get("/Subtype") == "/Type0":
            yield font
    for inner in resources.get("/XObject", {}).values() if depth else ():
        if inner.get("/Subtype") == "/Form":
            yield from _fonts(inner, depth - 1)


def _value(descriptor: Any, key: str) -> Any:
    """A value of a font descriptor, as Python has it."""
    found = descriptor.get(f"/{key}", DESCRIPTOR[key])
    if key == "FontBBox":
        return [float(end) for end in found]
    return int(found) if found == int(found) else float(found)


def _widths(font: Any) -> Iterator[tuple[int, int]]:
    """Width of each glyph by CID: the array has runs of the same width, and lists of widths from one CID on."""
    tokens = _TOKEN.findall(font.get("/W", pikepdf.Array()).unparse())[1:-1]
    place = 0
    while place < len(tokens):
        first = int(tokens[place])
        if tokens[place + 1] == b"[":
            end = tokens.index(b"]", place)
            yield from enumerate((round(float(width)) for width in tokens[place + 2 : end]), start=first)
            place = end + 1
        else:
            last, width = int(tokens[place + 1]), round(float(tokens[place + 2]))
            yield from ((number, width) for number in range(first, last + 1))
            place += 3


def _descriptor(uses: Sequence[_Use]) -> Mapping[str, Any]:
    """What the documents' descriptors say of the face, with a box around all their boxes."""
    if not uses:
        return DESCRIPTOR
    left, lower, right, upper = zip(*(_value(use.descriptor, "FontBBox") for use in uses), strict=True)
    told = {key: _value(uses[0].descriptor, key) for key in DESCRIPTOR}
    return told | {"FontBBox": [min(left), min(lower), max(right), max(upper)]}


def _shared(writer: PdfWriter, name: str, union: FontUnion, descriptor: Mapping[str, Any]) -> IndirectObject:
    """The font of a face with its program."""
    # Drawings of glyphs are packed already: a tenth would be won, for most of the time that fonts take.
    program = add_stream(writer, union.program, {"Subtype": "/CIDFontType0C"}, packed=False)
    described = add(writer, {"Type": "/FontDescriptor", "FontName": name, **descriptor, "FontFile3": program})
    return add(
        writer,
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType0",
            "BaseFont": name,
            "CIDSystemInfo": _SYSTEM,
            "FontDescriptor": described,
            "DW": 1000,
            "W": [0, list(union.widths)],
        },
    )


def _composite(
    writer: PdfWriter, name: str, shared: IndirectObject, cids: Mapping[int, int], texts: IndirectObject | None
) -> IndirectObject:
    """The font as one document knows it: its codes lead through a CMap to the glyphs of the shared font."""
    rows = [f"<{code:04X}> {cid}" for code, cid in sorted(cids.items()) if code]
    cmap_name = "VP" + hashlib.sha256("".join(rows).encode()).hexdigest()[:10]
    content = cmap(cmap_name, "cidchar", rows, "Identity")
    values = {"Type": "/CMap", "CMapName": f"/{cmap_name}", "CIDSystemInfo": _SYSTEM, "WMode": 0}
    font: dict[str, object] = {
        "Type": "/Font",
        "Subtype": "/Type0",
        "BaseFont": f"{name}-{cmap_name}",
        "DescendantFonts": [shared],
        "Encoding": add_stream(writer, content, values),
    }
    return add(writer, font | ({"ToUnicode": texts} if texts else {}))


def _texts(writer: PdfWriter, use: _Use) -> IndirectObject | None:
    """A document's own map from codes to text."""
    font = cast("DictionaryObject", use.reader.get_object(use.number))
    texts = font.raw_get("/ToUnicode") if "/ToUnicode" in font else None
    return texts.clone(writer) if isinstance(texts, IndirectObject) else None


def _refer(writer: PdfWriter, use: _Use, font: IndirectObject) -> None:
    """Let what refers to the document's own font refer to ``font`` once it is copied."""
    known = writer._id_translated.setdefault(id(use.reader), {"PreventGC": use.reader})  # noqa: SLF001 - see below
    known[use.number] = font.idnum  # pypdf copies nothing that it has copied before, and this is how it knows
