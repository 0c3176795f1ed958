"""Obstacles to PDF/A-2b in a PDF that goes into a bundle, as far as they can be found without a full validator.

ISO 19005-2 for the content of pages: encryption, filters, fonts, colours, pictures, actions, annotations, embedded
files, optional content. Not checked: widths inside a font against those beside it, characters without a glyph, the
content of colour profiles and of JPEG 2000, and limits of sizes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

#: Permitted annotations (6.3.1), if they are printed; others are sounds, films, models and attached files.
_ANNOTATIONS = {
    "/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline",
    "/Squiggly", "/StrikeOut", "/Stamp", "/Caret", "/Ink", "/Popup", "/Widget", "/PrinterMark", "/TrapNet",
    "/Watermark", "/Redact",
}  # fmt: skip
#: Permitted actions, and forbidden ones that are recognised without a type.
_ACTIONS = {"/GoTo", "/GoToR", "/GoToE", "/Thread", "/URI", "/Named", "/SubmitForm"}
_FORBIDDEN = {"/Launch", "/JavaScript", "/ImportData", "/ResetForm", "/Movie", "/Sound", "/Rendition", "/Hide"}
_FILTERS = {
    "/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/ASCIIHexDecode", "/ASCII85Decode",
    "/RunLengthDecode", "/JPXDecode",
}  # fmt: skip
_HIDDEN, _NO_VIEW, _INVISIBLE, _PRINTED = 2, 32, 1, 4
#: Long lists of numbers.
_NUMBERS = {"/W", "/Widths"}
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
#: Operators that set a CMYK colour, and a pattern that every content with them matches.
_CMYK_OPERATORS = {"k", "K"}
_MAY_BE_CMYK = re.compile(rb"\d\s+[kK]\b|/DeviceCMYK|/CMYK\b")
#: Index of the base colour space in a colour space, and how deep these may be nested.
_BASES = {"/Indexed": 1, "/Pattern": 1, "/Separation": 2, "/DeviceN": 2}
_DEEPEST_SPACE = 4


def obstacles(pdf: pikepdf.Pdf, pages: Iterable[int] | None = None) -> list[str]:
    """Return the obstacles to PDF/A-2b in ``pdf``, in words for people.

    The content of ``pages`` (from 0; all by default) is read too, for colours that it sets itself.
    """
    numbers = range(len(pdf.pages)) if pages is None else pages
    contents = (reason for number in numbers for reason in _content(pdf.pages[number]))
    try:
        return sorted({*_document(pdf), *contents})
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, pikepdf.PdfError):
        return ["an object is not of the type that PDF requires"]  # pikepdf raises any of these then


def claims_pdf_a(pdf: pikepdf.Pdf) -> bool:
    """Return True if the metadata claim PDF/A-2b."""
    return b"<pdfaid:part>2</pdfaid:part>" in _metadata(pdf)


def _metadata(pdf: pikepdf.Pdf) -> bytes:
    metadata = pdf.Root.get("/Metadata")
    return metadata.read_bytes() if isinstance(metadata, pikepdf.Stream) else b""


def _document(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted:
        yield "it is encrypted"
    for key in ("/AA", "/OCProperties", "/Requirements"):
        if key in pdf.Root:
            yield f"it has {key[1:]}"
    for thing in (part for each in pdf.objects for part in _parts(each)):
        if isinstance(thing, pikepdf.Stream):
            yield from _stream(thing)
        else:
            yield from _dictionary(thing)
        for space in _spaces(thing):
            yield from _space(space)
    if not any(intent.get("/S") == "/GTS_PDFA1" for intent in pdf.Root.get("/OutputIntents", [])):
        yield "it has no output intent, so its colours are undefined"
    for page in pdf.pages:
        yield from _page(page)


def _parts(thing: Any) -> Iterator[Any]:
    """Yield an object that is a dictionary or a stream, and the dictionaries inside it or in its arrays."""
    if isinstance(thing, pikepdf.Array):
        inner = list(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inner = [value for key, value in thing.items() if key not in _NUMBERS]
    else:
        return
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _parts(value)


def _stream(stream: Any) -> Iterator[str]:
    filters = stream.get("/Filter", [])
    for name in [filters] if isinstance(filters, pikepdf.Name) else filters:
        if name not in _FILTERS:
            yield f"a stream is compressed with {name}"
    if "/F" in stream:
        yield "a stream is in another file"
    kind = stream.get("/Subtype")
    if kind == "/Image":
        yield from _image(stream)
    elif kind == "/PS" or "/PS" in stream or "/Ref" in stream:
        yield "a drawing is PostScript or in another file"


def _image(image: Any) -> Iterator[str]:
    if image.get("/Interpolate", False):
        yield "a picture is to be interpolated"
    if "/Alternates" in image or "/OPI" in image:
        yield "a picture has alternates"
    space = image.get("/ColorSpace")
    if space is not None:
        yield from _space(space)
    elif image.get("/Filter") == "/JPXDecode":
        yield "a JPEG 2000 picture has no colour space in the PDF"


def _spaces(thing: Any) -> Iterator[Any]:
    """Yield the colour spaces of resources, of a shading, or of a transparency group."""
    named = thing.get("/ColorSpace")
    if isinstance(named, pikepdf.Dictionary):
        yield from named.values()
    elif named is not None and "/ShadingType" in thing:
        yield named
    if thing.get("/S") == "/Transparency" and "/CS" in thing:
        yield thing.CS


def _space(space: Any, depth: int = _DEEPEST_SPACE) -> Iterator[str]:
    """Yield an obstacle if a colour is neither in the output intent, which is RGB, nor has a profile of its own."""
    parts = [space] if isinstance(space, pikepdf.Name) else list(space) if isinstance(space, pikepdf.Array) else []
    name = str(parts[0]) if parts else ""
    base = _BASES.get(name, len(parts))
    if name == "/DeviceCMYK":
        yield "it has CMYK colours without a profile"
    elif depth and base < len(parts):
        yield from _space(parts[base], depth - 1)


def _dictionary(entry: Any) -> Iterator[str]:
    kind = entry.get("/Type")
    if kind == "/Font" or ("/BaseFont" in entry and "/Subtype" in entry):
        yield from _font(entry)
    elif kind == "/Filespec" or "/EF" in entry:
        yield "a file is attached"
    elif kind == "/ExtGState" and ("/TR" in entry or entry.get("/TR2", "/Default") != "/Default" or "/HTP" in entry):
        yield "a transfer function or a halftone is set"
    action = entry.get("/S")
    if isinstance(action, pikepdf.Name) and (kind == "/Action" or action in _FORBIDDEN) and action not in _ACTIONS:
        yield f"it has an action {action}"


def _font(font: Any) -> Iterator[str]:
    kind = font.get("/Subtype")
    if kind in {"/Type0", "/Type3"}:
        return  # it consists of another font, which is checked itself, or of drawings
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    if not any(key in descriptor for key in _FONT_FILES):
        yield "a font is not embedded"
    if kind == "/CIDFontType2" and "/CIDToGIDMap" not in font:
        yield "a font has no map from characters to glyphs"


def _page(page: Any) -> Iterator[str]:
    if "/AA" in page:
        yield "a page has an action that runs when it is opened"
    for note in page.get("/Annots", []):
        yield from _annotation(note)


def _annotation(note: Any) -> Iterator[str]:
    kind, flags = note.get("/Subtype"), int(note.get("/F", 0))
    if kind not in _ANNOTATIONS:
        yield f"it has an annotation {kind}"
    if kind != "/Popup" and (not flags & _PRINTED or flags & (_HIDDEN | _NO_VIEW | _INVISIBLE)):
        yield "an annotation is not printed"
    if kind not in {"/Popup", "/Link"} and "/AP" not in note:
        yield "an annotation has no stored appearance"
    if "/AA" in note:
        yield "an annotation has an action that runs by itself"


def _content(page: Any) -> Iterator[str]:
    """Yield an obstacle if a page, or a drawing on it, sets a CMYK colour. Only a possible match is parsed."""
    page.contents_coalesce()
    content = page.get("/Contents")
    drawings = _drawings(page.get("/Resources"), set())
    if any(_sets_cmyk(each) for each in (*([] if content is None else [content]), *drawings)):
        yield "it has CMYK colours without a profile"


def _drawings(resources: Any, seen: set[tuple[int, int]]) -> Iterator[Any]:
    """Yield the forms, patterns and glyphs in these resources, and those in their own resources."""
    if not isinstance(resources, pikepdf.Dictionary):
        return
    fonts = [font for font in resources.get("/Font", {}).values() if "/CharProcs" in font]
    masks = [state.get("/SMask") for state in resources.get("/ExtGState", {}).values()]
    drawn = [
        *resources.get("/XObject", {}).values(),
        *resources.get("/Pattern", {}).values(),
        *(glyph for font in fonts for glyph in font.CharProcs.values()),
        *(mask.get("/G") for mask in masks if isinstance(mask, pikepdf.Dictionary)),
    ]
    for each in drawn:
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") != "/Image" and each.objgen not in seen:
            seen.add(each.objgen)
            yield each
            yield from _drawings(each.get("/Resources"), seen)
    for font in fonts:
        yield from _drawings(font.get("/Resources"), seen)


def _sets_cmyk(content: Any) -> bool:
    if not _MAY_BE_CMYK.search(content.read_bytes()):
        return False
    return any(
        str(instruction.operator) in _CMYK_OPERATORS or any(_is_cmyk(operand) for operand in instruction.operands)
        for instruction in pikepdf.parse_content_stream(content)
    )


def _is_cmyk(operand: Any) -> bool:
    if isinstance(operand, pikepdf.PdfInlineImage):
        return str(operand.colorspace) in {"/CMYK", "/DeviceCMYK"}
    return isinstance(operand, pikepdf.Name) and str(operand) == "/DeviceCMYK"
