"""Reading attachments in tests: what comes of a file, why it is refused, and what a second parser sees of it."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from pipeline.attachments.messages import (
    ANSWERS,
    LIMITS,
    Conversion,
    Limits,
    ReaderAnswer,
    Refusal,
    Request,
)
from pipeline.attachments.read_paper import convert, read_paper
from pipeline.attachments.reader_client import READER
from pipeline.attachments.reader_tasks import answer_request
from pipeline.attachments.unusable import unusable
from pipeline.errors import Problem, UnusableError
from pipeline.packet.paper import Paper
from tests.support.built import make_picture, saved

A4 = (595.28, 841.89)
JPEG = make_picture("JPEG")
PNG = make_picture("PNG")
PLAIN = Conversion()


def refusal(folder: Path, path: str, content: bytes | None = None, **options: Any) -> Problem:
    if content is not None:
        (folder / path).write_bytes(content)
    with pytest.raises(UnusableError) as error:
        read_paper(folder, path, **options)
    assert error.value.problem.hint
    return error.value.problem


def paper(folder: Path, name: str, content: bytes, size: tuple[float, float] | None = None, **options: Any) -> Paper:
    (folder / name).write_bytes(content)
    return read_paper(folder, name, Conversion(size), **options)


def pages_by_another_parser(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def box_of_picture(pdf: bytes) -> tuple[tuple[float, float], tuple[float, float, float, float]]:
    """Size of the page and (left, bottom, right, top) of its one picture, in points, by a second parser."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 1
        (picture,) = document[0].get_objects()
        return document[0].get_size(), picture.get_bounds()
    finally:
        document.close()


def millimetres(points: float) -> float:
    return points / 72 * 25.4


def expanded(content: bytes) -> bytes:
    """The PDF without compression, so that its words can be searched."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return saved(
            pdf,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )


def text(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def read(
    content: bytes,
    kind: str = "PDF",
    *,
    password: str | None = None,
    conversion: Conversion = PLAIN,
    limits: Limits = LIMITS,
    apart: bool = False,
) -> Paper:
    """What comes of a file of that kind: read in this process, where coverage sees it, or as ever ``apart``."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        if not apart:
            warnings.simplefilter("ignore")  # in the worker, they go nowhere
            patch.setattr(READER, "ask", ask_here)
        return convert(Request(content, kind, conversion=conversion, password=password, limits=limits))


def ask_here(request: Request) -> ReaderAnswer:
    """The same answer as that of the reader process, without the process."""
    answer = ANSWERS.decode(answer_request(msgspec.msgpack.encode(request)))
    if isinstance(answer, Refusal):
        raise unusable(answer.key, answer.field, **answer.parts)
    return answer


def refused(content: bytes, kind: str = "PDF", **options: Any) -> Problem:
    """Why it is refused."""
    with pytest.raises(UnusableError) as error:
        read(content, kind, **options)
    assert error.value.problem.hint
    return error.value.problem


def notes(paper: Paper) -> dict[str, tuple[str, ...]]:
    """What is told of a paper, without what the samples bring about by their shape: sizes and standard fonts."""
    return {note.rule: note.details for note in paper.notes if note.rule not in {"OUT-01B", "OUT-05B"}}


def pictures_of(pdf: bytes, dpi: float = 72) -> list[Image.Image]:
    """Each page as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def colour_at(picture: Image.Image, x: float, y: float) -> str:
    """Name of the colour at that part of a picture's width and height."""
    dot = picture.getpixel(
        (min(picture.width - 1, int(x * picture.width)), min(picture.height - 1, int(y * picture.height)))
    )
    assert isinstance(dot, tuple)
    bits = "".join(str(int(value > 127)) for value in dot)
    names = {"100": "red", "010": "green", "001": "blue", "111": "white", "000": "black"}
    return names.get(bits, str(dot))
