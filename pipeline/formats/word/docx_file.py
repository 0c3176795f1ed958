"""Opening an untrusted Word file: the one place that decides which files are accepted, to build and to check.

A Word file is a ZIP archive of XML parts. It is rejected if it could exhaust the machine, reach out of its own
archive, run something, or print something that its author does not see.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lxml import etree

from pipeline.formats.files import read
from pipeline.formats.word.archive import MAX_BYTES, unpack
from pipeline.formats.word.elements import forbidden_elements, unended_tags
from pipeline.formats.word.parts import MAIN_PART, advice, forbidden_kinds, forbidden_relationships, parse_parts
from pipeline.formats.word.rejections import WordFileError, unusable_file
from pipeline.formats.word.tag_placement import misplaced_tags
from pipeline.formats.word.text import xml_parser
from pipeline.formats.word.word_pictures import forbidden_pictures
from pipeline.formats.word.word_places import Part

#: The parts that docxtpl fills.
_TEXT_PART = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
#: The parts on which the text of a filled file depends.
_READ_PART = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes|settings|styles)\.xml|word/_rels/document\.xml\.rels"
)


@dataclass(frozen=True, slots=True)
class DocxFile:
    """The parts of an accepted Word file; ``xml`` has the parsed ones."""

    parts: Mapping[str, bytes]
    xml: Mapping[str, etree._Element]

    @property
    def text_parts(self) -> dict[str, etree._Element]:
        """The parts that are filled with a case: the body first, then headers, footers and footnotes."""
        names = sorted((name for name in self.xml if _TEXT_PART.fullmatch(name)), key=_reading_order)
        return {name: self.xml[name] for name in names}


def parse_filled(parts: Mapping[str, bytes], trees: Mapping[str, etree._Element] | None = None) -> DocxFile:
    """Return a Word file that was filled here, with the parsed parts on which its text depends.

    ``trees`` has those that are parsed already. The others are those of the template, which is filled many times.
    """
    trees = trees or {}
    names = [name for name in parts if _READ_PART.fullmatch(name)]
    return DocxFile(parts, {name: trees[name] if name in trees else _parse(parts[name]) for name in names})


@lru_cache(maxsize=256)
def _parse(part: bytes) -> etree._Element:
    return etree.fromstring(part, xml_parser())


def read_docx(path: Path) -> bytes:
    """Return the content of a file, up to the limit of a Word file. Raise OSError."""
    return read(path, MAX_BYTES)


def open_docx(content: bytes) -> DocxFile:
    """Return the parts of a Word file. Raise WordFileError with all of its problems."""
    parts = unpack(content)
    if MAIN_PART not in parts:
        raise WordFileError(
            [unusable_file(f"the part {MAIN_PART} is missing, so this is not a Word document", advice(parts))]
        )
    xml, problems = parse_parts(parts)
    problems += [*forbidden_kinds(xml), *forbidden_relationships(parts, xml), *forbidden_pictures(parts, xml)]
    for name, root in xml.items():
        if name.startswith("word/"):
            problems += forbidden_elements(Part(name, root))
    docx = DocxFile(parts, xml)
    for part in (Part(name, root) for name, root in docx.text_parts.items()):
        problems += [*unended_tags(part), *misplaced_tags(part)]
    if problems:
        raise WordFileError(problems)
    return docx


def _reading_order(name: str) -> tuple[bool, str]:
    return name != MAIN_PART, name
