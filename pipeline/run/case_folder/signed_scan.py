"""The signed original of a document: its entry, with the hash of what was printed, from the published packet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.case.filing import SIGNED
from pipeline.errors import InputError, Problem
from pipeline.formats.files import is_file
from pipeline.formats.messages import worded_problem
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import Manifest
from pipeline.run.case_folder.case_text import ROOM, CaseText
from pipeline.run.signed_entries import signable_manifest, signed_entries


def find_packet(case: CaseText, named: Path | None) -> Path:
    """Return the folder of the packet that was printed: the named one, or ``out/<case id>`` here or near the case.

    Raises InputError if there is none.
    """
    places = [named] if named is not None else list(dict.fromkeys(_usual_places(case)))
    found = next((place for place in places if is_file(place / MANIFEST_NAME)), None)
    if found is None:
        raise InputError(_problem("add-packet", case, places=", ".join(map(str, places))))
    return found


def printed_document(case: CaseText, packet: Path, document: str, person: str) -> dict[str, str]:
    """Return the entry for the signed original of a document, as ``visa-packet signed`` prints it.

    Raises InputError if the case has one, or the packet is a draft, of another case, or without that document.
    """
    if any(
        (entry["role"], entry.get("document"), entry.get("person", "patient")) == (SIGNED, document, person)
        for entry in case.entries
    ):
        raise InputError(_problem("add-signed", case))
    manifest = signable_manifest(packet)
    if manifest.case_id != case.json_file.fields.get("case_id"):
        raise InputError(replace(_problem("add-packet/other", case), file=str(packet)))
    entries = _entries(manifest, packet, document)
    entry = next((each for each in entries if each["person"] == person), None)
    if entry is None:
        known = ", ".join(sorted({row.document for row in manifest.documents if row.person == person}))
        raise InputError(_problem("add-document", case, person=person, documents=known))
    return entry


def _entries(manifest: Manifest, packet: Path, document: str) -> list[dict[str, str]]:
    if not any(row.document == document for row in manifest.documents):
        return []
    return signed_entries(manifest, packet, [document])[0]


def _usual_places(case: CaseText) -> Iterator[Path]:
    case_id = str(case.json_file.fields.get("case_id", ""))
    for folder in (Path(), case.folder, case.folder.parent, case.folder.parent.parent):
        yield folder / "out" / case_id


def _problem(key: str, case: CaseText, **args: Any) -> Problem:
    return replace(worded_problem(key, room=ROOM, **args), file=case.json_file.name)
