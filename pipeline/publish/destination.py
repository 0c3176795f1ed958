"""Where packets go: what the folder of the packets must be able to do, wherever it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.errors import OutputError, Problem
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.folder import check_target, publish
from pipeline.publish.manifest import OutputFile
from pipeline.publish.output_lock import lock_output
from pipeline.system.atomic import sha256

#: scheme and rest of what is given as an address, not as a path
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://(.*)", re.DOTALL)

#: What may be signed after it was published.
_SIGNABLE = re.compile(r"bundle[a-z0-9-]*\.pdf")


class Destination(Protocol):
    """A place that holds packets by case id. It travels to worker processes, so it must be picklable."""

    #: whether worker processes on other machines can write there
    is_shared: bool

    def lock(self) -> AbstractContextManager[Path]:
        """Lock it for a run. Gives a local folder for files other than packets. Raises OutputError."""

    def address(self, path: Path) -> str:
        """What people and programs call a path in the folder of a packet."""

    def publish_page(self, page: Path) -> str:
        """Publish the report's page, which was made in the held folder; returns its address. Raises OutputError."""

    def folder(self, case_id: str) -> Path:
        """The folder of a packet, as results name it."""

    def check(self, case_id: str, *, force: bool = False) -> None:
        """Raise OutputError when no packet can be published there: better before the work than after.

        Nor may one be that was signed, unless that is forced.
        """

    def manifest(self, case_id: str) -> bytes:
        """The manifest of the packet that is there. Raises OSError when there is none."""

    def is_whole(self, case_id: str, outputs: Sequence[OutputFile]) -> bool:
        """Whether the packet that is there has the files that ``outputs`` of its manifest lists, and no others."""

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:
        """Put a packet's files (relative path -> content) there, in place of what was there. Raises OutputError."""


class Folder:
    """A folder of this machine, or one that all machines see under the same path."""

    def __init__(self, out: Path, *, is_shared: bool = False) -> None:
        self._out = out
        self.is_shared = is_shared

    @contextmanager
    def lock(self) -> Iterator[Path]:
        """The folder itself, locked."""
        with lock_output(self._out):
            yield self._out

    def address(self, path: Path) -> str:
        """The path itself."""
        return str(path)

    def publish_page(self, page: Path) -> str:
        """It was made where it belongs."""
        return str(page)

    def folder(self, case_id: str) -> Path:
        """The packet's own folder in it."""
        return self._out / case_id

    def check(self, case_id: str, *, force: bool = False) -> None:
        """As Destination says."""
        folder = self.folder(case_id)
        check_target(folder)
        if not force and _is_signed(folder):
            message = "the packet there was signed, and its case, its papers or the options have changed since"
            hint = "keep it and choose another folder with -o, or build anew with --force; the signatures are lost then"
            raise OutputError(Problem("output-signed", "error", message, hint, str(folder)))

    def manifest(self, case_id: str) -> bytes:
        """As Destination says."""
        return (self.folder(case_id) / MANIFEST_NAME).read_bytes()

    def is_whole(self, case_id: str, outputs: Sequence[OutputFile]) -> bool:
        """Compared by hash. Signatures in a bundle are added at its end, and change nothing."""
        folder = self.folder(case_id)
        listed = {output.path: output for output in outputs}
        found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        found.pop(MANIFEST_NAME)
        return listed.keys() == found.keys() and all(_is_same(found[path], listed[path]) for path in listed)

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:
        """The whole packet by one rename."""
        publish(files, self.folder(case_id))


def _is_same(file: Path, output: OutputFile) -> bool:
    content = file.read_bytes()
    made = content[: output.bytes] if _SIGNABLE.fullmatch(output.path) else content
    return sha256(made) == output.sha256


class _BundleSize(msgspec.Struct):
    path: str
    bytes: int


class _BundleSizes(msgspec.Struct):
    """The part of a manifest that every version of this program writes alike."""

    bundles: list[_BundleSize]


def _is_signed(folder: Path) -> bool:
    """Return True if a bundle has grown since it was published, whichever version of this program published it."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_NAME).read_bytes(), type=_BundleSizes)
        return any((folder / bundle.path).stat().st_size > bundle.bytes for bundle in manifest.bundles)
    except (OSError, ValueError, RecursionError):
        return False


def destination_of(out: str) -> Destination:
    """The place that ``-o`` names: a path; ``file://`` and a path that all machines have; any address of fsspec.

    Raises InputError when the library for an address is not installed.
    """
    address = _ADDRESS.fullmatch(out)
    if address is None:
        return Folder(Path(out))
    if address[1] in {"file", "local"}:
        return Folder(Path(address[2]), is_shared=True)
    from pipeline.publish.remote import Remote  # noqa: PLC0415 - fsspec is optional and is loaded for addresses alone

    return Remote(out)
