"""One private folder for all temporary files of a run, including those of libraries and programs.

It changes ``tempfile`` and ``TMPDIR`` of the whole process, so only the entry point of the command may use it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.system.locked_folder import new_locked_folder, remove_unlocked

#: The temporary folder of a library call has another name: nothing locks it.
_PREFIX = "visa-packet-run-"


@contextmanager
def own_temporary_folder() -> Iterator[None]:
    """Send temporary files of this process and its children to a folder of their own, and remove it in the end.

    Folders that killed runs left behind are removed first. Where no folder can be created, nothing changes: the code
    that needs one reports it.
    """
    with ExitStack() as stack:
        try:
            where = Path(tempfile.gettempdir())
            remove_unlocked(where.glob(f"{_PREFIX}*"))
            folder = stack.enter_context(new_locked_folder(where, _PREFIX))
        except OSError:
            yield
            return
        before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before
            os.environ.pop("TMPDIR")
            if variable is not None:
                os.environ["TMPDIR"] = variable
