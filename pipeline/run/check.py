"""Checks of a case and its attachments, before a document is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.attachments.packet_papers import read_papers
from pipeline.attachments.read_paper import prepare_reader
from pipeline.case.load import IncompleteCaseError, LoadedCase, load_case
from pipeline.case.printable import check_characters
from pipeline.case.source import Source
from pipeline.documents.edited import edited_findings
from pipeline.documents.signed_originals import ChangeCheck, signed_findings
from pipeline.errors import CaseError, Problem
from pipeline.formats.messages import worded_problem
from pipeline.options import CheckOptions
from pipeline.packet.findings import Findings
from pipeline.packet.packet_parts import Packet
from pipeline.packet.paper import Paper
from pipeline.packet.paper_rules import (
    LACKS,
    REASON_RULE,
    UNFILLED_RULES,
    missing_papers,
    set_findings,
    unfilled_documents,
)
from pipeline.packet.planned_case import PlannedCase, plan_case
from pipeline.visa.rules.checks import check_half_case, check_rules
from pipeline.visa.rules.filed_plan import plan_differences


@dataclass(frozen=True, slots=True)
class CheckedCase(PlannedCase):
    """A case that can be built: no finding blocks the build. ``papers`` are its attachments by part id."""

    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]


def check_case(where: Path | Source, options: CheckOptions) -> CheckedCase:
    """Check the case at ``where``. Raises CaseError, TemplateError or AttachmentError with all problems."""
    return check_loaded(load_or_ask(where, options), options)


def load_or_ask(where: Path | Source, options: CheckOptions) -> LoadedCase:
    """Read a case. Raise CaseError; for a case that only lacks fields, with a question for each and what rules find."""
    try:
        return load_case(where, options.directory)
    except IncompleteCaseError as error:
        raise with_findings(error, options) from None


def with_findings(error: IncompleteCaseError, options: CheckOptions) -> CaseError:
    """Return the error of a case that only lacks fields, with what rules find in the rest."""
    return CaseError([*error.problems, *check_half_case(error.json_file.fields, options.as_of, error.json_file)])


def check_text(where: Path | Source, options: CheckOptions) -> list[Problem]:
    """Return what schemas and rules find in a case that may lack fields, without a look at its papers."""
    try:
        loaded = load_or_ask(where, options)
    except CaseError as error:
        return list(error.problems)
    return [*check_characters(loaded.json_file), *check_rules(loaded.case, options.as_of, loaded.json_file)]


def check_loaded(loaded: LoadedCase, options: CheckOptions) -> CheckedCase:
    """Check a case that was read. Raises CaseError, TemplateError or AttachmentError with all problems."""
    planned = plan_case(loaded, options)
    findings = find_problems(planned, options)
    papers = read_papers(planned, options, findings)
    findings.raise_if_blocking()
    return CheckedCase(
        planned.loaded,
        planned.templates,
        planned.packet,
        planned.state,
        planned.languages,
        papers,
        tuple(findings.problems),
    )


def find_problems(planned: PlannedCase, options: CheckOptions) -> Findings:
    """Check everything but the attachments' contents. Raises TemplateError if a template cannot be filled."""
    prepare_reader()  # the process that reads the attachments starts meanwhile
    loaded, templates, packet = planned.loaded, planned.templates, planned.packet
    problems = [
        *check_characters(loaded.json_file),
        *loaded.questions,
        *_rule_findings(loaded, options),
        *missing_papers(packet, loaded.json_file),
        *unfilled_documents(packet, loaded.json_file),
        *_signed_findings(planned, options),
        *_edited_findings(planned, options),
        *set_findings(loaded, templates, packet),
        *_nothing_to_merge(planned),
    ]
    permitted = _permitted_lacks(packet, options)
    return Findings(
        options,
        [replace(problem, severity="warning") if problem.code in permitted else problem for problem in problems],
    )


def _nothing_to_merge(planned: PlannedCase) -> list[Problem]:
    """Return an error if neither a bundle nor the working file has a part."""
    if any(bundle.parts for bundle in planned.packet.files):
        return []
    return [planned.loaded.json_file.locate(worded_problem("packet-empty", room="run"), "")]


def _rule_findings(loaded: LoadedCase, options: CheckOptions) -> list[Problem]:
    """Return what the rules find in a case, or in the draft of one that lacks fields."""
    if loaded.questions:
        return check_half_case(loaded.json_file.fields, options.as_of, loaded.json_file)
    return [*check_rules(loaded.case, options.as_of, loaded.json_file), *plan_differences(loaded)]


def _signed_findings(planned: PlannedCase, options: CheckOptions) -> list[Problem]:
    """Return what is wrong with signed originals. Those of the draft of a case that lacks fields are not compared."""
    if planned.loaded.questions:
        return []
    return signed_findings(planned, ChangeCheck(options.as_of, options.changes_are_accepted))


def _edited_findings(planned: PlannedCase, options: CheckOptions) -> list[Problem]:
    """Return what is wrong with edited documents. The draft of a case that lacks fields has the templates instead."""
    return [] if planned.loaded.questions else edited_findings(planned, options.as_of)


def _permitted_lacks(packet: Packet, options: CheckOptions) -> frozenset[str]:
    """Return the rules on lacks that are only warnings: those that are permitted, or of a form that nobody asks for."""
    if options.papers_may_miss:
        return LACKS | {REASON_RULE} if options.draft else LACKS
    return frozenset() if any(bundle.missing for bundle in packet.bundles) else UNFILLED_RULES
