from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from fontTools.cffLib import CFFFontSet

from pipeline.formats.fonts import UndrawableError
from pipeline.formats.pdf.typesetting import add_font, set_line, subset_for
from tests.support.built import saved

TEXTS = ["wang-xiaoming 12 / 19", "王晓明", "招へい理由書", "Zürich & <b>", "患者指南"]


def page_with(*texts: str, language: str = "ja") -> bytes:
    lines = [set_line(text, "zh" if language == "zh" else "ja") for text in texts]
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F0=add_font(pdf, subset_for(lines))))
        shown = [b"BT /F0 12 Tf 50 %d Td %s Tj ET" % (700 - 20 * row, line.codes) for row, line in enumerate(lines)]
        page.Contents = pdf.make_stream(b"\n".join(shown))
        return saved(pdf, deterministic_id=True)


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_what_is_set_is_read_again(language: str) -> None:
    document = pypdfium2.PdfDocument(page_with(*TEXTS, language=language))
    try:
        assert document[0].get_textpage().get_text_bounded().splitlines() == TEXTS
    finally:
        document.close()


def test_it_is_as_wide_as_it_says() -> None:
    line = set_line("治療 A1")
    document = pypdfium2.PdfDocument(page_with("治療 A1"))
    try:
        textpage = document[0].get_textpage()
        boxes = [textpage.get_charbox(index, loose=True) for index in range(textpage.count_chars())]
    finally:
        document.close()
    assert boxes[-1][2] - boxes[0][0] == pytest.approx(line.width_at(12), abs=0.1)


def test_a_font_holds_the_glyphs_of_its_lines_under_their_numbers() -> None:
    subset = subset_for([set_line("123"), set_line("1治")])
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(subset.program), None)
    assert fonts[0].charset == [".notdef", *(f"cid{number:05}" for number in sorted(subset.widths))]
    assert sorted(subset.texts.values()) == ["1", "2", "3", "治"]
    assert subset.name.endswith("+NotoSansCJKjp-Regular")


def test_languages_have_their_own_forms() -> None:
    japanese, chinese = set_line("直", "ja"), set_line("直", "zh")
    assert (japanese.face, chinese.face) == ("NotoSansCJKjp-Regular", "NotoSansCJKsc-Regular")
    assert japanese.glyphs != chinese.glyphs


def test_the_same_text_gives_the_same_bytes() -> None:
    assert page_with(*TEXTS) == page_with(*TEXTS)
    assert subset_for([set_line("21")]) == subset_for([set_line("12")])


def test_a_character_without_a_glyph_is_refused() -> None:
    with pytest.raises(UndrawableError) as error:
        set_line("a\U0001f600b\U00013000")
    assert error.value.characters == "\U00013000\U0001f600"
