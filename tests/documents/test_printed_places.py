"""Finding printed texts on pages: only where it is clear which printing is which."""

from __future__ import annotations

import ctypes
import io

import pypdfium2
import pytest
from pypdfium2 import raw

from pipeline.documents.origins import PrintedText
from pipeline.documents.printed_places import find_places


def made(*pages: tuple[str, ...]) -> pypdfium2.PdfDocument:
    """A PDF with these lines, each 20 points below the last."""
    document = pypdfium2.PdfDocument.new()
    font = raw.FPDFText_LoadStandardFont(document, b"Helvetica")
    for lines in pages:
        page = document.new_page(300, 400)
        for number, line in enumerate(lines):
            text = raw.FPDFPageObj_CreateTextObj(document, font, 12)
            raw.FPDFText_SetText(text, (ctypes.c_ushort * (len(line) + 1))(*map(ord, line), 0))
            raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 20, 360 - 20 * number)
            raw.FPDFPage_InsertObject(page, text)
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return pypdfium2.PdfDocument(out.getvalue())


def found(document: pypdfium2.PdfDocument, *printed: tuple[str, str | None]) -> list[tuple[str, int, int]]:
    """The pointers that were found, each with its page and the number of its line."""
    places = find_places(document, [PrintedText(*each) for each in printed])
    return [(each.pointer, each.page, round((360 - each.box[1]) / 20)) for each in places]


@pytest.mark.parametrize(
    ("pages", "printed", "expected"),
    [
        pytest.param([("Name: LI NA",)], [("LI NA", "/name")], [("/name", 0, 0)], id="once"),
        pytest.param([("LI NA", "x LI NA")], [("LI NA", "/name")], [], id="also text of the template"),
        pytest.param([("LI", "LI")], [("LI", "/a"), ("LI", "/b")], [("/a", 0, 0), ("/b", 0, 1)], id="in order"),
        pytest.param([("LI NA", "LI")], [("LI", "/b"), ("LI NA", "/a")], [("/a", 0, 0), ("/b", 0, 1)], id="longest"),
        pytest.param([("LI NA",)], [("LI NA", None)], [], id="computed"),
        pytest.param([("LI", "LI")], [("LI", None), ("LI", "/b")], [("/b", 0, 1)], id="one of them computed"),
        pytest.param(
            [("LI", "one LI"), ("LI", "two")],
            [("LI", "/a"), ("LI", "/a")],
            [("/a", 0, 0), ("/a", 0, 1), ("/a", 1, 0)],
            id="header",
        ),
        pytest.param([("LI", "LI"), ("LI",)], [("LI", "/a"), ("LI", "/b")], [], id="header of unclear origin"),
        pytest.param([("LI NA", "is here")], [("LI NA is", "/a")], [("/a", 0, 0), ("/a", 0, 1)], id="two lines"),
        pytest.param([("LI",)], [("", "/a"), (" ", "/b")], [], id="nothing"),
    ],
)
def test_places(
    pages: list[tuple[str, ...]], printed: list[tuple[str, str | None]], expected: list[tuple[str, int, int]]
) -> None:
    assert found(made(*pages), *printed) == expected
