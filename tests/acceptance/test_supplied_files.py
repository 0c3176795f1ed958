"""The driver that runs the command on any files: it runs, and it reports what it is there to find."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pikepdf import Dictionary

from pipeline.options import BuildOptions
from pipeline.run.one import build_case
from tests.acceptance.supplied_files import Ended, Place, violations
from tests.fuzz.files import write_files
from tests.support.alike import active_content, page_counts, unlike_pages
from tests.support.attachments import SCRIPT, encoded, filled_form, page_text, pdf_of, quadrants
from tests.support.built import make_docx, make_pdf, make_picture, snapshot
from tests.support.cases import AS_OF, ROOT
from tests.support.run import Run

_STATES = ("draft", "incomplete", "to_be_signed", "ready_to_file")
_REPORT = {
    "visa_packet": "0",
    "command": "build",
    "exit_code": 0,
    "problems": [],
    "results": [],
    "counts": {"cases": 1, "built": 1, "current": 0, "failed": 0},
    "states": dict.fromkeys(_STATES, 0),
    "html": None,
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A run on a paper that went as it should."""
    folder = tmp_path_factory.mktemp("driver")
    file = folder / "paper.png"
    file.write_bytes(encoded(quadrants(), "PNG"))
    Place(folder).words_for(file)
    built = build_case(
        folder / "case" / "case.json", folder / "out", BuildOptions(AS_OF, str(folder / "set"), allow_missing=True)
    )
    return Ended(file, Run(0, json.dumps(_REPORT), ""), 1, 1, built.folder)


@pytest.mark.process
def test_it_runs_the_command_on_each_file(tmp_path: Path) -> None:
    files = {"a.pdf": pdf_of(page_text("a")), "b.webp": make_picture("WEBP"), "c.docx": make_docx("c"), "d.pdf": b"d"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    words = [sys.executable, "-m", "tests.acceptance.supplied_files", str(tmp_path)]
    run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.stdout.startswith("4 files; exit codes: {0: 3, 5: 1}; violations: 0\n"), run.stdout + run.stderr
    assert run.returncode == 0


def test_a_good_run_violates_nothing(ended: Ended) -> None:
    assert list(violations(ended)) == []


@pytest.mark.parametrize(
    ("code", "err", "seconds", "kilobytes", "words"),
    [
        (70, "", 1, 1, "exit code 70"),
        (-9, "", 1, 1, "exit code -9"),
        (0, "", 61, 1, "61 s"),
        (0, "", 1, 2_100_000, "2100 MB"),
        (0, "Ignoring wrong pointing object 6 0 (offset 0)\n", 1, 1, "printed: Ignoring"),
        (0, "Traceback (most recent call last):\n", 1, 1, "printed: Traceback"),
        (5, "", 1, 1, "the report is wrong"),
    ],
)
def test_a_wrong_end_is_reported(ended: Ended, code: int, err: str, seconds: float, kilobytes: int, words: str) -> None:
    run = Run(code, ended.run.out, err)
    [found] = violations(replace(ended, run=run, seconds=seconds, kilobytes=kilobytes))
    assert words in found


def test_a_failure_without_an_error_or_with_a_packet_is_reported(ended: Ended) -> None:
    run = Run(5, json.dumps(_REPORT | {"exit_code": 5}), "")
    assert list(violations(replace(ended, run=run))) == ["no error is reported", "a packet of a failed build"]


def test_a_packet_that_is_not_verified_is_reported(ended: Ended, tmp_path: Path) -> None:
    for name, content in snapshot(ended.packet).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content + b"\n" * (name == "bundle.pdf"))
    [found] = violations(replace(ended, packet=tmp_path))
    assert found.startswith("verify: verify-added")


def test_another_picture_is_reported(ended: Ended, tmp_path: Path) -> None:
    file = tmp_path / "other.png"
    for picture in (quadrants().rotate(180), quadrants().convert("L"), quadrants((1, 1))):
        file.write_bytes(encoded(picture, "PNG"))
        [found] = violations(replace(ended, file=file))
        assert found.startswith("page 1 looks different")


def test_lost_pages_and_words_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf_of(page_text("Balance 100"), page_text("b")))
    numbered = pdf_of(page_text("Balance 190") + page_text("1/2", at=(500, 20)), page_text("1/2", at=(500, 20)))
    assert list(unlike_pages(file, numbered, [0])) == ["2 pages became 1"]
    found = list(unlike_pages(file, numbered, [0, 1]))
    assert [each.partition(":")[0] for each in found] == ["page 1 looks different", "page 2 looks different"]


def test_active_content_is_reported() -> None:
    assert list(active_content(filled_form(a="1"))) == []
    assert sorted(active_content(pdf_of(b"", AA=Dictionary(O=SCRIPT)))) == ["/AA", "/JS", "/JavaScript None"]


def test_readers_that_count_other_pages_are_reported() -> None:
    assert page_counts(make_pdf(2)) == {2}
    assert len(page_counts(make_pdf(2).replace(b"/Count 2", b"/Count 1"))) > 1


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name, seed in {"one": 1, "same": 1, "other": 2}.items():
        write_files(tmp_path / name, 8, seed)
    assert len(snapshot(tmp_path / "one")) == 8
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "same") != snapshot(tmp_path / "other")
