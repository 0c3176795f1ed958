"""Packets at an address of fsspec, such as an object store.

Object stores cannot rename. A packet is uploaded below ``.partial`` and copied from there into its place, the manifest
last: a folder without a manifest is not a packet, and the next run builds it again.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, OutputError, Problem, load_extra
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.folder import NOTHING
from pipeline.publish.manifest import Manifest
from pipeline.system.atomic import sha256

_PARTIAL = ".partial"
_LONGEST_REASON = 200


class Remote:
    """Packets at an address, written by the processes that build them."""

    is_shared = True

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._open()  # reports an unusable address before any work is done

    @contextmanager
    def lock(self) -> Iterator[Path]:
        """Give a temporary folder. The address itself is not locked."""
        with tempfile.TemporaryDirectory(prefix="visa-packet-") as folder:
            yield Path(folder)

    def folder(self, case_id: str) -> Path:
        """Return the folder of a packet, relative to the address."""
        return Path(case_id)

    def address(self, path: Path) -> str:
        """Return the address of a path relative to this one."""
        return f"{self._address}/{path.as_posix()}"

    def check(self, case_id: str, *, force: bool = False, given_back: Mapping[str, bytes] = NOTHING) -> None:
        """Do nothing: an incomplete packet does not prevent a new one."""

    def manifest(self, case_id: str) -> bytes:
        """See Destination."""
        files, root = self._open()
        try:
            content: bytes = files.cat_file(f"{root}/{case_id}/{MANIFEST_NAME}")
        except Exception as error:  # each library has its own exceptions
            raise OSError(str(error)) from error
        return content

    def is_whole(self, case_id: str, manifest: Manifest) -> bool:
        """Compare the files by name and size, then by hash: stores do not give the one of the manifest."""
        files, root = self._open()
        listed = {output.path: output.bytes for output in manifest.outputs}
        place = f"{root}/{case_id}"
        try:
            found = _sizes(files, place)
            found.pop(MANIFEST_NAME, None)
            return listed == found and all(
                sha256(files.cat_file(f"{place}/{output.path}")) == output.sha256 for output in manifest.outputs
            )
        except Exception as error:  # as above
            raise OSError(str(error)) from error

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:
        """Upload the files, then copy them, the manifest last. Until then, the former packet stays complete.

        What the store has is compared with what was sent, before the former packet is removed and before the manifest
        is copied.
        """
        system, root = self._open()
        uploads = f"{root}/{_PARTIAL}/{case_id}"
        uploaded, place = f"{uploads}/{uuid.uuid4().hex}", f"{root}/{case_id}"
        order = [*(path for path in files if path != MANIFEST_NAME), MANIFEST_NAME]
        try:
            for path in order:
                _put(system, f"{uploaded}/{path}", files[path])
                _check_stored(system, f"{uploaded}/{path}", files[path])
            former = _sizes(system, place)
            for path in [MANIFEST_NAME] * (MANIFEST_NAME in former) + sorted(former.keys() - files.keys()):
                system.rm_file(f"{place}/{path}")
            for path in order:
                system.makedirs(f"{place}/{path}".rpartition("/")[0], exist_ok=True)
                system.cp_file(f"{uploaded}/{path}", f"{place}/{path}")
                _check_stored(system, f"{place}/{path}", files[path])
            system.rm(uploads, recursive=True)
        except Exception as error:  # noqa: BLE001 - each library has its own exceptions
            raise self._failure(error, case_id) from None

    def publish_page(self, page: Path) -> str:
        """Upload the page beside the packets."""
        system, root = self._open()
        try:
            _put(system, f"{root}/{page.name}", page.read_bytes())
        except Exception as error:  # noqa: BLE001 - as above
            raise self._failure(error, page.name) from None
        return self.address(Path(page.name))

    def _open(self) -> tuple[Any, str]:
        """The file system of the address, which fsspec caches for the process, and the path in it."""
        fsspec = load_extra("fsspec", "remote", "an address for -o")
        try:
            system, root = fsspec.url_to_fs(self._address)
        except (ImportError, ValueError):
            message = "no installed library can reach this address"
            hint = "check its beginning; for s3:// install s3fs, for gs:// gcsfs, for abfs:// adlfs"
            raise InputError(Problem("output-address", "error", message, hint, self._address)) from None
        system.invalidate_cache()
        return system, root.rstrip("/")

    def _failure(self, error: Exception, name: str) -> OutputError:
        message = f"the output cannot be written: {_reason(error)}"
        hint = "check the address and your permissions; a packet without manifest.json is incomplete"
        return OutputError(Problem("output", "error", message, hint, f"{self._address}/{name}"))


def _reason(error: Exception) -> str:
    """Return what the store says, if it is more than a path."""
    text: str = getattr(error, "strerror", None) or next(iter(str(error).splitlines()), "/")
    return "the store gives no reason" if "/" in text else text[:_LONGEST_REASON]


def _put(system: Any, path: str, content: bytes) -> None:
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    system.pipe_file(path, content)


def _check_stored(system: Any, path: str, content: bytes) -> None:
    """Raise OSError unless a file of the store has this content, by the digest that the store gives, or read back."""
    info = system.info(path)
    digest = hashlib.md5(content, usedforsecurity=False)
    given = {str(info.get("ETag", "")).strip('"'), info.get("md5Hash")}  # of S3, and of Google's store
    if digest.hexdigest() in given or base64.b64encode(digest.digest()).decode() in given:
        return
    if system.cat_file(path) != content:
        raise OSError(errno.EIO, "the store has another content than was sent")


def _sizes(system: Any, folder: str) -> dict[str, int]:
    """Size of each file below ``folder`` by relative path; empty if the folder does not exist."""
    prefix = system._strip_protocol(folder).rstrip("/")  # noqa: SLF001 - the form of the paths that find() returns
    found = system.find(folder, detail=True)
    return {path.removeprefix(prefix).lstrip("/"): entry["size"] for path, entry in found.items()}
