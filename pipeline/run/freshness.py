"""Whether a published packet is still what a build would make: then it need not be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.attachments.safe_open import read_inside
from pipeline.documents.engines.engine import Engine
from pipeline.errors import UnusableError
from pipeline.options import Options
from pipeline.packet.checked import Prepared
from pipeline.packet.plan import state_of
from pipeline.publish.destination import Destination
from pipeline.publish.manifest import library_versions, rules_stamp
from pipeline.resources import VERSION
from pipeline.run.provenance import origin_of
from pipeline.system.atomic import sha256


def current_manifest(prepared: Prepared, options: Options, engine: Engine, out: Destination) -> dict[str, Any] | None:
    """The manifest of the packet in ``out`` when nothing that it was made from has changed since, else None.

    Compared by hash are the case, its attachments, the directory's entries, the template set, the rules and the
    files of the packet; by version this program, the engine and the libraries.
    """
    case_id = prepared.loaded.case.case_id
    try:
        manifest: dict[str, Any] = json.loads(out.manifest(case_id))
        whole = (
            _state_is_same(manifest, prepared, options)
            and _origin_is_same(manifest, prepared, options, engine)
            and _papers_are_same(manifest, prepared)
            and not (options.strict and any(found["severity"] == "warning" for found in manifest["findings"]))
            and out.is_whole(case_id, manifest["outputs"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, UnusableError):
        return None
    return manifest if whole else None


def _origin_is_same(manifest: Mapping[str, Any], prepared: Prepared, options: Options, engine: Engine) -> bool:
    origin = origin_of(prepared.loaded, prepared.templates, options, engine)
    wanted = origin.pop("inputs")
    origin |= {"visa_packet": VERSION, "versions": library_versions(), "rules": rules_stamp()}
    inputs = {key: manifest["inputs"][key] for key in wanted}
    return inputs == wanted and {key: manifest[key] for key in origin} == origin


def _state_is_same(manifest: Mapping[str, Any], prepared: Prepared, options: Options) -> bool:
    """Whether a build would make a packet of the same state; without leave it makes none that is incomplete."""
    state = state_of(prepared.packet, draft=options.draft)
    return bool(manifest["state"] == state and (state != "incomplete" or options.allow_missing))


def _papers_are_same(manifest: Mapping[str, Any], prepared: Prepared) -> bool:
    keys = ("role", "person", "sha256", "form_mapping")
    made_from = [tuple(each[key] for key in keys) for each in manifest["inputs"]["attachments"]]
    folder = prepared.loaded.document.folder

    def hash_of(path: str | None) -> str | None:
        return None if path is None else sha256(read_inside(folder, path))

    return made_from == [
        (part.attachment.role, part.person, hash_of(part.attachment.path), hash_of(part.attachment.form_mapping))
        for part in prepared.packet.attachments
    ]
