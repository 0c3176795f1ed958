"""Makes the names for a cover sheet: those of every document, and the papers of its bundle with their pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.case.base import PAGE_LANGUAGES, Trilingual
from pipeline.case.model import Case
from pipeline.documents.context import document_context, fellows_of
from pipeline.documents.context_timeline import filing_names
from pipeline.documents.context_types import CoverNames, EnclosedPaper, ListOfPapers, PageOfPaper, RequiredPaper
from pipeline.packet.document_fields import name_fields
from pipeline.packet.packet_parts import AttachmentPart, Bundle, DocumentPart, Part, Requirement, State
from pipeline.packet.template_set import OfficialRow
from pipeline.visa.labels import trilingual

#: The letter in packet.json of a paper that is required in addition to the official letters.
BEYOND_THE_LETTERS = "＋"


@dataclass(frozen=True, slots=True)
class PagePlan:
    """The first page (from 1) of each part of a bundle, and the number of pages of the bundle."""

    first_page: Mapping[str, int]
    pages: int


@dataclass(frozen=True, slots=True)
class CoverHeading:
    """What a cover sheet says of the whole packet: its title and its state.

    ``about`` are the bundles of which it tells what is missing or to be signed, ``changed`` are the ids of the signed
    originals whose document has changed since it was signed, or may have. ``edited`` are the titles of the documents
    that were edited by hand; only the working file lists them.
    """

    title: Trilingual
    state: State
    about: Sequence[Bundle]
    languages: Collection[str] = PAGE_LANGUAGES
    changed: Collection[str] = ()
    edited: Sequence[Trilingual] = ()


def cover_context(case: Case, as_of: date, heading: CoverHeading, bundle: Bundle, pages: PagePlan) -> CoverNames:
    """Return the names for a cover sheet: those of every document, and the papers of the bundle with their pages."""
    papers: ListOfPapers = {
        "title": heading.title,
        "state": trilingual("state", heading.state),
        "fellows": list(fellows_of(case, bundle.person)),
        "required": [_required(asked, bundle, pages) for asked in bundle.requirements if _is_listed(asked)],
        "enclosed": [_enclosed(part, case, pages) for part in bundle.parts if _is_enclosed(part, bundle)],
        "originals": sum(_is_original(part) for part in bundle.parts),
        "changed": [
            _changed_title(part) for each in heading.about for part in each.parts if part.id in heading.changed
        ],
        "edited": heading.edited,
        "unfilled": [
            {"title": each.document.title, "fields": name_fields(each.fields)}
            for one in heading.about
            for each in one.lacks_values
        ],
        "missing": [
            {"letter": row.letter, "title": row.title, "person": _person_name(case, one.person)}
            for one in heading.about
            for row in one.missing
        ],
        "to_sign": [
            {"title": part.title, "issuer": part.issuer, "person": _person_name(case, part.person)}
            for one in heading.about
            for part in one.unsigned
        ],
        "page_count": pages.pages,
    }
    names = document_context(case, as_of, bundle.person, heading.languages)
    return {**names, **filing_names(case, as_of), "packet": papers}


def _person_name(case: Case, person: str) -> str:
    """Return the name of a traveller in passport letters."""
    return case.travellers[person][1].name.surname_first


def _is_listed(requirement: Requirement) -> bool:
    """Return True if the cover sheet lists the paper: every official letter, other papers only if they are needed."""
    return requirement.needed or requirement.row.letter != BEYOND_THE_LETTERS


def _required(requirement: Requirement, bundle: Bundle, pages: PagePlan) -> RequiredPaper:
    row = requirement.row
    papers = [_paper(part, pages) for part in bundle.parts if _answers(part, row)]
    return {
        "letter": row.letter,
        "title": row.title,
        "issuer": row.issuer,
        "needed": requirement.needed,
        "present": bool(papers),
        "pages": papers,
    }


def _paper(part: Part, pages: PagePlan) -> PageOfPaper:
    """Return the first page of a paper, and the dates of a supplied paper if the case has them."""
    supplied = part.attachment if isinstance(part, AttachmentPart) else None
    return {
        "page": pages.first_page[part.id],
        "original": _is_original(part),
        "unsigned": part.is_unsigned,
        "issued_on": supplied.issued_on if supplied else None,
        "valid_until": supplied.valid_until if supplied else None,
    }


def _answers(part: Part, row: OfficialRow) -> bool:
    document = part if isinstance(part, DocumentPart) else part.original_of
    if document is not None:
        return document.id == row.document
    return isinstance(part, AttachmentPart) and part.attachment.paper == row.role


def _changed_title(part: Part) -> Trilingual:
    """Return the title of a signed original, with a remark if nobody knows if its document has changed."""
    title = part.title
    if isinstance(part, AttachmentPart) and part.attachment.printed_hash is None:
        return Trilingual(f"{title.ja}（照合不可）", f"{title.en} (could not be compared)", f"{title.zh}（未能核对）")
    return title


def _is_original(part: Part) -> bool:
    """Return True for the signed original of a document."""
    return isinstance(part, AttachmentPart) and part.original_of is not None


def _is_enclosed(part: Part, bundle: Bundle) -> bool:
    is_cover = isinstance(part, DocumentPart) and part.is_cover
    return not is_cover and not any(_answers(part, requirement.row) for requirement in bundle.requirements)


def _enclosed(part: Part, case: Case, pages: PagePlan) -> EnclosedPaper:
    return {
        "title": part.title,
        "issuer": part.issuer,
        "person": _person_name(case, part.person),
        "page": pages.first_page[part.id],
        "original": _is_original(part),
        "unsigned": part.is_unsigned,
    }
