"""A copy of a packet's documents for third parties. Identity numbers are masked before the documents are drawn.

They are neither visible on the pages nor contained in their text. Supplied papers are left out: pictures of identity
numbers cannot be masked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.bundle.bundle_text import LANGUAGE
from pipeline.bundle.piece import Piece
from pipeline.case.masking import identity_numbers, mask_case
from pipeline.documents.document import DrawnDocument
from pipeline.documents.drawing import draw_documents
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import JsonFile, texts
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import DocumentOptions
from pipeline.packet.packet_parts import Bundle, DocumentPart, Packet, Part
from pipeline.packet.planned_case import PlannedCase

#: Name of the file, beside the bundle.
COPY_NAME = "recipient-copy.pdf"

#: Printed with the number of each page.
_MARK = "写し / COPY"


def recipient_copy(planned: PlannedCase, options: DocumentOptions) -> bytes:
    """Return the copy: every document but the cover sheets, with masked identity numbers.

    Raises CaseError if a free text of the case contains such a number, where it cannot be masked.
    """
    from pipeline.bundle.merge import merge  # noqa: PLC0415 - a bundle is merged by another process

    case, document = planned.loaded.case, planned.loaded.json_file
    bundles = tuple(replace(bundle, parts=tuple(_documents(bundle))) for bundle in planned.packet.files)
    hidden = replace(planned, loaded=replace(planned.loaded, case=mask_case(case)), packet=Packet(bundles, ()))
    drawn = draw_documents(hidden, {}, options)
    copy = merge(list(_pieces(hidden.packet, drawn)), _MARK, LANGUAGE, f"{case.case_id}  {_MARK}").pdf
    printed = text_of(copy)
    numbers = set(identity_numbers(case))
    if any(squeeze(number) in printed for number in numbers):
        raise CaseError([_unmasked(pointer, document) for pointer in _places(numbers, document)])
    return copy


def _documents(bundle: Bundle) -> Iterator[DocumentPart]:
    """The documents of a bundle. The scan of a signed document is replaced by the document."""
    for part in bundle.parts:
        document = part if isinstance(part, DocumentPart) else part.original_of
        if document is not None and not document.is_cover:
            yield document


def _pieces(packet: Packet, drawn: dict[str, DrawnDocument]) -> Iterator[Piece]:
    page = 1
    for part in packet.documents:
        yield Piece(
            id=part.id,
            title=_title(part),
            pdf=drawn[part.id].pdf,
            page=page,
            section=None,
            listed_as=part.title.ja,
            is_cover=False,
            is_generated=True,
        )
        page += drawn[part.id].pages


def _title(part: Part) -> str:
    return f"{part.title.ja} / {part.title.en}"


def _places(numbers: set[str], json_file: JsonFile) -> list[str]:
    """Pointers of the free texts of the case that contain a number."""
    return [
        pointer
        for pointer, text, is_key in texts(json_file.data)
        if not is_key and text not in numbers and any(number in text for number in numbers)
    ] or [""]


def _unmasked(pointer: str, json_file: JsonFile) -> Problem:
    message = "this text contains an identity number, which the copy for third parties would show"
    return json_file.problem(
        "copy-number", pointer, message, "remove the number from the text, or build without the copy"
    )
