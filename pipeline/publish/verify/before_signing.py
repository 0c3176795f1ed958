"""The files of a packet as they were before they were signed or encrypted: what the manifest describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import VerificationError
from pipeline.formats.pdf.encryption import decrypted
from pipeline.publish.verify.difference import difference
from pipeline.system.atomic import sha256


def before_signing(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """``files``, with each bundle to which something was added as it was before. Signing adds, and changes nothing."""
    return {**files, **{path: content[:size] for path, content, size in _longer(files, manifest)}}


def added_to(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> list[str]:
    """The bundles to which something was added after they were made."""
    return [path for path, _, _ in _longer(files, manifest)]


def _longer(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> list[tuple[str, bytes, int]]:
    return [
        (bundle["path"], content, bundle["bytes"])
        for bundle in manifest["bundles"]
        if (content := files.get(bundle["path"], b""))[bundle["bytes"] :]
        and sha256(content[: bundle["bytes"]]) == bundle["sha256"]
    ]


def readable(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], password: str | None, folder: str
) -> Mapping[str, bytes] | None:
    """``files`` with their PDFs decrypted; None when they are encrypted and there is no password.

    Raises VerificationError when the password opens none of them.
    """
    if not manifest["options"]["encrypted"]:
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
