"""Fill and draw a template with sample cases: report lost texts, tags that cannot be filled, and missing glyphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.authoring.check.sample_cases import AS_OF, Recipe, SampleCase, find_recipe, make_case
from pipeline.authoring.check.sample_data import Edge
from pipeline.case.people import PATIENT
from pipeline.documents.context import document_context
from pipeline.documents.context_cover import CoverHeading, PagePlan, cover_context
from pipeline.documents.context_types import DocumentNames
from pipeline.documents.document import DocumentSource, DrawnDocument, draw
from pipeline.documents.engines.engine import Engine
from pipeline.documents.fill import fill
from pipeline.documents.proof.finished import FinishedDocument
from pipeline.documents.proof.foreign_values import find_foreign_values
from pipeline.errors import Problem, VisaPacketError, WordPlace
from pipeline.formats.json.reader import texts
from pipeline.formats.pdf.reading import lost_texts
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.word_places import LONGEST_QUOTE, Part
from pipeline.packet.plan import plan_packet
from pipeline.packet.template_set import TemplateSet

EDGES: tuple[Edge, ...] = ("least", "lists", "texts")
_COMPANION = "companion-1"
#: Page number on a cover sheet that is drawn alone; as wide as any.
_PAGE = 88
#: Tags of whole paragraphs before and after a paragraph, with which Jinja sees it in one line.
_TAGS_AROUND = re.compile(r"^(?:\{%[^%]*%\})+|(?:\{%[^%]*%\})+$")


@dataclass(frozen=True, slots=True)
class Template:
    """A template that can be opened, with its entry in the set."""

    content: bytes
    docx: DocxFile
    file: str
    when: str
    is_cover: bool
    whom: str
    templates: TemplateSet


@dataclass(frozen=True, slots=True)
class Trial:
    """One filling of a template: the sample case, and the person that the document is for."""

    recipe: Recipe
    person: str = PATIENT

    @property
    def about(self) -> str:
        """Description for people."""
        return self.recipe.about if self.person == PATIENT else f"{self.recipe.about}, for a companion"


def list_trials(template: Template) -> Iterator[Trial]:
    """Yield every trial that a template must pass."""
    for edge in EDGES:
        recipe = find_recipe(edge, template.when)
        if recipe and template.whom != "companions":
            yield Trial(recipe)
        elif recipe and _COMPANION in make_case(recipe).case.travellers:
            yield Trial(recipe, _COMPANION)
    recipe = find_recipe("few", template.when)
    if template.whom == "everyone" and recipe and _COMPANION in make_case(recipe).case.travellers:
        yield Trial(recipe, _COMPANION)


def try_out(template: Template, trial: Trial, engine: Engine) -> list[Problem]:
    """Fill and draw the template once, and return the problems."""
    sample = make_case(trial.recipe)
    context = _context(template, trial, sample)
    try:
        drawn = draw(DocumentSource(template.content, template.file, context), engine, sample.json_file)
    except VisaPacketError as error:
        lost = error.problems[0].code == "engine-lost-text" and list(_lost_fields(template, sample, context, engine))
        return lost or [_softened(_without_case(problem, template), trial) for problem in error.problems]
    foreign = find_foreign_values(_finished(template, trial, sample, drawn))
    about_engine = () if _is_extreme(trial) else drawn.problems  # only there a header of a shipped set is too high
    return [*about_engine, *(_without_case(problem, template) for problem in foreign)]


def _softened(problem: Problem, trial: Trial) -> Problem:
    """Return a problem as a note if it is text on text where every text is as long as no case has it."""
    return replace(problem, severity="info") if problem.code == "engine-overlap" and _is_extreme(trial) else problem


def _is_extreme(trial: Trial) -> bool:
    """Return True if every text is as long as no case has it."""
    return trial.recipe.edge == "texts"


def _finished(template: Template, trial: Trial, sample: SampleCase, drawn: DrawnDocument) -> FinishedDocument:
    """Return the document as the rules on finished documents read it: they find values that are typed in."""
    return FinishedDocument(
        case=sample.case,
        case_file=sample.json_file,
        person=trial.person,
        template_name=template.file,
        template=template.content,
        filled=drawn.text,
        pages=drawn.read,
        printed=drawn.printed,
        typed_in=template.templates.packet.typed_in,
    )


def _context(template: Template, trial: Trial, sample: SampleCase) -> Mapping[str, Any]:
    if not template.is_cover:
        return _names(trial)
    packet = plan_packet(sample.case, template.templates)
    name = Path(template.file).name
    covered = [file for file in packet.files if any(part.template == name for part in file.documents)]
    bundle = next(file for file in covered or packet.bundles if not file.is_filed or file.person == trial.person)
    pages = PagePlan({part.id: _PAGE for part in bundle.parts}, _PAGE)
    heading = CoverHeading(template.templates.packet.title, "to_be_signed", packet.bundles)
    return cover_context(sample.case, AS_OF, heading, bundle, pages)


@cache
def _names(trial: Trial) -> DocumentNames:
    """Return the names of one case, which are the same for every template."""
    return document_context(make_case(trial.recipe).case, AS_OF, trial.person)


def _without_case(problem: Problem, template: Template) -> Problem:
    """Return the problem as one of the template: its place is in the Word file, the field of the case in the text."""
    field = f" ({problem.pointer})" if problem.pointer else ""
    place = _find_place(template, problem.place) if isinstance(problem.place, WordPlace) else None
    return replace(problem, message=f"{problem.message}{field}", file=template.file, place=place, translations={})


def _find_place(template: Template, place: WordPlace) -> WordPlace:
    """Return the place of a tag with its number and surroundings: its paragraph is recognised by its text."""
    root = template.docx.text_parts.get(place.part)
    if root is None:
        return place
    part = Part(place.part, root)
    quote = place.text or ""
    wanted, is_cut = "".join(quote.split()), len(quote) == LONGEST_QUOTE
    for index, paragraph in enumerate(part.paragraphs):
        own = "".join(paragraph.text.split())
        if wanted and (own.startswith(wanted) if is_cut else own in {wanted, _TAGS_AROUND.sub("", wanted)}):
            return part.place_at(index)
    return WordPlace(part.label, text=place.text)


def _lost_fields(
    template: Template, sample: SampleCase, context: Mapping[str, Any], engine: Engine
) -> Iterator[Problem]:
    """Yield a problem for each field of the case whose text is not on the page."""
    filled = fill(template.content, template.file, context)
    lost = set(lost_texts(engine.convert(filled.docx), filled.texts))
    for pointer, text, is_key in texts(sample.json_file.data):
        if text in lost and not is_key:
            message = f"the text of {pointer} is missing on the page, in whole or in part"
            hint = "give its cell, box or line more room"
            yield Problem("engine-lost-text", "error", message, hint, template.file)
