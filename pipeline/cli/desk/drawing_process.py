"""The process that draws the pages of the desk, one part of a packet at a time.

It stays, with templates, fonts and engine loaded, so that a page is there within a second while a person types. It
draws the cases of one operator on one machine only; papers are read in the limited process, as in a build.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from pipeline.attachments.packet_papers import read_papers
from pipeline.case.load import load_draft
from pipeline.case.source import Source
from pipeline.cli.desk.case_form import SECTIONS
from pipeline.cli.desk.page_messages import REQUESTS, DrawnPage, DrawnPart, DrawRequest, FieldLink
from pipeline.cli.desk.unsaved import findings_json
from pipeline.documents.blank_fields import leave_out_undrawable
from pipeline.documents.context import document_context
from pipeline.documents.document import DocumentSource
from pipeline.documents.drawing import bundle_cover_context, draw_documents
from pipeline.documents.origins import PrintedText, trace
from pipeline.documents.printed_places import FieldPlace, find_places
from pipeline.errors import AttachmentError, Problem, VisaPacketError, bug
from pipeline.formats.pdf.read_page import Box
from pipeline.language import Language
from pipeline.options import CheckOptions, DocumentOptions
from pipeline.packet.findings import Findings
from pipeline.packet.packet_parts import DocumentPart, Packet
from pipeline.packet.planned_case import PlannedCase, plan_case
from pipeline.run.case_folder.fields import find_field
from pipeline.system.limited_process import BrokenMessageError, pack, receive
from pipeline.system.processes import discard, ignore_interrupts, leave_network, limit_memory

#: The most address space of the process: the engine and its fonts need 0.8 GB.
MEMORY = 2_000_000_000
#: Enough to read the smallest print.
_WIDTH = 1000

#: A document as PDF, and the names that its template read.
_Drawn = tuple[bytes, Mapping[str, Any]]


def main() -> None:
    """Draw what is asked on standard input until the desk ends."""
    ignore_interrupts()
    leave_network()
    limit_memory(MEMORY)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    discard(0, 1)
    while True:
        try:
            request = receive(requests, REQUESTS)
        except BrokenMessageError:
            return
        answers.write(pack(draw_part(request)))
        answers.flush()


def draw_part(request: DrawRequest) -> DrawnPart:
    """Draw a part of the draft of a case."""
    try:
        return _draw(request)
    except VisaPacketError as error:
        return _failed(error.problems, request.language)
    except Exception as error:  # noqa: BLE001 - the next part may be drawn; the message has no value
        return _failed((bug(error),), request.language)


def _failed(problems: Iterable[Problem], language: Language) -> DrawnPart:
    return DrawnPart((), tuple(findings_json(problems, language)))


def _draw(request: DrawRequest) -> DrawnPart:
    source = Source(request.file, Path(request.folder), request.case)
    directory = Path(request.directory) if request.directory else None
    options = CheckOptions(date.fromisoformat(request.as_of), request.templates, directory, draft=True)
    planned = plan_case(load_draft(source, directory), options)
    own = _only(planned, request.part)
    if own is None:
        return DrawnPart()
    if own.packet.attachments:
        return _paper(own, options, request.language)
    own, left_out = leave_out_undrawable(own, DocumentOptions(options.as_of))
    if not own.packet.documents:
        return _failed(left_out, request.language)
    [part] = own.packet.documents
    pdf, context = (_cover if part.is_cover else _document)(planned, own, part, options)
    template = planned.templates.templates[part.template]
    printed = () if part.edited else trace(DocumentSource(template, part.template, context), planned.loaded.case)
    return _pages(pdf, printed, request.language)


def _only(planned: PlannedCase, part_id: str) -> PlannedCase | None:
    """Return a plan with this part only; None if the packet does not have it."""
    for bundle in planned.packet.files:
        for part in bundle.parts:
            if part.id == part_id:
                return replace(planned, packet=Packet((replace(bundle, parts=(part,)),), ()))
    apart = tuple(part for part in planned.packet.apart if part.id == part_id)
    return replace(planned, packet=Packet((), apart)) if apart else None


def _document(_planned: PlannedCase, own: PlannedCase, part: DocumentPart, options: CheckOptions) -> _Drawn:
    context = document_context(own.loaded.case, options.as_of, part.person, own.languages)
    return draw_documents(own, {}, DocumentOptions(options.as_of))[part.id].pdf, context


def _cover(planned: PlannedCase, _own: PlannedCase, part: DocumentPart, options: CheckOptions) -> _Drawn:
    """Draw a cover sheet with all that it lists, because it has the page numbers."""
    documents = DocumentOptions(options.as_of)
    planned, _ = leave_out_undrawable(planned, documents)
    findings = Findings(options)
    papers = read_papers(planned, options, findings)
    if findings.unusable:
        raise AttachmentError(findings.unusable)
    drawn = draw_documents(planned, papers, documents)
    [bundle] = (each for each in planned.packet.files if part.id in {one.id for one in each.parts})
    pages = {name: each.pages for name, each in papers.items()} | {name: each.pages for name, each in drawn.items()}
    return drawn[part.id].pdf, bundle_cover_context(bundle, planned, documents, pages)


def _paper(own: PlannedCase, options: CheckOptions, language: Language) -> DrawnPart:
    findings = Findings(options)
    papers = read_papers(own, options, findings)
    if findings.unusable:
        return _failed(findings.unusable, language)
    return _pages(next(iter(papers.values())).pdf, (), language)


def _pages(pdf: bytes, printed: Sequence[PrintedText], language: Language) -> DrawnPart:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        places = find_places(document, printed)
        return DrawnPart(
            tuple(
                _page(document[number], [place for place in places if place.page == number], language)
                for number in range(len(document))
            )
        )


def _page(page: pypdfium2.PdfPage, places: Iterable[FieldPlace], language: Language) -> DrawnPage:
    picture: Image.Image = page.render(scale=_WIDTH / page.get_width()).to_pil().convert("RGB")
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)  # it goes no further than the browser on this machine
    return DrawnPage(out.getvalue(), picture.width, picture.height, field_links(page, places, language))


def field_links(page: pypdfium2.PdfPage, places: Iterable[FieldPlace], language: Language) -> tuple[FieldLink, ...]:
    """Return the links of a page, to the fields that the form has."""
    return tuple(
        FieldLink(each.pointer, _title(each.pointer, language), _box(page, each.box))
        for each in places
        if each.pointer.split("/")[1] in SECTIONS
    )


def _box(page: pypdfium2.PdfPage, box: Box) -> tuple[float, float, float, float]:
    width, height = page.get_size()
    left, lower, right, upper = box
    across, down = 100 / width, 100 / height
    return left * across, (height - upper) * down, (right - left) * across, (upper - lower) * down


def _title(pointer: str, language: Language) -> str:
    """Return the titles of a field and of the groups around it, without those of numbered entries."""
    steps = pointer.strip("/").split("/")
    above = ["/".join(steps[: end + 1]) for end, step in enumerate(steps) if not step.isdecimal()]
    return " › ".join(find_field(each).title(language) for each in above)


if __name__ == "__main__":
    main()
