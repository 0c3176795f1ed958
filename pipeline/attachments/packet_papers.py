"""The papers of one packet: every attachment of the case is read, and a fillable form is filled first."""

from __future__ import annotations

from dataclasses import replace

from pipeline.attachments.forms.in_packet import check_report, filling_for, form_findings
from pipeline.attachments.read_paper import read_paper
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.options import CheckOptions
from pipeline.packet.findings import Findings
from pipeline.packet.paper import Paper
from pipeline.packet.paper_rules import paper_findings
from pipeline.packet.plan import AttachmentPart
from pipeline.packet.planned_case import PlannedCase


def read_papers(planned: PlannedCase, options: CheckOptions, findings: Findings) -> dict[str, Paper]:
    """Return each usable attachment as a paper, by part id. Add what was found in the files to ``findings``."""
    papers: dict[str, Paper] = {}
    in_forms: list[Problem] = []
    for part in planned.packet.attachments:
        try:
            papers[part.id], found = _read(part, planned, options)
            in_forms += found
        except UnusableError as error:
            attachment, problem = part.attachment, error.problem
            message = f"{attachment.role} of {part.person}: {problem.message}"
            pointer = f"/attachments/{part.index}/{problem.args['field']}"
            findings.unusable.append(planned.loaded.document.locate(replace(problem, message=message), pointer))
        except AttachmentError as error:
            findings.unusable += error.problems
    findings.add(paper_findings(planned.packet, papers, planned.loaded.document))
    findings.add(in_forms)
    return papers


def _read(part: AttachmentPart, planned: PlannedCase, options: CheckOptions) -> tuple[Paper, list[Problem]]:
    """The paper, and the findings about the form that it is."""
    document, attachment = planned.loaded.document, part.attachment
    filling = filling_for(part, planned.loaded.case, options.as_of, document.folder)
    asked = None if filling is None else filling.asked(draft=options.draft)
    paper = read_paper(document.folder, attachment.path, part.print_size_mm, attachment.password_file, asked)
    if filling is None or paper.form is None:
        return paper, []
    check_report(filling, paper.form)
    found = form_findings(paper.form, filling, document, f"/attachments/{part.index}/form_mapping")
    return replace(paper, mapping_sha256=filling.mapping.sha256), found
