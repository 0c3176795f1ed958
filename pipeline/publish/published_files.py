"""The files of a published packet, and those bytes of them that were built: signing appends to a bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.formats.files import read
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import Manifest
from pipeline.system.atomic import sha256

#: Far more than any manifest has.
MAX_MANIFEST = 50_000_000
#: Far more than signatures add to a bundle.
_MAX_ADDED = 10_000_000


def read_packet(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """Return every file and empty folder in ``folder``, by relative path. Raise OSError.

    A listed file that is a link or no regular file is left out. Unlisted files are empty, and of a file that is longer
    than it can be, only the beginning is read.
    """
    sizes = {output.path: output.bytes for output in manifest.outputs} | {MANIFEST_NAME: MAX_MANIFEST}
    sizes |= {bundle.path: bundle.bytes + _MAX_ADDED for bundle in manifest.bundles}
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in sizes:
            is_folder = path.is_dir() and not path.is_symlink()
            files |= {} if is_folder and any(path.iterdir()) else {name: b""}
        elif path.is_file() and not path.is_symlink():
            files[name] = read(Path(name), sizes[name], below=folder)
    return files


def cut_signatures(files: Mapping[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    """Return ``files`` with signed bundles cut to the bytes that were built: signing only appends."""
    return {**files, **{bundle.path: files[bundle.path][: bundle.bytes] for bundle in _grown(files, manifest)}}


def grown_bundles(files: Mapping[str, bytes], manifest: Manifest) -> list[str]:
    """Return the paths of the bundles to which something was appended after the build."""
    return [bundle.path for bundle in _grown(files, manifest)]


def _grown(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[BundleRow]:
    """The bundles that begin with the bytes that were built, and have more."""
    for bundle in manifest.bundles:
        content = files.get(bundle.path, b"")
        if len(content) > bundle.bytes and sha256(content[: bundle.bytes]) == bundle.sha256:
            yield bundle
