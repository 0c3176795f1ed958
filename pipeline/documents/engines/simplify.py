"""Rewrites what engines misread in a Word file into something that they draw as Word does, before the conversion.

The result is only converted; the Word file of a packet stays as it was filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from zipfile import BadZipFile

from lxml import etree

from pipeline.documents.engines.paragraph_space import may_have_spaces, settle_spaces
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.sections import RELATIONSHIPS, has_even_pages, is_on, sections_of, used_furniture
from pipeline.formats.word.styles import DEFAULT_MARGINS, Styles
from pipeline.formats.word.text import W, xml_parser
from pipeline.formats.zip_archive import pack, read_parts

#: Only a file with one of these is rewritten; most have none.
_MISREAD = (
    b"<w:vanish",
    b"<w:noBreakHyphen",
    b"<w:cr/",
    b"<w:bidi ",
    b"<w:pageBreakBefore",
    b'w:type="even"',
    b'w:type="first"',
    b"<w:titlePg",
)
_NO_BREAK_HYPHEN = "\u2011"
_SHOWN = (f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}noBreakHyphen", f"{W}sym", f"{W}drawing", f"{W}pict")
_SHEET = "word/styles.xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "[Content_Types].xml"
_KINDS = {"header": "hdr", "footer": "ftr"}


def simplify(docx: bytes) -> bytes:
    """Return a Word file without what engines misread. A file without any of it is returned as it is."""
    try:
        parts = read_parts(docx)
    except BadZipFile:
        return docx  # the engine reports it
    word = {name: part for name, part in parts.items() if name.startswith("word/") and name.endswith((".xml", ".rels"))}
    is_misread = any(mark in part for part in word.values() for mark in _MISREAD) or _may_lack_margins(word)
    if not is_misread and not may_have_spaces(word):
        return docx
    try:
        xml = {name: etree.fromstring(part, xml_parser()) for name, part in word.items()}
        xml[_TYPES] = etree.fromstring(parts[_TYPES], xml_parser())
    except (etree.LxmlError, KeyError):
        return docx
    whole = DocxFile(parts, xml)
    _remove_hidden(whole)
    for root in xml.values():
        _rewrite(root)
    _set_margins(whole)
    if not settle_spaces(whole) and not is_misread:
        return docx
    _begin_on_first_page(xml.get(MAIN_PART))
    _settle_headers(xml)
    return pack(
        parts
        | {
            name: etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            for name, root in xml.items()
        }
    )


def _remove_hidden(docx: DocxFile) -> None:
    """Remove hidden text, and paragraphs of which all is hidden."""
    styles = Styles(docx)
    for root in docx.text_parts.values():
        for run in list(root.iter(f"{W}r")):
            if styles.is_hidden(run):
                for shown in list(run.iterchildren(*_SHOWN)):
                    run.remove(shown)
        for paragraph in list(root.iter(f"{W}p")):
            mark = paragraph.find(f"{W}pPr/{W}rPr/{W}vanish")
            if is_on(mark) and next(paragraph.iter(*_SHOWN), None) is None and _may_go(paragraph):
                paragraph.getparent().remove(paragraph)  # type: ignore[union-attr] # a paragraph is in a body or cell


def _may_go(paragraph: etree._Element) -> bool:
    """Return True unless a section ends with a paragraph, or a cell has no other."""
    parent = paragraph.getparent()
    others = parent.findall(f"{W}p") if parent is not None else []
    return paragraph.find(f"{W}pPr/{W}sectPr") is None and len(others) > 1 and paragraph is not others[-1]


def _rewrite(root: etree._Element) -> None:
    for element in list(root.iter(f"{W}noBreakHyphen")):
        element.tag, element.text = f"{W}t", _NO_BREAK_HYPHEN
    for element in root.iter(f"{W}cr"):
        element.tag = f"{W}br"
    for element in list(root.iter(f"{W}bidi")):
        if not is_on(element):
            element.getparent().remove(element)  # type: ignore[union-attr] # it is inside the properties of a paragraph


def _may_lack_margins(word: Mapping[str, bytes]) -> bool:
    """Return True if a file has tables and no style with margins of cells."""
    return b"tblCellMar" not in word.get(_SHEET, b"") and any(b"<w:tbl>" in part for part in word.values())


def _set_margins(docx: DocxFile) -> None:
    """Set the margins of cells of tables for which none are set: office2pdf takes 0."""
    styles = Styles(docx)
    for table in (table for root in docx.text_parts.values() for table in root.iter(f"{W}tbl")):
        properties = table.find(f"{W}tblPr")
        lacking = [side for side in ("left", "right") if not _has_margin(styles, table, side)]
        if properties is None or not lacking:
            continue
        margins = properties.find(f"{W}tblCellMar")
        if margins is None:
            margins = etree.SubElement(properties, f"{W}tblCellMar")
        for side in lacking:
            etree.SubElement(margins, f"{W}{side}", {f"{W}w": str(DEFAULT_MARGINS[side]), f"{W}type": "dxa"})


def _has_margin(styles: Styles, table: etree._Element, side: str) -> bool:
    return any(styles.has_cell_margin(table, name) for name in (side, {"left": "start", "right": "end"}[side]))


def _begin_on_first_page(root: etree._Element | None) -> None:
    """Let the first paragraph begin no page: office2pdf would leave the first page empty."""
    body = root.find(f"{W}body") if root is not None else None
    first = body[0] if body is not None and len(body) else None
    for mark in list(first.iterfind(f"{W}pPr/{W}pageBreakBefore")) if first is not None else ():
        mark.getparent().remove(mark)  # type: ignore[union-attr] # it is inside the properties of a paragraph


def _settle_headers(xml: dict[str, etree._Element]) -> None:
    """Remove references to headers and footers that no page has, and add the empty ones of a bare first page."""
    has_even = has_even_pages(xml)
    first_pages = [is_on(section.find(f"{W}titlePg")) for section in sections_of(xml)]
    named: dict[str, set[str]] = {"default": set(), "first": set(), "even": set()}
    for number, section in enumerate(sections_of(xml)):
        for reference in list(section.iterchildren(*(f"{W}{kind}Reference" for kind in _KINDS))):
            kind = reference.get(f"{W}type") or "default"
            if (kind == "even" and not has_even) or (kind == "first" and not any(first_pages[number:])):
                section.remove(reference)
            else:
                named.setdefault(kind, set()).add(etree.QName(reference).localname.removesuffix("Reference"))
        for missing in sorted(named["default"] - named["first"]) if first_pages[number] else ():
            _add_empty(missing, section, xml)
            named["first"].add(missing)
    for one in used_furniture(xml):
        if one.kind == "first":
            _fill_empty(xml[one.part])


def _fill_empty(root: etree._Element) -> None:
    """Put a blank into an empty header or footer: office2pdf would draw that of the other pages instead."""
    paragraph = root.find(f"{W}p")
    if (
        paragraph is not None
        and not any(piece.text for piece in root.iter(f"{W}t"))
        and root.find(f".//{W}drawing") is None
    ):
        etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t").text = "\u00a0"


def _add_empty(kind: str, section: etree._Element, xml: dict[str, etree._Element]) -> None:
    """Add an empty header or footer of the first page."""
    name = f"{kind}-of-first-page"
    root = etree.Element(f"{W}{_KINDS[kind]}", nsmap={"w": W[1:-1]})
    etree.SubElement(root, f"{W}p")
    xml[f"word/{name}.xml"] = root
    rows = xml[RELATIONSHIPS]
    row = etree.SubElement(rows, f"{{{etree.QName(rows).namespace}}}Relationship")
    row.attrib.update({"Id": name, "Type": f"{_OFFICE}/{kind}", "Target": f"{name}.xml"})
    types = xml[_TYPES]
    row = etree.SubElement(types, f"{{{etree.QName(types).namespace}}}Override")
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    row.attrib.update({"PartName": f"/word/{name}.xml", "ContentType": f"{word}.{kind}+xml"})
    reference = etree.Element(f"{W}{kind}Reference")
    reference.attrib.update({f"{W}type": "first", f"{{{_OFFICE}}}id": name})
    section.insert(0, reference)
