"""Guards that are broken on purpose, one after the other, in a copy: a test fails for each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cases import ROOT

GUARDS: list[dict[str, str]] = json.loads(
    (ROOT / "tests" / "acceptance" / "reliability" / "guards.json").read_text(encoding="utf-8")
)
COPIED = ("pipeline", "tests", "benchmarks", "templates", "schemas", "examples", "docs", "pyproject.toml")


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard["guard"])
def test_a_guard_is_where_it_is_looked_for(guard: dict[str, str]) -> None:
    """Else breaking it would break nothing, and prove nothing."""
    assert (ROOT / guard["file"]).read_text(encoding="utf-8").count(guard["old"]) == 1
    file, *_, name = guard["test"].split("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard["guard"])
def test_a_broken_guard_is_noticed(guard: dict[str, str], tmp_path: Path) -> None:
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    file = tmp_path / guard["file"]
    file.write_text(file.read_text(encoding="utf-8").replace(guard["old"], guard["new"]), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "PYTEST"))}
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard["test"]]
    done = subprocess.run(
        words,
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 1, done.stdout[-2000:]
    assert f"FAILED {guard['test']}" in done.stdout
