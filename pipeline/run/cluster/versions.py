"""What must be the same on every machine, so that a packet does not depend on which of them made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.documents.engines.engine import load_engine
from pipeline.errors import Problem, VisaPacketError
from pipeline.options import BuildOptions
from pipeline.packet.template_set import is_shipped, load_template_set
from pipeline.publish.provenance import library_versions, rules_used
from pipeline.resources import VERSION

Versions = Mapping[str, str]


def versions_here(templates: str, engine: str) -> dict[str, str]:
    """Version of everything that decides the bytes of a packet, by its name. What is missing has none."""
    try:
        engine_version = load_engine(engine).version()
    except VisaPacketError:
        engine_version = ""
    found = {"visa-packet": VERSION, **library_versions(), f"engine {engine}": engine_version}
    found["rules and tables"] = rules_used().sha256
    if is_shipped(templates):  # another one travels with each case
        found[f"template set {templates}"] = load_template_set(templates).sha256
    return found


def versions_wanted(options: BuildOptions) -> dict[str, str]:
    """The versions of this machine for a run with ``options``."""
    return versions_here(options.templates, options.engine)


def differences(wanted: Versions, found: Iterable[Versions]) -> list[str]:
    """What is not the same there as here: each difference once, in words."""
    told = {
        f"{name} {_short(wanted[name])} here and {_short(there.get(name, ''))} there"
        for there in found
        for name in wanted
        if there.get(name) != wanted[name]
    }
    return sorted(told)


def refused(told: list[str]) -> Problem:
    """The problem that workers are not the same."""
    message = f"worker processes differ from this machine: {'; '.join(told)}"
    hint = "install the same versions on all machines, from one lock file, and start the workers anew"
    return Problem("worker-version", "error", message, hint)


def _short(version: str) -> str:
    """A version as it is, a hash by its beginning."""
    return version[:12] or "none"
