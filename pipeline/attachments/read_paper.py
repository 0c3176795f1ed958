"""One attachment from its path to a PDF that can be merged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.attachments.kinds import kind_of
from pipeline.attachments.reader_client import ask, start
from pipeline.attachments.reading_limits import LIMITS, Limits
from pipeline.attachments.safe_open import read_inside
from pipeline.errors import UnusableError
from pipeline.packet.paper import Note, Paper

_MAX_PASSWORD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a paper is wanted. A picture is printed at ``print_size_mm`` when given, else as large as the page allows.

    What is finer than ``dpi`` on the page is made coarser. With ``shrink``, also pictures inside a PDF are, and all
    are stored as JPEG of that quality (1 to 95).
    """

    print_size_mm: tuple[float, float] | None = None
    dpi: int = 600
    shrink: int | None = None


def read_paper(
    folder: Path,
    path: str,
    print_size_mm: tuple[float, float] | None = None,
    password_file: str | None = None,
    form: Mapping[str, Any] | None = None,
    *,
    coarse: tuple[int, int] | None = None,
    limits: Limits = LIMITS,
) -> Paper:
    """Read the attachment at ``path`` inside ``folder`` and make it a PDF of upright A4 pages. Raises UnusableError.

    ``password_file`` is the path, inside ``folder`` too, of a file that holds the password of a PDF. With ``form``,
    what goes into its fields, the PDF is filled before. With ``coarse``, pictures have at most that many dots per
    inch, and are stored as JPEG of that quality.
    """
    content = read_inside(folder, path)
    kind = kind_of(path, content)
    password = None if password_file is None else _password(folder, password_file)
    wanted = Wanted(print_size_mm) if coarse is None else Wanted(print_size_mm, *coarse)
    return convert(content, kind, wanted, password, form, limits=limits)


def convert(
    content: bytes,
    kind: str,
    wanted: Wanted,
    password: str | None = None,
    form: Mapping[str, Any] | None = None,
    *,
    limits: Limits = LIMITS,
) -> Paper:
    """Make ``content`` a PDF in the process beside this one. Raises UnusableError."""
    if form is not None and kind != "PDF":
        raise UnusableError(
            "form-fields", "only a PDF can be filled", "give the fillable PDF, or take out form_mapping"
        )
    head = {"task": "read", "kind": kind, "wanted": asdict(wanted), "password": password, "limits": asdict(limits)}
    answer, pdf = ask({**head, "form": form}, content, limits)
    notes = tuple(Note(note["rule"], tuple(note["details"])) for note in answer["notes"])
    return Paper(pdf, answer["pages"], hashlib.sha256(content).hexdigest(), len(content), notes, answer.get("form"))


def warm_up() -> None:
    """Start the process that reads papers, so that it is ready when the first one comes. Does not wait."""
    start()


def _password(folder: Path, path: str) -> str:
    """The first line of the file of a password."""
    try:
        content = read_inside(folder, path, _MAX_PASSWORD_BYTES)
        password = content.decode().splitlines()[0]
    except UnusableError as error:
        raise error.in_field("password_file") from None
    except (UnicodeDecodeError, IndexError):
        password = ""
    if not password:
        message = "the file of the password does not begin with a line of UTF-8 text"
        raise UnusableError(
            "attachment-password", message, "write the password, and nothing else, into it", "password_file"
        )
    return password
