"""The folder of the tools: cases by the names of their folders, and files, none of which lies outside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.attachments.safe_open import read_inside
from pipeline.case.base import ID
from pipeline.case.source import Source
from pipeline.cli.agents.answers import refusal
from pipeline.cli.cases_folder import CasesFolder
from pipeline.cli.child_command import Kind
from pipeline.errors import UnusableError
from pipeline.formats.files import is_file
from pipeline.language import Language
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.run.case_folder.saving import CaseFile

#: Folders of results: a case of that name would mix with them.
DRAFTS = "drafts"
_RESERVED = ("out", DRAFTS, "directory")


@dataclass(frozen=True, slots=True)
class AgentFolder(CasesFolder):
    """The folder that the tools work in. ``language`` is that of errors, and of answers by default."""

    language: Language = "en"

    def cases(self) -> dict[str, Path]:
        """Return the file of each case, by the name of its folder. A name that cannot be printed is no name."""
        return {path.parent.name: path for path in self.case_files() if path.parent.name.isprintable()}

    def case(self, name: str) -> Path:
        """Return the file of a case. Raise ToolError if the folder has no such case."""
        path = self.cases().get(name)
        if path is None:
            raise refusal("the folder has no case of this name", "list_cases gives the names of the cases")
        if not _is_plain(path.parent):
            raise refusal("a part of the case is a link that leads out of it", "the operator has to replace the link")
        return path

    def source(self, name: str) -> Source:
        """Return a case as the source of the pipeline."""
        path = self.case(name)
        return Source(str(path), path.parent)

    def file(self, name: str) -> CaseFile:
        """Return a case with its version."""
        return CaseFile.read(self.case(name))

    def new(self, name: str) -> Path:
        """Return the folder of a new case. Raise ToolError if the name is taken."""
        path = self.path / name
        if name in _RESERVED or os.path.lexists(path):
            raise refusal("a folder of this name exists, or the name is reserved", "choose another case id")
        return path

    def results(self, kind: Kind) -> Path:
        """Return the folder of drafts, or of packets. Raise ToolError if it leads elsewhere."""
        return self._own(DRAFTS if kind == "draft" else self.out.name)

    def packet(self, name: str, kind: Kind) -> Path:
        """Return the newest draft or packet of a case. Raise ToolError if there is none."""
        case_id = str(self.file(name).json_file.fields.get("case_id"))
        path = self._own(self.results(kind).name, case_id) if ID.fullmatch(case_id) else self.path
        if not is_file(path / MANIFEST_NAME):
            raise refusal(f"the case has no {kind} packet", "build_packet makes one")
        return path

    def paper(self, case: Path, path: str) -> Path:
        """Return a file of the folder that may become a paper of a case.

        Raise ToolError if it is outside, behind a link, a result, or a file of another case.
        """
        steps = PurePosixPath(path).parts
        try:
            read_inside(self.path, path)
        except UnusableError as error:
            raise refusal(
                error.problem.message, "name a file by its path in the folder, without .. and links"
            ) from None
        if steps[0] in _RESERVED or (steps[0] in self.cases() and steps[0] != case.parent.name):
            raise refusal("the file belongs to another case or is a result", "name a file of this patient")
        return self.path.resolve() / path

    def _own(self, *steps: str) -> Path:
        path = self.path.resolve().joinpath(*steps)
        if path.resolve() != path:
            raise refusal("a folder of results is a link", "the operator has to replace the link with a folder")
        return path


def _is_plain(folder: Path) -> bool:
    """Return True if no folder of a case is a link: what is written into it stays in it."""
    return not any(Path(top, name).is_symlink() for top, names, _ in os.walk(folder) for name in names)
