"""Problems for which a Word file is rejected, with advice by their code."""

from __future__ import annotations

from pipeline.errors import Problem, TemplateError, WordPlace

_HINTS = {
    "template-link": "put the linked content into the file itself, and remove the link (File, Info, Edit Links)",
    "template-embedded": "remove it, or replace it by text, a table, or a PNG or JPEG picture",
    "template-macro": "save it in Word as .docx (Word document without macros)",
    "template-tracked": "accept or reject all changes in Word (Review, Accept All Changes), then save",
    "template-field-code": "remove the field in Word (Shift+F9 displays it); type the text, or use a tag in the text",
    "template-picture": "make it smaller in Word (Picture Format, Compress Pictures), or put in a smaller one",
    "template-tags": "write each tag as {{ … }} or {% … %}; docs/templates.md shows how",
    "template-tag-mark": "write {% … %} without the mark",
    "template-tag-place": "put the tag into a paragraph, row or cell of its own, with nothing else in it",
    "template-archive": "open it in Word and save it as .docx",
    "template-xml": "open it in Word and save it as .docx",
}


class WordFileError(TemplateError):
    """A Word file is rejected. Its problems name no file: the caller knows the path."""


def unusable_file(message: str, hint: str = "open it in Word and save it as .docx") -> Problem:
    """Return the problem of a file that is not a usable Word file."""
    return Problem("template-unusable", "error", message, hint)


def rejection(code: str, message: str, place: WordPlace | str | None = None) -> Problem:
    """Return a problem at a place, or in the part of that name, with the advice for its code."""
    where = WordPlace(place) if isinstance(place, str) else place
    return Problem(code, "error", message, _HINTS[code], place=where)
