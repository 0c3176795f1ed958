"""What a paper on the desk seems to be, and which values of the case can be read from it. Nothing is decided here."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.attachments.messages import ReadLine
from pipeline.attachments.proposed_values import ProposedValue
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.papers import plain_name, read_text
from pipeline.errors import AttachmentError
from pipeline.formats.messages import words
from pipeline.language import Language
from pipeline.run.case_folder.adding import find_repeated
from pipeline.run.case_folder.case_text import ROOM, CaseText
from pipeline.run.case_folder.deciding import Given, decide, read_files
from pipeline.run.case_folder.fields import find_field, value_at
from pipeline.run.case_folder.paper_values import owner_pointer, read_entry
from pipeline.run.case_folder.places import find_place

_ZONE = ("/passport/mrz/0", "/passport/mrz/1")


@dataclass(frozen=True, slots=True)
class PlaceProposal:
    """The number of the place that a file seems to belong to, None if nothing says so, and why, in words."""

    place: int | None
    why: tuple[str, ...]
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """A value for a field of the case: what a person sees, and what is saved. ``now`` is what the case has."""

    pointer: str
    title: str
    shown: str
    answer: str
    line: ReadLine
    is_proved: bool
    now: str
    agrees: bool


def propose_place(folder: DeskFolder, path: Path, name: str, content: bytes, language: Language) -> PlaceProposal:
    """Return the place of a file that was dropped outside of one. Raises AttachmentError, CaseError."""
    text = read_text(folder, path)
    with tempfile.TemporaryDirectory(prefix="vp-") as work:
        file = Path(work, plain_name(name))
        file.write_bytes(content)
        files = read_files([file], Given(), text)
        if repeated := find_repeated(text, files):
            raise AttachmentError(repeated)
        decision = decide(text, files[0], Given(), folder.options.as_of)
    why = tuple(words("reasons", each.name, room=ROOM, **each.parts)[language] for each in decision.reasons)
    candidates = [_number(text, role, decision.person) for role in decision.candidates]
    place = None if decision.role is None else _number(text, decision.role, decision.person)
    return PlaceProposal(place, why, tuple(each for each in candidates if each is not None))


def _number(text: CaseText, role: str, person: str) -> int | None:
    place = find_place(text.places, role, person)
    return None if place is None else text.places.index(place)


def read_fields(folder: DeskFolder, path: Path, number: int, language: Language) -> list[FieldProposal]:
    """Return values of the case that an attachment shows.

    Raises InputError if it has no text and the extra that reads scans is not installed, AttachmentError.
    """
    text = read_text(folder, path)
    values = read_entry(text, number, folder.options.as_of)
    fields = dict(text.json_file.fields)
    return [_proposal(each, fields, language) for each in _with_whole_zone(values, owner_pointer(text, number))]


def _with_whole_zone(values: Sequence[ProposedValue], base: str) -> Iterator[tuple[str, tuple[ProposedValue, ...]]]:
    """Yield each field with its values: both lines of a machine-readable zone are one field, or none is proposed."""
    zone = [each for each in values if each.pointer.removeprefix(base) in _ZONE]
    for each in values:
        if each not in zone:
            yield each.pointer, (each,)
    if len(zone) == len(_ZONE):
        yield f"{base}/passport/mrz", tuple(zone)


def _proposal(
    found: tuple[str, tuple[ProposedValue, ...]], fields: Mapping[str, Any], language: Language
) -> FieldProposal:
    pointer, values = found
    field, now = find_field(pointer), value_at(dict(fields), pointer)
    choices = field.choices(language)
    texts = [each.value for each in values]
    answer = texts[0] if len(texts) == 1 else json.dumps(texts)
    worst = min(values, key=lambda each: (each.is_proved, each.line.confidence))
    return FieldProposal(
        pointer,
        field.title(language),
        "\n".join(choices.get(each, each) for each in texts),
        answer,
        worst.line,
        worst.is_proved,
        "" if now is None else "\n".join(choices.get(str(each), str(each)) for each in _listed(now)),
        list(_listed(now)) == texts,
    )


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)
