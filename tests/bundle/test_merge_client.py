"""Merging in the limited process: a paper at fault is named, and this process parses no paper."""

from __future__ import annotations

import io
import subprocess
import sys

import pikepdf
import pytest

from pipeline.bundle import merge_client
from pipeline.bundle.merge import merge
from pipeline.bundle.merge_client import MergeError, finish_limited, merge_limited
from pipeline.bundle.merge_messages import FinishRequest, MergeFailure, MergeRequest
from pipeline.bundle.piece import Piece
from tests.support.attachments import pdf_of
from tests.support.built import make_pdf
from tests.support.processes import memory_peak

pytestmark = pytest.mark.slow

GOOD = Piece("good", "good", make_pdf(1), 1)
#: Takes pdfium seconds to read, and more memory than 100 MB.
HEAVY = pdf_of(b"0 0 m 9 9 l S\n" * 1_500_000)


def failure(*pieces: Piece) -> MergeFailure:
    with pytest.raises(MergeError) as error:
        merge_limited([MergeRequest(pieces, "t", "ja", "case-1")])
    return error.value.failure


def test_the_process_merges_as_this_one_would() -> None:
    request = MergeRequest((GOOD, Piece("b", "b", make_pdf(2), 2)), "t", "ja", "case-1", two_sided=True)
    merged = merge(request.pieces, "t", "ja", "case-1", two_sided=True)
    assert merge_limited([request]) == [merged]
    assert merge_limited([request, request]) == [merged, merged], "both in one fork"


def test_a_paper_that_a_library_cannot_read_is_named() -> None:
    found = failure(GOOD, Piece("bad", "bad", b"%PDF-1.7\n", 2))
    assert (found.code, found.piece) == ("attachment-damaged", "bad")


@pytest.mark.parametrize(("setting", "code"), [("_SECONDS", "attachment-time"), ("_MEMORY", "attachment-memory")])
def test_a_paper_that_takes_too_much_is_named(monkeypatch: pytest.MonkeyPatch, setting: str, code: str) -> None:
    monkeypatch.setattr(merge_client, setting, {"_SECONDS": 1, "_MEMORY": 350_000_000}[setting])
    monkeypatch.setattr(merge_client, "_SECONDS_A_MEGABYTE", 0)
    monkeypatch.setattr(merge_client, "_SECONDS_A_PAPER", 0)
    with memory_peak() as taken:
        found = failure(GOOD, Piece("heavy", "heavy", HEAVY, 2))
    assert (found.code in {code, "attachment-broke"}, found.piece) == (True, "heavy")
    assert taken() < 5 * len(HEAVY), "what the paper takes, the limited process takes"


def test_an_error_without_a_paper_at_fault_names_none() -> None:
    with pytest.raises(MergeError) as error:
        finish_limited(FinishRequest("bundle.pdf", b"%PDF-1.7\n", (), password="secret"))  # noqa: S106 - of a test
    assert (error.value.failure.code, error.value.failure.piece) == ("attachment-damaged", None)


def test_a_finished_bundle_is_encrypted() -> None:
    finished = finish_limited(FinishRequest("bundle.pdf", make_pdf(1), (), password="secret"))  # noqa: S106 - as above
    with pikepdf.open(io.BytesIO(finished.pdf), password="secret") as pdf:  # noqa: S106 - as above
        assert pdf.is_encrypted


def test_asking_loads_no_parser() -> None:
    """What is not loaded here cannot parse a paper here."""
    script = (
        "import sys\n"
        "from pipeline.bundle import merge_client\n"
        "print({'pypdf', 'pikepdf', 'pypdfium2'} & sys.modules.keys())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
