"""Papers: attachments after they were read."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


class Note(msgspec.Struct, frozen=True):
    """A finding about a paper: the id of its rule, and the details of that rule's message that apply."""

    rule: str
    details: tuple[str, ...] = ()


class FieldProblem(msgspec.Struct, frozen=True):
    """The reason why a field of a form cannot be filled as its mapping says: the key of its message, and its parts."""

    field: str
    key: str
    parts: dict[str, str] = {}


class FillReport(msgspec.Struct):
    """The result of filling a form, by the names of its fields."""

    problems: list[FieldProblem] = []
    overflowing: list[str] = []
    unmapped: list[str] = []


#: Left, upper, right and lower end in pixels.
PixelBox = tuple[int, int, int, int]


class PagePicture(msgspec.Struct, frozen=True):
    """How a second reader draws a page of a supplied file. The page in the bundle must look like it.

    ``pixels`` are red, green and blue, compressed by zlib; ``size`` is their number across and down. ``place`` is where
    that page is on its A4 page (left, lower, right and upper end in points). The boxes ``hidden`` are not compared.
    """

    pixels: bytes
    size: tuple[int, int]
    place: tuple[float, float, float, float]
    hidden: tuple[PixelBox, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """An attachment that can be merged. ``sha256`` and ``size`` (in bytes) describe the user's file.

    ``form`` reports how a form was filled, ``mapping_sha256`` identifies the mapping that filled it. ``pictures`` show
    each page of the user's file.
    """

    pdf: bytes
    pages: int
    sha256: str
    size: int
    notes: tuple[Note, ...] = ()
    form: FillReport | None = None
    mapping_sha256: str | None = None
    pictures: tuple[PagePicture, ...] = ()
