"""Documents that were changed by hand in Word: each takes the place of a filled template, and must agree with the case.

Every value that the template would print must be in the edited document. What the document was made from is known by
hashes, so that a later change of the case or of the template is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from pipeline.documents.context import document_context
from pipeline.documents.fill import FilledDocument, fill
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.documents.proof.lost_text import find_unwritten
from pipeline.errors import CaseError, Problem, system_reason
from pipeline.formats.files import read
from pipeline.formats.messages import Words, has_words, worded_problem, words
from pipeline.formats.pdf.reading import squeeze
from pipeline.formats.word.archive import MAX_BYTES
from pipeline.formats.word.docx_file import DocxFile, open_docx, parse_filled
from pipeline.formats.word.rejections import WordFileError
from pipeline.formats.word.text import WordText, word_text
from pipeline.formats.zip_archive import pack, read_parts
from pipeline.packet.packet_parts import DocumentPart, Packet
from pipeline.packet.paper_rules import CONTRADICTION_RULE, OUTDATED_RULE
from pipeline.packet.plan import DRAFT_MARK
from pipeline.packet.planned_case import PlannedCase
from pipeline.system.atomic import sha256
from pipeline.visa.claims import case_texts
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit

_ROOM = "documents"
_SIGNS = ("{{", "{%", "{#")
#: Parts of a case that no document prints.
_NOT_PRINTED = ("/attachments", "/edited_documents")
_MARGIN = re.compile(r"word/(header|footer)")
_PROPERTIES = "docProps/core.xml"
#: Codes of tags that are wrong; any tag is refused.
_TAGS = {"template-tags", "template-tag-mark", "template-tag-place"}


def text_sha256(text: WordText) -> str:
    """Return a hash of the text of a filled Word file. It does not depend on the engine or the layout."""
    return sha256("\0".join(text.paragraphs).encode())


def current_text(planned: PlannedCase, document: DocumentPart, as_of: date) -> WordText:
    """Return the text that a document would have now: of the edited file, or of the filled template."""
    if document.edited is not None:
        return edited_text(read_edited(planned, document))
    return word_text(fill_document(planned, document, as_of).word.xml)


def edited_text(content: bytes) -> WordText:
    """Return the text of an edited Word file that was checked."""
    return word_text(parse_filled(read_parts(content)).xml)


def fill_document(planned: PlannedCase, document: DocumentPart, as_of: date) -> FilledDocument:
    """Fill the template of a document. Raises TemplateError."""
    templates = planned.templates
    name = str(templates.folder / document.template)
    context = document_context(planned.loaded.case, as_of, document.person, planned.languages)
    return fill(templates.templates[document.template], name, context)


def read_edited(planned: PlannedCase, document: DocumentPart) -> bytes:
    """Return the Word file that takes the place of a document. Raises CaseError if it cannot be used."""
    edited, json_file = document.edited, planned.loaded.json_file
    assert edited is not None  # noqa: S101 - asked for edited documents only
    try:
        content = read(Path(edited.entry.path), MAX_BYTES, below=json_file.folder)
        check_edited(content)
    except OSError as error:
        problems: Iterable[Problem] = [worded_problem("edited-file", room=_ROOM, reason=system_reason(error))]
    except CaseError as error:
        problems = error.problems
    else:
        return content
    raise CaseError(json_file.locate(problem, f"/edited_documents/{edited.index}/path") for problem in problems)


def read_all_edited(planned: PlannedCase) -> dict[str, bytes]:
    """Return the Word files that take the place of documents, by the ids of these. Raises CaseError.

    The draft of a case that lacks fields has the filled templates instead.
    """
    if planned.loaded.questions:
        return {}
    edited = (document for document in planned.packet.documents if document.edited is not None)
    return {document.id: read_edited(planned, document) for document in edited}


def check_edited(content: bytes) -> None:
    """Raise CaseError, without a place, if a Word file cannot take the place of a document."""
    try:
        docx = open_docx(content)
    except WordFileError as error:
        codes = dict.fromkeys(problem.code for problem in error.problems)
        # Tags are reported below.
        rejected = [code for code in codes if code not in _TAGS]
        if rejected:
            reasons = [worded_problem("edited-unusable", room=_ROOM, reason=_rejection(code)) for code in rejected]
            raise CaseError(reasons) from None
        docx = parse_filled(read_parts(content))
    whole = "\n".join(word_text(docx.xml).paragraphs)
    sign = next((sign for sign in _SIGNS if sign in whole), None)
    if sign is not None:
        raise CaseError(worded_problem("edited-tags", room=_ROOM, sign=sign))
    if squeeze(DRAFT_MARK) in squeeze(whole):
        raise CaseError(worded_problem("edited-draft", room=_ROOM))


def _rejection(code: str) -> Words:
    name = code if has_words("rejections", code, _ROOM) else "other"
    return words("rejections", name, room=_ROOM)


def with_properties(content: bytes, filled: FilledDocument) -> bytes:
    """Return an edited Word file with the properties of the filled one: no author, and the same title and day."""
    parts = read_parts(content)
    own = filled.word.parts.get(_PROPERTIES)
    return content if own is None or _PROPERTIES not in parts else pack({**parts, _PROPERTIES: own})


def edited_findings(planned: PlannedCase, as_of: date) -> list[Problem]:
    """Return what is wrong with edited documents: entries, files, contradictions of the case, what changed since.

    Raises TemplateError if a template cannot be filled.
    """
    found = list(_misplaced(planned))
    for document in planned.packet.documents:
        if document.edited is not None:
            try:
                content = read_edited(planned, document)
            except CaseError as error:
                found += error.problems
                continue
            filled = fill_document(planned, document, as_of)
            found += contradictions(planned, document, content, filled)
            found += _changes(planned, document, filled)
    return found


def contradictions(
    planned: PlannedCase, document: DocumentPart, content: bytes, filled: FilledDocument
) -> Iterator[Problem]:
    """Yield a problem at each value of the case that the document would print and that the edited one does not have."""
    edited = parse_filled(read_parts(content))
    lost = [
        text
        for now, before in zip(_divided(edited), _divided(filled.word), strict=True)
        for text in find_unwritten(now, dict.fromkeys(filled.texts))
        if not find_unwritten(before, [text])
    ]
    own = f"/edited_documents/{document.edited.index}/path" if document.edited else "/case_id"
    pointers = dict.fromkeys(pointer for text in lost for pointer in _pointers(text, planned) or [own])
    for pointer in pointers:
        yield make_finding(CONTRADICTION_RULE, Hit(pointer, [document.title]), planned.loaded.json_file)


def _divided(docx: DocxFile) -> tuple[DocxFile, DocxFile]:
    """Return the text and the margins of a Word file apart: a number in a footer does not stand for one in the text."""
    margins = {name: root for name, root in docx.xml.items() if _MARGIN.match(name)}
    text = {name: root for name, root in docx.xml.items() if name not in margins}
    return DocxFile(docx.parts, text), DocxFile(docx.parts, margins)


def _pointers(text: str, planned: PlannedCase) -> list[str]:
    """Return the place of the value of the case that a printed text is made of: the whole, a day, or the longest."""
    texts = case_texts(planned.loaded.case)
    values = [(pointer, value) for pointer, value in texts if value.strip() and not pointer.startswith(_NOT_PRINTED)]
    squeezed, days = squeeze(text), find_days(text)
    whole = [pointer for pointer, value in values if squeeze(value) == squeezed]
    of_days = [pointer for pointer, value in values if any(day.isoformat() == value for day in days)]
    parts = [(len(value), pointer) for pointer, value in values if len(value) > 1 and squeeze(value) in squeezed]
    return (whole or of_days or [pointer for _, pointer in sorted(parts, reverse=True)])[:1]


def _changes(planned: PlannedCase, document: DocumentPart, filled: FilledDocument) -> Iterator[Problem]:
    """Yield a problem if the document would now be made from another template or from other values."""
    edited = document.edited
    if edited is None or text_sha256(word_text(filled.word.xml)) == edited.entry.printed_hash:
        return
    is_template = sha256(planned.templates.templates[document.template]) != edited.entry.template_hash
    hit = Hit(f"/edited_documents/{edited.index}/printed_hash", [document.title, "template" if is_template else "case"])
    yield make_finding(OUTDATED_RULE, hit, planned.loaded.json_file)


def _misplaced(planned: PlannedCase) -> Iterator[Problem]:
    """Yield a problem for each entry that takes the place of no document."""
    used = {document.edited.index for document in planned.packet.documents if document.edited}
    for index, entry in enumerate(planned.loaded.case.edited_documents):
        if index not in used:
            known = editable(planned.packet, entry.person)
            key = "edited-twice" if entry.document in known else "edited-unknown"
            problem = worded_problem(key, room=_ROOM, documents=", ".join(known))
            yield planned.loaded.json_file.locate(problem, f"/edited_documents/{index}/document")


def editable(packet: Packet, person: str) -> list[str]:
    """Return the ids of the documents of a person that can be edited: all but cover sheets, which each build draws."""
    return [part.document for part in packet.documents if part.person == person and not part.is_cover]
