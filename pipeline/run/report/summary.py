"""What the report's page says about the run as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import TemplateError
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.template_set import load_template_set


@dataclass(frozen=True, slots=True)
class Head:
    """``roles`` are the titles of the papers of the official list by role; with ``names`` the page names patients."""

    template_set: str
    as_of: str
    language: Language
    roles: Mapping[str, str]
    names: bool = False


def head_of(options: CheckOptions, language: Language, *, names: bool) -> Head:
    """The head for a run with ``options``."""
    as_of = options.as_of.isoformat()
    try:
        packet = load_template_set(options.templates).packet
    except TemplateError:  # every case tells what is wrong with the set
        return Head(Path(options.templates).name, as_of, language, {}, names)
    roles: dict[str, str] = {row.role: getattr(row.title, language) for row in packet.official_list}
    return Head(packet.id, as_of, language, roles, names)
