"""Whether a published packet is still what a build would make: then it need not be made again."""

from __future__ import annotations

from pipeline.attachments.safe_open import read_inside
from pipeline.documents.engines.engine import Engine
from pipeline.errors import UnusableError
from pipeline.options import Options
from pipeline.packet.checked import Prepared
from pipeline.packet.plan import state_of
from pipeline.publish.destination import Destination
from pipeline.publish.manifest import Manifest, read_manifest
from pipeline.publish.provenance import origin_of
from pipeline.system.atomic import sha256


def current_manifest(prepared: Prepared, options: Options, engine: Engine, out: Destination) -> Manifest | None:
    """The manifest of the packet in ``out`` when nothing that it was made from has changed since, else None.

    Compared by hash are the case, its attachments, the directory's entries, the template set, the rules and the
    files of the packet; by version this program, the engine and the libraries.
    """
    case_id = prepared.loaded.case.case_id
    try:
        manifest = read_manifest(out.manifest(case_id))
        whole = (
            _state_is_same(manifest, prepared, options)
            and manifest.origin == origin_of(prepared.loaded, prepared.templates, options, engine)
            and _papers_are_same(manifest, prepared)
            and not (options.strict and any(found.severity == "warning" for found in manifest.findings))
            and out.is_whole(case_id, manifest.outputs)
        )
    except (OSError, ValueError, UnusableError):
        return None
    return manifest if whole else None


def _state_is_same(manifest: Manifest, prepared: Prepared, options: Options) -> bool:
    """Whether a build would make a packet of the same state; without leave it makes none that is incomplete."""
    state = state_of(prepared.packet, draft=options.draft)
    return manifest.state == state and (state != "incomplete" or options.allow_missing)


def _papers_are_same(manifest: Manifest, prepared: Prepared) -> bool:
    recorded = [(each.role, each.person, each.sha256, each.form_mapping) for each in manifest.inputs.attachments]
    folder = prepared.loaded.document.folder

    def hash_of(path: str | None) -> str | None:
        return None if path is None else sha256(read_inside(folder, path))

    return recorded == [
        (part.attachment.role, part.person, hash_of(part.attachment.path), hash_of(part.attachment.form_mapping))
        for part in prepared.packet.attachments
    ]
