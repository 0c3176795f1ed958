"""Files that nobody thought of: a bounded number of them for every change, more with ``make soak``.

What fuzzing finds becomes a named sample in the tests of the module that was wrong.
"""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.formats.zip_archive import read_parts
from tests.fuzz.structures import odd_pdfs
from tests.fuzz.targets import TARGETS
from tests.support.built import make_docx, make_pdf, make_pdf_of, make_picture
from tests.support.cases import EXAMPLES, ROOT
from tests.support.sheets import SAMPLE

pytestmark = pytest.mark.slow

CASE = (EXAMPLES / "wang-xiaoming" / "case.json").read_bytes()
DOCX = (ROOT / "templates" / "medical-stay" / "invitation-letter.docx").read_bytes()
SAMPLES: dict[str, list[bytes]] = {
    "json": [CASE, CASE[:2000], b'{"a": [1, 2.5, "\\ud83d\\ude00", null, true]}'],
    "template": [make_docx("{{ case_id }}"), DOCX],
    "attachment": [
        make_pdf(),
        make_pdf_of(make_picture("JPEG"), 2),
        make_picture("JPEG"),
        make_picture("PNG"),
        make_picture("TIFF"),
        make_picture("WEBP"),
    ],
}
SAMPLES["template-part"] = [
    zipfile.ZipFile(io.BytesIO(sample)).read("word/document.xml") for sample in SAMPLES["template"]
]
WORKBOOK = read_parts((SAMPLE / "cases.xlsx").read_bytes())
SAMPLES["workbook"] = [(SAMPLE / "cases.xlsx").read_bytes()]
SAMPLES["sheet"] = [WORKBOOK["xl/worksheets/sheet1.xml"]]
SAMPLES["styles"] = [WORKBOOK["xl/styles.xml"]]
SAMPLES["csv"] = [(SAMPLE / "cases.csv").read_bytes()]
SAMPLES["attachment-inside"] = SAMPLES["attachment"]
#: Pieces that files of these kinds are made of.
PIECES = [
    *(
        b"{",
        b"[",
        b'"',
        b"\\u0000",
        b"\xed\xa0\x80",
        b"\xff\xfe",
        b"9" * 30,
        b"{{",
        b"{%",
        b"%}",
        b"<!DOCTYPE x [",
        b"<w:p>",
    ),
    *(
        b"PK\x03\x04",
        b"endobj",
        b"endstream",
        b"/Kids",
        b"<<",
        b">>",
        b"R",
        b"/Length 99999999",
        b"\xff\xd8",
        b"\xff\xd9",
    ),
    *(
        b"1e999",
        b"<v>",
        b'<c t="d">',
        b'<c t="s">',
        b"<f>",
        b"_x000D_",
        b'="',
        b'r="ZZZ9"',
        b'numFmtId="27"',
    ),
]


@st.composite
def spoilt(draw: st.DrawFn, samples: list[bytes]) -> bytes:
    """One of the samples after up to eight changes: bytes replaced, left out, repeated, put in."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 64))
        put = draw(st.binary(max_size=8) | st.sampled_from(PIECES) | st.just(bytes(content[at : at + length]) * 2))
        content[at : at + length] = put
    return bytes(content)


def check(name: str, examples: int) -> Callable[[], None]:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(content=odd_pdfs() if name == "merge" else spoilt(SAMPLES[name]))
    def run(content: bytes) -> None:
        TARGETS[name](content)

    return run


EXAMPLES_OF = {
    "json": 100,
    "template": 40,
    "template-part": 50,
    "attachment": 30,
    "attachment-inside": 15,
    "merge": 15,
} | dict.fromkeys(("workbook", "sheet", "styles", "csv"), 30)


@pytest.mark.parametrize("name", TARGETS)
def test_no_spoilt_file_breaks_what_reads_it(name: str) -> None:
    check(name, EXAMPLES_OF[name])()


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", TARGETS)
def test_nor_do_many(name: str) -> None:
    check(name, 100 * EXAMPLES_OF[name])()


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not there for this Python")
@pytest.mark.parametrize(
    ("name", "runs"),
    [
        pytest.param("json", 20_000, marks=pytest.mark.soak),
        pytest.param("template", 5_000, marks=pytest.mark.soak),
        ("template-part", 1_000),
        pytest.param("attachment-inside", 2_000, marks=pytest.mark.soak),
        pytest.param("sheet", 2_000, marks=pytest.mark.soak),
        pytest.param("csv", 5_000, marks=pytest.mark.soak),
    ],
)
@pytest.mark.process
def test_no_file_that_leads_into_the_corners_breaks_them(tmp_path: Path, name: str, runs: int) -> None:
    """Led by coverage."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, sample in enumerate(SAMPLES[name]):
        (corpus / str(number)).write_bytes(sample)
    words = [
        sys.executable,
        str(ROOT / "tests" / "fuzz" / "led_by_coverage.py"),
        name,
        f"-runs={runs}",
        "-max_len=20000",
        "-seed=1",
    ]
    done = subprocess.run(
        [*words, str(corpus)], capture_output=True, text=True, errors="replace", cwd=tmp_path, check=False, timeout=500
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done" in done.stderr
