"""Attachments of real life, made here: PDFs that do things, are odd, locked or hostile, and pictures."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

from tests.support.built import saved

SCRIPT = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
#: Two colours of the same grey.
BLUE, RED = "0.20 0.40 1.00", "1.00 0.11 0.11"

#: What is seen of ``corners`` at upper left, upper right, lower left, lower right when the page is turned clockwise.
SEEN = {
    0: ("blue", "black", "red", "green"),
    90: ("red", "blue", "green", "black"),
    180: ("green", "red", "black", "blue"),
    270: ("black", "green", "blue", "red"),
}


def page_text(text: str, size: float = 24, at: tuple[float, float] = (72, 700)) -> bytes:
    """Content of a page that says something in Helvetica, which add_page names F1."""
    return f"BT /F1 {size} Tf {at[0]} {at[1]} Td ({text}) Tj ET".encode()


def add_page(pdf: Pdf, content: bytes = b"", size: Sequence[float] = (595, 842), **entries: Any) -> pikepdf.Page:
    """A page with that content; ``entries`` are further ones of its dictionary."""
    page = pdf.add_blank_page(page_size=(size[0], size[1]))
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    page.obj.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    page.obj.Contents = pdf.make_stream(content)
    for key, value in entries.items():
        page.obj[f"/{key}"] = value
    return page


def pdf_of(*contents: bytes, size: Sequence[float] = (595, 842), **entries: Any) -> bytes:
    """A PDF with a page for each content."""
    with pikepdf.new() as pdf:
        for content in contents:
            add_page(pdf, content, size, **entries)
        return saved(pdf)


def corners(left: float, bottom: float, width: float, height: float) -> bytes:
    """A page's content: its lower left corner red, lower right green, upper left blue, upper right black."""
    side = min(width, height) / 5
    boxes = (
        ("1 0 0", left, bottom),
        ("0 1 0", left + width - side, bottom),
        ("0 0 1", left, bottom + height - side),
        ("0 0 0", left + width - side, bottom + height - side),
    )
    return "".join(f"{colour} rg {x} {y} {side} {side} re f\n" for colour, x, y in boxes).encode()


def annotation(pdf: Pdf, kind: str, box: Sequence[float] = (100, 600, 300, 620), **entries: Any) -> Any:
    """An annotation that is printed, put on no page yet."""
    entries.setdefault("F", 4)
    return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array(list(box)), **entries))


def put(pdf: Pdf, *annotations: Any, page: int = 0) -> None:
    """Put annotations on a page."""
    there = pdf.pages[page].obj.get("/Annots", Array())
    pdf.pages[page].obj.Annots = Array([*there, *annotations])


def add_link(pdf: Pdf, address: str) -> None:
    put(pdf, annotation(pdf, "Link", A=Dictionary(S=Name.URI, URI=address)))


def add_field(
    pdf: Pdf, name: str, value: str, box: Sequence[float] = (100, 600, 300, 620), *, drawn: bool = False, **entries: Any
) -> Any:
    """A text field with a value, and with a picture of it only when ``drawn``."""
    if "/AcroForm" not in pdf.Root:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        fonts = Dictionary(Font=Dictionary(Helv=pdf.make_indirect(font)))
        pdf.Root.AcroForm = Dictionary(Fields=Array(), DR=fonts, DA="/Helv 12 Tf 0 g")
    field = annotation(pdf, "Widget", box, FT=Name.Tx, T=name, V=value, DA="/Helv 12 Tf 0 g", **entries)
    if drawn:
        field.AP = Dictionary(N=appearance(pdf, f"BT /Helv 12 Tf 2 5 Td ({value}) Tj ET", box))
    pdf.Root.AcroForm.Fields.append(field)
    put(pdf, field)
    return field


def filled_form(**fields: str) -> bytes:
    """A form with these fields filled in, one below the other, without pictures of them."""
    with pikepdf.new() as pdf:
        add_page(pdf, page_text("form"))
        for number, (name, value) in enumerate(fields.items()):
            add_field(pdf, name, value, (100, 600 - 40 * number, 400, 620 - 40 * number))
        return saved(pdf)


def appearance(pdf: Pdf, content: str, box: Sequence[float]) -> Any:
    """A picture of an annotation."""
    form = pdf.make_stream(content.encode())
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([0, 0, box[2] - box[0], box[3] - box[1]])
    fonts = pdf.Root.get("/AcroForm", Dictionary()).get("/DR")
    if fonts is not None:
        form.Resources = fonts
    return form


def add_signature(pdf: Pdf) -> None:
    """A field with something that looks like a signature."""
    signature = Dictionary(
        Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), SubFilter=Name("/adbe.pkcs7.detached"), Contents=b"\x30\x00"
    )
    signature.ByteRange = Array([0, 1, 2, 3])
    field = annotation(pdf, "Widget", FT=Name.Sig, T="seal", V=pdf.make_indirect(signature))
    field.AP = Dictionary(N=appearance(pdf, "1 0 0 RG 2 2 50 16 re S", (100, 600, 300, 620)))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    put(pdf, field)


def signed_pdf() -> bytes:
    """A page that says something, with a seal."""
    with pikepdf.new() as pdf:
        add_page(pdf, page_text("signed paper"))
        add_signature(pdf)
        return saved(pdf)


def with_wrong_tables(content: bytes) -> list[bytes]:
    """The PDF with its table of references in another place than it says, nowhere, and with a wrong entry."""
    return [
        content.replace(b"startxref\n", b"startxref\n1"),
        content[: content.rindex(b"startxref")] + b"startxref\n7\n%%EOF\n",
        content.replace(b"0000000015 00000 n", b"0000000016 00000 n", 1),
    ]


def packed_stream(raw: bytes, filters: Sequence[str], **entries: Any) -> bytes:
    """A PDF of one page whose content is that raw data with those filters; small, however much it unfolds to."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        stream = pikepdf.Stream(pdf, raw)
        stream.Filter = Array([Name(f"/{name}") for name in filters])
        for key, value in entries.items():
            stream[f"/{key}"] = value
        page.obj.Contents = stream
        return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def flate_bomb(size: int, rounds: int = 2) -> bytes:
    """A page that unfolds to that many bytes."""
    engine = zlib.compressobj(9)
    piece = b"\0" * 1_000_000
    raw = b"".join([*(engine.compress(piece) for _ in range(size // len(piece))), engine.flush()])
    for _ in range(rounds - 1):
        raw = zlib.compress(raw, 9)
    return packed_stream(raw, ["FlateDecode"] * rounds)


def run_length_bomb(size: int) -> bytes:
    """The same with RunLength inside Flate: 128 bytes from two."""
    return packed_stream(zlib.compress(b"\x81\0" * (size // 128) + b"\x80", 9), ["FlateDecode", "RunLengthDecode"])


def lzw_bomb(size: int) -> bytes:
    """The same with LZW inside Flate: each code stands for a run that is longer by one byte."""
    codes = [(0, 9), *((code, _width_of(code)) for code in range(258, 4089)), (256, 12)]
    one = "".join(f"{code:0{width}b}" for code, width in codes)
    eight = int(one * 8, 2).to_bytes(len(one))  # eight rounds fill whole bytes
    return packed_stream(zlib.compress(eight * max(1, size // (8 * sum(range(3832)))), 9), ["FlateDecode", "LZWDecode"])


def _width_of(code: int) -> int:
    """Bits of a code of LZW when the table has grown up to it."""
    return 9 if code < 511 else 10 if code < 1023 else 11 if code < 2047 else 12


def page_many_times(count: int) -> bytes:
    """A tree of pages that names one page that often."""
    with pikepdf.new() as pdf:
        page = add_page(pdf, page_text("once"))
        pdf.Root.Pages.Kids = Array([page.obj] * count)
        pdf.Root.Pages.Count = count
        return saved(pdf)


def with_makers() -> bytes:
    """A page, with the word CANARY wherever a PDF can say who made it, with what and where."""
    with pikepdf.new() as pdf:
        page = add_page(pdf, page_text("the paper"))
        pdf.docinfo["/Author"] = pdf.docinfo["/Title"] = "CANARY"
        pdf.docinfo["/Path"] = "/home/CANARY/paper.docx"
        with pdf.open_metadata() as meta:
            meta["dc:creator"] = ["CANARY"]
        private = Dictionary(CANARY=Dictionary(LastModified="D:2026", Private="CANARY"))
        for place in (pdf.Root, page.obj):
            place.PieceInfo = private
        page.obj.Metadata = pdf.make_stream(b"<x>CANARY</x>", Type=Name.Metadata, Subtype=Name.XML)
        page.obj.Thumb = pdf.make_stream(b"CANARY", Width=1, Height=1, ColorSpace=Name.DeviceGray, BitsPerComponent=8)
        form = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
        form.Metadata = pdf.make_stream(b"<x>CANARY</x>", Type=Name.Metadata, Subtype=Name.XML)
        form.PieceInfo = private
        page.obj.Resources.XObject = Dictionary(X=form)
        pdf.Root.Outlines = Dictionary(Title="CANARY")
        return saved(pdf)


def with_layers(
    *, off: bool = False, base_off: bool = False, usage_off: bool = False, condition: bool = False
) -> bytes:
    """A page with something on a layer that is shown, or is not for one of the reasons that there are."""
    with pikepdf.new() as pdf:
        group = Dictionary(Type=Name.OCG, Name="layer")
        if usage_off:
            group.Usage = Dictionary(Print=Dictionary(PrintState=Name.OFF))
        group = pdf.make_indirect(group)
        page = add_page(pdf, b"/OC /L BDC 1 0 0 rg 100 100 200 200 re f EMC " + page_text("seen"))
        shown = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=group, P=Name.AllOff)) if condition else group
        page.obj.Resources.Properties = Dictionary(L=shown)
        default = Dictionary(ON=Array(), OFF=Array([group] if off else []))
        if base_off:
            default.BaseState = Name.OFF
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=default)
        return saved(pdf)


def locked(content: bytes, user: str, owner: str = "owner-secret", **options: Any) -> bytes:
    """The PDF with passwords."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return saved(pdf, encryption=pikepdf.Encryption(user=user, owner=owner, **options))


def public_key_locked() -> bytes:
    """A PDF that says it is encrypted for the holder of a certificate."""
    content = pdf_of(page_text("secret"))
    entry = b"/Encrypt << /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 4 /Length 128 >> "
    return content.replace(b"trailer << ", b"trailer << " + entry, 1)


def quadrants(size: tuple[int, int] = (300, 200), mode: str = "RGB") -> Image.Image:
    """A picture whose upper left is red, upper right green, lower left blue, lower right white."""
    picture = Image.new("RGB", size, "white")
    half = (size[0] // 2, size[1] // 2)
    picture.paste((255, 0, 0), (0, 0, *half))
    picture.paste((0, 255, 0), (half[0], 0, size[0], half[1]))
    picture.paste((0, 0, 255), (0, half[1], half[0], size[1]))
    return picture if mode == "RGB" else picture.convert(mode)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of that kind."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


#: The small picture in the Exif data of a telephone.
THUMBNAIL = b"\xff\xd8\xff\xfeCANARY-THUMBNAIL\xff\xd9"


def exif_with_place(orientation: int = 1) -> bytes:
    """Exif data of a telephone: maker, place, a text and a small picture that must not come through."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CanaryPhone"
    exif[0x013B] = "CANARY-AUTHOR"
    exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 54.0, 27.0), 3: "E", 4: (116.0, 23.0, 17.0)})
    return _with_thumbnail(exif.tobytes())


def _with_thumbnail(exif: bytes) -> bytes:
    """A second directory behind the first, whose end names where it begins; Pillow writes none."""
    head, data = exif[:6], exif[6:]
    link = 10 + 12 * int.from_bytes(data[8:10])
    here = len(data)
    picture = here + 30
    fields = ((0x0201, picture), (0x0202, len(THUMBNAIL)))
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in fields)
    directory = struct.pack(">H", len(fields)) + entries + bytes(4)
    return head + data[:link] + here.to_bytes(4) + data[link + 4 :] + directory + THUMBNAIL


def area(colour: str) -> bytes:
    return f"{colour} rg 0 0 595 842 re f ".encode()


def contents_seen_by_one() -> tuple[bytes, bytes]:
    """A form of two streams, and the same with a tabulator after the word that begins the second: pdfium skips it."""
    with pikepdf.new() as pdf:
        page = add_page(pdf)
        add_field(pdf, "name", "")
        page.obj.Contents = pikepdf.Array([pdf.make_stream(area(BLUE)), pdf.make_stream(area(RED))])
        content = saved(pdf, compress_streams=False)
    second = b"stream\n" + area(RED)
    masked = content.replace(second, second.replace(b"\n", b"\t"))
    assert masked != content
    return content, masked
