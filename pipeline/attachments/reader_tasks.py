"""The tasks of the limited process for attachments: to read a paper, to fill a form, to list the fields of a form."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache

import msgspec
import pikepdf
from PIL import Image

from pipeline.attachments.forms.form_tasks import fill_form, inspect_form
from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import ReaderAnswer, Refusal, Request, Wanted
from pipeline.attachments.paper_text import search_text
from pipeline.attachments.pdf_file import read_pdf
from pipeline.attachments.photo import judge_photo
from pipeline.attachments.pictures import read_picture
from pipeline.errors import UnusableError
from pipeline.formats.pdf.geometry import A4_POINTS
from pipeline.packet.paper import Note
from pipeline.system.processes import memory_limit

_REQUESTS = msgspec.msgpack.Decoder(Request)
#: The operators of a page with text in a font that is not embedded: pdfium looks for one at the first use.
_TEXT = b"BT /F 12 Tf 72 720 Td (text) Tj ET"


@cache
def warm_up() -> None:
    """Read a page of text and a photograph, which are made here."""
    photo = io.BytesIO()
    Image.new("RGB", (32, 32)).save(photo, "JPEG")
    run_task(Request(photo.getvalue(), "JPEG"))
    page = io.BytesIO()
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        added = pdf.add_blank_page(page_size=A4_POINTS)
        added.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        added.obj.Contents = pdf.make_stream(_TEXT)
        pdf.save(page)
    run_task(Request(page.getvalue()))


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
        return Refusal(error.key, dict(error.parts), error.problem.args["field"])
    except MemoryError:
        return Refusal("attachment-memory", {"megabytes": memory_limit() // 1_000_000})
    except Exception:  # noqa: BLE001 - libraries raise anything on broken files
        return Refusal("attachment-damaged/pdf" if request.kind == "PDF" else "attachment-damaged/picture")


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
    answer, text = read_pdf(request) if request.kind == "PDF" else (read_picture(request), "")
    if request.wanted is None:
        return answer
    return msgspec.structs.replace(answer, notes=(*answer.notes, *_judge(request, request.wanted, text)))


def _judge(request: Request, wanted: Wanted, text: str) -> Iterator[Note]:
    """Yield what is to be said about the content of a paper."""
    if wanted.photo and request.kind != "PDF":
        yield from judge_photo(request.content, wanted.photo_size_mm)
    if wanted.holds:
        yield from search_text(text, wanted)
