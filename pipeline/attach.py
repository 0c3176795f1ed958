"""Attachments: a file that the user supplies becomes a clean PDF, or an error that says why not."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pikepdf

from pipeline.errors import UnusableError
from pipeline.pictures import picture_page

MAX_BYTES = 50_000_000
MAX_PAGES = 300

_DRIVE = re.compile(r"[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*://")

_CLEANER = (
    pikepdf.sanitize.Sanitizer()
    .remove_javascript()
    .remove_external_access()
    .remove_attachments()
    .remove_multimedia()
    .remove_private_app_data()
)


@dataclass(frozen=True, slots=True)
class Paper:
    """An attachment ready to merge. ``sha256`` and ``size`` (bytes) are those of the user's file."""

    pdf: bytes
    pages: int
    sha256: str
    size: int


def read_paper(folder: Path, path: str, print_size_mm: tuple[float, float] | None = None) -> Paper:
    """Read the attachment at ``path`` inside ``folder`` and make it a PDF. Raises UnusableError.

    A picture becomes one A4 page: at ``print_size_mm`` when given, else as large as the page allows.
    """
    content = read_inside(folder, path)
    convert = _converter(PurePosixPath(path).suffix.lower(), content)
    pdf, pages = convert(content, print_size_mm)
    return Paper(pdf, pages, hashlib.sha256(content).hexdigest(), len(content))


def read_inside(folder: Path, path: str) -> bytes:
    """Content of the file at ``path``, which must lie inside ``folder``. Raises UnusableError."""
    steps = PurePosixPath(path).parts
    if path.startswith(("/", "~")) or "\\" in path or ".." in steps or _DRIVE.match(path):
        raise UnusableError(
            "attachment-outside",
            "the path leaves the folder of the case",
            "copy the file into the folder of the case and name it relative to that",
        )
    try:
        return _read_without_links(folder, steps)
    except FileNotFoundError:
        raise UnusableError(
            "attachment-missing", "the file does not exist", "check the path; it is relative to the case"
        ) from None
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise UnusableError(
            "attachment-unreadable", f"the file cannot be read: {reason}", "check its permissions"
        ) from None


def _read_without_links(folder: Path, steps: tuple[str, ...]) -> bytes:
    """Open ``steps`` below ``folder`` one by one, so that no link can lead out between check and use."""
    for count in range(1, len(steps) + 1):
        if folder.joinpath(*steps[:count]).is_symlink():
            raise UnusableError(
                "attachment-outside", "the path leads over a symbolic link", "copy the file itself there"
            )
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(folder.joinpath(*steps), flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnusableError("attachment-kind", "this is not a regular file", "give a PDF, JPEG or PNG file")
        if status.st_size > MAX_BYTES:
            raise UnusableError(
                "attachment-size", f"the file is larger than {MAX_BYTES // 1_000_000} MB", "scan it smaller"
            )
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if not content:
        raise UnusableError("attachment-empty", "the file is empty", "copy or scan it again")
    return content


Converter = Callable[[bytes, tuple[float, float] | None], tuple[bytes, int]]


def _converter(suffix: str, content: bytes) -> Converter:
    """How to read a file of this name. Its first bytes must be what the name says."""
    kinds: dict[str, tuple[str, bool, Converter]] = {
        "PDF": (".pdf", b"%PDF-" in content[:1024], _pdf),
        "JPEG": (".jpg .jpeg", content.startswith(b"\xff\xd8\xff"), picture_page),
        "PNG": (".png", content.startswith(b"\x89PNG\r\n\x1a\n"), picture_page),
    }
    kind = next((kind for kind, (suffixes, _, _) in kinds.items() if suffix in suffixes.split()), None)
    if kind is None:
        raise UnusableError("attachment-kind", "files of this kind are not accepted", f"accepted: {', '.join(kinds)}")
    _, is_that, convert = kinds[kind]
    if not is_that:
        seen = next((name for name, (_, matches, _) in kinds.items() if matches), "something else")
        raise UnusableError(
            "attachment-kind",
            f"the file's name says {kind}, its content is {seen}",
            "export the file again, or give it the right name",
        )
    return convert


def _pdf(content: bytes, _print_size: tuple[float, float] | None) -> tuple[bytes, int]:
    """Repaired and cleaned copy of a PDF, and its number of pages."""
    # A repaired PDF whose end is missing would open without complaint, with fewer pages than the paper has.
    if b"%%EOF" not in content.rstrip(b"\0\t\n\r ")[-1024:]:
        raise UnusableError("attachment-damaged", "the end of the PDF is missing", "copy, download or scan it again")
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise _encrypted()
            pages = len(pdf.pages)
            if not 0 < pages <= MAX_PAGES:
                message = f"the PDF has {pages} pages; 1 to {MAX_PAGES} can be used"
                raise UnusableError("attachment-pages", message, "give the pages that belong to the paper")
            _CLEANER.apply(pdf)
            out = io.BytesIO()
            pdf.save(out, deterministic_id=True)
            return out.getvalue(), pages
    except pikepdf.PasswordError:
        raise _encrypted() from None
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError) as error:
        message = f"the PDF is damaged ({type(error).__name__})"
        raise UnusableError("attachment-damaged", message, "print the file to PDF again, or scan it") from None


def _encrypted() -> UnusableError:
    return UnusableError(
        "attachment-encrypted",
        "the PDF is encrypted",
        "ask for an unprotected copy, or print it to PDF without a password",
    )
