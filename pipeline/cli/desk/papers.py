"""The papers of a case on the desk: their places, the files in them, and adding a file that was dropped on a place."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from pipeline.case.filing import SIGNED
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.errors import AttachmentError
from pipeline.run.case_folder.adding import NewPaper, add_papers, find_repeated
from pipeline.run.case_folder.case_text import CaseText, read_case_text
from pipeline.run.case_folder.deciding import Given, decide, read_files
from pipeline.run.case_folder.paper_guess import question_of_day
from pipeline.run.case_folder.places import PaperPlace, find_place
from pipeline.run.case_folder.signed_scan import find_packet, printed_document

#: The longest file that is taken.
PAPER_BYTES = 60_000_000
_LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class PlacedPaper:
    """A paper in its place: its number among the attachments, and its entry."""

    number: int
    entry: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the file."""
        return PurePath(self.entry["path"]).name

    @property
    def is_dated(self) -> bool:
        """True if the entry needs a day of issue."""
        return question_of_day(self.entry["role"]) is not None

    @property
    def is_read(self) -> bool:
        """True if the paper may show values: a photo shows none, a signed original only what was printed."""
        return self.entry["role"] not in {"photo", SIGNED}


@dataclass(frozen=True, slots=True)
class FilledPlace:
    """A place with its number and its papers."""

    number: int
    place: PaperPlace
    papers: tuple[PlacedPaper, ...]

    @property
    def takes_one(self) -> bool:
        """True if one file at a time belongs here; other papers may have several files, such as certificates."""
        return self.place.role in {"photo", SIGNED}


def read_text(folder: DeskFolder, path: Path) -> CaseText:
    """Read a case to change its papers. Raises CaseError."""
    return read_case_text(str(path), folder.templates, folder.directory)


def filled_places(text: CaseText) -> tuple[list[FilledPlace], list[PlacedPaper]]:
    """Return the places that are or may be needed with their papers, and the papers without a place."""
    placed: dict[int, list[PlacedPaper]] = {}
    others = []
    for number, entry in enumerate(text.entries):
        place = find_place(text.places, entry["role"], entry.get("person", "patient"), entry.get("document"))
        if place is None:
            others.append(PlacedPaper(number, entry))
        else:
            placed.setdefault(text.places.index(place), []).append(PlacedPaper(number, entry))
    filled = [
        FilledPlace(number, place, tuple(placed.get(number, ())))
        for number, place in enumerate(text.places)
        if place.need != "not_needed" or number in placed
    ]
    return filled, others


def add_dropped(folder: DeskFolder, path: Path, place_number: int, name: str, content: bytes) -> int:
    """Add a file to the place on which it was dropped, and return its number among the papers.

    Raises a VisaPacketError; then nothing has changed.
    """
    text = read_text(folder, path)
    place = text.places[place_number]
    printed: dict[str, str] = {}
    if place.role == SIGNED and place.document is not None:
        packet = find_packet(text, folder.packet(text.json_file.fields.get("case_id")))
        printed = printed_document(text, packet, place.document, place.person)
    with tempfile.TemporaryDirectory(prefix="vp-") as work:
        file = Path(work, plain_name(name))
        file.write_bytes(content)
        given = Given(place.role, place.person)
        files = read_files([file], given)
        if repeated := find_repeated(text, files):
            raise AttachmentError(repeated)
        decision = decide(text, files[0], given, folder.options.as_of)
        paper = NewPaper(
            files[0],
            place.role,
            place.person,
            decision.day if decision.is_labelled and question_of_day(place.role) else None,
            place.document,
            printed.get("printed_hash"),
        )
        add_papers(text, [paper])
    return len(text.entries)


def plain_name(name: str) -> str:
    """Return the name of a dropped file without folders and control characters, and not too long for a disk."""
    printable = "".join(filter(str.isprintable, name))
    plain = PurePath(printable.replace("\\", "/")).name.lstrip(".") or "paper"
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{suffix[:8]}" if dot else plain[:_LONGEST_NAME]
