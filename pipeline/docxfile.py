"""Opening a Word file of a stranger: the one place that says which files are let in, for building and for checking.

A Word file is a ZIP archive of XML parts. It is refused when it could exhaust the machine, reach out of its own
archive, run something, or print what its author does not see.
"""

from __future__ import annotations

import errno
import io
import os
import posixpath
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from pipeline.jsonfile import open_without_waiting

#: Limits of the archive. The shipped templates have 8 entries and 110 kB; a letter with a logo has 30 and 5 MB.
MAX_BYTES = 20_000_000
MAX_ENTRIES = 400
MAX_XML_BYTES = 5_000_000
MAX_PART_BYTES = 20_000_000
MAX_TOTAL_BYTES = 40_000_000
#: Above this size an entry may be unpacked to at most so many times its packed size. XML of Word reaches about 40.
RATIO_FROM_BYTES = 1_000_000
MAX_RATIO = 150

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = b"http://purl.oclc.org/ooxml/"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1

MAIN_PART = "word/document.xml"
#: The parts that docxtpl fills.
_TEXT_PART = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")

#: First bytes of what people name .docx.
_DISGUISES = (
    (b"\xd0\xcf\x11\xe0", "an old .doc file, or a Word file with a password", "save it in Word as .docx without one"),
    (b"{\\rtf", "an .rtf file", "open it in Word and save it as .docx"),
    (b"%PDF", "a PDF", "the template must be a Word file"),
    (b"<", "an HTML or XML file", "open it in Word and save it as .docx"),
)
#: End of a relationship's type -> what it brings along.
_REFUSED_RELATIONSHIPS = {
    "attachedTemplate": ("template-link", "another template is attached"),
    "subDocument": ("template-link", "another document is linked as a part of this one"),
    "frame": ("template-link", "another document is shown in a frame"),
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
_REFUSED_ELEMENTS = {
    f"{W}object": ("template-embedded", "an object of another program is embedded"),
    f"{W}control": ("template-embedded", "a control is embedded"),
    f"{W}altChunk": ("template-embedded", "another document is embedded (altChunk)"),
    f"{W}subDoc": ("template-link", "another document is linked as a part of this one"),
    f"{W}mailMerge": ("template-link", "the file is set up for mail merge"),
}
_TRACKED = {f"{W}{name}" for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge")}
_TRACKED |= {
    f"{W}{name}Change" for name in ("rPr", "pPr", "sectPr", "tblPr", "tblGrid", "tcPr", "trPr", "tblPrEx", "numbering")
}
#: Fields that fetch, include or start something.
_REFUSED_FIELDS = {
    *("DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "EMBED", "RD", "DATABASE"),
    *("MACROBUTTON", "HTMLCONTROL", "AUTOTEXT", "AUTOTEXTLIST", "GLOSSARY", "CONTROL", "PRINT"),
}
_WEB_LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
_ANYWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\")
_TAG_IN_FIELD = re.compile(r"\{[{%#]")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)

_LINK_HINT = "put what is linked into the file itself, and remove the link (in Word: File, Info, Edit Links)"
_HINTS = {
    "template-link": _LINK_HINT,
    "template-embedded": "remove it, or put in its place text, a table, or a PNG or JPEG picture",
    "template-macro": "save it in Word as .docx (Word document without macros)",
    "template-tracked": "accept or reject all changes in Word (Review, Accept All Changes), then save",
    "template-field-code": "take the field out in Word (Shift+F9 shows it); type the text, or use a tag in the text",
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


class RefusedDocxError(Exception):
    """A Word file is refused; ``faults`` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message for fault in faults))


def read_docx(path: Path) -> bytes:
    """Content of a file, as far as it can be a Word file. Raises OSError."""
    with open(path, "rb", opener=open_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return file.read(MAX_BYTES + 1)


def open_docx(content: bytes) -> DocxFile:
    """The parts of a Word file. Raises RefusedDocxError with every reason that was found."""
    parts = _unpacked(content)
    if MAIN_PART not in parts:
        raise RefusedDocxError([_unusable(f"it has no part {MAIN_PART}, so it is no Word document", _advice(parts))])
    xml, faults = _parsed(parts)
    faults += [*_content_types(xml), *_relationships(parts, xml), *_pictures(parts)]
    for name, root in xml.items():
        if name.startswith("word/"):
            faults += _elements(name, root)
    if faults:
        raise RefusedDocxError(faults)
    return DocxFile(parts, xml)


def _reading_order(name: str) -> tuple[bool, str]:
    return name != MAIN_PART, name


def _unusable(message: str, hint: str = "open it in Word and save it as .docx") -> Fault:
    return Fault("template-unusable", message, hint)


def _refused(code: str, message: str, part: str, element: etree._Element | None = None) -> Fault:
    return Fault(code, message, _HINTS[code], part, element)


def _unpacked(content: bytes) -> dict[str, bytes]:
    """Every entry of the archive. The sizes that it claims are checked first; zipfile unpacks no more than those."""
    if len(content) > MAX_BYTES:
        raise RefusedDocxError([_unusable(f"the file is larger than {MAX_BYTES:,} bytes", "make its pictures smaller")])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            faults = list(_entries(entries))
            if faults:
                raise RefusedDocxError(faults)
            return {entry.filename: archive.read(entry) for entry in entries}
    except _BROKEN:
        raise RefusedDocxError([_no_archive(content)]) from None


def _no_archive(content: bytes) -> Fault:
    if not content:
        return _unusable("the file is empty")
    if content.startswith(b"PK"):
        return _unusable("the file is damaged or was cut off: its ZIP archive cannot be read")
    for start, kind, hint in _DISGUISES:
        if content.lstrip().startswith(start):
            return _unusable(f"the file is {kind}, not a Word document", hint)
    return _unusable("the file is not a Word document: it is no ZIP archive")


def _entries(entries: list[zipfile.ZipInfo]) -> Iterator[Fault]:
    if len(entries) > MAX_ENTRIES:
        yield Fault("template-archive", f"the archive has more than {MAX_ENTRIES} entries", _HINTS["template-archive"])
        return
    if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        yield Fault("template-archive", f"unpacked, it has more than {MAX_TOTAL_BYTES:,} bytes", "make it smaller")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        for message in _wrong_entry(entry):
            yield _refused("template-archive", message, name)
        if name.lower() in seen:
            yield _refused("template-archive", "the archive has this entry twice", name)
        seen.add(name.lower())


def _wrong_entry(entry: zipfile.ZipInfo) -> Iterator[str]:
    # The name as the archive has it: zipfile cuts it at a NUL and turns other signs into slashes.
    name = entry.orig_filename
    climbs = ".." in re.split(r"[/\\]", name)
    if climbs or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\\" in name or "\0" in name:
        yield "the name of this entry leads out of the archive"
    if entry.flag_bits & _ENCRYPTED:
        yield "this entry is encrypted"
    elif entry.compress_type not in _PACKED:
        yield "this entry is packed in a way that Word does not use"
    limit = MAX_XML_BYTES if name.lower().endswith((".xml", ".rels")) else MAX_PART_BYTES
    if entry.file_size > limit:
        yield f"this entry has more than {limit:,} bytes when it is unpacked"
    elif entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
        yield f"this entry grows to more than {MAX_RATIO} times its size when it is unpacked"


def _parsed(parts: Mapping[str, bytes]) -> tuple[dict[str, etree._Element], list[Fault]]:
    """Every XML part, without a document type: that is where entities are defined and other files are named."""
    roots: dict[str, etree._Element] = {}
    faults = []
    for name, content in parts.items():
        if not name.lower().endswith((".xml", ".rels")):
            continue
        # Without NUL, a text in UTF-16 shows its letters too.
        if b"<!DOCTYPE" in content.replace(b"\0", b""):
            faults.append(_refused("template-xml", "this part declares a document type or entities", name))
            continue
        try:
            tree = etree.ElementTree(etree.fromstring(content, _parser()))
        except (etree.LxmlError, ValueError) as error:
            line = getattr(error, "lineno", None)
            where = f" (line {line})" if line else ""
            faults.append(_refused("template-xml", f"this part is not well-formed XML{where}", name))
            continue
        if tree.docinfo.doctype:  # type: ignore[attr-defined]
            faults.append(_refused("template-xml", "this part declares a document type or entities", name))
        else:
            roots[name] = tree.getroot()
    return roots, faults


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _advice(parts: Mapping[str, bytes]) -> str:
    if "mimetype" in parts:
        return "it is an OpenDocument file: open it and save it as .docx"
    if any(name.startswith(("xl/", "ppt/")) for name in parts):
        return "it is a file of Excel or PowerPoint: the template must be a Word file"
    return "open it in Word and save it as .docx"


def _content_types(xml: Mapping[str, etree._Element]) -> Iterator[Fault]:
    name = "[Content_Types].xml"
    if name not in xml:
        yield _unusable(f"it has no part {name}, so it is no Word document")
        return
    for element in xml[name]:
        kind = (element.get("ContentType") or "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            yield _refused("template-macro", "the file has macros, or is of a kind that may have them", name)
        elif "template.main" in kind:
            yield _unusable("the file is a .dotx (a template of Word itself)", "save it in Word as .docx")
        elif "svg" in kind:
            yield _refused("template-embedded", "the file has an SVG picture, which can load other files", name)
    if MAIN_PART in xml and _STRICT in etree.tostring(xml[MAIN_PART])[:2000]:
        yield _unusable("the file is “Strict Open XML”", "save it in Word as “Word document (.docx)”")


def _relationships(parts: Mapping[str, bytes], xml: Mapping[str, etree._Element]) -> Iterator[Fault]:
    for name, root in xml.items():
        if name.lower().endswith(".rels"):
            for relationship in root.iter(_RELATIONSHIP):
                yield from _relationship(name, relationship, parts)


def _relationship(name: str, relationship: etree._Element, parts: Mapping[str, bytes]) -> Iterator[Fault]:
    kind = (relationship.get("Type") or "").rsplit("/", 1)[-1]
    target = relationship.get("Target") or ""
    if kind in _REFUSED_RELATIONSHIPS:
        code, message = _REFUSED_RELATIONSHIPS[kind]
        yield _refused(code, message, name)
    elif (relationship.get("TargetMode") or "").lower() == "external":
        if kind != "hyperlink" or not _WEB_LINK.match(target):
            yield _refused("template-link", f"a link leads out of the file ({kind}: {target[:100]})", name)
    elif not _is_inside(name, target, parts):
        yield _refused("template-link", f"a part is named that is not in the file ({kind}: {target[:100]})", name)


def _is_inside(name: str, target: str, parts: Mapping[str, bytes]) -> bool:
    """Whether the target of a relationship is a part. ``name`` is ``folder/_rels/part.rels``."""
    folder = posixpath.dirname(posixpath.dirname(name))
    path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
    return target.startswith("#") or posixpath.normpath(path) in parts


def _pictures(parts: Mapping[str, bytes]) -> Iterator[Fault]:
    """SVG under any name: to an engine the content decides, and an SVG can load files and addresses."""
    for name, content in parts.items():
        is_xml = name.lower().endswith((".xml", ".rels"))
        if not is_xml and (name.lower().endswith((".svg", ".svgz")) or b"<svg" in content[:2000].lower()):
            yield _refused("template-embedded", "the file has an SVG picture, which can load other files", name)


def _elements(name: str, root: etree._Element) -> Iterator[Fault]:
    tracked: set[etree._Element | None] = set()
    for element in root.iter(etree.Element):
        if element.tag in _REFUSED_ELEMENTS:
            code, message = _REFUSED_ELEMENTS[element.tag]
            yield _refused(code, message, name, element)
        elif element.tag in _TRACKED:
            paragraph = paragraph_of(element)
            if paragraph not in tracked:  # one paragraph often has dozens
                yield _refused("template-tracked", "a tracked change is left", name, element)
            tracked.add(paragraph)
        elif _loads(element):
            yield _refused("template-link", "a picture is named by its address", name, element)
    for instruction, element in field_codes(root):
        word = instruction.split(None, 1)[0].upper() if instruction.strip() else ""
        if word in _REFUSED_FIELDS:
            yield _refused("template-field-code", f"the field {word} fetches or starts something", name, element)
        elif _TAG_IN_FIELD.search(instruction):
            yield _refused("template-field-code", "a tag stands inside a field code", name, element)


def _loads(element: etree._Element) -> bool:
    """Whether a picture of the old drawing language names its file by an attribute, past the relationships."""
    return any(key in {"src", "althref"} and _ANYWHERE.match(str(value)) for key, value in element.attrib.items())


def paragraph_of(element: etree._Element | None) -> etree._Element | None:
    """The paragraph that an element stands in, itself included."""
    while element is not None and element.tag != f"{W}p":
        element = element.getparent()
    return element


def field_codes(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """The instruction of every field, with an element in it. One instruction may be split over several runs."""
    open_fields: list[list[str]] = []
    for element in root.iter(f"{W}fldSimple", f"{W}fldChar", f"{W}instrText", f"{W}delInstrText"):
        kind = element.get(f"{W}fldCharType")
        if element.tag == f"{W}fldSimple":
            yield element.get(f"{W}instr") or "", element
        elif kind == "begin":
            open_fields.append([])
        elif element.tag != f"{W}fldChar":
            (open_fields or [[]])[-1].append(element.text or "")
            if not open_fields:  # an instruction outside of any field still shows what was meant
                yield element.text or "", element
        elif kind == "end" and open_fields:
            yield "".join(open_fields.pop()), element
    for instruction in open_fields:
        yield "".join(instruction), root
