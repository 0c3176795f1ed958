"""A program that a user writes: it builds cases without a guard of its main module, which the workers do not run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.built import make_set
from tests.support.cases import EXAMPLES, ROOT

PROGRAM = """
from datetime import date
from pathlib import Path
from pipeline import build_many

print("the program runs", flush=True)
for done in build_many(["{example}"], "out", templates="set", as_of=date(2026, 11, 22), jobs=1):
    print(done.case_id, done.status, *(problem.code for problem in done.problems if problem.severity == "error"))
"""


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("way", ["file", "standard input"])
def test_a_program_without_a_guard_runs_once(tmp_path: Path, way: str) -> None:
    make_set(tmp_path / "set")
    program = PROGRAM.format(example=EXAMPLES / "wang-xiaoming")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "program.py"] if way == "file" else [sys.executable, "-"]
    done = subprocess.run(
        command,
        input=program,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(ROOT / ".cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["the program runs", "wang-xiaoming built"]
