"""Whether what a packet was made from has changed since: the case, its papers, the directory, templates, rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.attachments.safe_open import read_inside
from pipeline.bundle.page_map import text_key
from pipeline.case.load import LoadedCase, load_case
from pipeline.errors import Problem, UnusableError
from pipeline.packet.template_set import load_template_set, shipped_sets
from pipeline.publish.manifest import Manifest
from pipeline.publish.provenance import directory_files, rules_used
from pipeline.publish.verify.difference import difference
from pipeline.system.atomic import sha256


@dataclass(frozen=True)
class Since:
    """What a packet is compared with: a case file, the folder of its directory, a template set; each may be left out.

    Without ``templates``, the shipped set of the same name is taken if there is one.
    """

    case: Path | None = None
    directory: Path | None = None
    templates: str | None = None

    @cached_property
    def loaded(self) -> LoadedCase | None:
        """The case. Raises CaseError."""
        return load_case(self.case, self.directory) if self.case else None

    def text_key(self, manifest: Manifest) -> bytes | None:
        """The key of the hashes of texts, when the case is the one that the packet was made from."""
        if self.loaded is None or self.loaded.document.sha256 != manifest.inputs.case:
            return None
        return text_key(self.loaded.document)


def changes_since(manifest: Manifest, since: Since, folder: str) -> list[Problem]:
    """What has changed since the packet was made. Raises CaseError or TemplateError when it cannot be read."""
    return [difference(code, message, folder) for code, message in _changes(manifest, since)]


def _changes(manifest: Manifest, since: Since) -> Iterator[tuple[str, str]]:
    if since.loaded is not None:
        yield from _case(manifest, since.loaded)
    name = manifest.template_set.id
    chosen = since.templates or (name if name in shipped_sets() else None)
    if chosen and load_template_set(chosen).sha256 != manifest.template_set.sha256:
        yield "verify-templates", "the templates have changed since"
    if rules_used() != manifest.rules:
        yield "verify-rules", "the rules have changed since, or their tables"


def _case(manifest: Manifest, loaded: LoadedCase) -> Iterator[tuple[str, str]]:
    if loaded.case.case_id != manifest.case_id:
        yield "verify-case", "the packet was made from another case"
        return
    if loaded.document.sha256 != manifest.inputs.case:
        yield "verify-case", "the case has changed since"
    if directory_files(loaded) != manifest.inputs.directory:
        yield "verify-directory", "entries of the directory have changed since"
    used = {(each.role, each.person, each.sha256) for each in manifest.inputs.attachments}
    papers = {(each.role, each.person, _hash_of(loaded, each.path)) for each in loaded.case.attachments}
    for role, person in sorted({(role, person) for role, person, _ in papers ^ used}):
        yield "verify-papers", f"{role} of {person} has changed since"


def _hash_of(loaded: LoadedCase, path: str) -> str:
    """Hash of an attachment; empty when it cannot be read any more."""
    try:
        return sha256(read_inside(loaded.document.folder, path))
    except UnusableError:
        return ""
