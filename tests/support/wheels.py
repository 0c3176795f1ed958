"""The wheel, built from a copy of the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.cases import ROOT

_SOURCES = ("pipeline", "templates", "schemas", "examples", "pyproject.toml", "README.md", "LICENSE")


def build_wheel(folder: Path, modified: int) -> Path:
    """Build the wheel in a new folder, from sources with this time of modification."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name in _SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    for path in source.rglob("*"):
        os.utime(path, (modified, modified))
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder), str(source))
    shutil.rmtree(source)
    [wheel] = folder.glob("*.whl")
    return wheel


def pip(*arguments: str) -> None:
    """Run pip, which must end well."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
