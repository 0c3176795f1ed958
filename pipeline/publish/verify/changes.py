"""Changes since the build of a packet: in the case, its papers, the directory, the templates, or the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.attachments.safe_open import read_inside
from pipeline.bundle.bundle_text import text_key
from pipeline.case.load import LoadedCase, load_case
from pipeline.errors import Problem, UnusableError
from pipeline.packet.set_files import load_template_set, shipped_sets
from pipeline.publish.manifest import Manifest
from pipeline.publish.provenance import directory_files, rules_used
from pipeline.publish.verify.difference import difference
from pipeline.system.atomic import sha256


@dataclass(frozen=True)
class CurrentInputs:
    """The inputs with which a packet is compared: case file, folder of the directory, template set. All are optional.

    Without ``templates``, a shipped set is compared if the packet was built from one of that name.
    """

    case: Path | None = None
    directory: Path | None = None
    templates: str | None = None

    @cached_property
    def loaded(self) -> LoadedCase | None:
        """The case. Raises CaseError."""
        return load_case(self.case, self.directory) if self.case else None

    def text_key(self, manifest: Manifest) -> bytes | None:
        """Return the key of the text hashes, if the packet was built from this very case."""
        if self.loaded is None or self.loaded.json_file.sha256 != manifest.inputs.case:
            return None
        return text_key(self.loaded.json_file)


def find_changes(manifest: Manifest, current: CurrentInputs) -> Iterator[Problem]:
    """Yield the changes since the build. Raises CaseError or TemplateError if an input cannot be read."""
    if current.loaded is not None:
        yield from _changes_of_case(manifest, current.loaded)
    name = manifest.template_set.id
    chosen = current.templates or (name if name in shipped_sets() else None)
    if chosen and load_template_set(chosen).sha256 != manifest.template_set.sha256:
        yield difference("verify-templates", "the templates have changed since the build")
    if rules_used() != manifest.rules:
        yield difference("verify-rules", "the rules or their tables have changed since the build")


def _changes_of_case(manifest: Manifest, loaded: LoadedCase) -> Iterator[Problem]:
    if loaded.case.case_id != manifest.case_id:
        yield difference("verify-case", "the packet was built from another case")
        return
    if loaded.json_file.sha256 != manifest.inputs.case:
        yield difference("verify-case", "the case has changed since the build")
    if directory_files(loaded) != manifest.inputs.directory:
        yield difference("verify-directory", "entries of the directory have changed since the build")
    recorded = {(each.role, each.person, each.sha256) for each in manifest.inputs.attachments}
    current = {(each.role, each.person, _hash_of(loaded, each.path)) for each in loaded.case.attachments}
    for role, person in sorted({(role, person) for role, person, _ in current ^ recorded}):
        yield difference("verify-papers", f"{role} of {person} has changed since the build")
    edited = {(row.document, row.person, row.edited) for row in manifest.documents if row.edited}
    now = {(each.document, each.person, _hash_of(loaded, each.path)) for each in loaded.case.edited_documents}
    for document, person in sorted({(document, person) for document, person, _ in now ^ edited}):
        yield difference("verify-papers", f"{document} of {person}, edited by hand, has changed since the build")


def _hash_of(loaded: LoadedCase, path: str) -> str:
    """Hash of an attachment, or an empty string if it cannot be read any more."""
    try:
        return sha256(read_inside(loaded.json_file.folder, path))
    except UnusableError:
        return ""
