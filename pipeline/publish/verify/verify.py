"""Comparing a packet with its manifest. Runs on every packet before it is published, and on demand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import Problem, VerificationError, VisaPacketError
from pipeline.formats.files import is_file, is_folder, read
from pipeline.formats.json.schema import is_valid
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import Manifest, read_manifest, seal
from pipeline.publish.published_files import MAX_MANIFEST, cut_signatures, read_packet
from pipeline.publish.signing.signing_messages import Signature
from pipeline.publish.verify.changes import CurrentInputs, find_changes
from pipeline.publish.verify.contents import content_differences
from pipeline.publish.verify.difference import difference
from pipeline.publish.verify.signatures import check_roots, read_signatures, signature_differences
from pipeline.system.atomic import sha256


@dataclass(frozen=True, slots=True)
class Verified:
    """A packet that matches its manifest, with the signatures of each signed bundle by path.

    ``looked_into`` is False if the packet is encrypted and no password was given: only hashes were compared.
    """

    manifest: Manifest
    signatures: Mapping[str, Sequence[Signature]]
    looked_into: bool


def verify_path(
    path: Path, current: CurrentInputs | None = None, *, password: str | None = None, roots: bytes | None = None
) -> Verified:
    """Verify the packet in the folder ``path``, or in the folder of the bundle ``path``.

    With ``current``, also compare the packet with its inputs as they are now. With ``roots``, certificates as PEM or
    DER, signers must be certified by one of them. Raises VerificationError with all differences.
    """
    if not is_folder(path) and not is_file(path):
        raise _in_folder(VerificationError(difference("verify-missing", "the packet does not exist")), str(path))
    if path.is_symlink() and not path.is_dir():
        raise _in_folder(VerificationError(difference("verify-missing", "this is not a file of a packet")), str(path))
    folder = path if path.is_dir() else path.parent
    try:
        return _verify(_read_files(folder), current, password, roots)
    except VerificationError as error:
        raise _in_folder(error, str(folder)) from None


def verify_files(files: Mapping[str, bytes], folder: str, password: str | None = None) -> Manifest:
    """Verify the files of a packet (relative path -> content) that was just built, and return its manifest.

    The texts are skipped: they were compared with the case when the documents were drawn. Raises VerificationError.
    """
    try:
        manifest = _intact_manifest(files)
        problems = list(_file_differences(files, manifest))
        _raise_if_any([*problems, *content_differences(files, manifest, password, None, fresh=True)])
    except VerificationError as error:
        raise _in_folder(error, folder) from None
    return manifest


def _verify(
    files: Mapping[str, bytes], current: CurrentInputs | None, password: str | None, roots: bytes | None
) -> Verified:
    manifest = _intact_manifest(files)
    built = cut_signatures(files, manifest)
    problems = list(_file_differences(built, manifest))
    looked_into = password is not None or not manifest.options.encrypted
    key: bytes | None = None
    changes: list[Problem] = []
    unusable: VisaPacketError | None = None
    try:
        check_roots(roots)
        if current:
            key = current.text_key(manifest)
            changes += find_changes(manifest, current)
    except VisaPacketError as error:  # what the packet is compared with; the packet itself is verified first
        roots, unusable = None, error
    if looked_into:
        problems += content_differences(built, manifest, password, key, fresh=False)
    signatures = read_signatures(files, manifest, roots)
    _raise_if_any([*problems, *changes, *signature_differences(signatures)])
    if unusable is not None:
        raise unusable
    read = {path: signed for path, signed in signatures.items() if not isinstance(signed, Problem)}
    return Verified(manifest, read, looked_into)


def _read_files(folder: Path) -> dict[str, bytes]:
    """The files of a packet by relative path."""
    name = Path(MANIFEST_NAME)
    try:
        is_regular = (folder / name).is_file() and not (folder / name).is_symlink()
        files = {MANIFEST_NAME: read(name, MAX_MANIFEST, below=folder)} if is_regular else {}
        return read_packet(folder, _intact_manifest(files))
    except OSError as error:
        message = f"the packet cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise VerificationError(difference("verify-unreadable", message)) from None


def _intact_manifest(files: Mapping[str, bytes]) -> Manifest:
    """The manifest of a packet, if it has the form of this version and is intact."""
    content = files.get(MANIFEST_NAME)
    if content is None:
        raise VerificationError(difference("verify-manifest", f"{MANIFEST_NAME} is missing"))
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError):
        raise VerificationError(difference("verify-manifest", f"{MANIFEST_NAME} is not JSON")) from None
    try:
        manifest = read_manifest(content)
    except ValueError:
        manifest = None
    if manifest is None or not is_valid(fields, "manifest"):
        message = f"{MANIFEST_NAME} does not have the form of this version's manifests"
        raise VerificationError(difference("verify-manifest", message))
    if seal(manifest) != content:
        raise VerificationError(difference("verify-manifest", f"{MANIFEST_NAME} has changed since the build"))
    return manifest


def _file_differences(files: Mapping[str, bytes], manifest: Manifest) -> Iterator[Problem]:
    listed = {output.path: output.sha256 for output in manifest.outputs}
    for path in sorted(listed.keys() | files.keys() - {MANIFEST_NAME}):
        if path not in files:
            yield difference("verify-missing", f"{path} is missing")
        elif path not in listed:
            yield difference("verify-unlisted", f"{path} is not in the manifest")
        elif sha256(files[path]) != listed[path]:
            yield difference("verify-changed", f"{path} has changed since the build")
    for bundle in manifest.bundles:
        if bundle.path in listed and bundle.sha256 != listed[bundle.path]:
            yield difference("verify-changed", f"the manifest has two different hashes of {bundle.path}")


def _raise_if_any(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise VerificationError(found)


def _in_folder(error: VerificationError, folder: str) -> VerificationError:
    return VerificationError(replace(problem, file=folder) for problem in error.problems)
