"""The parts of a Word file and the relationships between them: XML without entities, and no link out of the file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.errors import Problem
from pipeline.formats.word.rejections import rejection, unusable_file
from pipeline.formats.word.text import xml_parser
from pipeline.formats.zip_archive import declares_doctype

MAIN_PART = "word/document.xml"

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = b"http://purl.oclc.org/ooxml/"
#: Last step of a relationship's type -> code and message of its rejection.
_REJECTED_RELATIONSHIPS = {
    "attachedTemplate": ("template-link", "another template is attached"),
    "subDocument": ("template-link", "another document is linked as a part of this one"),
    "frame": ("template-link", "another document is linked in a frame"),
    "mailMergeSource": ("template-link", "a source of data for mail merge is attached"),
    "mailMergeHeaderSource": ("template-link", "a source of data for mail merge is attached"),
    "oleObject": ("template-embedded", "an object of another program is embedded"),
    "package": ("template-embedded", "a file of another program is embedded"),
    "aFChunk": ("template-embedded", "another document is embedded (altChunk)"),
    "control": ("template-embedded", "a control is embedded"),
    "activeXControlBinary": ("template-embedded", "a control is embedded"),
    "vbaProject": ("template-macro", "the file has macros"),
    "wordVbaData": ("template-macro", "the file has macros"),
    "keyMapCustomizations": ("template-macro", "the file changes Word's keys"),
    "attachedToolbars": ("template-macro", "the file changes Word's menus"),
}
_WEB_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)


def parse_parts(parts: Mapping[str, bytes]) -> tuple[dict[str, etree._Element], list[Problem]]:
    """Return the root of every XML part, and a problem for each that is broken or declares a document type."""
    roots: dict[str, etree._Element] = {}
    problems = []
    for name, content in parts.items():
        if not name.lower().endswith((".xml", ".rels")):
            continue
        if declares_doctype(content):
            problems.append(rejection("template-xml", "this part declares a document type or entities", name))
            continue
        try:
            tree = etree.ElementTree(etree.fromstring(content, xml_parser()))
        except (etree.LxmlError, ValueError) as error:
            line = getattr(error, "lineno", None)
            where = f" (line {line})" if line else ""
            problems.append(rejection("template-xml", f"this part is not well-formed XML{where}", name))
            continue
        if tree.docinfo.doctype:  # type: ignore[attr-defined]
            problems.append(rejection("template-xml", "this part declares a document type or entities", name))
        else:
            roots[name] = tree.getroot()
    return roots, problems


def advice(parts: Mapping[str, bytes]) -> str:
    """Return advice for an archive that is not a Word document."""
    if "mimetype" in parts:
        return "it is an OpenDocument file: open it and save it as .docx"
    if any(name.startswith(("xl/", "ppt/")) for name in parts):
        return "it is a file of Excel or PowerPoint: the template must be a Word file"
    return "open it in Word and save it as .docx"


def forbidden_kinds(xml: Mapping[str, etree._Element]) -> Iterator[Problem]:
    """Yield problems for kinds of file that only look like a Word document, and for parts that it may not have."""
    name = "[Content_Types].xml"
    if name not in xml:
        yield unusable_file(f"the part {name} is missing, so this is not a Word document")
        return
    for element in xml[name]:
        kind = (element.get("ContentType") or "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            yield rejection("template-macro", "the file has macros, or is of a kind that may have them", name)
        elif "template.main" in kind:
            yield unusable_file("the file is a .dotx (a template of Word itself)", "save it in Word as .docx")
    if MAIN_PART in xml and _STRICT in etree.tostring(xml[MAIN_PART])[:2000]:
        yield unusable_file("the file is “Strict Open XML”", "save it in Word as “Word document (.docx)”")


def forbidden_relationships(parts: Mapping[str, bytes], xml: Mapping[str, etree._Element]) -> Iterator[Problem]:
    """Yield a problem for each embedded, linked or missing part."""
    for name, root in xml.items():
        if name.lower().endswith(".rels"):
            for relationship in root.iter(_RELATIONSHIP):
                yield from _relationship(name, relationship, parts)


def _relationship(name: str, relationship: etree._Element, parts: Mapping[str, bytes]) -> Iterator[Problem]:
    kind = (relationship.get("Type") or "").rsplit("/", 1)[-1]
    target = relationship.get("Target") or ""
    if kind == "officeDocument" and target.lstrip("/") != MAIN_PART:
        # docxtpl follows this relationship: it must fill the part that is checked here.
        yield unusable_file(f"its text is not in {MAIN_PART}, where Word puts it")
    elif kind in _REJECTED_RELATIONSHIPS:
        code, message = _REJECTED_RELATIONSHIPS[kind]
        yield rejection(code, message, name)
    elif (relationship.get("TargetMode") or "").lower() == "external":
        if kind != "hyperlink" or not _WEB_LINK.match(target):
            yield rejection("template-link", f"a link leads out of the file ({kind}: {target[:100]})", name)
    elif not _is_inside(name, target, parts):
        yield rejection("template-link", f"a part is missing from the file ({kind}: {target[:100]})", name)


def _is_inside(name: str, target: str, parts: Mapping[str, bytes]) -> bool:
    """Return True if the target of a relationship is a part. ``name`` is ``folder/_rels/part.rels``."""
    folder = posixpath.dirname(posixpath.dirname(name))
    path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
    return target.startswith("#") or posixpath.normpath(path) in parts
