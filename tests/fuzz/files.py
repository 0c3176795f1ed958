"""Files of all kinds that the command accepts, well written and oddly made, the same for the same seed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.formats.zip_archive import pack, read_parts
from tests.fuzz.structures import odd_pdfs
from tests.support.attachments import encoded, exif_with_place, quadrants
from tests.support.built import FONT, make_picture

_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "I;16", "I;16B", "F")
_TIFF = ("raw", "tiff_lzw", "tiff_deflate", "packbits", "group4", "jpeg")
_TEXTS = ("表示 Text", "{{ case_id }}", "{{ patient.name.chinese }}", "1,000 円", "a\tb", "—…・", "x" * 80)
#: Parts of a paragraph that python-docx does not write.
_RUNS = (
    "<w:r {ns}><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r>",
    '<w:r {ns}><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>',
    "<w:r {ns}><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>",
    '<w:fldSimple {ns} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>',
    '<w:hyperlink {ns} w:anchor="place"><w:r><w:t>link</w:t></w:r></w:hyperlink>',
    '<w:ins {ns} w:id="1" w:author="a"><w:r><w:t>inserted</w:t></w:r></w:ins>',
    '<w:del {ns} w:id="2" w:author="a"><w:r><w:delText>deleted</w:delText></w:r></w:del>',
    '<w:bookmarkStart {ns} w:id="3" w:name="place"/>',
    "<w:r {ns}><w:ruby><w:rt><w:r/></w:rt><w:rubyBase><w:r><w:t>b</w:t></w:r></w:rubyBase></w:ruby></w:r>",
    "<w:sdt {ns}><w:sdtContent><w:r><w:t>field</w:t></w:r></w:sdtContent></w:sdt>",
    '<w:r {ns}><w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/><w:t>right</w:t></w:r>',
)  # fmt: skip
_File = TypeVar("_File")


@st.composite
def pictures(draw: st.DrawFn) -> tuple[str, bytes]:
    """The ending and the content of a picture in one of the modes, some of them cut or spoilt."""
    ending = draw(st.sampled_from(["png", "jpg", "tif", "webp"]))
    mode = draw(st.sampled_from(_MODES))
    size = draw(st.tuples(st.integers(1, 900), st.integers(1, 900)))
    picture = quadrants(size, "RGB").convert("L" if mode.startswith(("I", "F")) else mode)
    if mode.startswith(("I", "F")):
        picture = picture.convert("I").point(lambda dot: dot * 257).convert(mode if mode != "I;16B" else "I")
    options: dict[str, Any] = {"dpi": (draw(st.sampled_from([72, 96, 300, 1])),) * 2}
    if draw(st.booleans()):
        options["exif"] = exif_with_place(draw(st.integers(1, 8)))
    if ending == "jpg":
        options |= {"quality": draw(st.integers(1, 100)), "progressive": draw(st.booleans())}
    if ending == "tif":
        options = {"compression": draw(st.sampled_from(_TIFF)), "big_tiff": draw(st.booleans())}
        if draw(st.booleans()):
            options |= {"save_all": True, "append_images": [picture] * draw(st.integers(1, 3))}
    if ending == "png":
        options |= {"bits": draw(st.sampled_from([1, 2, 4, 8])), "optimize": draw(st.booleans())}
    return ending, draw(_cut(_written(picture, ending, options)))


def _written(picture: Image.Image, ending: str, options: dict[str, Any]) -> bytes:
    kind = {"jpg": "JPEG", "tif": "TIFF"}.get(ending, ending.upper())
    for attempt in (picture, picture.convert("L" if picture.mode in {"I", "F", "I;16", "LA", "1"} else "RGB")):
        try:
            return encoded(attempt, kind, **options)
        except (OSError, ValueError, KeyError, RuntimeError):  # a kind does not have every mode
            continue
    return make_picture(kind)


@st.composite
def _cut(draw: st.DrawFn, content: bytes) -> bytes:
    """The content, or what is left of it after a change of some bytes."""
    if draw(st.integers(0, 3)):
        return content
    place = draw(st.integers(0, len(content)))
    return content[:place] + draw(st.binary(max_size=8)) + content[place + draw(st.integers(0, 64)) :]


@st.composite
def word_files(draw: st.DrawFn) -> bytes:
    """A Word file of up to a dozen elements."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = draw(st.sampled_from([(Mm(210), Mm(297)), (Mm(297), Mm(210))]))
    style = document.styles["Normal"]
    style.font.name = FONT
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    texts = st.sampled_from(_TEXTS)
    for kind in draw(st.lists(st.sampled_from(sorted(_ELEMENTS)), min_size=1, max_size=12)):
        _ELEMENTS[kind](draw, document, draw(texts))
    out = io.BytesIO()
    document.save(out)
    return pack(read_parts(out.getvalue()))  # without the time at which it was written


def _paragraph(draw: st.DrawFn, document: Any, text: str) -> None:
    styles = ["Normal", "Title", "Heading 1", "List Bullet", "List Number", "Quote", "Caption"]
    paragraph = document.add_paragraph(style=draw(st.sampled_from(styles)))
    run = paragraph.add_run(text)
    run.bold, run.italic, run.underline = draw(st.tuples(*[st.sampled_from([None, True, False])] * 3))
    run.font.size, run.font.color.rgb = (
        Pt(draw(st.integers(5, 40))),
        RGBColor(*draw(st.tuples(*[st.integers(0, 255)] * 3))),
    )
    paragraph.alignment = draw(st.sampled_from([None, 0, 1, 2, 3]))


def _run(draw: st.DrawFn, document: Any, text: str) -> None:
    paragraph = document.add_paragraph(text)
    for xml in draw(st.lists(st.sampled_from(_RUNS), min_size=1, max_size=3)):
        paragraph._p.append(parse_xml(xml.format(ns=nsdecls("w"))))


def _table(draw: st.DrawFn, document: Any, text: str) -> None:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    table = document.add_table(rows, columns, style=draw(st.sampled_from(["Table Grid", "Light List"])))
    for row in table.rows:
        row.cells[draw(st.integers(0, columns - 1))].text = text
        if draw(st.booleans()):
            row.height, row.height_rule = Mm(draw(st.integers(1, 30))), draw(st.sampled_from([0, 1, 2]))
    if draw(st.booleans()):
        table.cell(0, 0).merge(table.cell(draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))))
    if draw(st.booleans()):
        table.cell(0, 0).add_table(1, 2).cell(0, 1).text = text


def _picture(draw: st.DrawFn, document: Any, _text: str) -> None:
    kind = draw(st.sampled_from(["PNG", "JPEG", "TIFF", "GIF"]))
    document.add_picture(io.BytesIO(make_picture(kind)), width=Mm(draw(st.integers(5, 200))))


def _section(draw: st.DrawFn, document: Any, text: str) -> None:
    section = document.add_section(draw(st.integers(0, 4)))
    section.orientation = draw(st.sampled_from(list(WD_ORIENT)))
    section.different_first_page_header_footer = draw(st.booleans())
    for part in (section.header, section.first_page_footer, section.even_page_header):
        if draw(st.booleans()):
            part.paragraphs[0].text = text


def _break(_draw: st.DrawFn, document: Any, _text: str, /) -> None:
    document.add_page_break()


_ELEMENTS: dict[str, Callable[[st.DrawFn, Any, str], None]] = {
    "paragraph": _paragraph,
    "run": _run,
    "table": _table,
    "picture": _picture,
    "section": _section,
    "break": _break,
}


def drawn(strategy: st.SearchStrategy[_File], count: int, number: int) -> list[_File]:
    """So many examples of a strategy, the same for the same seed."""
    found: list[_File] = []

    @seed(number)
    @settings(max_examples=count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: _File) -> None:
        found.append(example)

    while len(found) < count:  # hypothesis stops early when it has seen all
        before = len(found)
        collect()
        if len(found) == before:
            break
    return found[:count]


def write_files(folder: Path, count: int, number: int) -> None:
    """Write half of ``count`` PDFs, a quarter pictures, and a quarter Word files."""
    folder.mkdir(parents=True, exist_ok=True)
    quarter = count // 4
    for place, content in enumerate(drawn(odd_pdfs(), count - 2 * quarter, number)):
        (folder / f"made-{place:04}.pdf").write_bytes(content)
    for place, (ending, content) in enumerate(drawn(pictures(), quarter, number)):
        (folder / f"made-{place:04}.{ending}").write_bytes(content)
    for place, content in enumerate(drawn(word_files(), quarter, number)):
        (folder / f"made-{place:04}.docx").write_bytes(content)
