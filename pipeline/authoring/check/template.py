"""Check one template: first its text, then by filling it with sample cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from pipeline.authoring.check.conventions import check_conventions
from pipeline.authoring.check.fonts_used import check_fonts
from pipeline.authoring.check.leftovers import check_leftovers
from pipeline.authoring.check.sample_cases import fields_required_by
from pipeline.authoring.check.tag_names import check_names, lint_tags
from pipeline.authoring.check.tag_typing import UNREADABLE, check_tag_typing
from pipeline.authoring.check.tags import read_tags
from pipeline.authoring.check.trial_fill import Template, Trial, list_trials, try_out
from pipeline.documents.engines.engine import DEFAULT_ENGINE, load_engine
from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.word_file import translate_template
from pipeline.documents.environment import TemplateEnvironment
from pipeline.errors import Problem, VisaPacketError, WordPlace, system_reason
from pipeline.formats.word.docx_file import DocxFile, open_docx, read_docx
from pipeline.formats.word.rejections import WordFileError
from pipeline.formats.word.unsupported import unsupported_problems
from pipeline.formats.word.word_places import Part
from pipeline.packet.set_files import find_set, load_packet
from pipeline.packet.template_set import PACKET_FILE, PacketEntry, PacketFile, TemplateSet

#: The set whose list of papers fills a cover sheet that belongs to no set.
_DEFAULT_SET = "medical-stay"


@dataclass(frozen=True, slots=True)
class Job:
    """A Word file to check. ``folder`` is the folder of its set, None for a file that no packet.json names."""

    path: str
    folder: str | None = None
    engine: str = DEFAULT_ENGINE


@dataclass(frozen=True, slots=True)
class TemplateResult:
    """The findings on one template, the fields that it reads (``Case.costs``), and the trials that remain to be run."""

    findings: tuple[Problem, ...]
    reads: frozenset[str] = frozenset()
    trials: tuple[Trial, ...] = ()


def check_template(job: Job) -> TemplateResult:
    """Check the text of a template. The result names trials only if there is no error."""
    try:
        content = read_docx(Path(job.path))
        docx = open_docx(content)
    except OSError as error:
        message = f"the template cannot be read: {system_reason(error)}"
        hint = "check the name in packet.json, and the permissions of the file"
        return TemplateResult((Problem("template-missing", "error", message, hint, job.path),))
    except WordFileError as error:
        return TemplateResult(tuple(replace(problem, file=job.path) for problem in error.problems))
    findings = check_tag_typing(docx, job.path)
    reads: frozenset[str] = frozenset()
    if not any(finding.code in UNREADABLE for finding in findings):
        template = _template(job, content, docx)
        findings += lint_tags(content, docx, job.path)
        names, fields = check_names(docx, job.path, fields_required_by(template.when), is_cover=template.is_cover)
        unsupported = (replace(problem, file=job.path) for problem in unsupported_problems(docx, job.engine))
        findings += [*names, *check_fonts(docx, job.path), *unsupported, *check_conventions(docx, job.path)]
        findings += check_leftovers(docx, job.path)
        reads = frozenset(f"{kind.__name__}.{field}" for kind, field in fields)
        if not any(finding.severity == "error" for finding in findings):
            findings += _other_engine(content, job.path) if job.engine == "typst" else []
            return TemplateResult(tuple(findings), reads, tuple(list_trials(template)))
    message, hint = "the template was not filled, because of the errors above", "correct them, then check again"
    return TemplateResult((*findings, Problem("not-tried", "info", message, hint, job.path)), reads)


def _other_engine(content: bytes, file: str) -> list[Problem]:
    """Return a note with the reason if the engine typst leaves the template to the engine office2pdf."""
    try:
        translate_template(content)
    except RefusedError as error:
        message = f"the engine typst leaves this template to office2pdf: it does not draw {error.what}"
        hint = "nothing to do; docs/templates.md lists what the engine typst draws"
        return [Problem("engine-other", "info", message, hint, file, WordPlace(error.part) if error.part else None)]
    return []


def run_trial(job: Job, trial: Trial) -> TemplateResult:
    """Fill the template once."""
    content = read_docx(Path(job.path))
    template = _template(job, content, open_docx(content))
    return TemplateResult(tuple(try_out(template, trial, load_engine(job.engine))))


def merge_trials(trials: Iterable[tuple[Trial, Sequence[Problem]]]) -> Iterator[Problem]:
    """Yield the findings of the trials. A finding that several trials share is reported for the first one only."""
    reported: set[tuple[str, str]] = set()
    for trial, findings in trials:
        unique = {(finding.code, finding.message): finding for finding in findings}
        for key, finding in unique.items():
            if key not in reported:
                yield replace(finding, message=f"filled with {trial.about}: {finding.message}")
        reported |= unique.keys()


def _template(job: Job, content: bytes, docx: DocxFile) -> Template:
    packet = _packet(job)
    entries = [entry for entry in packet.contents if entry.template == Path(job.path).name and job.folder]
    is_cover = any(entry.is_cover for entry in entries) if entries else _reads_packet(docx)
    first = entries[0] if entries else PacketEntry()
    templates = TemplateSet(Path(job.folder or "."), packet, {}, "")
    return Template(content, docx, job.path, first.when, is_cover, first.whom, templates)


def _packet(job: Job) -> PacketFile:
    if job.folder:
        folder = Path(job.folder)
        with suppress(VisaPacketError, OSError):  # reported once for the set, not for each template
            return _load_once(folder, (folder / PACKET_FILE).read_bytes())
    default = find_set(_DEFAULT_SET)
    return _load_once(default, (default / PACKET_FILE).read_bytes())


@lru_cache(maxsize=4)
def _load_once(folder: Path, _content: bytes) -> PacketFile:
    """Return the packet.json of a set, which is read for each template of it."""
    return load_packet(folder)[1]


def _reads_packet(docx: DocxFile) -> bool:
    """Return True if the template reads ``packet``, which only a cover sheet may read."""
    environment = TemplateEnvironment()
    try:
        parsed = [environment.parse(read_tags(Part(name, root)).source) for name, root in docx.text_parts.items()]
    except TemplateSyntaxError:
        return False
    return any(name.name == "packet" for part in parsed for name in part.find_all(nodes.Name))
