"""The tags of a template: what docxtpl-lint says of them, and whether a case has the names that they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

from docxtpl_lint import lint
from jinja2.exceptions import TemplateSyntaxError

from pipeline.authoring.check.finding import Finding
from pipeline.authoring.check.tags import tags_of
from pipeline.authoring.check.types.guards import Guards
from pipeline.authoring.check.types.walker import Reader
from pipeline.documents.context_types import CoverNames, Names
from pipeline.documents.environment import TemplateEnvironment
from pipeline.errors import WordPlace
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.word_places import Part

#: Class and field of everything that a template reads.
Reads = set[tuple[Any, str]]

#: Told by this check itself, with the names of this program.
_OWN = ("DTL104",)
_HINT = "mend the tag in Word; docs/templates.md shows how each tag is written"
_PARTS = {"body": MAIN_PART, "footnotes": "word/footnotes.xml"}


def lint_findings(content: bytes, docx: DocxFile, file: str) -> list[Finding]:
    """What docxtpl-lint finds with this program's own Jinja environment."""
    parts = {name: Part(name, root) for name, root in docx.text_parts.items()}
    found = lint(content, jinja_env=TemplateEnvironment(), ignore=_OWN).issues
    return [
        Finding(issue.rule, _severity(issue.severity), issue.message, _HINT, file, _place(issue.location, parts))
        for issue in found
    ]


def _severity(word: str) -> Any:
    return word if word in {"error", "warning"} else "info"


def _place(location: Any, parts: Mapping[str, Part]) -> WordPlace:
    name = _PARTS.get(location.part, f"word/{location.part}.xml")
    index = location.paragraph - 1
    if name in parts and 0 <= index < len(parts[name].paragraphs):
        return parts[name].place_at(index)
    return WordPlace(location.part)


def name_findings(
    docx: DocxFile, file: str, given: Guards = frozenset(), *, is_cover: bool = False
) -> tuple[list[Finding], Reads]:
    """Names that are read wrongly, and the class and field of all that are read.

    ``given`` are the paths that are there whenever the document is made.
    """
    names = get_type_hints(CoverNames if is_cover else Names, include_extras=True)
    findings: list[Finding] = []
    reads: Reads = set()
    for name, root in docx.text_parts.items():
        found, read = _in_part(Part(name, root), names, given, file)
        findings += found
        reads |= read
    return findings, reads


def _in_part(part: Part, names: Mapping[str, Any], given: Guards, file: str) -> tuple[list[Finding], Reads]:
    tags = tags_of(part)
    reader = Reader(names, TemplateEnvironment().filters, given)
    try:
        template = TemplateEnvironment().parse(tags.source)
    except TemplateSyntaxError:  # docxtpl-lint says where
        return [], set()
    reader.read(template)
    found = [
        Finding(wrong.code, "error", wrong.message, wrong.hint, file, part.place_at(tags.paragraphs[wrong.line - 1]))
        for wrong in reader.misread
    ]
    return list(dict.fromkeys(found)), reader.reads
