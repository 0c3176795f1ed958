"""Opening a Word file of a stranger: the one place that says which files are let in, for building and for checking.

A Word file is a ZIP archive of XML parts. It is refused when it could exhaust the machine, reach out of its own
archive, run something, or print what its author does not see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from pipeline.formats.files import read
from pipeline.formats.word.archive import MAX_BYTES, unpacked
from pipeline.formats.word.elements import forbidden_elements, unended_tags
from pipeline.formats.word.parts import MAIN_PART, advice, forbidden_kinds, forbidden_relationships, parsed
from pipeline.formats.word.refusals import RefusedDocxError, unusable
from pipeline.formats.word.word_pictures import forbidden_pictures
from pipeline.formats.word.word_places import Part

#: The parts that docxtpl fills.
_TEXT_PART = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")


@dataclass(frozen=True, slots=True)
class DocxFile:
    """The parts of a Word file that was let in; those of XML are parsed."""

    parts: Mapping[str, bytes]
    xml: Mapping[str, etree._Element]

    @property
    def text_parts(self) -> dict[str, etree._Element]:
        """The parts that a case is filled into: the body first, then headers, footers and footnotes."""
        names = sorted((name for name in self.xml if _TEXT_PART.fullmatch(name)), key=_reading_order)
        return {name: self.xml[name] for name in names}


def read_docx(path: Path) -> bytes:
    """Return the content of a file, up to the limit of a Word file. Raise OSError."""
    return read(path, MAX_BYTES)


def open_docx(content: bytes) -> DocxFile:
    """The parts of a Word file. Raises RefusedDocxError with every reason that was found."""
    parts = unpacked(content)
    if MAIN_PART not in parts:
        raise RefusedDocxError([unusable(f"it has no part {MAIN_PART}, so it is no Word document", advice(parts))])
    xml, problems = parsed(parts)
    problems += [*forbidden_kinds(xml), *forbidden_relationships(parts, xml), *forbidden_pictures(parts)]
    for name, root in xml.items():
        if name.startswith("word/"):
            problems += forbidden_elements(Part(name, root))
    docx = DocxFile(parts, xml)
    problems += [problem for name, root in docx.text_parts.items() for problem in unended_tags(Part(name, root))]
    if problems:
        raise RefusedDocxError(problems)
    return docx


def _reading_order(name: str) -> tuple[bool, str]:
    return name != MAIN_PART, name
