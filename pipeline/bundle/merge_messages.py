"""The messages between this process and the one that merges."""

from __future__ import annotations

import msgspec

from pipeline.bundle.manifest_rows import Obstacle, PageMap, VolumeRow
from pipeline.bundle.piece import Piece
from pipeline.system.atomic import sha256


class MergeRequest(msgspec.Struct, frozen=True):
    """Pieces to merge, in the order of their pages."""

    pieces: tuple[Piece, ...]
    title: str
    language: str
    heading: str
    two_sided: bool = False


class Merged(msgspec.Struct, frozen=True, tag=True):
    """A merged PDF. ``blank_pages`` are numbers from 1, ``obstacles`` the reasons why it does not claim PDF/A."""

    pdf: bytes
    blank_pages: tuple[int, ...]
    obstacles: tuple[Obstacle, ...]


class MergeFailure(msgspec.Struct, frozen=True, tag=True):
    """The reason why nothing was merged: the key of its message (of the attachments), and the parts that fill it.

    ``piece`` is the id of the piece that was worked on if it is known.
    """

    key: str
    piece: str | None = None
    parts: dict[str, str | int] = {}

    @property
    def code(self) -> str:
        """The code of the problem."""
        return self.key.partition("/")[0]


class FinishRequest(msgspec.Struct, frozen=True):
    """A bundle to divide into volumes of at most ``limit`` bytes if it is larger, and to encrypt with a password."""

    name: str
    pdf: bytes
    page_map: PageMap
    limit: int | None = None
    password: str | None = None


class Volume(msgspec.Struct, frozen=True):
    """A file with ``pages`` pages of a bundle, from ``page`` (counted from 1) on."""

    pdf: bytes
    page: int
    pages: int
    name: str = ""

    @property
    def row(self) -> VolumeRow:
        """The row in the manifest."""
        return VolumeRow(self.name, sha256(self.pdf), len(self.pdf), self.page, self.pages)


class Finished(msgspec.Struct, frozen=True, tag=True):
    """A bundle and its volumes."""

    pdf: bytes
    volumes: tuple[Volume, ...]


MERGED: msgspec.msgpack.Decoder[Merged | MergeFailure] = msgspec.msgpack.Decoder(Merged | MergeFailure)
FINISHED: msgspec.msgpack.Decoder[Finished | MergeFailure] = msgspec.msgpack.Decoder(Finished | MergeFailure)
