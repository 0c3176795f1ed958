"""A template filled and drawn with generated cases at the edges: what is lost, cannot be filled, or has no glyph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.authoring.check.finding import Finding
from pipeline.authoring.check.sample_cases import AS_OF, EdgeCase, edge_case
from pipeline.authoring.check.sample_data import Edge
from pipeline.case.people import PATIENT
from pipeline.documents.context import PagePlan, cover_context, document_context
from pipeline.documents.context_types import Names
from pipeline.documents.document import draw
from pipeline.documents.engines.engine import Engine
from pipeline.documents.fill import fill
from pipeline.errors import Problem, VisaPacketError, WordPlace
from pipeline.formats.json.reader import texts
from pipeline.formats.pdf.reading import lost_texts
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.word_places import LONGEST_QUOTE, Part
from pipeline.packet.plan import plan_packet
from pipeline.packet.template_set import TemplateSet

EDGES: tuple[Edge, ...] = ("least", "lists", "texts")
_COMPANION = "companion-1"
#: Page numbers of a cover sheet that is drawn alone; as wide as any.
_PAGE = 88


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was let in, with what its set says of it."""

    content: bytes
    docx: DocxFile
    file: str
    when: str
    is_cover: bool
    for_everyone: bool
    templates: TemplateSet


@dataclass(frozen=True, slots=True)
class Trial:
    """One filling of a template: with which case, and for whom."""

    case: EdgeCase
    person: str = PATIENT

    @property
    def about(self) -> str:
        """What is special about it, for people."""
        return self.case.about if self.person == PATIENT else f"{self.case.about}, for a companion"


def trials(template: Template) -> Iterator[Trial]:
    """Every filling that a template has to stand."""
    for edge in EDGES:
        case = edge_case(edge, template.when)
        if case:
            yield Trial(case)
    case = edge_case("few", template.when)
    if template.for_everyone and case and _COMPANION in case.case.travellers:
        yield Trial(case, _COMPANION)


def try_out(template: Template, trial: Trial, engine: Engine) -> list[Finding]:
    """What goes wrong in one filling."""
    context = _context(template, trial)
    try:
        draw(template.content, template.file, context, engine, trial.case.document)
    except VisaPacketError as error:
        lost = list(_lost(template, trial, context, engine)) if error.problems[0].code == "engine-lost-text" else []
        return lost or [_finding(problem, template) for problem in error.problems]
    return []


def _context(template: Template, trial: Trial) -> Mapping[str, Any]:
    case = trial.case.case
    if not template.is_cover:
        return _names(trial)
    bundle = next(found for found in plan_packet(case, template.templates).bundles if found.person == trial.person)
    pages = PagePlan({part.id: _PAGE for part in bundle.parts}, _PAGE)
    return cover_context(case, AS_OF, template.templates, bundle, pages)


@cache
def _names(trial: Trial) -> Names:
    """The names of one case, which are the same for every template."""
    return document_context(trial.case.case, AS_OF, trial.person)


def _finding(problem: Problem, template: Template) -> Finding:
    at = f" ({problem.pointer})" if problem.pointer else ""
    place = _place(template, problem.place) if isinstance(problem.place, WordPlace) else None
    return Finding(problem.code, problem.severity, f"{problem.message}{at}", problem.hint, None, place)


def _place(template: Template, place: WordPlace) -> WordPlace:
    """Return the place of a tag with its number and surroundings: its paragraph is known by its text."""
    root = template.docx.text_parts.get(place.part)
    if root is None:
        return place
    part = Part(place.part, root)
    quote = place.text or ""
    wanted, is_cut = "".join(quote.split()), len(quote) == LONGEST_QUOTE
    for index, paragraph in enumerate(part.paragraphs):
        own = "".join(paragraph.text.split())
        if wanted and (own.startswith(wanted) if is_cut else own == wanted):
            return part.place_at(index)
    return WordPlace(part.label, text=place.text)


def _lost(template: Template, trial: Trial, context: Mapping[str, Any], engine: Engine) -> Iterator[Finding]:
    """A finding for each field of the case whose text is not on the page."""
    filled = fill(template.content, template.file, context)
    lost = set(lost_texts(engine.convert(filled.docx), filled.texts))
    fields = [pointer for pointer, text, is_key in texts(trial.case.document.data) if text in lost and not is_key]
    for pointer in fields:
        message = f"the text of {pointer} is not, or not whole, on the page"
        hint = "give its cell, box or line more room"
        yield Finding("engine-lost-text", "error", message, hint, None)
