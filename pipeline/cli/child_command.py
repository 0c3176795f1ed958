"""A command in a process of its own, for a program that must not draw: it can be stopped, and its end is no matter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.cli.cases_folder import CasesFolder
from pipeline.language import Language

#: A draft is only looked at: it does not replace a packet.
Kind = Literal["draft", "final"]
_SECONDS_TO_END = 5.0


@dataclass(frozen=True, slots=True)
class ChildCommand:
    """A command that works in its process."""

    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, words: Sequence[str]) -> ChildCommand:
        """Start ``visa-packet`` with these words, which ask for lines of JSON."""
        process = subprocess.Popen(  # noqa: S603 - this program
            [sys.executable, "-P", "-m", "pipeline", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        return cls(process)

    def events(self) -> Iterator[Mapping[str, Any]]:
        """Yield what the command reports while it works. A line that is not whole was written when it was stopped."""
        with self.process:
            for line in self.process.stdout or ():
                with suppress(ValueError):
                    yield json.loads(line)

    def stop(self) -> None:
        """Stop the command if it works."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)

    def end(self) -> None:
        """Stop the command, and wait for its end. If it does not clean up in time, it is killed."""
        self.stop()
        try:
            self.process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def build_words(folder: CasesFolder, case: Path, kind: Kind, out: Path, language: Language) -> list[str]:
    """Return the words of the command that builds a case of the folder as ``out/<case id>``."""
    options = folder.options
    words = ["build", str(case), "-o", str(out), "--as-of", options.as_of.isoformat(), "--jsonl"]
    words += ["--templates", options.templates, "--lang", language, "--force"]
    words += ["--directory", str(options.directory)] if options.directory else []
    return [*words, "--draft" if kind == "draft" else "--allow-missing"]
