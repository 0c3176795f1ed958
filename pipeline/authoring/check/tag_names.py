"""Check the tags of a template with docxtpl-lint, and the names that they read against the names of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_type_hints

from docxtpl_lint import lint
from jinja2.exceptions import TemplateSyntaxError

from pipeline.authoring.check.tags import read_tags
from pipeline.authoring.check.types.guards import Guards
from pipeline.authoring.check.types.walker import TemplateWalker
from pipeline.documents.context_types import CoverNames, DocumentNames
from pipeline.documents.environment import TemplateEnvironment
from pipeline.errors import Problem, Severity, WordPlace
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.word_places import Part

#: Class and field of each read of a template.
Reads = set[tuple[Any, str]]

#: This check reports unknown names itself, with the names of this program.
_OWN_RULES = ("DTL104",)
_HINT = "correct the tag in Word; docs/templates.md shows how to write each tag"
_PARTS = {"body": MAIN_PART, "footnotes": "word/footnotes.xml"}


def lint_tags(content: bytes, docx: DocxFile, file: str) -> list[Problem]:
    """Run docxtpl-lint with the Jinja environment of this program."""
    parts = {name: Part(name, root) for name, root in docx.text_parts.items()}
    severities: dict[str, Severity] = {"error": "error", "warning": "warning"}
    return [
        Problem(
            issue.rule,
            severities.get(issue.severity, "info"),
            issue.message,
            _HINT,
            file,
            _place(issue.location, parts),
        )
        for issue in lint(content, jinja_env=TemplateEnvironment(), ignore=_OWN_RULES).issues
    ]


def _place(location: Any, parts: Mapping[str, Part]) -> WordPlace:
    name = _PARTS.get(location.part, f"word/{location.part}.xml")
    index = location.paragraph - 1
    if name in parts and 0 <= index < len(parts[name].paragraphs):
        return parts[name].place_at(index)
    return WordPlace(location.part)


def check_names(
    docx: DocxFile, file: str, present: Guards = frozenset(), *, is_cover: bool = False
) -> tuple[list[Problem], Reads]:
    """Return the problems of the names that a template reads, and the class and field of each read.

    ``present`` are the paths that are present whenever the document is made.
    """
    names = get_type_hints(CoverNames if is_cover else DocumentNames, include_extras=True)
    environment = TemplateEnvironment()
    problems: list[Problem] = []
    reads: Reads = set()
    for part in (Part(name, root) for name, root in docx.text_parts.items()):
        tags = read_tags(part)
        try:
            template = environment.parse(tags.source)
        except TemplateSyntaxError:  # docxtpl-lint reports it
            continue
        walker = TemplateWalker(names, environment.filters, present)
        walker.walk(template)
        problems += dict.fromkeys(
            replace(problem, file=file, place=part.place_at(tags.paragraphs[line - 1]))
            for line, problem in walker.problems
        )
        reads |= walker.reads
    return problems, reads
