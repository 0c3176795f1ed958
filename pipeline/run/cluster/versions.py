"""Versions that must be equal on every machine, so that a packet does not depend on the machine that built it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.documents.engines.engine import load_engine
from pipeline.errors import Problem, VisaPacketError
from pipeline.options import BuildOptions
from pipeline.packet.set_files import is_shipped, load_template_set
from pipeline.publish.provenance import library_versions, rules_used
from pipeline.resources import VERSION

Versions = Mapping[str, str]


def local_versions(templates: str, engine: str) -> dict[str, str]:
    """Return the version of everything that decides the bytes of a packet, by name; empty if it is missing."""
    try:
        engine_version = load_engine(engine).version()
    except VisaPacketError:
        engine_version = ""
    found = {"visa-packet": VERSION, **library_versions(), f"engine {engine}": engine_version}
    found["rules and tables"] = rules_used().sha256
    if is_shipped(templates):  # others are sent with each case
        found[f"template set {templates}"] = load_template_set(templates).sha256
    return found


def wanted_versions(options: BuildOptions) -> dict[str, str]:
    """Return the versions of this machine for a run with ``options``."""
    return local_versions(options.templates, options.engine)


def find_differences(wanted: Versions, found: Iterable[Versions]) -> list[str]:
    """Return each difference between the versions of this machine and of workers once, in words."""
    differences = {
        f"{name} {_short(wanted[name])} on this machine and {_short(worker.get(name, ''))} on a worker"
        for worker in found
        for name in wanted
        if worker.get(name) != wanted[name]
    }
    return sorted(differences)


def version_problem(differences: list[str]) -> Problem:
    """Return the problem that workers have other versions."""
    message = f"worker processes differ from this machine: {'; '.join(differences)}"
    hint = "install the same versions on all machines, from one lock file, and restart the workers"
    return Problem("worker-version", "error", message, hint)


def _short(version: str) -> str:
    """A version unchanged, or the beginning of a hash."""
    return version[:12] or "none"
