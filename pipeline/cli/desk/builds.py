"""Builds for the desk: each is the command in a process of its own, which can be stopped."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.cli.child_build import ChildBuild, Kind
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.language import Language


@dataclass
class Build:
    """A build of one case. ``report`` is what the command printed as JSON, None as long as it works."""

    kind: Kind
    out: Path
    child: ChildBuild
    report: Mapping[str, Any] | None = None

    @property
    def result(self) -> Mapping[str, Any]:
        """The result of the case; empty as long as it works, and if the command failed before it."""
        results: list[Mapping[str, Any]] = (self.report or {}).get("results") or [{}]
        return results[0]

    @property
    def problems(self) -> list[Mapping[str, Any]]:
        """All problems that the command reported."""
        return [*((self.report or {}).get("problems") or []), *(self.result.get("problems") or [])]


@dataclass
class Builds:
    """The newest build of each case and kind."""

    folder: DeskFolder
    _builds: dict[tuple[str, Kind], Build] = field(default_factory=dict)
    _drafts: tempfile.TemporaryDirectory[str] = field(default_factory=lambda: tempfile.TemporaryDirectory(prefix="vp-"))

    def start(self, key: str, kind: Kind, language: Language) -> None:
        """Start a build in place of one that works on the same."""
        self.stop(key, kind)
        out = Path(self._drafts.name, key) if kind == "draft" else self.folder.out
        build = Build(kind, out, ChildBuild.start(self.folder, self.folder.find(key), kind, out, language))
        self._builds[key, kind] = build
        threading.Thread(target=_wait, args=(build,), daemon=True).start()

    def find(self, key: str, kind: Kind) -> Build | None:
        """Return the newest build of a case."""
        return self._builds.get((key, kind))

    def stop(self, key: str, kind: Kind) -> None:
        """Stop a build that works."""
        build = self._builds.get((key, kind))
        if build is not None:
            build.child.stop()

    def close(self) -> None:
        """Stop all builds, and remove the drafts."""
        for key, kind in self._builds:
            self.stop(key, kind)
        for build in self._builds.values():
            build.child.process.wait()
        self._drafts.cleanup()


def _wait(build: Build) -> None:
    build.report = build.child.report()
