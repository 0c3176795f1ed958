"""All checks of one template, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from pipeline.authoring.check.conventions import convention_findings
from pipeline.authoring.check.finding import Finding, from_problems
from pipeline.authoring.check.fonts_used import font_findings
from pipeline.authoring.check.sample_cases import shown_by_condition
from pipeline.authoring.check.tag_names import lint_findings, name_findings
from pipeline.authoring.check.tag_typing import HOPELESS, typed_findings
from pipeline.authoring.check.tags import tags_of
from pipeline.authoring.check.trial_fill import Template, Trial, trials, try_out
from pipeline.documents.engines.engine import load_engine
from pipeline.documents.environment import TemplateEnvironment
from pipeline.errors import VisaPacketError
from pipeline.formats.word.docx_file import DocxFile, open_docx, read_docx
from pipeline.formats.word.refusals import RefusedDocxError
from pipeline.formats.word.word_places import Part
from pipeline.packet.template_set import Entry, PacketFile, TemplateSet, find_set, load_packet

#: The set whose list of papers a cover sheet shows that stands alone.
_STAND_IN = "medical-stay"


@dataclass(frozen=True, slots=True)
class Job:
    """A Word file to check. ``folder`` is that of its set, None for a file that no packet.json names."""

    path: str
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step that begins: what comes next, in words, and what the step before found and read."""

    about: str
    findings: tuple[Finding, ...] = ()
    reads: tuple[str, ...] = ()


def check_template(job: Job) -> Iterator[Step]:
    """Check one file. Each step is told before it begins, so that it can be named when it does not end."""
    yield Step("opening the file")
    try:
        content = read_docx(Path(job.path))
        docx = open_docx(content)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message, hint = f"the template cannot be read: {reason}", "see packet.json, and the permissions of the file"
        yield Step("", (Finding("template-missing", "error", message, hint, job.path),))
        return
    except RefusedDocxError as error:
        yield Step("", tuple(replace(finding, file=job.path) for finding in from_problems(error.problems)))
        return
    yield Step("reading the tags")
    typed = typed_findings(docx, job.path)
    if any(finding.code in HOPELESS for finding in typed):
        yield Step("", (*typed, _not_tried(job)))
        return
    tags = (*typed, *lint_findings(content, docx, job.path))
    template = _template(job, content, docx)
    names, reads = name_findings(docx, job.path, shown_by_condition(template.when), is_cover=template.is_cover)
    told = tuple(sorted(f"{kind.__name__}.{field}" for kind, field in reads))
    fonts = font_findings(docx, job.path)
    conventions = convention_findings(docx, job.path)
    yield Step("preparing cases", (*tags, *names, *fonts, *conventions), told)
    if any(finding.severity == "error" for finding in (*tags, *names, *fonts)):
        yield Step("", (_not_tried(job),))
    else:
        yield from _tried(template)


def _not_tried(job: Job) -> Finding:
    hint = "mend the errors first, then check again"
    message = "the template was not tried out, because of the errors above"
    return Finding("not-tried", "info", message, hint, job.path)


def _tried(template: Template) -> Iterator[Step]:
    """The same finding in several cases is told once."""
    seen: set[tuple[str, str]] = set()
    engine = load_engine("office2pdf")
    for trial in trials(template):
        yield Step(f"filling it with {trial.about}")
        found = {(finding.code, finding.message): finding for finding in try_out(template, trial, engine)}
        new = [found[key] for key in found if key not in seen]
        seen |= found.keys()
        if new:
            yield Step("", tuple(_in_trial(finding, template, trial) for finding in new))


def _in_trial(finding: Finding, template: Template, trial: Trial) -> Finding:
    return replace(finding, file=template.file, message=f"filled with {trial.about}: {finding.message}")


def _template(job: Job, content: bytes, docx: DocxFile) -> Template:
    packet = _packet(job)
    named = [entry for entry in packet.contents if entry.template == Path(job.path).name and job.folder]
    is_cover = any(entry.is_cover for entry in named) if named else _reads_packet(docx)
    first = named[0] if named else Entry()
    templates = TemplateSet(Path(job.folder or "."), packet, {}, "")
    for_everyone = any(entry.whom == "everyone" for entry in named)
    return Template(content, docx, job.path, first.when, is_cover, for_everyone, templates)


def _packet(job: Job) -> PacketFile:
    try:
        return load_packet(Path(job.folder))[1] if job.folder else load_packet(find_set(_STAND_IN))[1]
    except VisaPacketError:  # what is wrong with it is told once, not for each template
        return load_packet(find_set(_STAND_IN))[1]


def _reads_packet(docx: DocxFile) -> bool:
    """Whether it reads what only a cover sheet may read."""
    try:
        environment = TemplateEnvironment()
        parsed = [environment.parse(tags_of(Part(name, root)).source) for name, root in docx.text_parts.items()]
    except TemplateSyntaxError:
        return False
    return any(name.name == "packet" for part in parsed for name in part.find_all(nodes.Name))
