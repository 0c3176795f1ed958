"""The files of a packet as they were before they were signed or encrypted: what the manifest describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.errors import VerificationError
from pipeline.formats.pdf.encryption import decrypted
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.difference import difference
from pipeline.system.atomic import sha256


def before_signing(files: Mapping[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    """Return ``files`` with signed bundles cut to the bytes that were built: signing only appends."""
    return {**files, **{bundle.path: files[bundle.path][: bundle.bytes] for bundle in _grown(files, manifest)}}


def added_to(files: Mapping[str, bytes], manifest: Manifest) -> list[str]:
    """Return the paths of the bundles that have grown since they were built."""
    return [bundle.path for bundle in _grown(files, manifest)]


def _grown(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[BundleRow]:
    """The bundles that begin with what was built, and are longer now."""
    for bundle in manifest.bundles:
        content = files.get(bundle.path, b"")
        if len(content) > bundle.bytes and sha256(content[: bundle.bytes]) == bundle.sha256:
            yield bundle


def readable(
    files: Mapping[str, bytes], manifest: Manifest, password: str | None, folder: str
) -> Mapping[str, bytes] | None:
    """``files`` with their PDFs decrypted; None when they are encrypted and there is no password.

    Raises VerificationError when the password opens none of them.
    """
    if not manifest.options.encrypted:
        return files
    if password is None:
        return None
    opened = dict(files)
    pdfs = [path for path in files if path.endswith(".pdf")]
    for path in pdfs:
        try:
            opened[path] = decrypted(files[path], password)
        except ValueError:
            continue  # a file that is no longer what it was is told by its hash
    if pdfs and opened == dict(files):
        message = "the password does not open the packet"
        raise VerificationError(difference("verify-password", message, folder, "correct the password"))
    return opened
