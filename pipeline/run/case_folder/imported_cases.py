"""The folders of imported cases: places for the papers and a README, as a new case has them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pipeline.case.half_case import half_case
from pipeline.case.importing.convert import ImportedFile
from pipeline.formats.files import resolved
from pipeline.language import Language
from pipeline.packet.template_set import TemplateSet
from pipeline.publish.folder import FOLDER_HINT, publish_files, writing
from pipeline.run.case_folder.places import make_places, places
from pipeline.run.case_folder.readme import README, write_readme


def add_places(cases: Iterable[ImportedFile], out: Path, templates: TemplateSet, language: Language) -> None:
    """Create the places of the papers of each case, and its README if there is none. Raise OutputError."""
    readmes: dict[str, bytes] = {}
    for case in cases:
        folder = out / case.path.parent
        found = places(half_case(json.loads(case.content)), templates)
        with writing(folder, FOLDER_HINT):
            make_places(folder, found)
        if not (folder / README).exists():
            text = write_readme(case.name, found, language, resolved(folder).name)
            readmes[f"{case.path.parent}/{README}"] = text.encode()
    if readmes:
        publish_files(readmes, out)
