"""Reads one attachment: from its path to a PDF that can be merged."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import structs

from pipeline.attachments.kinds import kind_of
from pipeline.attachments.messages import Conversion, FormRequest, ReaderAnswer, Request
from pipeline.attachments.reader_client import READER
from pipeline.attachments.safe_open import read_inside
from pipeline.attachments.unusable import unusable
from pipeline.errors import UnusableError
from pipeline.packet.paper import Paper

_MAX_PASSWORD_BYTES = 1024


def read_paper(
    folder: Path,
    path: str,
    conversion: Conversion = Conversion(),  # noqa: B008 - frozen
    *,
    password_file: str | None = None,
    form: FormRequest | None = None,
) -> Paper:
    """Convert the attachment at ``path`` inside ``folder`` to a PDF of A4 pages. Raises UnusableError.

    The other arguments are those of ``make_request``.
    """
    return convert(make_request(folder, path, conversion, password_file=password_file, form=form))


def make_request(
    folder: Path,
    path: str,
    conversion: Conversion = Conversion(),  # noqa: B008 - frozen
    *,
    password_file: str | None = None,
    form: FormRequest | None = None,
) -> Request:
    """Return the request to convert an attachment. Raises UnusableError.

    ``password_file`` is the path, also inside ``folder``, of a file with the password of a PDF. With ``form``, the
    fields of the PDF are filled first.
    """
    content = read_inside(folder, path)
    kind = kind_of(path, content)
    password = None if password_file is None else _read_password(folder, password_file)
    request = Request(content, kind, conversion=conversion, password=password)
    return request if form is None else with_form(request, form)


def with_form(request: Request, form: FormRequest) -> Request:
    """Return a request that fills a form first. Raises UnusableError if the file is not a PDF."""
    if request.kind != "PDF":
        raise unusable("form-fields/kind")
    return structs.replace(request, form=form)


def convert(request: Request, answer: ReaderAnswer | None = None) -> Paper:
    """Return the paper that the reader process makes of a file. Raises UnusableError.

    The process is asked unless its ``answer`` is given.
    """
    answer = answer or READER.ask(request)
    digest = hashlib.sha256(request.content).hexdigest()
    size = len(request.content)
    return Paper(answer.pdf, answer.pages, digest, size, answer.notes, answer.form, pictures=answer.pictures)


def prepare_reader() -> None:
    """Start the reader process, so that it has loaded its libraries when the first paper is read. Does not wait."""
    READER.prepare()


def _read_password(folder: Path, path: str) -> str:
    """Return the first line of a password file."""
    try:
        password = read_inside(folder, path, _MAX_PASSWORD_BYTES).decode().splitlines()[0]
    except UnusableError as error:
        raise error.in_field("password_file") from None
    except (UnicodeDecodeError, IndexError):
        password = ""
    if not password:
        raise unusable("attachment-password/empty", "password_file")
    return password
