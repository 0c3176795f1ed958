"""Destinations of packets: a folder, or an address of fsspec (remote.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import msgspec

from pipeline.errors import InputError, OutputError, Problem
from pipeline.formats.files import is_file, read
from pipeline.formats.messages import worded_problem
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.folder import NOTHING, check_target, publish
from pipeline.publish.manifest import Manifest
from pipeline.publish.output_lock import lock_output
from pipeline.publish.published_files import MAX_MANIFEST, cut_signatures, read_packet
from pipeline.system.atomic import sha256

#: Far more than any Word file of a packet has.
_MAX_WORD_BYTES = 50_000_000
#: Scheme and rest of an address. Anything else is a path.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.:-]+)://(.*)", re.DOTALL)


class Destination(Protocol):
    """A place for packets by case id. It is sent to worker processes, so it must be picklable."""

    #: True if worker processes on other machines can write there
    is_shared: bool

    def lock(self) -> AbstractContextManager[Path]:
        """Lock the destination for a run. Gives a local folder for files other than packets. Raises OutputError."""

    def address(self, path: Path) -> str:
        """Return the name of ``path``, a path in the folder of a packet, for people and programs."""

    def publish_page(self, page: Path) -> str:
        """Publish the page of the report, a file in the locked folder, and return its address. Raises OutputError."""

    def folder(self, case_id: str) -> Path:
        """Return the folder of a packet, as results name it."""

    def check(self, case_id: str, *, force: bool = False, given_back: Mapping[str, bytes] = NOTHING) -> None:
        """Raise OutputError if no packet can be published, before any work is done for it.

        A signed packet is replaced only with ``force``, and so is one with a Word file that was edited by hand, unless
        its content is among those ``given_back``.
        """

    def manifest(self, case_id: str) -> bytes:
        """Return the manifest of the published packet. Raises OSError if the packet does not exist."""

    def is_whole(self, case_id: str, manifest: Manifest) -> bool:
        """Return True if the published packet consists of the files that its manifest lists."""

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:
        """Publish the files of a packet (relative path -> content) and replace a former one. Raises OutputError."""


class Folder:
    """A local folder, or a shared one that has the same path on all machines."""

    def __init__(self, out: Path, *, is_shared: bool = False) -> None:
        self._out = out
        self.is_shared = is_shared

    @contextmanager
    def lock(self) -> Iterator[Path]:
        """Lock the folder, and give it."""
        with lock_output(self._out):
            yield self._out

    def address(self, path: Path) -> str:
        """Return the path."""
        return str(path)

    def publish_page(self, page: Path) -> str:
        """Return the path of the page: it was written to its place."""
        return str(page)

    def folder(self, case_id: str) -> Path:
        """Return the subfolder of the packet."""
        return self._out / case_id

    def check(self, case_id: str, *, force: bool = False, given_back: Mapping[str, bytes] = NOTHING) -> None:
        """See Destination."""
        folder = self.folder(case_id)
        check_target(folder)
        known = {sha256(content) for content in given_back.values()}
        edited = [] if force else [path for path, digest in _edited(folder) if digest not in known]
        if edited:
            raise OutputError(
                replace(worded_problem("output-edited", room="publish"), file=str(folder / path)) for path in edited
            )
        if not force and _is_signed(folder):
            message = "the published packet was signed, and its case, its papers or the options have changed since"
            hint = "choose another folder with -o to keep it, or build with --force to lose the signatures"
            raise OutputError(Problem("output-signed", "error", message, hint, str(folder)))

    def manifest(self, case_id: str) -> bytes:
        """See Destination."""
        return read(self.folder(case_id) / MANIFEST_NAME, MAX_MANIFEST)

    def is_whole(self, case_id: str, manifest: Manifest) -> bool:
        """Compare the files by hash. Signatures at the end of a bundle are not part of it."""
        files = read_packet(self.folder(case_id), manifest)
        built = cut_signatures(files, manifest)
        del built[MANIFEST_NAME]
        return {path: sha256(content) for path, content in built.items()} == {
            output.path: output.sha256 for output in manifest.outputs
        }

    def publish(self, case_id: str, files: Mapping[str, bytes]) -> None:
        """Publish the packet by one rename."""
        publish(files, self.folder(case_id))


class _BundleSize(msgspec.Struct):
    path: str
    bytes: int


class _BundleSizes(msgspec.Struct):
    """The part of a manifest that all versions of this program have in common."""

    bundles: list[_BundleSize]


def _is_signed(folder: Path) -> bool:
    """Return True if a bundle has grown since it was published, whichever version of this program published it."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_NAME).read_bytes(), type=_BundleSizes)
        return any((folder / bundle.path).stat().st_size > bundle.bytes for bundle in manifest.bundles)
    except (OSError, ValueError, RecursionError):
        return False


class _Output(msgspec.Struct):
    path: str
    sha256: str


class _Outputs(msgspec.Struct):
    """Another part that all versions have in common."""

    outputs: list[_Output]


def _edited(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the path and hash of each Word file of a packet that has changed since it was published."""
    with suppress(OSError, ValueError, RecursionError):
        manifest = msgspec.json.decode((folder / MANIFEST_NAME).read_bytes(), type=_Outputs)
        for output in manifest.outputs:
            if output.path.endswith(".docx") and is_file(folder / output.path):
                digest = sha256(read(Path(output.path), _MAX_WORD_BYTES, below=folder))
                if digest != output.sha256:
                    yield output.path, digest


def destination_of(out: str) -> Destination:
    """Return the destination for ``-o``: a path, ``file://`` with a path on all machines, or an address of fsspec.

    Raise InputError if the library for an address is not installed, or if the packets would not outlast the command.
    """
    address = _ADDRESS.fullmatch(out)
    if address is None:
        return Folder(Path(out))
    if "memory" in address[1].split("::"):
        message = "this store is in the memory of the command: the packets would be lost when it ends"
        hint = "give a folder, or the address of a store that lasts, such as s3://…"
        raise InputError(Problem("output-address", "error", message, hint, out))
    if address[1] in {"file", "local"}:
        return Folder(Path(address[2]), is_shared=True)
    from pipeline.publish.remote import Remote  # noqa: PLC0415 - fsspec is optional, and loaded only for addresses

    return Remote(out)
