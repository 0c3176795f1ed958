"""A case as text to be changed: its data, the people in it, the places of its papers, and the files that it names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.attachments.safe_open import read_inside
from pipeline.case.half_case import half_case
from pipeline.case.load import IncompleteCaseError, load_case
from pipeline.errors import InputError, UnusableError
from pipeline.formats.files import is_folder, resolved
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.messages import worded_problem
from pipeline.packet.set_files import load_template_set
from pipeline.packet.template_set import TemplateSet
from pipeline.run.case_folder.places import PaperPlace, places
from pipeline.run.inputs import sources
from pipeline.system.atomic import sha256

ROOM = "run"


@dataclass(frozen=True, slots=True)
class CaseText:
    """A case that may lack fields. ``json_file`` has its text as it is in the file ``path``."""

    path: Path
    json_file: JsonFile
    templates: TemplateSet
    places: tuple[PaperPlace, ...]

    @property
    def folder(self) -> Path:
        """The folder of the case, to which the paths in it are relative."""
        return self.path.parent

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The attachments of the case."""
        entries: list[dict[str, Any]] = self.json_file.fields.get("attachments", [])
        return entries

    @property
    def edited(self) -> list[dict[str, Any]]:
        """The entries of documents that were edited by hand."""
        entries: list[dict[str, Any]] = self.json_file.fields.get("edited_documents", [])
        return entries

    def digests(self) -> dict[str, str]:
        """Return the role and person of each readable attachment by the hash of its file."""
        found = {}
        for entry in self.entries:
            try:
                content = read_inside(self.folder, entry["path"])
            except UnusableError:
                continue
            found[sha256(content)] = f"{entry['role']}, {entry.get('person', 'patient')}"
        return found


def read_case_text(argument: str, templates: str, directory: Path | None = None) -> CaseText:
    """Read the case that ``argument`` names, a file or its folder. Raises CaseError if more than fields is wrong."""
    is_case = is_folder(Path(argument)) or Path(argument).suffix.lower() == ".json"
    found = list(sources([argument])) if is_case else []
    if len(found) != 1 or found[0].raw is not None:
        raise InputError(replace(worded_problem("add-case", room=ROOM), file=argument))
    path = resolved(Path(found[0].file))
    json_file = replace(read_json(path), name=found[0].file)
    try:
        case = load_case(path, directory).case
    except IncompleteCaseError as error:
        case = half_case(error.json_file.fields)
    template_set = load_template_set(templates)
    return CaseText(path, json_file, template_set, places(case, template_set))
