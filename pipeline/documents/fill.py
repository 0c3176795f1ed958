"""Fills a Word template with a case: DOCX bytes in, DOCX bytes out, the same bytes each time."""

from __future__ import annotations

import io
import re
import traceback
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from docx.opc.exceptions import OpcError
from docx.opc.oxml import serialize_part_xml
from docx.shared import Mm
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.exceptions import TemplateSyntaxError
from lxml.etree import LxmlError

from pipeline.documents.core_properties import with_core_properties
from pipeline.documents.draft_mark import add_draft_mark
from pipeline.documents.environment import Picture, TemplateEnvironment
from pipeline.documents.fill_limits import OutOfTimeError, limited
from pipeline.documents.filters import FILTERS
from pipeline.documents.prepared_template import TemplateFile, fill_rest, parts_of, prepare_template
from pipeline.errors import Problem, TemplateError, WordPlace
from pipeline.formats.word.docx_file import DocxFile, parse_filled
from pipeline.formats.word.word_places import LONGEST_QUOTE
from pipeline.formats.zip_archive import pack

_XML_TAG = re.compile(r"<[^>]+>")
#: The limits for filling one document: additional memory in bytes, and processor time in seconds. The shipped
#: templates need less than 80 MB, including the opened font packages, and a third of a second.
MEMORY = 256 << 20
SECONDS = 30.0
_TOO_MUCH = "look for a text that is doubled or multiplied, or a loop inside a loop"
_UNKNOWN_FILTER_OR_TEST = ("DTL104", "DTL105")
#: Errors from opening a file that is not a Word document, and from evaluating the expression of a tag.
_UNUSABLE = (
    OpcError,
    LxmlError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    OSError,  # memory is exhausted when a font is opened for the timeline's picture: nothing else is read
    OutOfTimeError,
    RuntimeError,
    SyntaxError,  # from Python: tags nested too deeply to be compiled
    TypeError,
    ValueError,
)

_REASONS_OF_FILE: Mapping[type[Exception], str] = {
    zipfile.BadZipFile: "it is not a whole ZIP archive",
    KeyError: "a part of it is missing, or its content type",
    LxmlError: "the XML of a part is damaged",
    SyntaxError: "its tags are nested too deeply",
    RecursionError: "its tags are nested too deeply",
}
_REASONS_OF_TAG: Mapping[type[Exception], str] = {
    RecursionError: "it calls itself without end",
    ZeroDivisionError: "it divides by zero",
    TypeError: "a value is of another type than it needs",
}


@dataclass(frozen=True, slots=True)
class FilledDocument:
    """A filled document and its parts, every text that was printed into it, in order, and what it was filled from.

    Without a ``template``, it was edited by hand; ``texts`` are those that its template would print.
    """

    docx: bytes
    word: DocxFile = field(compare=False)
    texts: tuple[str, ...]
    template: bytes | None
    context: Mapping[str, Any]


def fill(
    template: bytes,
    name: str,
    context: Mapping[str, Any],
    make_environment: Callable[[Callable[[Picture], str]], TemplateEnvironment] = TemplateEnvironment,
) -> FilledDocument:
    """Fill the Word file ``template``; ``name`` is for messages. Raises TemplateError with the place."""
    template = with_core_properties(template)
    document = TemplateFile(template)
    environment = make_environment(partial(_place, document))
    try:
        with limited(MEMORY, SECONDS):
            word = _fill_parts(template, document, context, environment)
            return FilledDocument(pack(word.parts), word, tuple(environment.printed), template, context)
    except JinjaError as error:
        place = WordPlace(document.part_name, text=_paragraph(error, environment.source))
        raise TemplateError(_tag_problems(template, name, error, place)) from None
    except _UNUSABLE as error:
        place = WordPlace(document.part_name, text=_paragraph(error, environment.source))
        raise TemplateError(_failure(name, error, place)) from None


def mark_draft(template: bytes, name: str) -> bytes:
    """Return the Word file ``template`` with the mark of a draft. Raises TemplateError if it cannot be opened."""
    try:
        return add_draft_mark(with_core_properties(template))
    except _UNUSABLE as error:
        raise TemplateError(_failure(name, error, WordPlace("document"))) from None


def _fill_parts(
    template: bytes, document: TemplateFile, context: Mapping[str, Any], environment: TemplateEnvironment
) -> DocxFile:
    """Return the filled file, with its parts in order. Each filled part is parsed once, to be written and read."""
    prepared = prepare_template(template)
    trees = {}
    for part in prepared.tagged:
        xml = document.render_xml_part(part.source, part, context, environment)
        trees[part.name] = document.tree(xml, part)
    filled = {**prepared.fixed, **{name: serialize_part_xml(tree) for name, tree in trees.items()}}
    if prepared.more_tags:
        document.init_docx()
    if document.docx is None:
        return parse_filled({**prepared.parts, **filled}, trees)
    fill_rest(document, context, environment)
    return parse_filled({**parts_of(document), **filled}, trees)


def _place(document: TemplateFile, picture: Picture) -> str:
    """Add ``picture`` to the Word file. Return XML that ends the run of text around its tag, and begins another."""
    inside = document.current_rendering_part.partname
    (part,) = (part for part in document.get_docx().part.package.iter_parts() if part.partname == inside)
    inline = part.new_pic_inline(io.BytesIO(picture.draw()), Mm(picture.width_mm), None)
    inline.docPr.set("descr", picture.description)
    drawing = f"<w:r><w:drawing>{inline.xml}</w:drawing></w:r>"
    return f'</w:t></w:r>{drawing}<w:r><w:t xml:space="preserve">'


def _tag_problems(template: bytes, name: str, error: JinjaError, place: WordPlace) -> list[Problem]:
    """Return what the linter reports about the template. If it reports nothing, return Jinja's own message."""
    # Imported here: only an invalid template needs it.
    from docxtpl_lint import lint  # noqa: PLC0415

    code = "template-syntax" if isinstance(error, TemplateSyntaxError) else "template-field"
    hint = "correct the tag in Word; docs/templates.md lists the fields and filters"
    reported = lint(template, jinja_env=TemplateEnvironment()).errors
    messages = [f"{issue.location.human()}: {_message(issue.rule, issue.message, error)}" for issue in reported]
    if not messages:
        return [Problem(code, "error", str(error.message), hint, name, place)]
    return [Problem(code, "error", message, hint, name) for message in messages]


def _message(rule: str, message: str, error: JinjaError) -> str:
    """Return the linter's message, or our own for unknown filters and tests: the linter does not know our filters."""
    if rule in _UNKNOWN_FILTER_OR_TEST:
        return f"{error.message} Filters: {', '.join(FILTERS)}"
    return message


def _paragraph(error: Exception, source: str) -> str | None:
    """Return the text of the paragraph whose tag failed, as the template has it, without values of the case.

    docxtpl puts each paragraph on a line of its own before Jinja compiles it. Jinja gives the line of a syntax error
    as an attribute, and the line of a run-time error only as a frame of the traceback.
    """
    if isinstance(error, TemplateSyntaxError):
        line = error.lineno
    else:
        frames = traceback.walk_tb(error.__traceback__)
        line = ([0] + [number for frame, number in frames if frame.f_code.co_filename == "<template>"])[-1]
    lines = ["", *source.splitlines()]
    return _XML_TAG.sub("", lines[line]).strip()[:LONGEST_QUOTE] or None if line < len(lines) else None


def _failure(name: str, error: Exception, place: WordPlace) -> Problem:
    # The message of the error is not reported: it may quote a value of the case.
    if isinstance(error, MemoryError):
        message = f"filling it takes more than {MEMORY >> 20} MB of memory"
        return Problem("template-memory", "error", message, _TOO_MUCH, name, place)
    if isinstance(error, OutOfTimeError):
        message = f"filling it takes longer than {SECONDS:g} seconds"
        return Problem("template-time", "error", message, _TOO_MUCH, name, place)
    if place.text:
        hint = "correct the tag in Word: a filter or a calculation may get an unsuitable value; see docs/templates.md"
        reason = _reason(error, _REASONS_OF_TAG, "a value is unsuitable")
        return Problem("template-field", "error", f"the tag cannot be evaluated: {reason}", hint, name, place)
    hint = "open it in Word and save it as .docx; `visa-packet templates check` reports more"
    reason = _reason(error, _REASONS_OF_FILE, "it is damaged")
    return Problem("template-unusable", "error", f"the template cannot be filled: {reason}", hint, name)


def _reason(error: Exception, reasons: Mapping[type[Exception], str], default: str) -> str:
    return next((words for kind, words in reasons.items() if isinstance(error, kind)), default)
