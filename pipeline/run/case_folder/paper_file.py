"""A file that becomes a paper of a case: read within limits, with its text, and the fields of a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from msgspec import structs

from pipeline.attachments.messages import FieldDescription, ReadLine, Request, Wanted
from pipeline.attachments.photo import DOUBTFUL_RULE, UNUSABLE_RULE
from pipeline.attachments.read_paper import convert, make_request
from pipeline.attachments.read_values import lines_of
from pipeline.attachments.reader_client import READER
from pipeline.errors import AttachmentError, UnusableError
from pipeline.formats.messages import worded_problem

_PHOTO_RULES = (UNUSABLE_RULE, DOUBTFUL_RULE)
#: Asks if a picture is square and sharp, as the photos for most missions; of a person, it asks nothing.
_PHOTO = Wanted((), "", "", "", "", date.min, date.min, {}, photo=True, photo_size_mm=(45, 45))

_SIGNED = structs.replace(_PHOTO, photo=False, signed=True)


@dataclass(frozen=True, slots=True)
class PaperFile:
    """The file at ``path``, which can be used as a paper. ``is_like_photo`` for a picture that a mission may accept."""

    path: Path
    content: bytes
    sha256: str
    lines: tuple[ReadLine, ...] = ()
    is_like_photo: bool = False
    fields: tuple[FieldDescription, ...] = ()

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.path.name


def read_paper_file(path: Path, wants_text: Callable[[PaperFile], bool]) -> PaperFile:
    """Read a file. The pages of a scan are read only if ``wants_text`` says so and the extra ``read`` is installed.

    Raises AttachmentError if the file cannot be used as a paper.
    """
    try:
        request = structs.replace(make_request(path.parent, path.name), wanted=_PHOTO)
        paper = convert(request)
        is_like_photo = request.kind != "PDF" and not any(note.rule in _PHOTO_RULES for note in paper.notes)
        found = PaperFile(path, request.content, paper.sha256, is_like_photo=is_like_photo, fields=_fields(request))
        return replace(found, lines=lines_of(paper.pdf, scans=wants_text(found)))
    except UnusableError as error:
        is_missing = error.problem.code == "attachment-missing"  # its path is no path of the case
        problem = worded_problem("attachment-missing/here", room="attachments") if is_missing else error.problem
        raise AttachmentError(replace(problem, file=str(path))) from None


def check_signed(file: PaperFile) -> None:
    """Raise AttachmentError if a file is a document of this program that nobody has signed."""
    try:
        convert(structs.replace(make_request(file.path.parent, file.name), wanted=_SIGNED))
    except UnusableError as error:
        raise AttachmentError(replace(error.problem, file=str(file.path))) from None


def _fields(request: Request) -> tuple[FieldDescription, ...]:
    """Return the fields of a PDF; none if it is no form."""
    if request.kind != "PDF":
        return ()
    try:
        return READER.ask(structs.replace(request, task="inspect")).fields
    except UnusableError:
        return ()
