"""Word files of python-docx, also saved by LibreOffice: refused by name and place, or drawn as by LibreOffice."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

import pytest

from pipeline.authoring.check.template import Job, check_template
from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.libreoffice_program import find_soffice
from pipeline.documents.proof.lost_text import find_lost
from pipeline.errors import EngineError
from pipeline.formats.pdf.overlap import pages_with_overlaps
from pipeline.formats.pdf.reading import read_pages
from pipeline.formats.word.docx_file import open_docx, parse_filled
from pipeline.formats.word.unsupported import find_unsupported, unsupported_problems
from pipeline.formats.zip_archive import read_parts
from tests.support.pages import ink, keep, pictures
from tests.support.tools import needs_libreoffice
from tests.support.wild_word_files import as_new_word_file, wild_word_files

#: Difference of ink in the worst twelfth of a page, of 256 greys. A missing border gives 1.
INK = 0.5
ENGINES = ("typst", "office2pdf")
#: Files whose pages differ more, with the most that they differ.
LIMITS: Mapping[str, float] = {
    "a table of several pages": 1.2,  # LibreOffice moves tables of older files to the left by the margin of their cells
    "bullets with single lines": 1.0,  # LibreOffice draws boxes for the bullets of the font Symbol
    "indents, as of new Word": 0.6,  # office2pdf closes up 。 in justified lines
}
FONTLESS = "the untouched template of the library"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Each file by its name and by who saved it."""
    folder = tmp_path_factory.mktemp("wild")
    made = wild_word_files()
    for number, content in enumerate(made.values()):
        (folder / f"{number}.docx").write_bytes(content)
    again = folder / "again"
    subprocess.run(
        [
            *(find_soffice(), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to"),
            *("docx:MS Word 2007 XML", "--outdir", str(again), *map(str, sorted(folder.glob("*.docx")))),
        ],
        check=True,
        capture_output=True,
        timeout=600,
    )
    saved = {f"{name}, by LibreOffice": (again / f"{number}.docx").read_bytes() for number, name in enumerate(made)}
    new = {f"{name}, as of new Word": as_new_word_file(content) for name, content in made.items()}
    return {**made, **new, **saved}


@pytest.mark.soak
@needs_libreoffice
@pytest.mark.timeout(1_800)
def test_each_file_is_drawn_as_by_libreoffice_or_refused_by_name_and_place(
    files: Mapping[str, bytes], tmp_path: Path
) -> None:
    refused = {name for name, content in files.items() if find_unsupported(open_docx(content), "typst")}
    found = {name: _refusal(files[name], tmp_path / "refused.docx") for name in sorted(refused)}
    drawn = {name: content for name, content in files.items() if name not in refused and FONTLESS not in name}
    others = load_engine("libreoffice").convert_many(drawn.values())
    for (name, content), other in zip(drawn.items(), others, strict=True):
        found[name] = "; ".join(_differences(name, content, other))
    assert {name: words for name, words in found.items() if words} == {}
    assert len(drawn) > len(refused) > 0


@pytest.mark.soak
@needs_libreoffice
def test_a_font_that_is_not_shipped_is_refused_by_name_and_place(files: Mapping[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    for content in (content for name, content in files.items() if FONTLESS in name):
        path.write_bytes(content)
        findings = check_template(Job(str(path))).findings
        assert any(finding.code == "font-not-shipped" and finding.place for finding in findings)
        for engine in ENGINES:
            with pytest.raises(EngineError, match="Cambria"):
                load_engine(engine).convert(content)


def _refusal(content: bytes, path: Path) -> str:
    """What is wrong with how the check of templates refuses a file that a build refuses; nothing if it is the same."""
    path.write_bytes(content)
    reported = {(one.message, one.place) for one in check_template(Job(str(path))).findings}
    missing = [
        one for one in unsupported_problems(open_docx(content), "typst") if (one.message, one.place) not in reported
    ]
    return f"the check does not report: {missing}" if missing else ""


def _differences(name: str, content: bytes, other: bytes) -> Iterator[str]:
    """Yield what differs between the pages of the engines and those of LibreOffice, in words."""
    for engine in ENGINES:
        try:
            pdf = load_engine(engine).convert(content)
        except EngineError as error:
            yield f"{engine}: {error.problems[0].message}"
            continue
        lost = [place.describe() for place in find_lost(parse_filled(read_parts(content)), read_pages(pdf))]
        if lost or pages_with_overlaps(pdf):
            yield f"{engine}: lost: {lost}; overlaps: {pages_with_overlaps(pdf)}"
        limit = LIMITS.get(name, LIMITS.get(name.partition(",")[0], INK))
        for number, (first, second) in enumerate(zip_longest(pictures(pdf), pictures(other)), start=1):
            if first is None or second is None:
                yield f"{engine}: page {number} is missing"
            elif ink(first, second) > limit:
                keep(f"wild-{engine}-{name}-{number}".replace(" ", "-"), first, second)
                yield f"{engine}: ink on page {number}: {ink(first, second):.2f}"
