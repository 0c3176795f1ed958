"""A published packet, as results hold it. It travels between processes, so this module loads no library of a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from pipeline.errors import JsonPlace, Problem
from pipeline.packet.packet_parts import State
from pipeline.publish.destination import Destination
from pipeline.publish.manifest import Manifest, RecordedFinding
from pipeline.visa.rules.catalogue import checked_rules


@dataclass(frozen=True, slots=True)
class PublishedPacket:
    """A published packet: its folder, its manifest, and the findings that did not prevent the build.

    ``is_current`` if it was built earlier and is up to date.
    """

    folder: Path
    manifest: Manifest
    problems: tuple[Problem, ...]
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class FormerPacket:
    """A packet that an earlier run published, and that a failed build left as it was."""

    folder: Path
    as_of: date
    state: State


class _Beginning(msgspec.Struct):
    """The part of a manifest that all versions of this program have in common."""

    as_of: date
    state: State


def former_packet(case_id: str, out: Destination) -> FormerPacket | None:
    """Return the packet of a case in ``out``, or None if there is none, whichever version published it."""
    try:
        manifest = msgspec.json.decode(out.manifest(case_id), type=_Beginning)
    except (OSError, ValueError, RecursionError):
        return None
    return FormerPacket(out.folder(case_id), manifest.as_of, manifest.state)


def packet_of(manifest: Manifest, folder: Path) -> PublishedPacket:
    """Return the packet in ``folder``, which was built earlier. Its findings are in English only."""
    return PublishedPacket(folder, manifest, tuple(map(_recorded_problem, manifest.findings)), is_current=True)


def _recorded_problem(recorded: RecordedFinding) -> Problem:
    """A finding that a manifest records, with the advice and the source of its rule."""
    rule = checked_rules().get(recorded.rule)
    hint = rule.texts["en"].hint if rule else ""
    if not hint or "{detail}" in hint:
        hint = "build the packet again with --force for the complete advice"
    source, as_of = (rule.source, rule.as_of) if rule else (None, None)
    return Problem(
        recorded.rule,
        recorded.severity,
        recorded.message,
        hint,
        recorded.template,
        None if recorded.pointer is None else JsonPlace(recorded.pointer),
        source=source,
        as_of=as_of,
    )
