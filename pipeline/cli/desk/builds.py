"""Builds for the desk: each is the command in a process of its own, which reports its stages and can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.cli.child_command import ChildCommand, build_words
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.language import Language


@dataclass
class Build:
    """A build of one case: its stage, the seconds of those that have ended, and its result as ``--jsonl`` has it.

    ``problems`` are all that the command reported.
    """

    child: ChildCommand
    works: bool = True
    is_stopped: bool = False
    stage: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Mapping[str, Any]] = field(default_factory=list)

    def follow(self) -> None:
        """Note what the command reports until it ends."""
        for event in self.child.events():
            match event:
                case {"event": "stage-started", "stage": stage}:
                    self.stage = stage
                case {"event": "stage-ended", "stage": stage, "seconds": seconds}:
                    self.seconds[stage] = seconds
                case {"event": "result"}:
                    self.result = event
                    self.problems += event["problems"]
                case {"event": "report"}:
                    self.problems += event["problems"]
        self.works = False

    def stop(self) -> None:
        """Stop the command if it works."""
        self.is_stopped = self.is_stopped or self.works
        self.child.stop()


@dataclass
class Builds:
    """The newest build of each case."""

    folder: DeskFolder
    _builds: dict[str, Build] = field(default_factory=dict)
    _is_closed: bool = False

    def start(self, key: str, language: Language) -> None:
        """Start a build in place of one that works on the same."""
        if self._is_closed:
            return
        self.stop(key)
        words = build_words(self.folder, self.folder.find(key), "final", self.folder.out, language)
        build = Build(ChildCommand.start(words))
        self._builds[key] = build
        threading.Thread(target=build.follow, daemon=True).start()

    def find(self, key: str) -> Build | None:
        """Return the newest build of a case."""
        return self._builds.get(key)

    def stop(self, key: str) -> None:
        """Stop a build that works."""
        build = self._builds.get(key)
        if build is not None:
            build.stop()

    def close(self) -> None:
        """Stop all builds, and wait for their end. None begins any more."""
        self._is_closed = True
        builds = list(self._builds.values())
        for build in builds:
            build.stop()
        for build in builds:
            build.child.end()
