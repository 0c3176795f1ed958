"""A case between its checks and its build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.case.load import LoadedCase
from pipeline.errors import Problem
from pipeline.packet.paper import Paper
from pipeline.packet.plan import Packet, State
from pipeline.packet.template_set import TemplateSet


@dataclass(frozen=True, slots=True)
class Checked:
    """A case that may be built, to a packet of that state: planned, its attachments read by part id, no error found."""

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet
    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]
    state: State = "final"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A well-formed case with the plan of its packet; nothing of its contents or attachments is checked yet."""

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet


@dataclass(frozen=True, slots=True)
class Findings:
    """The papers that can be read, by part id; what rules found; why other papers cannot be used."""

    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]
    unusable: tuple[Problem, ...]
