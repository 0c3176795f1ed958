"""One run at a time in an output folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError, Problem
from pipeline.publish.folder import FOLDER_HINT, check_target, writing
from pipeline.system.atomic import make_folders, remove_empty
from pipeline.system.locked_folder import try_lock


@contextmanager
def lock_output(folder: Path) -> Iterator[None]:
    """Lock ``folder`` for this process, and create it if needed. Raises OutputError if another run has locked it."""
    with writing(folder, FOLDER_HINT):
        folder.exists()  # fails for a path that the system refuses
    check_target(folder / "packet")
    with writing(folder, FOLDER_HINT):
        created = make_folders(folder)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not try_lock(descriptor):
            message = "another run of visa-packet is writing into this folder"
            hint = "wait until it has ended, or choose another folder with -o"
            raise OutputError(Problem("output-locked", "error", message, hint, str(folder)))
        yield
    finally:
        remove_empty(created)
        os.close(descriptor)
