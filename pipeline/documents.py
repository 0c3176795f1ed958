"""All documents of a packet, the cover sheet last: it names the page on which each part begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import accumulate
from typing import Any

from pipeline.check import Checked
from pipeline.context import PagePlan, cover_context, document_context
from pipeline.draw import Drawn, draw
from pipeline.engines import Engine
from pipeline.errors import Problem, TemplateError
from pipeline.pages import check_page
from pipeline.pages.finished import Finished
from pipeline.plan import Bundle, DocumentPart

_COVER_ATTEMPTS = 4


def draw_documents(checked: Checked, as_of: date, engine: Engine) -> dict[str, Drawn]:
    """Every document by its id. Raises TemplateError or EngineError."""
    case = checked.loaded.case
    contexts = {person: document_context(case, as_of, person) for person in case.travellers}
    drawn = {
        part.id: _draw(part, checked, contexts[part.person], engine)
        for part in checked.packet.documents
        if not part.is_cover
    }
    for bundle in checked.packet.bundles:
        for cover in (part for part in bundle.parts if isinstance(part, DocumentPart) and part.is_cover):
            drawn[cover.id] = _draw_cover(cover, bundle, checked, drawn, as_of, engine)
    return drawn


def page_plan(bundle: Bundle, pages: Mapping[str, int]) -> PagePlan:
    """First page of each part of a bundle when the parts have that many pages."""
    lengths = [pages[part.id] for part in bundle.parts]
    starts = accumulate(lengths, initial=1)
    return PagePlan(dict(zip((part.id for part in bundle.parts), starts, strict=False)), sum(lengths))


def pages_of(checked: Checked, drawn: Mapping[str, Drawn]) -> dict[str, int]:
    """Number of pages of each paper and each document drawn so far, by part id."""
    papers = {part_id: paper.pages for part_id, paper in checked.papers.items()}
    return papers | {part_id: document.pages for part_id, document in drawn.items()}


def _draw(part: DocumentPart, checked: Checked, context: Mapping[str, Any], engine: Engine) -> Drawn:
    template = checked.templates.templates[part.template]
    name = str(checked.templates.folder / part.template)
    drawn = draw(template, name, context, engine, checked.loaded.document)
    return replace(drawn, problems=_page_problems(part, checked, drawn, name))


def _page_problems(part: DocumentPart, checked: Checked, drawn: Drawn, name: str) -> tuple[Problem, ...]:
    """What the rules on finished documents find in this one."""
    templates = checked.templates
    page = Finished(
        case=checked.loaded.case,
        person=part.person,
        template_name=name,
        template=templates.templates[part.template],
        docx=drawn.docx,
        pdf=drawn.pdf,
        printed=drawn.printed,
        shows=templates.shows(part.template),
        typed_in=templates.packet.typed_in,
    )
    return check_page(page, checked.loaded.document)


def _draw_cover(
    cover: DocumentPart, bundle: Bundle, checked: Checked, drawn: Mapping[str, Drawn], as_of: date, engine: Engine
) -> Drawn:
    """Draw the cover sheet until the number of its own pages is the one that its page numbers assume."""
    pages = 1
    for _ in range(_COVER_ATTEMPTS):
        plan = page_plan(bundle, pages_of(checked, drawn) | {cover.id: pages})
        context = cover_context(checked.loaded.case, as_of, checked.templates, bundle, plan)
        sheet = _draw(cover, checked, context, engine)
        if sheet.pages == pages:
            return sheet
        pages = sheet.pages
    message = "the cover sheet changes its length with the page numbers on it"
    hint = "give the column of page numbers more room"
    raise TemplateError(Problem("template-cover", "error", message, hint, cover.template))
