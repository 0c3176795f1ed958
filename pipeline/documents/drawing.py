"""Draws all documents of a packet, the cover sheet last, because it lists the first page of each part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipeline.documents.context import document_context
from pipeline.documents.context_cover import CoverHeading, PagePlan, cover_context
from pipeline.documents.document import DocumentSource, DrawnDocument, draw_all
from pipeline.documents.edited import read_all_edited
from pipeline.documents.engines.engine import Engine, load_engine
from pipeline.documents.proof.finished import FinishedDocument
from pipeline.documents.proof.page_rules import check_page
from pipeline.documents.signed_originals import has_changed
from pipeline.errors import Problem, TemplateError
from pipeline.options import DocumentOptions
from pipeline.packet.packet_parts import AttachmentPart, Bundle, DocumentPart
from pipeline.packet.paper import Paper
from pipeline.packet.planned_case import PlannedCase

_COVER_ATTEMPTS = 4


def draw_documents(
    planned: PlannedCase, papers: Mapping[str, Paper], options: DocumentOptions
) -> dict[str, DrawnDocument]:
    """Draw every document of a packet, by its id. Raises TemplateError or EngineError."""
    engine = load_engine(options.engine)
    case = planned.loaded.case
    contexts = {person: document_context(case, options.as_of, person, planned.languages) for person in case.travellers}
    documents = [(part, contexts[part.person]) for part in planned.packet.documents if not part.is_cover]
    edited = read_all_edited(planned)
    drawn = _draw(documents, planned, engine, edited)
    paper_pages = {part_id: paper.pages for part_id, paper in papers.items()}
    pages = paper_pages | {part_id: document.pages for part_id, document in drawn.items()}
    return drawn | _draw_covers(planned, pages, options, engine)


def draw_edited(planned: PlannedCase, part: DocumentPart, content: bytes, options: DocumentOptions) -> DrawnDocument:
    """Draw a document whose edited form has this content. Raises TemplateError or EngineError."""
    context = document_context(planned.loaded.case, options.as_of, part.person, planned.languages)
    return _draw([(part, context)], planned, load_engine(options.engine), {part.id: content})[part.id]


def page_findings(drawn: Mapping[str, DrawnDocument]) -> list[Problem]:
    """Return the findings of the rules on finished documents, in the order of the documents."""
    return [problem for document in drawn.values() for problem in document.problems]


def page_plan(bundle: Bundle, pages: Mapping[str, int], *, right_hand: bool) -> PagePlan:
    """Return the first page of each part of a bundle whose parts have that many pages.

    With ``right_hand``, each part begins on an odd page: printed on both sides, it begins on a new sheet.
    """
    first_page, count = {}, 0
    for part in bundle.parts:
        count += count % 2 if right_hand else 0
        first_page[part.id] = count + 1
        count += pages[part.id]
    return PagePlan(first_page, count)


def _draw(
    documents: Iterable[tuple[DocumentPart, Mapping[str, Any]]],
    planned: PlannedCase,
    engine: Engine,
    edited: Mapping[str, bytes] = MappingProxyType({}),
) -> dict[str, DrawnDocument]:
    """Draw documents with their contexts in one call of the engine. Return them by their ids.

    ``edited`` are the Word files, by the same ids, of those that were edited by hand.
    """
    listed = list(documents)
    sources = [_source(part, planned, context, edited.get(part.id)) for part, context in listed]
    drawn = draw_all(sources, engine, planned.loaded.json_file)
    return {
        part.id: replace(document, problems=(*document.problems, *_page_problems(part, planned, document, source)))
        for (part, _), document, source in zip(listed, drawn, sources, strict=True)
    }


def _source(
    part: DocumentPart, planned: PlannedCase, context: Mapping[str, Any], edited: bytes | None
) -> DocumentSource:
    template = planned.templates.templates[part.template]
    return DocumentSource(template, _name(part, planned), context, planned.state == "draft", edited)


def _name(part: DocumentPart, planned: PlannedCase) -> str:
    """Return the path of the template, or of the edited file, for messages."""
    if part.edited is not None:
        return str(planned.loaded.json_file.folder / part.edited.entry.path)
    return str(planned.templates.folder / part.template)


def _page_problems(
    part: DocumentPart, planned: PlannedCase, drawn: DrawnDocument, source: DocumentSource
) -> tuple[Problem, ...]:
    """Return the findings of the rules on finished documents; none if the case of a draft lacks fields."""
    if planned.loaded.questions:
        return ()
    templates = planned.templates
    page = FinishedDocument(
        case=planned.loaded.case,
        case_file=planned.loaded.json_file,
        person=part.person,
        template_name=_name(part, planned),
        template=source.drawn_from,
        filled=drawn.text,
        pages=drawn.read,
        printed=drawn.printed,
        shows=templates.shows(part.template),
        typed_in=templates.packet.typed_in,
        is_edited=part.edited is not None,
    )
    if part.edited is None:
        return check_page(page)
    pointer = f"/edited_documents/{part.edited.index}/path"
    located = (planned.loaded.json_file.locate(problem, pointer) for problem in check_page(page))
    return tuple(dict.fromkeys(located))


def _draw_covers(
    planned: PlannedCase, other_pages: Mapping[str, int], options: DocumentOptions, engine: Engine
) -> dict[str, DrawnDocument]:
    """Draw each cover sheet until it has as many pages as its page numbers assume."""
    waiting = [
        (part, bundle)
        for bundle in planned.packet.files
        for part in bundle.parts
        if isinstance(part, DocumentPart) and part.is_cover
    ]
    pages = {**other_pages, **{cover.id: 1 for cover, _ in waiting}}
    finished: dict[str, DrawnDocument] = {}
    for _ in range(_COVER_ATTEMPTS):
        contexts = [(cover, bundle_cover_context(bundle, planned, options, pages)) for cover, bundle in waiting]
        drawn = _draw(contexts, planned, engine)
        finished |= {cover: document for cover, document in drawn.items() if document.pages == pages[cover]}
        pages |= {cover: document.pages for cover, document in drawn.items()}
        waiting = [(cover, bundle) for cover, bundle in waiting if cover.id not in finished]
        if not waiting:
            return finished
    message = "the number of pages of the cover sheet depends on the page numbers on it"
    hint = "make the column of page numbers wider"
    raise TemplateError(Problem("template-cover", "error", message, hint, waiting[0][0].template))


def bundle_cover_context(
    bundle: Bundle, planned: PlannedCase, options: DocumentOptions, pages: Mapping[str, int]
) -> Mapping[str, Any]:
    """Return the names for the cover sheet of a bundle whose parts have that many pages."""
    plan = page_plan(bundle, pages, right_hand=options.right_hand_pages)
    about = (bundle,) if bundle.is_filed else planned.packet.bundles
    changed = _changed(about, planned, options)
    edited = () if bundle.is_filed else tuple(part.title for part in planned.packet.documents if part.edited)
    heading = CoverHeading(planned.templates.packet.title, planned.state, about, planned.languages, changed, edited)
    return cover_context(planned.loaded.case, options.as_of, heading, bundle, plan)


def _changed(bundles: Iterable[Bundle], planned: PlannedCase, options: DocumentOptions) -> set[str]:
    """Return the ids of the signed originals whose document has changed since it was signed, or may have."""
    originals = (part for bundle in bundles for part in bundle.parts if isinstance(part, AttachmentPart))
    return {
        part.id for part in originals if part.original_of and has_changed(part, planned, options.as_of) is not False
    }
