"""Freshness of a published packet: an up-to-date one is not built again."""

from __future__ import annotations

from pipeline.attachments.safe_open import read_inside
from pipeline.errors import UnusableError
from pipeline.options import CheckOptions
from pipeline.packet.paper_rules import ACCEPTED_RULE
from pipeline.packet.planned_case import PlannedCase
from pipeline.publish.destination import Destination
from pipeline.publish.manifest import Manifest, Origin, read_manifest, seal
from pipeline.run.published_packet import PublishedPacket, packet_of
from pipeline.system.atomic import sha256


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
            and (options.changes_are_accepted or all(found.rule != ACCEPTED_RULE for found in manifest.findings))
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
    recorded = [(each.role, each.person, each.sha256, each.form_mapping) for each in manifest.inputs.attachments]
    folder = planned.loaded.json_file.folder

    def hash_of(path: str | None) -> str | None:
        return None if path is None else sha256(read_inside(folder, path))

    return recorded == [
        (part.attachment.role, part.person, hash_of(part.attachment.path), hash_of(part.attachment.form_mapping))
        for part in planned.packet.attachments
    ]
