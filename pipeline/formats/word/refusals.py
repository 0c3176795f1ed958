"""Why a Word file is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

_HINTS = {
    "template-link": "put what is linked into the file itself, and remove the link (in Word: File, Info, Edit Links)",
    "template-embedded": "remove it, or put in its place text, a table, or a PNG or JPEG picture",
    "template-macro": "save it in Word as .docx (Word document without macros)",
    "template-tracked": "accept or reject all changes in Word (Review, Accept All Changes), then save",
    "template-field-code": "take the field out in Word (Shift+F9 shows it); type the text, or use a tag in the text",
    "template-picture": "make it smaller in Word (Picture Format, Compress Pictures), or put in a smaller one",
    "template-tags": "write each tag as {{ … }} or {% … %}; docs/templates.md shows how",
    "template-archive": "open it in Word and save it as .docx",
    "template-xml": "open it in Word and save it as .docx",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a Word file is refused. ``part`` is the part of the archive, ``element`` the place in it, if there is one."""

    code: str
    message: str
    hint: str
    part: str | None = None
    element: etree._Element | None = field(default=None, compare=False, repr=False)


class RefusedDocxError(Exception):
    """A Word file is refused; ``faults`` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message for fault in faults))


def unusable(message: str, hint: str = "open it in Word and save it as .docx") -> Fault:
    """The file is no Word file that can be used."""
    return Fault("template-unusable", message, hint)


def refused(code: str, message: str, part: str | None, element: etree._Element | None = None) -> Fault:
    """A part of the file is the reason, with what helps against reasons of that code."""
    return Fault(code, message, _HINTS[code], part, element)
