"""Builds for the desk: each is the command in a process of its own, which can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.cli.child_build import ChildBuild
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.language import Language


@dataclass
class Build:
    """A build of one case. ``report`` is what the command printed as JSON, None as long as it works."""

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
    """The newest build of each case."""

    folder: DeskFolder
    _builds: dict[str, Build] = field(default_factory=dict)

    def start(self, key: str, language: Language) -> None:
        """Start a build in place of one that works on the same."""
        self.stop(key)
        build = Build(ChildBuild.start(self.folder, self.folder.find(key), "final", self.folder.out, language))
        self._builds[key] = build
        threading.Thread(target=_wait, args=(build,), daemon=True).start()

    def find(self, key: str) -> Build | None:
        """Return the newest build of a case."""
        return self._builds.get(key)

    def stop(self, key: str) -> None:
        """Stop a build that works."""
        build = self._builds.get(key)
        if build is not None:
            build.child.stop()

    def close(self) -> None:
        """Stop all builds."""
        for build in self._builds.values():
            build.child.stop()
        for build in self._builds.values():
            build.child.process.wait()


def _wait(build: Build) -> None:
    build.report = build.child.report()
