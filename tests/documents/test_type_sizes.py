"""The sizes of type on the finished pages, as pdfium measures them."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from math import hypot
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest
from pypdfium2 import raw

from pipeline.case.load import load_case
from pipeline.formats.pdf.reading import squeeze
from tests.support.built import LETTERS
from tests.support.cases import EXAMPLES

#: Points: of everything that is printed, and of what must be read. pdfium rounds.
SMALLEST, READABLE = 7.99, 8.99
#: The second has the documents of a long stay, the first all others.
EXAMPLE, LONG_STAY = "sun-yifan", "gao-zhiyuan"
#: What somebody else reads.
READ = (*LETTERS, "cost-estimate", "cover-sheet")


class Letter(NamedTuple):
    """A printed character with its size in points."""

    character: str
    size: float


def letters(pdf: Path) -> Iterator[Letter]:
    """Every character of a PDF that is not blank."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            text, matrix = page.get_textpage(), raw.FS_MATRIX()
            for place in range(text.count_chars()):
                character = chr(raw.FPDFText_GetUnicode(text, place))
                if character.isspace() or raw.FPDFText_IsGenerated(text, place):
                    continue
                assert raw.FPDFText_GetMatrix(text, place, ctypes.byref(matrix))
                yield Letter(character, raw.FPDFText_GetFontSize(text, place) * hypot(matrix.b, matrix.d))
    finally:
        document.close()


@pytest.fixture(scope="module")
def documents(packet_of: Callable[[str], Path]) -> dict[str, Path]:
    """The PDF of each document by its id."""
    folders = [packet_of(example) / "documents" for example in (LONG_STAY, EXAMPLE)]
    return {path.stem[3:]: path for folder in folders for path in sorted(folder.glob("*.pdf"))}


def test_nothing_is_smaller_than_eight_points(documents: dict[str, Path]) -> None:
    small = {
        name: "".join(each.character for each in letters(path) if each.size < SMALLEST)
        for name, path in documents.items()
    }
    assert {name: text[:40] for name, text in small.items() if text} == {}


#: What the sheets warn of.
WARNINGS = {
    "combined-form-data-sheet": ["正式の書式ではありません", "This is not the official form", "本表不是正式表格"],
    "visa-application-data-sheet": ["本表不是签证申请表", "This is not the application form", "由申请人本人回答"],
    "eligibility-checklist": ["この一覧は公的機関", "This is not the authority", "本表并非主管机关"],
}


@pytest.mark.parametrize("name", WARNINGS)
def test_warnings_have_nine_points(documents: dict[str, Path], name: str) -> None:
    text = squeeze("".join(each.character for each in letters(documents[name]) if each.size >= READABLE))
    assert [value for value in WARNINGS[name] if squeeze(value) not in text] == []


@pytest.mark.parametrize("name", READ)
def test_what_must_be_read_has_nine_points(documents: dict[str, Path], name: str) -> None:
    case = load_case(EXAMPLES / EXAMPLE / "case.json").case
    text = "".join(each.character for each in letters(documents[name]) if each.size >= READABLE)
    wanted = [case.patient.name.surname_first, case.patient.name.chinese, case.hospital.name.ja]
    assert [value for value in wanted if squeeze(value) not in squeeze(text)] == []
