"""What a packet is made from, as its manifest says it: enough to see later whether anything has changed."""

from __future__ import annotations

from typing import Any

from pipeline.case.load import LoadedCase
from pipeline.documents.engines.engine import Engine
from pipeline.options import Options
from pipeline.packet.template_set import TemplateSet


def origin_of(loaded: LoadedCase, templates: TemplateSet, options: Options, engine: Engine) -> dict[str, Any]:
    """The manifest's keys about case, directory, templates, engine and day. File names may hold names: left out."""
    return {
        "case_id": loaded.case.case_id,
        "as_of": options.as_of.isoformat(),
        "template_set": {"id": templates.packet.id, "sha256": templates.sha256},
        "engine": {"name": engine.name, "version": engine.version()},
        "options": {
            "right_hand_pages": options.right_hand_pages,
            "max_bytes": options.max_bytes,
            "signature_fields": options.signature_fields,
            "recipient_copy": options.recipient_copy,
            "encrypted": options.password is not None,
        },
        "inputs": {
            "case": loaded.document.sha256,
            "directory": [
                {"kind": listed.entry.kind, "id": listed.id, "sha256": listed.document.sha256}
                for listed in loaded.referred.listed
            ],
        },
    }
