"""Filling a Word template with a case: DOCX bytes in, DOCX bytes out, the same bytes each time."""

from __future__ import annotations

import io
import re
import traceback
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from docx.opc.exceptions import OpcError
from docx.shared import Mm
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.exceptions import TemplateSyntaxError
from lxml.etree import LxmlError

from pipeline.documents.environment import Picture, Turns, environment, placing, printed, turns
from pipeline.documents.fill_limits import OutOfTimeError, bounded
from pipeline.documents.filters import FILTERS
from pipeline.documents.prepared_template import Document, fill_rest, parts_of, ready
from pipeline.errors import Problem, TemplateError

#: The earliest time that a ZIP archive can hold; a real one would differ from run to run.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_XML_TAG = re.compile(r"<[^>]+>")
_LONGEST_QUOTE = 160
#: What a document may take: bytes more than the process has, and seconds of processor time. The shipped ones take
#: less than 80 MB, the opened font packages included, and a third of a second.
MEMORY = 256 << 20
SECONDS = 30.0
_UNKNOWN_FILTER_OR_TEST = ("DTL104", "DTL105")
#: What opening a file that is no Word document raises, and what an expression of a tag can raise.
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
    OSError,  # a font that cannot be opened for want of memory: nothing else is read while filling
    OutOfTimeError,
    RuntimeError,
    SyntaxError,  # of Python: tags nested too deeply to be compiled
    TypeError,
    ValueError,
)


class FillError(TemplateError):
    """A tag cannot be filled. ``part`` and ``text`` are the part of the Word file and the paragraph with the tag."""

    def __init__(self, problems: Problem | Iterable[Problem], part: str = "", text: str = "") -> None:
        super().__init__(problems)
        self.part, self.text = part, text


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled document and every text that the template printed into it, in order."""

    docx: bytes
    texts: tuple[str, ...]


def fill(template: bytes, name: str, context: Mapping[str, Any]) -> Filled:
    """Fill the Word file ``template``; ``name`` is for messages. Raises TemplateError with the place."""
    document = Document(template)
    token, place, spent = printed.set([]), placing.set(partial(_place, document)), turns.set(Turns())
    try:
        with bounded(MEMORY, SECONDS):
            return Filled(_archive(_filled(template, document, context)), tuple(printed.get()))
    except JinjaError as error:
        part, text = _paragraph(error, document.current_rendering_part)
        raise FillError(_located(template, name, error, part, text), part, text) from None
    except _UNUSABLE as error:
        part, text = _paragraph(error, getattr(document, "current_rendering_part", None))
        raise FillError(_unusable(name, error, part, text), part, text) from None
    finally:
        printed.reset(token)
        placing.reset(place)
        turns.reset(spent)


def _filled(template: bytes, document: Document, context: Mapping[str, Any]) -> dict[str, bytes]:
    """The parts of the filled file by name, in order."""
    made = ready(template)
    filled = {}
    for part in made.tagged:
        xml = document.render_xml_part(part.source, part, context, environment())
        filled[part.name] = document.write(xml, part)
    if made.more_tags:
        document.init_docx()
    if document.docx is None:
        return {**made.parts, **made.fixed, **filled}
    fill_rest(document, context)
    return {**parts_of(document), **made.fixed, **filled}


def _place(document: Document, picture: Picture) -> str:
    """Add ``picture`` to the Word file; the XML ends the run of text in which its tag stands, and begins another."""
    inside = document.current_rendering_part.partname
    (part,) = (part for part in document.get_docx().part.package.iter_parts() if part.partname == inside)
    inline = part.new_pic_inline(io.BytesIO(picture.draw()), Mm(picture.width_mm), None)
    inline.docPr.set("descr", picture.description)
    shown = f"<w:r><w:drawing>{inline.xml}</w:drawing></w:r>"
    return f'</w:t></w:r>{shown}<w:r><w:t xml:space="preserve">'


def _archive(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _located(template: bytes, name: str, error: JinjaError, part: str, text: str) -> list[Problem]:
    """What the linter says about the template; Jinja's own words and the paragraph where it finds nothing."""
    # Imported here: only a wrong template needs it.
    from docxtpl_lint import lint  # noqa: PLC0415

    code = "template-syntax" if isinstance(error, TemplateSyntaxError) else "template-field"
    hint = "mend the tag in Word; docs/templates.md lists the fields and filters"
    found = lint(template, jinja_env=environment()).errors
    problems = [
        Problem(code, "error", f"{issue.location.human()}: {_said(issue.rule, issue.message, error)}", hint, name)
        for issue in found
    ]
    return problems or [Problem(code, "error", f"{_where(part, text)}: {error.message}", hint, name)]


def _said(rule: str, message: str, error: JinjaError) -> str:
    """The linter's words, but for unknown filters and tests: of this program's own it knows nothing."""
    if rule in _UNKNOWN_FILTER_OR_TEST:
        return f"{error.message} Filters: {', '.join(FILTERS)}"
    return message


def _paragraph(error: Exception, part: Any) -> tuple[str, str]:
    """The part of the Word file and the text of the paragraph with the tag: the template's own, not the case's.

    docxtpl sets each paragraph on a line of its own before Jinja compiles it.
    """
    steps = traceback.walk_tb(error.__traceback__)
    lines = [number for frame, number in steps if frame.f_code.co_filename == "<template>"]
    if isinstance(error, TemplateSyntaxError):  # it was not compiled, so nothing of it ran
        lines.append(error.lineno)
    source = environment().latest.splitlines()
    text = _XML_TAG.sub("", source[lines[-1] - 1]).strip() if lines and lines[-1] <= len(source) else ""
    return str(getattr(part, "partname", "document")).lstrip("/"), text


def _where(part: str, text: str) -> str:
    return f"{part}, near “{text[:_LONGEST_QUOTE]}”" if text else part


def _unusable(name: str, error: Exception, part: str, text: str) -> Problem:
    # The text of these errors may quote a value of the case, so only their kind is told.
    kind, where = type(error).__name__, _where(part, text)
    if isinstance(error, MemoryError):
        return _too_much("template-memory", f"{where}: filling it takes more than {MEMORY >> 20} MB of memory", name)
    if isinstance(error, OutOfTimeError):
        return _too_much("template-time", f"{where}: filling it takes longer than {SECONDS:g} seconds", name)
    if not text:
        message = f"the template cannot be filled ({kind})"
        hint = "open it in Word and save it as .docx; `visa-packet templates check` says more"
        return Problem("template-unusable", "error", message, hint, name)
    message = f"{where}: what stands here cannot be computed ({kind})"
    hint = "mend the tag in Word: a filter or a sum may be given what it cannot take; see docs/templates.md"
    return Problem("template-field", "error", message, hint, name)


def _too_much(code: str, message: str, name: str) -> Problem:
    return Problem(
        code, "error", message, "look for a text that is doubled or multiplied, or a loop inside a loop", name
    )
