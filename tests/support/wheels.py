"""The wheel, built from a copy of the sources, and installed in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.cases import ROOT

NO_NETWORK = """
import socket

def refuse(*arguments, **named):
    raise RuntimeError("the network was used")

def connect(self, address, real=socket.socket.connect):
    # Worker processes of this machine are reached through Unix sockets.
    return real(self, address) if self.family == socket.AF_UNIX else refuse()

socket.socket.connect = connect
socket.socket.connect_ex = socket.socket.sendto = socket.getaddrinfo = refuse
"""
_SOURCES = ("pipeline", "templates", "schemas", "skills", "examples", "pyproject.toml", "README.md", "LICENSE")


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


@dataclass(frozen=True)
class Installed:
    """A wheel and the folder where it is installed."""

    wheel: Path
    target: Path

    def run(self, *arguments: str, cwd: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run Python with the installed copy first; the libraries are those of this environment."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            input=typed,
            cwd=cwd,
            env={**environment, "PYTHONPATH": str(self.target)},
            check=False,
        )


def install(wheel: Path, target: Path) -> Installed:
    """Install a wheel without its libraries, so that what it runs cannot use the network."""
    pip("install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    (target / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    return Installed(wheel, target)
