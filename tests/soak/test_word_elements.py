"""Each element that both engines draw, alone in a small file: the same pages, text and picture with LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.documents.engines.engine import load_engine
from pipeline.documents.proof.lost_text import find_lost
from pipeline.errors import EngineError
from pipeline.formats.pdf.overlap import pages_with_overlaps
from pipeline.formats.pdf.reading import page_count, read_pages
from pipeline.formats.word.docx_file import parse_filled
from pipeline.formats.zip_archive import read_parts
from tests.support.pages import ink, keep, pictures
from tests.support.tools import needs_libreoffice
from tests.support.word_samples import WordSample, word_samples

#: Difference of ink in the worst twelfth of the page, of 256 greys. A missing border gives 1, an underline 0.46.
INK = 0.5
_BATCH = 60


@pytest.mark.soak
@needs_libreoffice
@pytest.mark.timeout(1_800)
def test_the_engines_draw_each_element_alike() -> None:
    samples = [
        sample for sample in word_samples() if not any(map(sample.entry.is_refused, ("office2pdf", "libreoffice")))
    ]
    assert len(samples) > 150
    found: dict[str, str] = {}
    for some in batched(samples):
        others = load_engine("libreoffice").convert_many([sample.content for sample in some])
        found |= {sample.element: _difference(sample, other) for sample, other in zip(some, others, strict=True)}
    assert {element: words for element, words in found.items() if words} == {}


def batched(samples: list[WordSample]) -> Iterator[list[WordSample]]:
    """As many at a time as LibreOffice converts in one process without leaving some out."""
    yield from (samples[start : start + _BATCH] for start in range(0, len(samples), _BATCH))


def _difference(sample: WordSample, other: bytes) -> str:
    """What differs between the pages of the engines, in words; nothing if they are alike."""
    try:
        one = load_engine("office2pdf").convert(sample.content)
    except EngineError as error:
        return error.problems[0].message
    lost = [
        place.describe()
        for pdf in (one, other)
        for place in find_lost(parse_filled(read_parts(sample.content)), read_pages(pdf))
    ]
    if lost or page_count(one) != page_count(other):
        return f"lost: {lost}; pages: {page_count(one)}, {page_count(other)}"
    first, second = pictures(one)[0], pictures(other)[0]
    if pages_with_overlaps(one) or ink(first, second) > INK:
        keep(f"element-{abs(hash(sample.element))}", first, second)
        return f"ink: {ink(first, second):.2f}"
    return ""
