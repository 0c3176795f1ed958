from __future__ import annotations

import io

import pikepdf
import pytest

from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.office2pdf import set_language
from pipeline.formats.word.text import document_language
from tests.support.built import make_docx, with_text

CREATOR = "<dc:creator>python-docx</dc:creator>"


def test_a_word_file_is_in_the_language_of_its_properties_or_of_its_east_asian_text() -> None:
    docx = make_docx("手紙")
    assert (
        document_language(with_text(docx, CREATOR, f"{CREATOR}<dc:language>zh-CN</dc:language>", "docProps/core.xml"))
        == "zh-CN"
    )
    styled = with_text(docx, 'w:eastAsia="en-US"', 'w:eastAsia="ja-JP"', "word/styles.xml")
    assert document_language(styled) == "ja-JP"


def test_the_pdf_says_so_twice_and_is_else_the_same() -> None:
    docx = with_text(make_docx("手紙 letter"), 'w:eastAsia="en-US"', 'w:eastAsia="ja-JP"', "word/styles.xml")
    pdf = load_engine("office2pdf").convert(docx)
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as xmp:
        assert str(opened.Root.Lang) == "ja-JP"
        assert xmp["dc:language"] == {"ja-JP"}
        assert opened.check_pdf_syntax() == []
    back = set_language(pdf, "en-US")
    assert len(back) == len(pdf)
    assert [one for one, other in zip(pdf, back, strict=True) if one != other] == [*b"ja", *b"JP"] * 2


@pytest.mark.parametrize("language", ["ja", "zh-Hans-CN"])
def test_a_language_of_another_length_is_declared_too(language: str) -> None:
    pdf = set_language(load_engine("office2pdf").convert(make_docx("letter")), language)
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_metadata() as xmp:
        assert str(opened.Root.Lang) == language
        assert xmp["dc:language"] == {language}
        assert xmp.pdfa_status == "2B"
        assert opened.check_pdf_syntax() == []
    assert set_language(pdf, language) == pdf
