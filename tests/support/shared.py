"""Folders that all processes of a test run share: whoever asks first fills one."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Shared:
    """The place of these folders."""

    place: Path

    def folder(self, name: str, fill: Callable[[Path], object]) -> Path:
        """Return the folder of this name, which ``fill`` makes; copy it before you change anything in it."""
        path, done = self.place / name, self.place / f"{name}.done"
        with (self.place / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(path, ignore_errors=True)
                fill(path)
                done.touch()
        return path
