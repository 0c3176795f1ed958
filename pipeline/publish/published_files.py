"""The files of a packet before signing: the manifest describes those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.publish.manifest import Manifest
from pipeline.system.atomic import sha256


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
