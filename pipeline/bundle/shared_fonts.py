"""The fonts of a bundle: one font program for each face, shared by all documents and the page numbers."""

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

_TAG = re.compile(r"[A-Z]{6}\+")
_TOKEN = re.compile(rb"[\[\]]|[^\s\[\]]+")
_SYSTEM = {"Registry": "Adobe", "Ordering": "Identity", "Supplement": 0}


@dataclass(frozen=True, slots=True)
class _Use:
    """A font of one document: its object number, the embedded subset, and the descriptor of the face."""

    reader: PdfReader
    number: int
    subset: FontSubset
    descriptor: pikepdf.Object


def share_fonts(writer: PdfWriter, documents: Sequence[tuple[PdfReader, pikepdf.Pdf]], own: Subset) -> IndirectObject:
    """Add one font for each face to ``writer``, to which the documents' pages refer once they are added.

    Return the font for lines of ``own``. A font that cannot be joined is copied with its document.
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
    """The fonts of a document that can be joined with fonts of other documents."""
    for font in {font.objgen: font for page in pdf.pages for font in _fonts(page.obj)}.values():
        try:
            described = font.DescendantFonts[0]
            descriptor = described.FontDescriptor
            face = _TAG.sub("", str(descriptor.FontName)[1:], count=1)
            plain = font.Encoding == "/Identity-H" and described.CIDSystemInfo.Ordering == "Identity"
            program = descriptor.FontFile3.read_bytes() if plain else b""
            subset = read_subset(face, program, dict(_widths(described)))
        except (AttributeError, KeyError, IndexError, ValueError, TypeError, pikepdf.PdfError):
            continue  # a font of another kind, which stays unchanged
        if subset is not None:
            yield _Use(reader, font.objgen[0], subset, descriptor)


def _fonts(page: Any) -> Iterator[Any]:
    """The composite fonts of a page. The engine draws no text in form XObjects."""
    for font in page.get("/Resources", {}).get("/Font", {}).values():
        if font.is_indirect and font.get("/Subtype") == "/Type0":
            yield font


def _value(descriptor: Any, key: str) -> Any:
    """A value of a font descriptor as a Python value."""
    value = descriptor.get(f"/{key}", DESCRIPTOR[key])
    if key == "FontBBox":
        return [float(end) for end in value]
    return int(value) if value == int(value) else float(value)


def _widths(font: Any) -> Iterator[tuple[int, int]]:
    """Width of each glyph by CID. The array consists of runs of one width, and of lists of widths from one CID on."""
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
    """The descriptor of a face, with a box around the boxes of all documents' descriptors."""
    if not uses:
        return DESCRIPTOR
    left, lower, right, upper = zip(*(_value(use.descriptor, "FontBBox") for use in uses), strict=True)
    values = {key: _value(uses[0].descriptor, key) for key in DESCRIPTOR}
    return values | {"FontBBox": [min(left), min(lower), max(right), max(upper)]}


def _shared(writer: PdfWriter, name: str, union: FontUnion, descriptor: Mapping[str, Any]) -> IndirectObject:
    """The font of a face with its program."""
    # Not compressed: that would save a tenth, and take most of the time for the fonts.
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
    """The font for one document: a CMap leads from its codes to the glyphs of the shared font."""
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
    """The map of a document from codes to text."""
    font = cast("DictionaryObject", use.reader.get_object(use.number))
    texts = font.raw_get("/ToUnicode") if "/ToUnicode" in font else None
    return texts.clone(writer) if isinstance(texts, IndirectObject) else None


def _refer(writer: PdfWriter, use: _Use, font: IndirectObject) -> None:
    """Replace the document's own font by ``font`` in all pages that are copied later."""
    known = writer._id_translated.setdefault(id(use.reader), {"PreventGC": use.reader})  # noqa: SLF001 - as below
    known[use.number] = font.idnum  # in this record pypdf looks up the objects that it has already copied
