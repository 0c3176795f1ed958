"""All documents of a packet, the cover sheet last: it names the page on which each part begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.documents.context import PagePlan, cover_context, document_context
from pipeline.documents.document import Drawn, Sheet, draw_all
from pipeline.documents.engines.engine import Engine
from pipeline.documents.proof.finished import FinishedDocument
from pipeline.documents.proof.page_rules import check_page
from pipeline.errors import Problem, TemplateError
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.packet.plan import Bundle, DocumentPart

_COVER_ATTEMPTS = 4


def draw_documents(checked: Checked, options: Options, engine: Engine) -> dict[str, Drawn]:
    """Every document by its id. Raises TemplateError or EngineError."""
    as_of = options.as_of
    case = checked.loaded.case
    contexts = {person: document_context(case, as_of, person) for person in case.travellers}
    documents = [(part, contexts[part.person]) for part in checked.packet.documents if not part.is_cover]
    drawn = _draw(documents, checked, engine)
    return drawn | _draw_covers(checked, drawn, options, engine)


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


def pages_of(checked: Checked, drawn: Mapping[str, Drawn]) -> dict[str, int]:
    """Number of pages of each paper and each document drawn so far, by part id."""
    papers = {part_id: paper.pages for part_id, paper in checked.papers.items()}
    return papers | {part_id: document.pages for part_id, document in drawn.items()}


def _draw(
    documents: Iterable[tuple[DocumentPart, Mapping[str, Any]]], checked: Checked, engine: Engine
) -> dict[str, Drawn]:
    """The documents by their ids, each filled with its context; the engine is called once."""
    listed = list(documents)
    sheets = [_sheet(part, checked, context) for part, context in listed]
    drawn = draw_all(sheets, engine, checked.loaded.document)
    return {
        part.id: replace(document, problems=_page_problems(part, checked, document))
        for (part, _), document in zip(listed, drawn, strict=True)
    }


def _sheet(part: DocumentPart, checked: Checked, context: Mapping[str, Any]) -> Sheet:
    return Sheet(checked.templates.templates[part.template], _name(part, checked), context, checked.state == "draft")


def _name(part: DocumentPart, checked: Checked) -> str:
    """The template's path, for messages."""
    return str(checked.templates.folder / part.template)


def _page_problems(part: DocumentPart, checked: Checked, drawn: Drawn) -> tuple[Problem, ...]:
    """What the rules on finished documents find in this one."""
    templates = checked.templates
    page = FinishedDocument(
        case=checked.loaded.case,
        case_file=checked.loaded.document,
        person=part.person,
        template_name=_name(part, checked),
        template=templates.templates[part.template],
        docx=drawn.docx,
        pdf=drawn.pdf,
        printed=drawn.printed,
        shows=templates.shows(part.template),
        typed_in=templates.packet.typed_in,
    )
    return check_page(page)


def _draw_covers(checked: Checked, drawn: Mapping[str, Drawn], options: Options, engine: Engine) -> dict[str, Drawn]:
    """Draw each cover sheet until the number of its own pages is the one that its page numbers assume."""
    bundles = checked.packet.bundles
    waiting = [
        (part, bundle)
        for bundle in bundles
        for part in bundle.parts
        if isinstance(part, DocumentPart) and part.is_cover
    ]
    pages = pages_of(checked, drawn) | {cover.id: 1 for cover, _ in waiting}
    finished: dict[str, Drawn] = {}
    for _ in range(_COVER_ATTEMPTS):
        contexts = [(cover, _cover_context(bundle, checked, options, pages)) for cover, bundle in waiting]
        sheets = _draw(contexts, checked, engine)
        finished |= {cover: sheet for cover, sheet in sheets.items() if sheet.pages == pages[cover]}
        pages |= {cover: sheet.pages for cover, sheet in sheets.items()}
        waiting = [(cover, bundle) for cover, bundle in waiting if cover.id not in finished]
        if not waiting:
            return finished
    message = "the cover sheet changes its length with the page numbers on it"
    hint = "give the column of page numbers more room"
    raise TemplateError(Problem("template-cover", "error", message, hint, waiting[0][0].template))


def _cover_context(bundle: Bundle, checked: Checked, options: Options, pages: Mapping[str, int]) -> Mapping[str, Any]:
    plan = page_plan(bundle, pages, right_hand=options.right_hand_pages)
    return cover_context(checked.loaded.case, options.as_of, checked.templates, bundle, plan)
