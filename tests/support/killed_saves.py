"""Saves a form of the desk again and again in forks that are killed, each before or after another touch of a file.

Prints as JSON how often, and what case.json was afterwards. Run as a program, because a process with threads cannot
fork safely.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.run.case_folder.saving import CaseFile, save_values
from tests.support.cases import AS_OF

#: What opens, writes and changes files.
_CALLS = frozenset(
    {"open", "BufferedWriter.write", "BufferedWriter.flush", "fsync", "replace", "mkdir", "unlink", "rmdir"}
)
_CHANGE = {"/visa/agency": "北京虚构旅行社"}


def main(folder: Path) -> None:
    """Save until no fork is killed any more."""
    desk = DeskFolder(folder, "medical-stay", None, AS_OF)
    [path] = desk.cases().values()
    old = path.read_bytes()
    etag = CaseFile.read(path).etag
    save_values(path, etag, _CHANGE, desk.options)  # from here on, everything that a save needs is loaded
    new, found = path.read_bytes(), {"old": 0, "new": 0, "broken": 0}
    for moment in range(1000):
        path.write_bytes(old)
        pid = os.fork()
        if not pid:
            _kill_at(moment)
            save_values(path, etag, _CHANGE, desk.options)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        now = path.read_bytes()
        found["old" if now == old else "new" if now == new else "broken"] += 1
        if not os.WIFSIGNALED(status):
            break
    sys.stdout.write(json.dumps({**found, "left": sorted(each.name for each in path.parent.iterdir())}))


def _kill_at(moment: int) -> None:
    """Kill this process at this touch of a file."""
    touched = 0

    def kill(_frame: FrameType, event: str, called: object) -> None:
        nonlocal touched
        if event in {"c_call", "c_return"} and getattr(called, "__qualname__", "") in _CALLS:
            touched += 1
            if touched > moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(kill)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
