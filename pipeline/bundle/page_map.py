"""Which part of a bundle begins on which page, and the bundle that is merged by it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal

from pipeline.bundle.manifest_rows import PageMap, PageMapRow
from pipeline.bundle.merge import Merged, merge
from pipeline.bundle.piece import Piece
from pipeline.documents.document import Drawn
from pipeline.documents.drawing import page_plan, pages_of
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.pdf.reading import text_of
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.packet.plan import AttachmentPart, Bundle, Part, State
from pipeline.packet.template_set import Section, TemplateSet

#: Language of a bundle as a whole; its documents have their own.
LANGUAGE = "ja"

#: What the title of a bundle says of its state.
_STATE_IN_TITLE: Mapping[State, str] = {"final": "", "incomplete": "（未添付の書類あり）", "draft": "（案）"}


def make_page_map(bundle: Bundle, checked: Checked, drawn: Mapping[str, Drawn], options: Options) -> PageMap:
    """A row a part: where it begins, how long it is, and what of it can be compared later.

    Titles name nobody, for the manifest may be shown around.
    """
    pages = pages_of(checked, drawn)
    plan = page_plan(bundle, pages, right_hand=options.right_hand_pages)
    pdfs = pdfs_of(checked, drawn)
    return tuple(
        PageMapRow(
            id=part.id,
            kind=_kind(part),
            section=_section(part, checked.templates),
            title=_bilingual(part),
            page=plan.first_page[part.id],
            pages=pages[part.id],
            bytes=len(pdfs[part.id]),
            text=_text_hash(part, pdfs[part.id], checked.loaded.document),
        )
        for part in bundle.parts
    )


def merge_parts(
    page_map: PageMap, bundle: Bundle, checked: Checked, drawn: Mapping[str, Drawn], options: Options
) -> Merged:
    """The bundle with its parts where the page map says."""
    pdfs, case_id = pdfs_of(checked, drawn), checked.loaded.case.case_id
    pieces = [
        Piece(
            id=row.id,
            title=row.title,
            pdf=pdfs[row.id],
            page=row.page,
            section=row.section,
            listed_as=part.title.ja,
            is_cover=row.kind == "cover",
            is_made=row.kind in {"cover", "document"},
        )
        for row, part in zip(page_map, bundle.parts, strict=True)
    ]
    title = f"{checked.templates.packet.title.ja} {case_id}{_STATE_IN_TITLE[checked.state]}"
    return merge(pieces, title, LANGUAGE, case_id, two_sided=options.right_hand_pages)


def pdfs_of(checked: Checked, drawn: Mapping[str, Drawn]) -> dict[str, bytes]:
    """The PDF of each paper and each document by part id."""
    papers = {part_id: paper.pdf for part_id, paper in checked.papers.items()}
    return papers | {part_id: document.pdf for part_id, document in drawn.items()}


def text_key(case: JsonFile) -> bytes:
    """The key of the hashes of texts. It is made from the whole case, so that nobody else can try out guesses.

    A plain hash of a page would confirm a guessed passport number to anyone who knows the rest of the page.
    """
    return hashlib.sha256(b"visa-packet text of a document\0" + case.text.encode()).digest()


def text_hash(text: str, key: bytes) -> str:
    """Hash of the text of a document, as it is compared, under the key of its case."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _text_hash(part: Part, pdf: bytes, case: JsonFile) -> str | None:
    """Of documents alone: what stands in a paper is not the case's."""
    return None if isinstance(part, AttachmentPart) else text_hash(text_of(pdf), text_key(case))


def _section(part: Part, templates: TemplateSet) -> str | None:
    if not isinstance(part, AttachmentPart):
        found = templates.section(template=part.template)
    elif part.original_of:
        found = templates.section(template=part.original_of.template)
    else:
        found = templates.section(role=part.attachment.role)
    return _bilingual(found) if found else None


def _bilingual(titled: Section | Part) -> str:
    return f"{titled.title.ja} / {titled.title.en}"


def _kind(part: Part) -> Literal["cover", "document", "attachment", "signed"]:
    if isinstance(part, AttachmentPart):
        return "signed" if part.original_of else "attachment"
    return "cover" if part.is_cover else "document"
