"""All documents of a packet, the cover sheet last: it names the page on which each part begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.documents.context import PagePlan, cover_context, document_context
from pipeline.documents.document import Drawn, Sheet, draw_all
from pipeline.documents.engines.engine import Engine, load_engine
from pipeline.documents.proof.finished import FinishedDocument
from pipeline.documents.proof.page_rules import check_page
from pipeline.errors import Problem, TemplateError
from pipeline.options import DocumentOptions
from pipeline.packet.paper import Paper
from pipeline.packet.plan import Bundle, DocumentPart
from pipeline.packet.planned_case import PlannedCase

_COVER_ATTEMPTS = 4


def draw_documents(planned: PlannedCase, papers: Mapping[str, Paper], options: DocumentOptions) -> dict[str, Drawn]:
    """Draw every document of a packet, by its id. Raises TemplateError or EngineError."""
    engine = load_engine(options.engine)
    case = planned.loaded.case
    contexts = {person: document_context(case, options.as_of, person) for person in case.travellers}
    documents = [(part, contexts[part.person]) for part in planned.packet.documents if not part.is_cover]
    drawn = _draw(documents, planned, engine)
    paper_pages = {part_id: paper.pages for part_id, paper in papers.items()}
    pages = paper_pages | {part_id: document.pages for part_id, document in drawn.items()}
    return drawn | _draw_covers(planned, pages, options, engine)


def page_findings(drawn: Mapping[str, Drawn]) -> list[Problem]:
    """Return what the rules on finished documents find, in the order of the documents."""
    return [problem for document in drawn.values() for problem in document.problems]


def page_plan(bundle: Bundle, pages: Mapping[str, int], *, right_hand: bool) -> PagePlan:
    """First page of each part of a bundle when the parts have that many pages.

    With ``right_hand``, each begins on a page with an odd number: printed on both sides, on a sheet of its own.
    """
    first_page, count = {}, 0
    for part in bundle.parts:
        count += count % 2 if right_hand else 0
        first_page[part.id] = count + 1
        count += pages[part.id]
    return PagePlan(first_page, count)


def _draw(
    documents: Iterable[tuple[DocumentPart, Mapping[str, Any]]], planned: PlannedCase, engine: Engine
) -> dict[str, Drawn]:
    """The documents by their ids, each filled with its context; the engine is called once."""
    listed = list(documents)
    sheets = [_sheet(part, planned, context) for part, context in listed]
    drawn = draw_all(sheets, engine, planned.loaded.document)
    return {
        part.id: replace(document, problems=_page_problems(part, planned, document))
        for (part, _), document in zip(listed, drawn, strict=True)
    }


def _sheet(part: DocumentPart, planned: PlannedCase, context: Mapping[str, Any]) -> Sheet:
    return Sheet(planned.templates.templates[part.template], _name(part, planned), context, planned.state == "draft")


def _name(part: DocumentPart, planned: PlannedCase) -> str:
    """The template's path, for messages."""
    return str(planned.templates.folder / part.template)


def _page_problems(part: DocumentPart, planned: PlannedCase, drawn: Drawn) -> tuple[Problem, ...]:
    """What the rules on finished documents find in this one."""
    templates = planned.templates
    page = FinishedDocument(
        case=planned.loaded.case,
        case_file=planned.loaded.document,
        person=part.person,
        template_name=_name(part, planned),
        template=templates.templates[part.template],
        docx=drawn.docx,
        pdf=drawn.pdf,
        printed=drawn.printed,
        shows=templates.shows(part.template),
        typed_in=templates.packet.typed_in,
    )
    return check_page(page)


def _draw_covers(
    planned: PlannedCase, other_pages: Mapping[str, int], options: DocumentOptions, engine: Engine
) -> dict[str, Drawn]:
    """Draw each cover sheet until the number of its own pages is the one that its page numbers assume."""
    bundles = planned.packet.bundles
    waiting = [
        (part, bundle)
        for bundle in bundles
        for part in bundle.parts
        if isinstance(part, DocumentPart) and part.is_cover
    ]
    pages = {**other_pages, **{cover.id: 1 for cover, _ in waiting}}
    finished: dict[str, Drawn] = {}
    for _ in range(_COVER_ATTEMPTS):
        contexts = [(cover, _cover_context(bundle, planned, options, pages)) for cover, bundle in waiting]
        sheets = _draw(contexts, planned, engine)
        finished |= {cover: sheet for cover, sheet in sheets.items() if sheet.pages == pages[cover]}
        pages |= {cover: sheet.pages for cover, sheet in sheets.items()}
        waiting = [(cover, bundle) for cover, bundle in waiting if cover.id not in finished]
        if not waiting:
            return finished
    message = "the cover sheet changes its length with the page numbers on it"
    hint = "give the column of page numbers more room"
    raise TemplateError(Problem("template-cover", "error", message, hint, waiting[0][0].template))


def _cover_context(
    bundle: Bundle, planned: PlannedCase, options: DocumentOptions, pages: Mapping[str, int]
) -> Mapping[str, Any]:
    plan = page_plan(bundle, pages, right_hand=options.right_hand_pages)
    return cover_context(planned.loaded.case, options.as_of, planned.templates, bundle, plan)
