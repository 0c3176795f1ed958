"""Documents that are compiled at once: each is as if it were drawn alone, with its own pages, tags and properties."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from pipeline.documents.engines.typst import engine
from pipeline.documents.engines.typst.division import DivisionError, describe, divide
from pipeline.documents.engines.typst.engine import Typst
from pipeline.documents.fill import FilledDocument, fill
from pipeline.formats.fonts import UndrawableError
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from pipeline.formats.pdf.reading import ReadPdf, read_pdf
from tests.documents.engines.typst.test_translation import letter, paragraph

_FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{}</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>9</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
_BREAK = "<w:pageBreakBefore/>"
_HEADING = '<w:pStyle w:val="Heading1"/>'


def document(*pages: str) -> FilledDocument:
    """A document with these pages, each of which also shows its number and the number of pages."""
    numbers = f"<w:p>{_FIELD.format('PAGE')}<w:r><w:t>/</w:t></w:r>{_FIELD.format('NUMPAGES')}</w:p>"
    body = "".join(paragraph(page, properties=_BREAK if place else "") + numbers for place, page in enumerate(pages))
    return fill(letter(body), "letter.docx", {})


def texts(pdf: ReadPdf) -> list[str]:
    return ["".join(page.text.split()) for page in pdf.pages]


DOCUMENTS = (document("one"), document("two", "more", "last"), document("three"), document("four", "end"))


def test_each_has_its_own_pages_and_numbers() -> None:
    drawn = [texts(pdf) for pdf in Typst().draw_many(DOCUMENTS)]
    assert drawn == [["one1/1"], ["two1/3", "more2/3", "last3/3"], ["three1/1"], ["four1/2", "end2/2"]]


def test_each_is_as_if_it_were_drawn_alone() -> None:
    together = list(Typst().draw_many(DOCUMENTS))
    alone = [next(Typst().draw_many([each])) for each in DOCUMENTS]
    for one, other in zip(together, alone, strict=True):
        assert one == read_pdf(one.content)
        assert one.pages == other.pages
        with pikepdf.open(io.BytesIO(one.content)) as left, pikepdf.open(io.BytesIO(other.content)) as right:
            assert left.docinfo == right.docinfo
            assert left.Root.Lang == right.Root.Lang
            assert left.Root.Metadata.read_bytes() == right.Root.Metadata.read_bytes()
            assert list(blocks(left)) == list(blocks(right))


def test_the_same_documents_give_the_same_bytes() -> None:
    assert list(Typst().draw_many(DOCUMENTS)) == list(Typst().draw_many(DOCUMENTS))


def test_each_is_a_tagged_pdf_a_with_its_own_pages_alone() -> None:
    for pdf in Typst().draw_many(DOCUMENTS):
        with pikepdf.open(io.BytesIO(pdf.content)) as opened:
            assert claims_pdf_a(opened)
            assert obstacles(opened) == []
            assert opened.Root.MarkInfo.Marked
            pages = {page.obj.objgen for page in opened.pages}
            assert {block.Pg.objgen for block in _structure(opened.Root.StructTreeRoot.K[0])} == pages
            assert len([each for each in opened.objects if each_is_page(each)]) == len(pages)


def test_the_outline_has_the_headings_of_the_document() -> None:
    two = "".join(paragraph(word, properties=_HEADING) for word in ("first", "second"))
    drawn = Typst().draw_many([fill(letter(body), "a.docx", {}) for body in (two, paragraph("none"), two)])
    titles = []
    for pdf in drawn:
        with pikepdf.open(io.BytesIO(pdf.content)) as opened, opened.open_outline() as outline:
            titles.append([item.title for item in outline.root])
    assert titles == [["first", "second"], [], ["first", "second"]]


def test_an_error_is_that_of_its_document() -> None:
    broken = fill(letter(paragraph("{{ value }}")), "letter.docx", {"value": "a\U0001f600b"})
    drawn = Typst().draw_many([DOCUMENTS[0], broken, DOCUMENTS[1]])
    assert texts(next(drawn)) == ["one1/1"]
    with pytest.raises(UndrawableError):
        next(drawn)


def test_a_document_for_the_other_engine_stands_at_its_place() -> None:
    refused = fill(letter(paragraph("{{ value }}")), "letter.docx", {"value": "a\tb"})
    drawn = [texts(pdf) for pdf in Typst().draw_many([DOCUMENTS[0], refused, DOCUMENTS[2]])]
    assert drawn == [["one1/1"], ["ab"], ["three1/1"]]


def test_documents_that_cannot_be_told_apart_are_compiled_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = engine._pdf([SOURCE, SOURCE])
    about = [describe(SOURCE)] * 3
    with pytest.raises(DivisionError):
        divide(pdf, about)
    monkeypatch.setattr(engine, "SIGNS", ("+",))
    assert [texts(each) for each in Typst().draw_many(DOCUMENTS[::2])] == [["one1/1"], ["three1/1"]]


SOURCE = (
    '#set document(title: "a \\"b\\" \\\\ <c>", author: "d", date: datetime(year: 2026, month: 3, day: 4))\n'
    '#set text(lang: "zh", region: "cn")\n#set page(width: 200pt, height: 200pt)\nx'
)


def test_properties_are_those_of_the_rules() -> None:
    (pdf,) = divide(engine._pdf([SOURCE]), [describe(SOURCE)])
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        assert opened.docinfo["/Title"] == 'a "b" \\ <c>'
        assert opened.docinfo["/Author"] == "d"
        assert opened.docinfo["/CreationDate"] == "D:20260304000000Z"
        assert opened.Root.Lang == "zh-CN"
        with opened.open_metadata() as metadata:
            assert metadata["dc:title"] == 'a "b" \\ <c>'
            assert metadata["dc:creator"] == ["d"]
            assert metadata["dc:language"] == {"zh-CN"}
            assert metadata["xmp:CreateDate"] == "2026-03-04T00:00:00Z"


def each_is_page(each: Any) -> bool:
    return isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Page"


def _structure(block: Any) -> Iterator[Any]:
    """The blocks of a structure tree that name a page."""
    if isinstance(block, pikepdf.Dictionary):
        if "/Pg" in block:
            yield block
        inside = block.get("/K", pikepdf.Array())
        for each in inside if isinstance(inside, pikepdf.Array) else [inside]:
            yield from _structure(each)


def blocks(pdf: pikepdf.Pdf) -> Iterator[str]:
    return (str(block.S) for block in _structure(pdf.Root.StructTreeRoot.K[0]))
