"""Freshness of a published packet: an up-to-date one is not built again."""

from __future__ import annotations

from pathlib import Path

from pipeline.attachments.forms.editions import shipped_editions
from pipeline.attachments.safe_open import read_inside
from pipeline.case.filing import Attachment
from pipeline.errors import UnusableError
from pipeline.options import CheckOptions
from pipeline.packet.paper_rules import ACCEPTED_RULE, UNCOMPARED_RULE
from pipeline.packet.planned_case import PlannedCase
from pipeline.publish.destination import Destination
from pipeline.publish.manifest import Manifest, Origin, read_manifest, seal
from pipeline.run.published_packet import PublishedPacket, packet_of
from pipeline.system.atomic import sha256

#: Rules whose findings are in a packet only because the user permitted them.
_CONSENTS = frozenset({ACCEPTED_RULE, UNCOMPARED_RULE})


def current_packet(
    planned: PlannedCase, origin: Origin, options: CheckOptions, out: Destination
) -> PublishedPacket | None:
    """Return the packet in ``out`` if none of its inputs has changed since it was built, else None.

    The case, its attachments, the directory's entries, the template set, the rules and the files of the packet are
    compared by hash, the manifest with its own; this program, the engine and the libraries by version.
    """
    case_id = planned.loaded.case.case_id
    try:
        content = out.manifest(case_id)
        manifest = read_manifest(content)
        whole = (
            seal(manifest) == content
            and _state_is_same(manifest, planned, options)
            and manifest.origin == origin
            and _papers_are_same(manifest, planned)
            and _edits_are_same(manifest, planned)
            and (options.changes_are_accepted or not any(found.rule in _CONSENTS for found in manifest.findings))
            and not (options.strict and any(found.severity == "warning" for found in manifest.findings))
            and out.is_whole(case_id, manifest)
        )
    except (OSError, ValueError, UnusableError):
        return None
    return packet_of(manifest, out.folder(case_id)) if whole else None


def _state_is_same(manifest: Manifest, planned: PlannedCase, options: CheckOptions) -> bool:
    """True if a build would give a packet of the same state. An incomplete one needs permission."""
    return manifest.state == planned.state and (planned.state != "incomplete" or options.allow_missing)


def _papers_are_same(manifest: Manifest, planned: PlannedCase) -> bool:
    recorded = manifest.inputs.attachments
    attachments = [(part.attachment, part.person) for part in planned.packet.attachments]
    folder = planned.loaded.json_file.folder
    return len(recorded) == len(attachments) and all(
        (row.role, row.person, row.sha256) == (each.role, person, sha256(read_inside(folder, each.path)))
        and _mapping_is_same(row.form_mapping, each, folder)
        for row, (each, person) in zip(recorded, attachments, strict=True)
    )


def _edits_are_same(manifest: Manifest, planned: PlannedCase) -> bool:
    folder = planned.loaded.json_file.folder
    recorded = {(row.document, row.person): row.edited for row in manifest.documents if row.edited is not None}
    return recorded == {
        (part.document, part.person): sha256(read_inside(folder, part.edited.entry.path))
        for part in planned.packet.documents
        if part.edited is not None
    }


def _mapping_is_same(recorded: str | None, attachment: Attachment, folder: Path) -> bool:
    if attachment.form_mapping is not None:
        return recorded == sha256(read_inside(folder, attachment.form_mapping))
    if attachment.is_filled_in:  # with the shipped mapping for its edition, which its hash decides
        return recorded in {each.json_file.sha256 for each in shipped_editions().values()}
    return recorded is None
