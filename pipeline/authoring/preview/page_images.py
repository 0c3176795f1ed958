"""The documents that a template set makes of a case, as pages to look at: a picture and the text of each."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from pipeline.case.base import Trilingual
from pipeline.case.source import Source
from pipeline.documents.drawing import draw_documents
from pipeline.documents.engines.engine import load_engine
from pipeline.errors import Problem
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.run.check import check_case

#: Dots per inch of the pictures: enough to read the smallest print.
RESOLUTION = 110
#: Colours of a picture in a file: a third of the bytes, and no difference to the eye.
_COLOURS = 64
_POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its picture, in grey where it has no colour, and its text in reading order."""

    picture: Image.Image
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a packet as pages."""

    id: str
    title: Trilingual
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Pages:
    """All documents that a set makes of a case, in the order of the packet, and what the rules find."""

    checked: Checked
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


def draw_pages(case: Path | Source, options: Options) -> Pages:
    """Check the case and draw its documents as ``build`` does, then turn them into pictures.

    The attachments are read as well, since the cover sheet counts their pages, but they are not shown.
    Raises a VisaPacketError of the stage that failed.
    """
    checked = check_case(case, options)
    drawn = draw_documents(checked, options, load_engine(options.engine))
    documents = (Document(part.id, part.title, pages_of(drawn[part.id].pdf)) for part in checked.packet.documents)
    found = (problem for document in drawn.values() for problem in document.problems)
    return Pages(checked, tuple(documents), (*checked.problems, *found))


def pages_of(pdf: bytes) -> tuple[Page, ...]:
    """Each page of ``pdf``."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(Page(_picture(page), page.get_textpage().get_text_bounded()) for page in document)
    finally:
        document.close()


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file; a transparent one keeps its colours, others get along with a few."""
    file = io.BytesIO()
    few = picture.quantize(_COLOURS, dither=Image.Dither.NONE) if picture.mode == "RGB" else picture
    few.save(file, "PNG", optimize=True)
    return file.getvalue()


def _picture(page: pypdfium2.PdfPage) -> Image.Image:
    picture: Image.Image = page.render(scale=RESOLUTION / _POINTS_PER_INCH).to_pil().convert("RGB")
    grey = picture.convert("L")
    has_colour = ImageChops.difference(picture, grey.convert("RGB")).getbbox()
    return picture if has_colour else grey
