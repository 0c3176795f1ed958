"""The messages between the desk and its drawing process."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.language import Language


class DrawRequest(msgspec.Struct, frozen=True):
    """A part of a packet to draw: ``case`` is the text of ``file`` in ``folder``, saved or not."""

    case: bytes
    file: str
    folder: str
    part: str
    templates: str
    directory: str | None
    as_of: str
    language: Language


class FieldLink(msgspec.Struct, frozen=True):
    """A place on a page that leads to a field. ``box`` is left, top, width and height in percent of the page."""

    pointer: str
    title: str
    box: tuple[float, float, float, float]


class DrawnPage(msgspec.Struct, frozen=True):
    """A page as PNG, with its size in pixels, and the places of the values on it."""

    png: bytes
    width: int
    height: int
    links: tuple[FieldLink, ...] = ()


class DrawnPart(msgspec.Struct, frozen=True):
    """The pages of a part of a packet, or why there are none, as findings for the page."""

    pages: tuple[DrawnPage, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()


REQUESTS = msgspec.msgpack.Decoder(DrawRequest)
ANSWERS = msgspec.msgpack.Decoder(DrawnPart)
