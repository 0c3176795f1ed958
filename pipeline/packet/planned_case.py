"""A case with the plan of its packet."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.case.load import LoadedCase
from pipeline.errors import Problem, TemplateError
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.packet_parts import Packet, State
from pipeline.packet.plan import plan_packet, state_of
from pipeline.packet.set_files import load_template_set
from pipeline.packet.template_set import TemplateSet


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """A well-formed case with its template set, the plan of its packet, and the state that this packet will have.

    ``languages`` are those of its letters.
    """

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet
    state: State
    languages: tuple[Language, ...]

    @property
    def case_id(self) -> str:
        """The id of the case."""
        return self.loaded.case.case_id


def plan_case(loaded: LoadedCase, options: CheckOptions) -> PlannedCase:
    """Plan the packet of a case. Raises TemplateError."""
    templates = load_template_set(options.templates)
    if options.templates_sha256 not in {None, templates.sha256}:
        message = "the template set is no longer, or on this machine not, the one with which this run began"
        hint = "run again, so that all packets are made with one version of it; what is complete stays"
        raise TemplateError(Problem("template-changed", "error", message, hint, options.templates))
    packet = plan_packet(loaded.case, templates)
    languages = options.letter_languages or templates.packet.languages
    return PlannedCase(loaded, templates, packet, state_of(packet, draft=options.draft), languages)
