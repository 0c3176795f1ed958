"""Everything that can be checked before a document is made: the case, the rules, the attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.attach import Paper, read_paper
from pipeline.errors import AttachmentError, CaseError, Problem, TemplateError, UnusableError
from pipeline.filed_plans import plan_differences
from pipeline.inputs import Source
from pipeline.jsonfile import JsonFile
from pipeline.load import LoadedCase, load_case
from pipeline.papers import paper_findings, set_findings
from pipeline.plan import Packet, missing_papers, plan_packet
from pipeline.rules import check_rules
from pipeline.rules.catalogue import catalogue
from pipeline.template_set import TemplateSet, load_template_set


@dataclass(frozen=True, slots=True)
class Options:
    """How to check and build.

    ``as_of`` is the day for which the rules are checked: with it, a run is repeatable. ``templates`` is the
    name of a shipped set or the folder of another. With ``strict``, warnings forbid to build. ``directory`` is
    the folder of hospitals and guarantors; without it, the folder ``directory`` near the case. With
    ``right_hand_pages``, each document of a bundle begins on a right-hand page, for printing on both sides.
    """

    as_of: date
    templates: str = "medical-stay"
    engine: str = "office2pdf"
    strict: bool = False
    directory: Path | None = None
    right_hand_pages: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A case that may be built: planned, its attachments read by part id, no error found."""

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet
    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A well-formed case with the plan of its packet; nothing of its contents or attachments is checked yet."""

    loaded: LoadedCase
    templates: TemplateSet
    packet: Packet


def prepare(where: Path | Source, options: Options) -> Prepared:
    """Read a case and plan its packet. Raises CaseError or TemplateError."""
    loaded = load_case(where, options.directory)
    templates = load_template_set(options.templates)
    return Prepared(loaded, templates, plan_packet(loaded.case, templates))


def check_case(where: Path | Source, options: Options) -> Checked:
    """Check the case at ``where``. Raises CaseError, TemplateError or AttachmentError with all problems."""
    return check_prepared(prepare(where, options), options)


def check_prepared(prepared: Prepared, options: Options) -> Checked:
    """Check what was prepared. Raises CaseError, TemplateError or AttachmentError with all problems."""
    loaded, templates, packet = prepared.loaded, prepared.templates, prepared.packet
    papers, unusable = _read_papers(packet, loaded.document)
    problems = [
        *check_rules(loaded.case, options.as_of, loaded.document),
        *plan_differences(loaded),
        *missing_papers(packet, loaded.document),
        *set_findings(loaded, templates, packet),
        *paper_findings(packet, papers, loaded.document),
    ]
    refuse(problems, unusable, strict=options.strict)
    return Checked(loaded, templates, packet, papers, tuple(problems))


def _read_papers(packet: Packet, document: JsonFile) -> tuple[dict[str, Paper], list[Problem]]:
    papers, unusable = {}, []
    for part in packet.attachments:
        try:
            papers[part.id] = read_paper(document.folder, part.attachment.path, part.print_size_mm)
        except UnusableError as error:
            message = f"{part.attachment.role} of {part.person}: {error.message}"
            pointer = f"/attachments/{part.index}/path"
            unusable.append(document.problem(error.code, pointer, message, error.hint))
    return papers, unusable


def _is_unsure(problem: Problem) -> bool:
    """Whether it is the finding of a rule that nobody is sure of: such a rule never forbids to build."""
    entry = catalogue().get(problem.code)
    return entry is not None and entry.confidence == "low"


def refuse(problems: Sequence[Problem], unusable: Sequence[Problem] = (), *, strict: bool) -> None:
    """Raise with everything found when something of it forbids to build.

    What has no place in the case, or in the directory that it refers to, is the fault of the template set.
    """
    forbidding = ("error", "warning") if strict else ("error",)
    found = [problem for problem in problems if problem.severity in forbidding and not _is_unsure(problem)]
    if any(problem.pointer is not None for problem in found):
        raise CaseError([*problems, *unusable])
    if found:
        raise TemplateError([*problems, *unusable])
    if unusable:
        raise AttachmentError([*problems, *unusable])
