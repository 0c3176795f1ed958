"""The papers of one packet: reads every attachment of the case, and fills fillable forms first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec import structs

from pipeline.attachments.forms.field_mapping import Filling, problems_of_an_attachment
from pipeline.attachments.forms.in_packet import filling_for, form_findings, mapping_for
from pipeline.attachments.messages import Conversion, ReaderAnswer, Request, Wanted
from pipeline.attachments.paper_text import NO_TEXT_RULE
from pipeline.attachments.read_paper import convert, make_request, with_form
from pipeline.attachments.reader_client import READER
from pipeline.attachments.scan_client import compare_scan, prepare_scans
from pipeline.attachments.unusable import ROOM
from pipeline.attachments.wanted import wanted_of
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.formats.messages import prefixed, words
from pipeline.options import CheckOptions
from pipeline.packet.findings import Findings
from pipeline.packet.packet_parts import AttachmentPart
from pipeline.packet.paper import Paper
from pipeline.packet.paper_rules import paper_findings
from pipeline.packet.planned_case import PlannedCase


@dataclass(frozen=True, slots=True)
class _Asked:
    """The request to read an attachment, and the values for its fields if it is a form."""

    request: Request
    filling: Filling | None


def read_papers(
    planned: PlannedCase, options: CheckOptions, findings: Findings, *, drawn_later: bool = False
) -> dict[str, Paper]:
    """Return each usable attachment as a paper, by part id. Add the problems of the files to ``findings``.

    If the papers are ``drawn_later``, their pages are compared with those of the files when they are merged.
    """
    if options.read_scans:
        prepare_scans()
    papers: dict[str, Paper] = {}
    in_forms: list[Problem] = []
    parts = planned.packet.attachments
    asked = [_prepare(part, planned, options, drawn_later=drawn_later) for part in parts]
    requests = [each.request for each in asked if isinstance(each, _Asked)]
    answers = iter(READER.ask_together(requests))
    for part, each in zip(parts, asked, strict=True):
        try:
            if not isinstance(each, _Asked):
                raise each
            paper, found = _read(part, planned, each, next(answers))
            papers[part.id] = _compared(paper, each.request.wanted) if options.read_scans else paper
            in_forms += found
        except UnusableError as error:
            attachment, problem = part.attachment, error.problem
            named = prefixed(problem, words("papers", "of", room=ROOM, role=attachment.role, person=part.person))
            pointer = f"/attachments/{part.index}/{problem.args['field']}"
            findings.unusable.append(planned.loaded.json_file.locate(named, pointer))
        except AttachmentError as error:
            findings.unusable += error.problems
    findings.add(paper_findings(planned.packet, papers, planned.loaded.json_file))
    findings.add(in_forms)
    return papers


def _prepare(
    part: AttachmentPart, planned: PlannedCase, options: CheckOptions, *, drawn_later: bool
) -> _Asked | UnusableError | AttachmentError:
    """Return what to ask about an attachment, or the reason why it cannot be read."""
    document, attachment = planned.loaded.json_file, part.attachment
    try:
        request = make_request(
            document.folder,
            attachment.path,
            Conversion(part.print_size_mm),
            password_file=attachment.password_file,
        )
        filling = None
        with problems_of_an_attachment():
            mapping = mapping_for(attachment, document.folder, request)
        if mapping is not None:
            filling = filling_for(mapping, part, planned.loaded.case, options.as_of)
            request = with_form(request, filling.request(draft=options.draft))
    except (UnusableError, AttachmentError) as error:
        return error
    # A paper is not compared with the draft of a case that lacks fields.
    wanted = None if planned.loaded.questions else wanted_of(part, planned.loaded.case, planned.templates)
    return _Asked(structs.replace(request, wanted=wanted, drawn_later=drawn_later), filling)


def _named_by(part: AttachmentPart) -> str:
    """Return the field of an attachment that decides its mapping."""
    return "path" if part.attachment.form_mapping is None else "form_mapping"


def _read(
    part: AttachmentPart, planned: PlannedCase, asked: _Asked, answer: ReaderAnswer | None
) -> tuple[Paper, list[Problem]]:
    """Return the paper, and findings about it if it is a form."""
    document, filling = planned.loaded.json_file, asked.filling
    paper = convert(asked.request, answer)
    if filling is None or paper.form is None:
        return paper, []
    filling.check(paper.form)
    found = form_findings(paper.form, filling, document, f"/attachments/{part.index}/{_named_by(part)}")
    return replace(paper, mapping_sha256=filling.mapping.sha256), found


def _compared(paper: Paper, wanted: Wanted | None) -> Paper:
    """Return a paper with the notes of its scan in place of the one that it has no text."""
    others = tuple(note for note in paper.notes if note.rule != NO_TEXT_RULE)
    if wanted is None or others == paper.notes:
        return paper
    return replace(paper, notes=(*others, *compare_scan(paper.pdf, wanted)))
