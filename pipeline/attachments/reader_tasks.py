"""What is done with one file, in the process that may break on it: reading, cleaning, laying out, judging."""

from __future__ import annotations

from typing import Any

from pipeline.attachments.messages import packed
from pipeline.attachments.notes import Clean
from pipeline.attachments.pdf_file import read_pdf
from pipeline.attachments.pictures import read_picture
from pipeline.attachments.reading_limits import Limits
from pipeline.errors import UnusableError

_AGAIN = "print it to PDF again, or scan it"


def answer_of(head: dict[str, Any], content: bytes) -> bytes:
    """The message about a file. Whatever reading it brings about is in that message."""
    limits = Limits(**head["limits"])
    try:
        return _DONE[head.get("task", "read")](head, content, limits)
    except UnusableError as error:
        problem = error.problem
        return packed({"refused": [problem.code, problem.message, problem.hint, problem.args["field"]]})
    except MemoryError:
        message = f"reading it takes more than {limits.memory_bytes // 1_000_000} MB of memory"
        return packed({"refused": ["attachment-memory", message, _AGAIN]})
    except Exception as error:  # noqa: BLE001 - libraries raise anything on broken files
        what = "PDF" if head["kind"] == "PDF" else "picture"
        message = f"the {what} is damaged ({type(error).__name__})"
        return packed({"refused": ["attachment-damaged", message, _AGAIN]})


def _read(head: dict[str, Any], content: bytes, limits: Limits) -> bytes:
    """A clean PDF; of a form, first filled."""
    report = None
    if head.get("form") is not None:
        # Imported here, as below: only a form needs to set text, and what sets text takes time to load.
        from pipeline.attachments.forms.form_tasks import filled  # noqa: PLC0415

        content, report = filled(content, head["password"], head["form"], limits)
    clean = convert(content, head["kind"], head["wanted"], head["password"], limits)
    notes = [{"rule": rule, "details": details} for rule, details in clean.notes.items()]
    return packed({"pages": clean.pages, "notes": notes, "form": report}, clean.pdf)


def _fill(head: dict[str, Any], content: bytes, limits: Limits) -> bytes:
    """A form that is filled, and stays a file of its own."""
    from pipeline.attachments.forms.form_tasks import filled  # noqa: PLC0415

    pdf, report = filled(content, head["password"], head["form"], limits)
    return packed({"form": report}, pdf)


def _inspect(head: dict[str, Any], content: bytes, limits: Limits) -> bytes:
    """The fields of a form."""
    from pipeline.attachments.forms.form_tasks import inspected  # noqa: PLC0415

    return packed({"fields": inspected(content, head["password"], limits)})


#: What may be asked for.
_DONE = {"read": _read, "fill": _fill, "inspect": _inspect}


def convert(content: bytes, kind: str, wanted: dict[str, Any], password: str | None, limits: Limits) -> Clean:
    """A clean PDF of the file."""
    if kind == "PDF":
        return read_pdf(content, password, wanted, limits)
    return read_picture(content, kind, wanted, limits)
