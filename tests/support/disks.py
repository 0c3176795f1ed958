"""File systems that are full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.built import snapshot
from tests.support.expectation import Scene

#: Puts a folder on a file system of its own, with so many kilobytes left beside what is in it.
Disk = Callable[[Path, int], None]


@pytest.fixture
def disk(scene: Scene) -> Iterator[Disk]:
    mounted: list[Path] = []

    def make(folder: Path, kilobytes: int) -> None:
        kept = snapshot(folder)
        words = ["mount", "-t", "tmpfs", "-o", "mode=700", "none", str(folder)]
        if subprocess.run(words, check=False, capture_output=True).returncode:
            # Not "needs": whether a container may do this is not up to who runs the tests in it.
            pytest.skip("mounting a file system is refused here, to root too")
        mounted.append(folder)
        for name, content in kept.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o600)
        found = os.statvfs(folder)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize // 1024
        size = f"remount,size={max(used + kilobytes, 4)}k"  # a size of nothing means no limit
        subprocess.run(["mount", "-o", size, str(folder)], check=True)  # noqa: S607 - util-linux

    yield make
    assert scene
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - util-linux
