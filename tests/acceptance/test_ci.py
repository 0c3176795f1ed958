"""In CI nothing that tests need may be missing without anybody noticing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cases import ROOT

_TESTS = """
import pytest

@pytest.mark.skipif(True, reason="needs a program that nobody has")
def test_one():
    raise AssertionError

@pytest.mark.skipif(True, reason="root may do it")
def test_two():
    raise AssertionError
"""


@pytest.mark.parametrize(
    ("ci", "code", "words"), [("true", 1, "was skipped in CI: needs a program"), ("", 0, "2 skipped")]
)
def test_a_skip_for_want_of_a_program_is_a_failure_in_ci(tmp_path: Path, ci: str, code: int, words: str) -> None:
    (tmp_path / "test_skips.py").write_text(_TESTS, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.support.skips",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert words in done.stdout


def test_ci_installs_what_tests_need() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    needed = (ROOT / "tests" / "support" / "tools.py").read_text(encoding="utf-8")
    for package in ("libreoffice-writer-nogui", "qpdf"):
        assert f"apt-get install {package}" in needed
        assert f":{package}" in script
    assert "export CI=true" in script
