"""The page map of a bundle (the pages of each part), and the request to merge it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipeline.bundle.bundle_text import LANGUAGE, text_hash, text_key
from pipeline.bundle.manifest_rows import PageMap, PageMapRow
from pipeline.bundle.merge_messages import MergeRequest
from pipeline.bundle.page_numbers import heading_of
from pipeline.bundle.piece import Piece
from pipeline.documents.document import DrawnDocument
from pipeline.documents.drawing import page_plan
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.pdf.read_page import ReadPage
from pipeline.formats.pdf.reading import text_of_pages
from pipeline.options import BundleOptions
from pipeline.packet.packet_parts import AttachmentPart, Bundle, DocumentPart, Part, State
from pipeline.packet.paper import PagePicture, Paper
from pipeline.packet.planned_case import PlannedCase
from pipeline.packet.template_set import Section, TemplateSet
from pipeline.visa.labels import label

#: The papers and the documents of a packet by part id.
Contents = Mapping[str, Paper | DrawnDocument]


def make_page_map(bundle: Bundle, contents: Contents, planned: PlannedCase, *, right_hand: bool) -> PageMap:
    """Return a row for each part: its pages, and what is needed to verify it later.

    The titles name no person, so that the manifest can be passed on.
    """
    plan = page_plan(bundle, {part.id: contents[part.id].pages for part in bundle.parts}, right_hand=right_hand)
    return tuple(
        PageMapRow(
            id=part.id,
            kind=_kind(part),
            section=_section(part, planned.templates),
            title=_bilingual(part),
            page=plan.first_page[part.id],
            pages=contents[part.id].pages,
            bytes=len(contents[part.id].pdf),
            text=_text_hash(contents[part.id], planned.loaded.json_file),
            unsigned=part.is_unsigned,
        )
        for part in bundle.parts
    )


def merge_request(
    page_map: PageMap, bundle: Bundle, contents: Contents, planned: PlannedCase, options: BundleOptions
) -> MergeRequest:
    """Return the request to merge the parts of a bundle as its page map says."""
    case_id = planned.loaded.case.case_id
    pieces = tuple(
        Piece(
            id=row.id,
            title=row.title,
            pdf=contents[row.id].pdf,
            page=row.page,
            section=row.section,
            listed_as=part.title.ja,
            is_cover=row.kind == "cover",
            is_generated=row.kind in {"cover", "document"},
            pictures=_pictures(contents[row.id]),
            pages=_read_pages(contents[row.id]),
            signer=part.signed_by if options.signature_fields and isinstance(part, DocumentPart) else None,
        )
        for row, part in zip(page_map, bundle.parts, strict=True)
    )
    title = f"{planned.templates.packet.title.ja} {case_id}{_in_title(planned.state)}"
    heading = heading_of(case_id, is_filed=bundle.is_filed)
    return MergeRequest(pieces, title, LANGUAGE, heading, two_sided=options.right_hand_pages)


def _in_title(state: State) -> str:
    """Return the state of a packet for the title of its bundles, which says nothing of one that is ready to file."""
    return "" if state == "ready_to_file" else f"（{label(state, 'state', LANGUAGE)}）"


def _pictures(content: Paper | DrawnDocument) -> tuple[PagePicture, ...]:
    return content.pictures if isinstance(content, Paper) else ()


def _read_pages(content: Paper | DrawnDocument) -> tuple[ReadPage, ...]:
    """Return the pages of a document, which were read when it was checked. No byte of a paper is parsed here."""
    return content.read if isinstance(content, DrawnDocument) else ()


def _text_hash(content: Paper | DrawnDocument, case: JsonFile) -> str | None:
    """The hash of a document. A supplied paper has none: its text does not come from the case."""
    return text_hash(text_of_pages(content.read), text_key(case)) if isinstance(content, DrawnDocument) else None


def _section(part: Part, templates: TemplateSet) -> str | None:
    if not isinstance(part, AttachmentPart):
        found = templates.section(template=part.template)
    elif part.original_of:
        found = templates.section(template=part.original_of.template)
    else:
        found = templates.section(role=part.attachment.paper)
    return _bilingual(found) if found else None


def _bilingual(titled: Section | Part) -> str:
    return f"{titled.title.ja} / {titled.title.en}"


def _kind(part: Part) -> Literal["cover", "document", "attachment", "signed"]:
    if isinstance(part, AttachmentPart):
        return "signed" if part.original_of else "attachment"
    return "cover" if part.is_cover else "document"
