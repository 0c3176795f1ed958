"""A new folder with its files, which is complete or absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from pipeline.publish.folder import writing
from pipeline.system.atomic import flush, flush_folders, make_folders, sweep, work_folder, write_file

HINT = "choose another folder; nothing was written"
WORK = "new-folder"


def new_folder(folder: Path, files: Mapping[PurePath, bytes], folders: Iterable[PurePath] = ()) -> None:
    """Create a folder with ``files`` and empty ``folders``, by their paths in it. Raises OutputError."""
    with writing(folder, HINT, parent=folder.parent):
        sweep(folder.parent, WORK)
        with work_folder(folder.parent, WORK) as work:
            for path in (*folders, *(file.parent for file in files)):
                make_folders(work / path)
            for file, content in files.items():
                write_file(work / file, content)
            flush_folders(work)
            work.rename(folder)
            flush(folder.parent)
