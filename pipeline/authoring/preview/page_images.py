"""Render the documents that a template set makes of a case: a picture and the text of each page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from pipeline.case.base import Trilingual
from pipeline.case.source import Source
from pipeline.documents.drawing import draw_documents, page_findings
from pipeline.errors import Problem
from pipeline.options import BuildOptions
from pipeline.run.check import CheckedCase, check_case

#: Resolution in dots per inch: enough to read the smallest print.
RESOLUTION = 110
#: Number of colours in a PNG file: a third of the bytes, without a visible difference.
_COLOURS = 64
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """One page: its picture (greyscale if it has no colour), and its text in reading order."""

    picture: Image.Image
    text: str


@dataclass(frozen=True, slots=True)
class RenderedDocument:
    """One document of a packet as pages."""

    id: str
    title: Trilingual
    pages: tuple[RenderedPage, ...]


@dataclass(frozen=True, slots=True)
class RenderedPacket:
    """All documents of a packet in order, and the problems that the rules report."""

    checked: CheckedCase
    documents: tuple[RenderedDocument, ...]
    problems: tuple[Problem, ...]


def render_documents(case: Path | Source, options: BuildOptions) -> RenderedPacket:
    """Check the case and draw its documents as ``build`` does, then render them as pictures.

    The attachments are read too, because the cover sheet counts their pages, but they are not rendered.
    Raise the VisaPacketError of the stage that failed.
    """
    checked = check_case(case, options.check)
    drawn = draw_documents(checked, checked.papers, options.documents)
    documents = tuple(
        RenderedDocument(part.id, part.title, render_pages(drawn[part.id].pdf)) for part in checked.packet.documents
    )
    return RenderedPacket(checked, documents, (*checked.problems, *page_findings(drawn)))


def render_pages(pdf: bytes) -> tuple[RenderedPage, ...]:
    """Render each page of ``pdf``."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(RenderedPage(_render(page), page.get_textpage().get_text_bounded()) for page in document)
    finally:
        document.close()


def encode_png(picture: Image.Image) -> bytes:
    """Return the picture as a PNG file, with fewer colours unless it is transparent."""
    file = io.BytesIO()
    reduced = picture.quantize(_COLOURS, dither=Image.Dither.NONE) if picture.mode == "RGB" else picture
    reduced.save(file, "PNG", optimize=True)
    return file.getvalue()


def _render(page: pypdfium2.PdfPage) -> Image.Image:
    picture: Image.Image = page.render(scale=RESOLUTION / _POINTS_PER_INCH).to_pil().convert("RGB")
    grey = picture.convert("L")
    has_colour = ImageChops.difference(picture, grey.convert("RGB")).getbbox()
    return picture if has_colour else grey
