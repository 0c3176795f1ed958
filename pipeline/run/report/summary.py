"""Header of the HTML report: facts about the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import TemplateError
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.set_files import load_template_set


@dataclass(frozen=True, slots=True)
class ReportHeader:
    """Facts about a run. ``roles`` are the titles of the official papers by role; ``names`` shows patients' names."""

    template_set: str
    as_of: str
    language: Language
    roles: Mapping[str, str]
    names: bool = False


def report_header(options: CheckOptions, language: Language, *, names: bool) -> ReportHeader:
    """Return the header for a run with ``options``."""
    as_of = options.as_of.isoformat()
    try:
        packet = load_template_set(options.templates).packet
    except TemplateError:  # reported for each case
        return ReportHeader(Path(options.templates).name, as_of, language, {}, names)
    roles: dict[str, str] = {row.role: getattr(row.title, language) for row in packet.official_list}
    return ReportHeader(packet.id, as_of, language, roles, names)
