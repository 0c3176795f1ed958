"""Packets at an address: an object store, or whatever else fsspec reaches.

There is no rename there. A packet is uploaded below ``.partial`` and copied from there into its place, its manifest
last; a folder without a manifest is not a packet, and the next run makes it anew.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, OutputError, Problem, load_extra
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import OutputFile

_PARTIAL = ".partial"


class Remote:
    """Packets at an address, written by the processes that make them."""

    is_shared = True

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._opened()  # what is wrong with the address is told before any work

    @contextmanager
    def lock(self) -> Iterator[Path]:
        """Give a temporary folder. The address itself is not locked."""
        with tempfile.TemporaryDirectory(prefix="visa-packet-") as folder:
            yield Path(folder)

    def folder(self, case_id: str) -> Path:
        """Relative to the address."""
        return Path(case_id)

    def address(self, path: Path) -> str:
        """The address of a path relative to this one."""
        return f"{self._address}/{path.as_posix()}"

    def check(self, case_id: str, *, force: bool = False) -> None:
        """Nothing to see beforehand: what is in the way is half a packet, or one."""

    def manifest(self, case_id: str) -> bytes:
        """As Destination says."""
        files, root = self._opened()
        try:
            content: bytes = files.cat_file(f"{root}/{case_id}/{MANIFEST_NAME}")
        except Exception as error:  # each library has its own
            raise OSError(str(error)) from error
        return content

    def is_whole(self, case_id: str, outputs: Sequence[OutputFile]) -> bool:
        """Compared by name and size: to compare hashes, everything would have to be fetched."""
        files, root = self._opened()
        listed = {output.path: output.bytes for output in outputs}
        try:
            found = _sizes(files, f"{root}/{case_id}")
        except Exception as error:  # as above
            raise OSError(str(error)) from error
        found.pop(MANIFEST_NAME, None)
        return listed == found

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:
        """Upload, then copy into place, the manifest last. Until the copying begins, the former packet is whole."""
        system, root = self._opened()
        uploads = f"{root}/{_PARTIAL}/{case_id}"
        uploaded, place = f"{uploads}/{uuid.uuid4().hex}", f"{root}/{case_id}"
        order = [*(path for path in files if path != MANIFEST_NAME), MANIFEST_NAME]
        try:
            for path in order:
                _put(system, f"{uploaded}/{path}", files[path])
            former = _sizes(system, place)
            for path in [MANIFEST_NAME] * (MANIFEST_NAME in former) + sorted(former.keys() - files.keys()):
                system.rm_file(f"{place}/{path}")
            for path in order:
                system.makedirs(f"{place}/{path}".rpartition("/")[0], exist_ok=True)
                system.cp_file(f"{uploaded}/{path}", f"{place}/{path}")
            system.rm(uploads, recursive=True)
        except Exception as error:  # noqa: BLE001 - each library has its own
            raise self._failure(error, case_id) from None

    def publish_page(self, page: Path) -> str:
        """Upload it beside the packets."""
        system, root = self._opened()
        try:
            _put(system, f"{root}/{page.name}", page.read_bytes())
        except Exception as error:  # noqa: BLE001 - as above
            raise self._failure(error, page.name) from None
        return self.address(Path(page.name))

    def _opened(self) -> tuple[Any, str]:
        """The file system of the address, which fsspec keeps for the process, and the path in it."""
        fsspec = load_extra("fsspec", "remote", "an address for -o")
        try:
            system, root = fsspec.url_to_fs(self._address)
        except (ImportError, ValueError) as error:
            message = f"nothing that is installed reaches this address ({type(error).__name__})"
            hint = "check its beginning; for s3:// install s3fs, for gs:// gcsfs, for abfs:// adlfs"
            raise InputError(Problem("output-address", "error", message, hint, self._address)) from None
        system.invalidate_cache()
        return system, root.rstrip("/")

    def _failure(self, error: Exception, name: str) -> OutputError:
        message = f"the output cannot be written: {getattr(error, 'strerror', None) or type(error).__name__}"
        hint = "check the address and the rights; a packet there without manifest.json is not complete"
        return OutputError(Problem("output", "error", message, hint, f"{self._address}/{name}"))


def _put(system: Any, path: str, content: bytes) -> None:
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    system.pipe_file(path, content)


def _sizes(system: Any, folder: str) -> dict[str, int]:
    """Size of each file below ``folder`` by its path in it; empty when there is no such folder."""
    prefix = system._strip_protocol(folder).rstrip("/")  # noqa: SLF001 - how fsspec itself writes what find() gives
    found = system.find(folder, detail=True)
    return {path.removeprefix(prefix).lstrip("/"): entry["size"] for path, entry in found.items()}
