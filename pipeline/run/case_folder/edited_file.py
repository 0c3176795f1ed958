"""Gives a document that was edited in Word back to its case: checked, drawn once, stored, and named in the case."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.case.base import Trilingual
from pipeline.case.filing import EditedDocument
from pipeline.case.load import load_case
from pipeline.case.people import PATIENT
from pipeline.documents.drawing import draw_edited
from pipeline.documents.edited import (
    check_edited,
    contradictions,
    editable,
    edited_text,
    fill_document,
    text_sha256,
)
from pipeline.errors import CaseError, InputError, system_reason
from pipeline.formats.files import read
from pipeline.formats.messages import worded_problem
from pipeline.formats.word.archive import MAX_BYTES
from pipeline.formats.word.text import word_text
from pipeline.options import CheckOptions, DocumentOptions
from pipeline.packet.packet_parts import DocumentPart, EditedPart, document_part_id
from pipeline.packet.planned_case import PlannedCase, plan_case
from pipeline.run.case_folder.adding import change_case, inside_path, write_together
from pipeline.run.case_folder.case_text import ROOM, CaseText
from pipeline.system.atomic import sha256

EDITED = "edited"


@dataclass(frozen=True, slots=True)
class AddedDocument:
    """A document that was given back: its entry, the former file of an earlier edit, and its number of pages."""

    entry: dict[str, Any]
    former: str | None
    title: Trilingual
    pages: int


@dataclass(frozen=True, slots=True)
class EditedFile:
    """The Word file at ``path`` as the edited form of a document of a person."""

    path: Path
    document: str
    person: str = PATIENT


def add_edited(case: CaseText, file: EditedFile, options: CheckOptions) -> AddedDocument:
    """Store an edited document in the folder of the case, and name it in the case.

    Raises CaseError if it contradicts the case, InputError if the packet has no such document, or if it was not edited,
    and the errors of drawing it. Then nothing has changed.
    """
    planned = plan_case(load_case(case.path, options.directory), options)
    part = _part(planned, file)
    content = _read(file)
    filled = fill_document(planned, part, options.as_of)
    before = word_text(filled.word.xml)
    if edited_text(content) == before:
        raise InputError(replace(worded_problem("edited-same", room=ROOM), file=str(file.path)))
    wrong = list(contradictions(planned, part, content, filled))
    if wrong:
        raise CaseError(wrong)
    former = None if part.edited is None else part.edited.entry.path
    stays = former is not None and (inside_path(case, file.path) == former or _is_stored(case, former, content))
    path = former if stays and former else next(_free_paths(case, file))
    template = sha256(planned.templates.templates[part.template])
    entry = EditedDocument(file.document, path, text_sha256(before), template, file.person)
    index = len(case.edited) if part.edited is None else part.edited.index
    drawn = draw_edited(
        planned, replace(part, edited=EditedPart(index, entry)), content, DocumentOptions(options.as_of)
    )
    errors = [problem for problem in drawn.problems if problem.severity == "error"]
    if errors:
        raise CaseError(replace(problem, file=str(file.path), place=None) for problem in errors)
    written = _entry(entry)
    data = {**case.json_file.data, "edited_documents": [*case.edited[:index], written, *case.edited[index + 1 :]]}
    write_together(case, {} if stays else {path: content}, change_case(case, data))
    return AddedDocument(written, None if stays else former, part.title, drawn.pages)


def _part(planned: PlannedCase, file: EditedFile) -> DocumentPart:
    """Return the document of the packet that was edited."""
    known = editable(planned.packet, file.person)
    if file.document not in known:
        problem = worded_problem("add-document", room=ROOM, person=file.person, documents=", ".join(known))
        raise InputError(replace(problem, file=str(file.path)))
    parts = (part for part in planned.packet.documents if not part.is_cover)
    return next(part for part in parts if (part.document, part.person) == (file.document, file.person))


def _read(file: EditedFile) -> bytes:
    """Return the content of a Word file that can take the place of a document. Raises CaseError."""
    try:
        content = read(file.path, MAX_BYTES)
        check_edited(content)
    except OSError as error:
        problem = worded_problem("edited-file", room="documents", reason=system_reason(error))
        raise CaseError(replace(problem, file=str(file.path))) from None
    except CaseError as error:
        raise CaseError(replace(problem, file=str(file.path)) for problem in error.problems) from None
    return content


def _is_stored(case: CaseText, path: str, content: bytes) -> bool:
    """Return True if the file at ``path`` in the folder of the case has this content."""
    try:
        return read(Path(path), MAX_BYTES, below=case.folder) == content
    except OSError:
        return False


def _free_paths(case: CaseText, file: EditedFile) -> Iterator[str]:
    """Yield names in the folder of edited documents that nothing has."""
    name, number = document_part_id(file.document, file.person), 1
    while True:
        path = f"{EDITED}/{name}{'' if number == 1 else f'-{number}'}.docx"
        if not os.path.lexists(case.folder / path):
            yield path
        number += 1


def _entry(entry: EditedDocument) -> dict[str, Any]:
    written: dict[str, Any] = {"document": entry.document}
    if entry.person != PATIENT:
        written["person"] = entry.person
    return {
        **written,
        "path": entry.path,
        "printed_hash": entry.printed_hash,
        "template_hash": entry.template_hash,
    }
