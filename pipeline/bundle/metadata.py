"""Metadata of a bundle in Info and XMP: title, language, and the claim to PDF/A."""

from __future__ import annotations

from typing import cast
from xml.sax.saxutils import escape

from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject, TextStringObject

from pipeline.bundle.pypdf_objects import add_stream, dictionary

PRODUCER = "visa-packet"

_PDF_A = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{producer}</pdf:Producer>{pdf_a}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>
"""


def add_metadata(writer: PdfWriter, title: str, language: str, *, two_sided: bool) -> None:
    """Set title, language and view. The metadata contain no dates and no names."""
    writer.metadata = {"/Title": title, "/Producer": PRODUCER}
    view = {"DisplayDocTitle": True} | ({"Duplex": "/DuplexFlipLongEdge"} if two_sided else {})
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(language)
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    root[NameObject("/ViewerPreferences")] = dictionary(view)
    # Uncompressed, so that programs without a PDF parser can read it.
    root[NameObject("/Metadata")] = add_stream(writer, b"", {"Type": "/Metadata", "Subtype": "/XML"}, packed=False)


def set_claim(writer: PdfWriter, title: str, language: str, *, pdf_a: bool) -> None:
    """Set the XMP metadata, with or without the claim to PDF/A-2b."""
    claim = _PDF_A if pdf_a else ""
    xmp = _XMP.format(title=escape(title), language=escape(language), producer=PRODUCER, pdf_a=claim)
    cast("StreamObject", writer.root_object["/Metadata"]).set_data(xmp.encode())
