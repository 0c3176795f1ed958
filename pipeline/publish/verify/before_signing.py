"""The files of a packet before signing and encryption: the manifest describes those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.errors import VerificationError
from pipeline.formats.pdf.encryption import decrypt
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.difference import difference
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


def readable_files(files: Mapping[str, bytes], manifest: Manifest, password: str | None) -> Mapping[str, bytes] | None:
    """Return ``files`` with their PDFs decrypted, or None if that needs a password and there is none.

    Raises VerificationError if the password opens none of them.
    """
    if not manifest.options.encrypted:
        return files
    if password is None:
        return None
    pdfs = [path for path in files if path.endswith(".pdf")]
    opened = {}
    for path in pdfs:
        with suppress(ValueError):  # a damaged file, whose hash differs
            opened[path] = decrypt(files[path], password)
    if pdfs and not opened:
        raise VerificationError(
            difference("verify-password", "the password does not open the packet", "correct the password")
        )
    return {**files, **opened}
