"""Verifying: a packet is what its manifest says. Runs on every packet before it is published, and on demand."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from pipeline.errors import Problem, VerificationError
from pipeline.manifest import MANIFEST_NAME, sha256
from pipeline.pdftext import page_count
from pipeline.schemas import validator

_HINT = "build the packet again from its case"


def verify_path(path: Path) -> dict[str, Any]:
    """Verify a packet's folder, or the folder of the bundle at ``path``, and return the manifest.

    Raises VerificationError with every difference.
    """
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise VerificationError(_difference("verify-missing", "there is no such packet", str(path)))
    try:
        files = {
            found.relative_to(folder).as_posix(): found.read_bytes()
            for found in sorted(folder.rglob("*"))
            if found.is_file() and not found.is_symlink()
        }
    except OSError as error:
        message = f"the packet cannot be read: {(error.strerror or 'unreadable').lower()}"
        raise VerificationError(_difference("verify-unreadable", message, str(folder))) from None
    if path.is_file() and path.name not in files:
        raise VerificationError(_difference("verify-missing", "this is not a file of a packet", str(path)))
    return verify_files(files, str(folder))


def verify_files(files: Mapping[str, bytes], folder: str) -> dict[str, Any]:
    """Verify the files of one packet (relative path -> content) and return the manifest."""
    manifest = _manifest(files, folder)
    problems = [
        *_listed(files, manifest, folder),
        *(problem for bundle in manifest["bundles"] for problem in _bundle(files, bundle, folder)),
    ]
    if problems:
        raise VerificationError(problems)
    return manifest


def _manifest(files: Mapping[str, bytes], folder: str) -> dict[str, Any]:
    if MANIFEST_NAME not in files:
        raise VerificationError(_difference("verify-manifest", f"there is no {MANIFEST_NAME}", folder))
    try:
        manifest: dict[str, Any] = json.loads(files[MANIFEST_NAME])
    except (ValueError, RecursionError):
        raise VerificationError(_difference("verify-manifest", f"{MANIFEST_NAME} is not JSON", folder)) from None
    if not validator("manifest").is_valid(manifest):
        message = f"{MANIFEST_NAME} does not have the form of this version's manifests"
        raise VerificationError(_difference("verify-manifest", message, folder))
    return manifest


def _listed(files: Mapping[str, bytes], manifest: Mapping[str, Any], folder: str) -> Iterator[Problem]:
    listed = {output["path"]: output["sha256"] for output in manifest["outputs"]}
    for path in sorted(listed.keys() | files.keys() - {MANIFEST_NAME}):
        if path not in files:
            yield _difference("verify-missing", f"{path} is missing", folder)
        elif path not in listed:
            yield _difference("verify-unlisted", f"{path} is not in the manifest", folder)
        elif sha256(files[path]) != listed[path]:
            yield _difference("verify-changed", f"{path} was changed after it was made", folder)


def _bundle(files: Mapping[str, bytes], described: Mapping[str, Any], folder: str) -> Iterator[Problem]:
    """A bundle against its page map: pages as counted by two parsers, and one outline entry a part."""
    name = described["path"]
    bundle = files.get(name)
    if bundle is None:
        return
    if sha256(bundle) != described["sha256"]:
        yield _difference("verify-changed", f"{name} is not the one that the manifest describes", folder)
    try:
        reader = PdfReader(io.BytesIO(bundle))
        outline = [(str(entry["/Title"]), reader.get_destination_page_number(entry)) for entry in _entries(reader)]
        counts = {len(reader.pages), page_count(bundle), described["pages"]}
    except (PyPdfError, ValueError, KeyError, TypeError, RuntimeError) as error:
        yield _difference("verify-unreadable", f"{name} cannot be read ({type(error).__name__})", folder)
        return
    mapped = [(part["title"], part["page"] - 1) for part in described["page_map"]]
    if len(counts) > 1 or sum(part["pages"] for part in described["page_map"]) not in counts:
        yield _difference("verify-pages", f"{name} does not have the pages of its page map", folder)
    if outline != mapped:
        yield _difference("verify-outline", f"the outline of {name} does not agree with its page map", folder)


def _entries(reader: PdfReader) -> list[Any]:
    return [entry for entry in reader.outline if not isinstance(entry, list)]


def _difference(code: str, message: str, file: str) -> Problem:
    return Problem(code, "error", message, _HINT, file)
