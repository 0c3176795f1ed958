"""Papers whose fonts and forms are written in an odd way: each page of the bundle is that of the file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from pipeline.bundle.merge_client import merge_limited
from pipeline.bundle.merge_messages import MergeRequest
from pipeline.bundle.piece import Piece
from tests.fuzz.structures import sample
from tests.support.alike import unlike_pages
from tests.support.built import make_pdf, saved
from tests.support.merging import differences
from tests.support.reading import read

pytestmark = pytest.mark.slow

Spoil = Callable[[pikepdf.Pdf], None]


def font_of(pdf: pikepdf.Pdf) -> Any:
    """The composite font of the sample."""
    return pdf.pages[0].Resources.Font.F1.DescendantFonts[0]


def default_width(pdf: pikepdf.Pdf) -> None:
    """Characters that /W does not list have the width /DW: the Japanese ones."""
    font = font_of(pdf)
    font.W, font.DW = Array([*font.W][:-4]), 1000


def no_widths(pdf: pikepdf.Pdf) -> None:
    del font_of(pdf).W


def indirect_widths(pdf: pikepdf.Pdf) -> None:
    font_of(pdf).W = pdf.make_indirect(Array([pdf.make_indirect(entry) for entry in font_of(pdf).W]))


def odd_number_of_widths(pdf: pikepdf.Pdf) -> None:
    font_of(pdf).W = Array([*font_of(pdf).W, 7])


def words_in_widths(pdf: pikepdf.Pdf) -> None:
    font_of(pdf).W = Array([Name.a, *font_of(pdf).W, "b", True, Array([Name.c])])


def wide_ranges(pdf: pikepdf.Pdf) -> None:
    """A few bytes that stand for the width of more characters than fit in the memory."""
    font_of(pdf).W = Array([0, 2**31 - 1, 500] * 50)


def number_as_a_font(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Resources.Font.F3 = 5
    pdf.pages[0].Resources.XObject.X3 = 5


def font_twice(pdf: pikepdf.Pdf) -> None:
    """The same font, embedded for each page, as programs do that print page by page."""
    with pikepdf.open(io.BytesIO(sample())) as other:
        pdf.pages.append(other.pages[0])


def fan_of_forms(pdf: pikepdf.Pdf) -> None:
    """Forms that each name the next one twice: forty of them are a million million ways."""
    form = pdf.make_stream(b"1 0 0 rg 100 100 50 50 re f")
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
    for _ in range(40):
        inner, form = form, pdf.make_stream(b"/A Do")
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
        form.Resources = Dictionary(XObject=Dictionary(A=inner, B=inner))
    pdf.pages[0].Resources.XObject.A = form
    pdf.pages[0].Contents = pdf.make_stream(pdf.pages[0].Contents.read_bytes() + b" /A Do")


ODD: tuple[Spoil, ...] = (
    default_width,
    no_widths,
    indirect_widths,
    odd_number_of_widths,
    words_in_widths,
    wide_ranges,
    number_as_a_font,
    font_twice,
    fan_of_forms,
)


def spoilt(spoil: Spoil) -> bytes:
    with pikepdf.open(io.BytesIO(sample())) as pdf:
        spoil(pdf)
        return saved(pdf)


@pytest.mark.parametrize("spoil", ODD, ids=lambda spoil: spoil.__name__)
def test_its_pages_are_in_the_bundle_as_they_were(spoil: Spoil, tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(spoilt(spoil))
    paper = read(file.read_bytes())
    pieces = (Piece("a", "a", make_pdf(1), 1), Piece("b", "b", paper.pdf, 2, pictures=paper.pictures))
    [merged] = merge_limited([MergeRequest(pieces, "t", "ja", "case-1")])
    assert list(unlike_pages(file, merged.pdf, range(1, 1 + paper.pages))) == []
    assert differences(merged, pieces, "case-1") == ()
