"""Everything that can be checked before a document is made: the case, the rules, the attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pipeline.attach import Paper, read_paper, warm_up
from pipeline.errors import AttachmentError, CaseError, Problem, TemplateError, UnusableError
from pipeline.filed_plans import plan_differences
from pipeline.forms.attachments import check_report, filling_for, form_findings
from pipeline.glyphs import character_findings
from pipeline.inputs import Source
from pipeline.load import LoadedCase, load_case
from pipeline.papers import paper_findings, set_findings
from pipeline.plan import LACKS, Packet, State, missing_papers, plan_packet, state_of
from pipeline.rules import check_rules
from pipeline.rules.catalogue import catalogue
from pipeline.signed import signed_findings
from pipeline.template_set import TemplateSet, load_template_set


@dataclass(frozen=True, slots=True)
class Options:
    """How to check and build.

    ``as_of`` is the day for which the rules are checked: with it, a run is repeatable. ``templates`` is the
    name of a shipped set or the folder of another. With ``strict``, warnings forbid to build. ``directory`` is
    the folder of hospitals and guarantors; without it, the folder ``directory`` near the case. A ``draft`` has a
    mark on each page that is made. Papers of the official list may be missing from it, or with ``allow_missing``.
    With ``right_hand_pages``, each document of a bundle begins on a right-hand page, for printing on both sides.
    ``max_bytes`` is how large a bundle may be for upload or mail.
    ``signature_fields`` puts fields for digital signatures where seals go. A ``recipient_copy`` is made besides, with
    masked identity numbers. With a ``password``, PDFs are encrypted, and Word files are left out.
    ``templates_sha256`` is that of the set with which a run began: another version of it is refused.
    """

    as_of: date
    templates: str = "medical-stay"
    engine: str = "office2pdf"
    strict: bool = False
    directory: Path | None = None
    draft: bool = False
    allow_missing: bool = False
    right_hand_pages: bool = False
    max_bytes: int | None = None
    signature_fields: bool = False
    recipient_copy: bool = False
    password: str | None = field(default=None, repr=False)
    templates_sha256: str | None = None

    @property
    def papers_may_miss(self) -> bool:
        """Whether a missing paper does not forbid to build."""
        return self.draft or self.allow_missing


@dataclass(frozen=True, slots=True)
class Checked:
    """A case that may be built, to a packet of that state: planned, its attachments read by part id, no error found."""

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet
    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]
    state: State = "final"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A well-formed case with the plan of its packet; nothing of its contents or attachments is checked yet."""

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet


@dataclass(frozen=True, slots=True)
class Findings:
    """The papers that can be read, by part id; what rules found; why other papers cannot be used."""

    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]
    unusable: tuple[Problem, ...]


def prepare(where: Path | Source, options: Options) -> Prepared:
    """Read a case and plan its packet. Raises CaseError or TemplateError."""
    loaded = load_case(where, options.directory)
    templates = load_template_set(options.templates)
    if options.templates_sha256 not in {None, templates.sha256}:
        message = "the template set is no longer, or on this machine not, the one with which this run began"
        hint = "run again, so that all packets are made with one version of it; what is complete stays"
        raise TemplateError(Problem("template-changed", "error", message, hint, options.templates))
    return Prepared(loaded, templates, plan_packet(loaded.case, templates))


def check_case(where: Path | Source, options: Options) -> Checked:
    """Check the case at ``where``. Raises CaseError, TemplateError or AttachmentError with all problems."""
    warm_up()
    return check_prepared(prepare(where, options), options)


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
        except AttachmentError as error:
            unusable += error.problems
        except UnusableError as error:
            message = f"{attachment.role} of {part.person}: {error.message}"
            pointer = f"/attachments/{part.index}/{error.field}"
            unusable.append(document.problem(error.code, pointer, message, error.hint))
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
    entry = catalogue().get(problem.code)
    if entry is not None and (entry.confidence == "low" or (options.papers_may_miss and entry.id in LACKS)):
        return False
    return problem.severity == "error" or (options.strict and problem.severity == "warning")
