"""The tasks of the limited process for attachments: to read a paper, to fill a form, to list the fields of a form."""

from __future__ import annotations

import msgspec

from pipeline.attachments.forms.form_tasks import fill_form, inspect_form
from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import ReaderAnswer, Refusal, Request
from pipeline.attachments.pdf_file import read_pdf
from pipeline.attachments.pictures import read_picture
from pipeline.errors import UnusableError

_REQUESTS = msgspec.msgpack.Decoder(Request)


def answer_request(content: bytes) -> bytes:
    """Answer a Request in this process, which reads nothing else, with a ReaderAnswer or a Refusal."""
    request = _REQUESTS.decode(content)
    limit_libraries(request.limits)
    return msgspec.msgpack.encode(run_task(request))


def run_task(request: Request) -> ReaderAnswer | Refusal:
    """Return the answer about one file. Every error becomes a Refusal."""
    try:
        return _run(request)
    except UnusableError as error:
        problem = error.problem
        return Refusal(problem.code, problem.message, problem.hint, problem.args["field"])
    except MemoryError:
        message = f"reading it takes more than {request.limits.memory_bytes // 1_000_000} MB of memory"
        return Refusal("attachment-memory", message)
    except Exception:  # noqa: BLE001 - libraries raise anything on broken files
        kind = "PDF" if request.kind == "PDF" else "picture"
        return Refusal("attachment-damaged", f"the {kind} is damaged")


def _run(request: Request) -> ReaderAnswer:
    if request.task == "inspect":
        return ReaderAnswer(fields=inspect_form(request))
    if request.form is None:
        return _read(request)
    content, report = fill_form(request, request.form)
    if request.task == "fill":
        return ReaderAnswer(content, form=report)
    answer = _read(msgspec.structs.replace(request, content=content))
    return msgspec.structs.replace(answer, form=report)


def _read(request: Request) -> ReaderAnswer:
    return read_pdf(request) if request.kind == "PDF" else read_picture(request)
