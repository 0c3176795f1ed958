"""The messages between this process and the one that reads attachments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from pipeline.language import Language
from pipeline.packet.paper import FillReport, Note, PagePicture
from pipeline.system.limited_process import ProcessLimits

Task = Literal["read", "fill", "inspect"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one attachment: pages and pixels, and for a PDF objects, filters, and bytes of decoded streams.

    ``cpu_seconds``, ``wall_seconds`` and ``memory_bytes`` (address space) limit the process that reads it, and catch
    what passes the other limits. With a picture of more than ``large_pixels``, the process may use
    ``most_memory_bytes``: a progressive JPEG in CMYK of 60 million pixels needs 900 MB.
    """

    pages: int = 300
    pixels: int = 60_000_000
    stream_bytes: int = 200_000_000
    decoded_bytes: int = 1_000_000_000
    objects: int = 200_000
    filters: int = 4
    cpu_seconds: int = 40
    wall_seconds: float = 60.0
    memory_bytes: int = 500_000_000
    large_pixels: int = 20_000_000
    most_memory_bytes: int = 1_000_000_000

    @property
    def of_process(self) -> ProcessLimits:
        """The limits of the process."""
        return ProcessLimits(self.cpu_seconds, self.wall_seconds, self.memory_bytes, self.most_memory_bytes)


LIMITS = Limits()
#: The creator in the properties of a form that visa-packet filled as a file of its own.
FORM_CREATOR = "visa-packet form fill"


class Conversion(msgspec.Struct, frozen=True):
    """How to convert a paper. A picture is printed at ``print_size_mm`` if given, else as large as the page allows.

    Pictures that are finer than ``dpi`` on the page are downsampled. With ``jpeg_quality`` (1 to 95), pictures inside a
    PDF are downsampled too, and every picture is stored as JPEG of that quality.
    """

    print_size_mm: tuple[float, float] | None = None
    dpi: int = 600
    jpeg_quality: int | None = None


class FieldValue(msgspec.Struct, frozen=True):
    """The value of one field: a ``text`` in a language, or the ``state`` of a box or list (empty: no option fits).

    If it does not suit the field, the ``alternatives`` are tried in turn. ``place`` is the place of the box to tick
    among the boxes of its field in reading order (from 0), and their number.
    """

    field: str
    text: str | None = None
    state: str | None = None
    language: Language = "ja"
    alternatives: tuple[str, ...] = ()
    place: tuple[int, int] | None = None


class FormRequest(msgspec.Struct, frozen=True):
    """The values for the fields of a form, and the names of all fields of its mapping.

    ``order`` are fields that must follow one another from top to bottom. ``mark`` is printed on each page. ``flatten``
    is None for a form that goes into a bundle. For a form that stays a file of its own it decides if the fields become
    parts of the pages.
    """

    values: tuple[FieldValue, ...] = ()
    mapped: tuple[str, ...] = ()
    left_empty: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    mark: str | None = None
    flatten: bool | None = None


class FieldDescription(msgspec.Struct, frozen=True):
    """One field of a form, without its value. ``options`` have the value and the label of each option."""

    name: str
    kind: str
    pages: tuple[int, ...]
    max_length: int | None
    options: tuple[tuple[str, str], ...]
    multiline: bool
    comb: bool
    read_only: bool
    required: bool
    filled: bool


class Wanted(msgspec.Struct, frozen=True):
    """What a paper must hold: kinds of values of its traveller, of which one is enough, and these values.

    ``own`` are the numbers by kind that may be in the paper: those of all travellers of the case, and of zones in a
    passport only that of its holder. ``issued_on`` is the day of issue in the case. A ``photo`` is judged as a picture
    that is printed at ``photo_size_mm``. A ``signed`` paper is the signed original of a document.
    """

    holds: tuple[str, ...]
    chinese: str
    surname: str
    given_names: str
    passport_number: str
    birth_date: date
    expiry_date: date
    own: dict[str, tuple[str, ...]]
    is_passport: bool = False
    issued_on: date | None = None
    photo: bool = False
    photo_size_mm: tuple[float, float] | None = None
    signed: bool = False


class Request(msgspec.Struct, frozen=True):
    """One file, of a kind in ``kinds.py``, and the task for it.

    ``drawn_later``: what a PDF becomes is compared with its pictures when it is in its bundle, and not before.
    """

    content: bytes
    kind: str = "PDF"
    task: Task = "read"
    conversion: Conversion = Conversion()
    password: str | None = None
    form: FormRequest | None = None
    wanted: Wanted | None = None
    drawn_later: bool = False
    limits: Limits = LIMITS


class ReaderAnswer(msgspec.Struct, frozen=True, tag=True):
    """The result of a task: a clean PDF with its notes and pictures, a filled form, or the fields of a form."""

    pdf: bytes = b""
    pages: int = 0
    notes: tuple[Note, ...] = ()
    form: FillReport | None = None
    fields: tuple[FieldDescription, ...] = ()
    pictures: tuple[PagePicture, ...] = ()


class Refusal(msgspec.Struct, frozen=True, tag=True):
    """The reason why a file cannot be used: the ``key`` of its message, and the ``parts`` that fill it.

    ``field`` is the field of the attachment's entry to correct.
    """

    key: str
    parts: dict[str, str | int | dict[str, str]] = {}
    field: str = "path"

    @property
    def code(self) -> str:
        """The code of the problem."""
        return self.key.partition("/")[0]


class ScanRequest(msgspec.Struct, frozen=True):
    """Pages without text to read: compared with what they should hold, or for values of a new case (None)."""

    pdf: bytes
    wanted: Wanted | None = None


class ReadLine(msgspec.Struct, frozen=True):
    """A line of text on a page from 1: its box (left, top, right and lower end in mm), and a confidence of 0 to 1."""

    text: str
    page: int
    box_mm: tuple[float, float, float, float]
    confidence: float = 1.0


class ScanAnswer(msgspec.Struct, frozen=True):
    """The notes about pages that were read, or their lines if nothing was wanted."""

    notes: tuple[Note, ...] = ()
    lines: tuple[ReadLine, ...] = ()


ANSWERS: msgspec.msgpack.Decoder[ReaderAnswer | Refusal] = msgspec.msgpack.Decoder(ReaderAnswer | Refusal)
