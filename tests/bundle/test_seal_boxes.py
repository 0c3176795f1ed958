from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from pipeline.bundle.seal_boxes import seal_boxes
from tests.support.built import make_pdf

#: Documents of the example, and the number of their seal boxes.
SEALED = {
    "cover-sheet": 0,
    "invitation-letter": 1,
    "letter-of-guarantee": 1,
    "schedule-of-stay": 1,
    "regenerative-medicine-sheet": 1,
    "cost-estimate": 1,
    "combined-form-data-sheet": 2,
    "treatment-schedule": 1,
    "visa-application-data-sheet": 0,
}


@pytest.mark.parametrize("document", SEALED)
def test_every_seal_box_is_found_and_is_empty(packet: Path, document: str) -> None:
    [path] = (packet / "documents").glob(f"??-{document}.pdf")
    found = seal_boxes(path.read_bytes())
    assert len(found) == SEALED[document]
    pdf = pypdfium2.PdfDocument(path)
    try:
        for seal in found:
            left, lower, right, upper = seal.box
            words = pdf[seal.page].get_textpage().get_text_bounded(left, lower, right, upper).split()
            assert words[0] == "印"
            assert set(words) <= {"印", "seal", "印章", "公章"}
            assert 20 <= upper - lower <= 100
            assert 30 <= right - left <= 100
    finally:
        pdf.close()


def test_a_page_without_seals_has_none() -> None:
    assert seal_boxes(make_pdf(2)) == []
