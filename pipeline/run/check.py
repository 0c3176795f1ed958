"""Everything that can be checked before a document is made: the case, the rules, the attachments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.attachments.forms.in_packet import check_report, filling_for, form_findings
from pipeline.attachments.read_paper import read_paper, warm_up
from pipeline.case.load import LoadedCase, load_case
from pipeline.case.printable import character_findings
from pipeline.case.source import Source
from pipeline.documents.signed_originals import signed_findings
from pipeline.errors import AttachmentError, CaseError, Problem, TemplateError, UnusableError
from pipeline.options import Options
from pipeline.packet.checked import Checked, Findings, Prepared
from pipeline.packet.paper import Paper
from pipeline.packet.paper_rules import LACKS, missing_papers, paper_findings, set_findings
from pipeline.packet.plan import plan_packet, state_of
from pipeline.packet.template_set import load_template_set
from pipeline.visa.rules.catalogue import checked_rules
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.rules.filed_plan import plan_differences


def prepare(loaded: LoadedCase, options: Options) -> Prepared:
    """Plan the packet of a case. Raises TemplateError."""
    templates = load_template_set(options.templates)
    if options.templates_sha256 not in {None, templates.sha256}:
        message = "the template set is no longer, or on this machine not, the one with which this run began"
        hint = "run again, so that all packets are made with one version of it; what is complete stays"
        raise TemplateError(Problem("template-changed", "error", message, hint, options.templates))
    return Prepared(loaded, templates, plan_packet(loaded.case, templates))


def check_case(where: Path | Source, options: Options) -> Checked:
    """Check the case at ``where``. Raises CaseError, TemplateError or AttachmentError with all problems."""
    return check_loaded(load_case(where, options.directory), options)


def check_loaded(loaded: LoadedCase, options: Options) -> Checked:
    """Check a case that was read. Raises CaseError, TemplateError or AttachmentError with all problems."""
    warm_up()
    return check_prepared(prepare(loaded, options), options)


def check_prepared(prepared: Prepared, options: Options) -> Checked:
    """Check what was prepared. Raises CaseError, TemplateError or AttachmentError with all problems."""
    found = findings(prepared, options)
    refuse(found.problems, options, found.unusable)
    state = state_of(prepared.packet, draft=options.draft)
    return Checked(prepared.loaded, prepared.templates, prepared.packet, found.papers, found.problems, state)


def findings(prepared: Prepared, options: Options) -> Findings:
    """Everything that can be found before a document is made. Raises TemplateError when a template cannot be filled."""
    loaded, templates, packet = prepared.loaded, prepared.templates, prepared.packet
    problems = [
        *character_findings(loaded.document),
        *check_rules(loaded.case, options.as_of, loaded.document),
        *plan_differences(loaded),
        *missing_papers(packet, loaded.document),
        *signed_findings(loaded, templates, packet, options.as_of),
        *set_findings(loaded, templates, packet),
    ]
    papers, in_forms, unusable = _read_papers(prepared, options)  # last: what reads them starts meanwhile
    problems += [*paper_findings(packet, papers, loaded.document), *in_forms]
    lacks_may_be = options.papers_may_miss or state_of(packet, draft=False) == "final"
    told = (_softened(problem) if lacks_may_be else problem for problem in problems)
    return Findings(papers, tuple(told), tuple(unusable))


def _softened(problem: Problem) -> Problem:
    """A lack that is allowed, or that of a paper for which the template set does not ask: it forbids nothing."""
    return replace(problem, severity="warning") if problem.code in LACKS else problem


def _read_papers(prepared: Prepared, options: Options) -> tuple[dict[str, Paper], list[Problem], list[Problem]]:
    """The papers that can be read by part id, what was found in forms, and why other papers cannot be used."""
    document, case = prepared.loaded.document, prepared.loaded.case
    papers: dict[str, Paper] = {}
    found: list[Problem] = []
    unusable: list[Problem] = []
    for part in prepared.packet.attachments:
        attachment, size = part.attachment, part.print_size_mm
        try:
            filling = filling_for(part, case, options.as_of, document.folder)
            asked = None if filling is None else filling.asked(draft=options.draft)
            paper = read_paper(document.folder, attachment.path, size, attachment.password_file, asked)
            papers[part.id] = paper
            if filling is not None and paper.form is not None:
                check_report(filling, paper.form)
                papers[part.id] = replace(paper, mapping_sha256=filling.mapping.sha256)
                found += form_findings(paper.form, filling, document, f"/attachments/{part.index}/form_mapping")
        except UnusableError as error:
            message = f"{attachment.role} of {part.person}: {error.problem.message}"
            pointer = f"/attachments/{part.index}/{error.problem.args['field']}"
            unusable.append(document.locate(replace(error.problem, message=message), pointer))
        except AttachmentError as error:
            unusable += error.problems
    return papers, found, unusable


def refuse(problems: Sequence[Problem], options: Options, unusable: Sequence[Problem] = ()) -> None:
    """Raise with everything found when something of it forbids to build.

    What has no place in the case, or in the directory that it refers to, is the fault of the template set.
    """
    found = [problem for problem in problems if forbids(problem, options)]
    if any(problem.pointer is not None for problem in found):
        raise CaseError([*problems, *unusable])
    if found:
        raise TemplateError([*problems, *unusable])
    if unusable:
        raise AttachmentError([*problems, *unusable])


def forbids(problem: Problem, options: Options) -> bool:
    """Whether a finding forbids to build. One of a rule that nobody is sure of never does, nor does an allowed lack."""
    entry = checked_rules().get(problem.code)
    if entry is not None and (entry.confidence == "low" or (options.papers_may_miss and entry.id in LACKS)):
        return False
    return problem.severity == "error" or (options.strict and problem.severity == "warning")
