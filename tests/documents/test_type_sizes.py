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


@pytest.mark.parametrize("name", READ)
def test_what_must_be_read_has_nine_points(documents: dict[str, Path], name: str) -> None:
    case = load_case(EXAMPLES / EXAMPLE / "case.json").case
    text = "".join(each.character for each in letters(documents[name]) if each.size >= READABLE)
    wanted = [case.patient.name.surname_first, case.patient.name.chinese, case.hospital.name.ja]
    assert [value for value in wanted if squeeze(value) not in squeeze(text)] == []
