"""Verifying: a packet is what its manifest says. Runs on every packet before it is published, and on demand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Problem, VerificationError
from pipeline.formats.json.schema import validator
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import Manifest, read_manifest, seal
from pipeline.publish.verify.before_signing import before_signing, readable
from pipeline.publish.verify.changes import Since, changes_since
from pipeline.publish.verify.difference import difference
from pipeline.publish.verify.page_texts import text_differences
from pipeline.publish.verify.signatures import signature_differences, signatures_of
from pipeline.publish.verify.structure import bundle_differences
from pipeline.system.atomic import sha256

if TYPE_CHECKING:  # its libraries are installed only by those who sign
    from pipeline.publish.signing.signature_check import Signature

__all__ = ["Since", "Verified", "verify_files", "verify_path"]


@dataclass(frozen=True, slots=True)
class Verified:
    """A packet that is what its ``manifest`` says.

    ``signatures`` are those of each signed bundle. One that is encrypted is ``looked_into`` only with its password.
    """

    manifest: Manifest
    signatures: Mapping[str, Sequence[Signature]]
    looked_into: bool


def verify_path(
    path: Path, since: Since | None = None, *, password: str | None = None, roots: bytes | None = None
) -> Verified:
    """Verify a packet's folder, or the folder of the bundle at ``path``.

    With ``since``, also that what it was made from has not changed. An encrypted packet is looked into only with its
    ``password``. With ``roots``, certificates as PEM or DER, signers must be certified by them. Raises
    VerificationError with every difference.
    """
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise VerificationError(difference("verify-missing", "there is no such packet", str(path)))
    try:
        files = {
            found.relative_to(folder).as_posix(): found.read_bytes()
            for found in sorted(folder.rglob("*"))
            if found.is_file() and not found.is_symlink()
        }
    except OSError as error:
        message = f"the packet cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise VerificationError(difference("verify-unreadable", message, str(folder))) from None
    if path.is_file() and path.name not in files:
        raise VerificationError(difference("verify-missing", "this is not a file of a packet", str(path)))
    manifest = _manifest(files, str(folder))
    signatures = signatures_of(files, manifest, roots)
    made = before_signing(files, manifest)
    opened = readable(made, manifest, password, str(folder))
    changes = changes_since(manifest, since, str(folder)) if since else []
    key = since.text_key(manifest) if since else None
    texts = text_differences(opened, manifest, str(folder), key) if opened is not None else ()
    signed = signature_differences(signatures, str(folder))
    _raise([*_differences(made, opened, manifest, str(folder)), *texts, *changes, *signed])
    return Verified(manifest, signatures, looked_into=opened is not None)


def verify_files(files: Mapping[str, bytes], folder: str, password: str | None = None) -> Manifest:
    """Verify the files of one packet (relative path -> content) that was just made, and return the manifest.

    Its texts were compared with the case when they were drawn, and are not read again.
    """
    manifest = _manifest(files, folder)
    _raise(_differences(files, readable(files, manifest, password, folder), manifest, folder, fresh=True))
    return manifest


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise VerificationError(problems)


def _differences(
    files: Mapping[str, bytes],
    opened: Mapping[str, bytes] | None,
    manifest: Manifest,
    folder: str,
    *,
    fresh: bool = False,
) -> list[Problem]:
    """``opened`` are the files as they can be read, if they can."""
    bundles = manifest.bundles if opened is not None else []
    inside = (problem for each in bundles for problem in bundle_differences(opened or {}, each, folder, fresh=fresh))
    return [*_listed(files, manifest, folder), *inside]


def _manifest(files: Mapping[str, bytes], folder: str) -> Manifest:
    """The manifest of a packet, if it has the form of this version and is intact."""
    if MANIFEST_NAME not in files:
        raise VerificationError(difference("verify-manifest", f"there is no {MANIFEST_NAME}", folder))
    content = files[MANIFEST_NAME]
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise VerificationError(difference("verify-manifest", f"{MANIFEST_NAME} is not JSON", folder)) from None
    try:
        manifest = read_manifest(content)
    except ValueError:
        manifest = None
    if manifest is None or not validator("manifest").is_valid(fields):
        message = f"{MANIFEST_NAME} does not have the form of this version's manifests"
        raise VerificationError(difference("verify-manifest", message, folder))
    if seal(manifest) != content:
        message = f"{MANIFEST_NAME} was changed after it was made"
        raise VerificationError(difference("verify-manifest", message, folder))
    return manifest


def _listed(files: Mapping[str, bytes], manifest: Manifest, folder: str) -> Iterator[Problem]:
    listed = {output.path: output.sha256 for output in manifest.outputs}
    for path in sorted(listed.keys() | files.keys() - {MANIFEST_NAME}):
        if path not in files:
            yield difference("verify-missing", f"{path} is missing", folder)
        elif path not in listed:
            yield difference("verify-unlisted", f"{path} is not in the manifest", folder)
        elif sha256(files[path]) != listed[path]:
            yield difference("verify-changed", f"{path} was changed after it was made", folder)
    for bundle in manifest.bundles:
        if bundle.path in listed and bundle.sha256 != listed[bundle.path]:
            message = f"{bundle.path} is not the one that the manifest describes"
            yield difference("verify-changed", message, folder)
