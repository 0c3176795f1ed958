"""Metadata of a bundle in Info and XMP: title, language, and the claim to PDF/A."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Dictionary, Name, String

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


def add_metadata(pdf: pikepdf.Pdf, title: str, language: str, *, two_sided: bool) -> None:
    """Set title, language and view. The metadata contain no dates and no names."""
    pdf.trailer.Info = pdf.make_indirect(Dictionary(Title=String(title), Producer=String(PRODUCER)))
    pdf.Root.Lang = String(language)
    pdf.Root.PageMode = Name.UseOutlines
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    if two_sided:
        pdf.Root.ViewerPreferences.Duplex = Name.DuplexFlipLongEdge


def set_claim(pdf: pikepdf.Pdf, title: str, language: str, *, pdf_a: bool) -> None:
    """Set the XMP metadata, with or without the claim to PDF/A-2b."""
    claim = _PDF_A if pdf_a else ""
    xmp = _XMP.format(title=escape(title), language=escape(language), producer=PRODUCER, pdf_a=claim)
    # It is saved uncompressed, so that programs without a PDF parser can read it.
    pdf.Root.Metadata = pdf.make_stream(xmp.encode(), Type=Name.Metadata, Subtype=Name.XML)
