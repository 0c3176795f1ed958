"""Sets the fonts, line pitch, page size, tables and metadata of a letter as templates need them. Each step counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from lxml import etree

from pipeline.formats.fonts import font_names
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.sections import sections_of, text_width
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W

JAPANESE, CHINESE = "Noto Sans CJK JP", "Noto Sans CJK SC"
#: Fonts of Chinese letters, by a part of their names.
_CHINESE_FONTS = (
    *("simsun", "simhei", "simkai", "yahei", "dengxian", "fangsong", "kaiti"),
    *("宋", "雅黑", "等线", "仿", "楷"),
)
_SCRIPTS = ("ascii", "hAnsi", "eastAsia", "cs")
#: Line height of the fonts in twentieths of a point for a size in half points, and the step to which it is rounded up.
_PITCH, _STEP = 14.48, 5
#: The pitch of single spacing, and the rules with which the pitch is a length.
_SINGLE, _SET = 240, {"exact", "atLeast"}
_A4 = {"w": "11906", "h": "16838"}
_MARGINS = {
    "top": "1134",
    "right": "1134",
    "bottom": "1134",
    "left": "1134",
    "header": "567",
    "footer": "567",
    "gutter": "0",
}
_DRAWN = (f"{W}drawing", f"{W}pict")
_BULLET = "•"
#: Characters that a font numbers itself.
_PRIVATE = re.compile("[\ue000-\uf8ff]")
#: What follows these elements in the order that Word prescribes.
_AFTER: Mapping[str, tuple[str, ...]] = {
    "spacing": (
        *("ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc", "textDirection", "textAlignment"),
        *("textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr", "pPrChange"),
    ),
    "tblLayout": ("tblCellMar", "tblLook", "tblCaption", "tblDescription"),
    "lang": ("eastAsianLayout", "specVanish", "oMath"),
    "pgSz": ("pgMar", "paperSrc", "pgBorders", "lnNumType", "pgNumType", "cols", "formProt", "vAlign", "noEndnote"),
    "pgMar": ("paperSrc", "pgBorders", "lnNumType", "pgNumType", "cols", "formProt", "vAlign", "noEndnote"),
}
_LAST_OF_SECTION = ("titlePg", "textDirection", "bidi", "rtlGutter", "docGrid", "printerSettings")


def set_fonts(docx: DocxFile) -> set[str]:
    """Set all text in the shipped fonts. Return the names of the others that the letter had."""
    others: set[str] = set()
    for name, root in docx.xml.items():
        if name.startswith("word/") and not name.startswith("word/theme/"):
            for fonts in root.iter(f"{W}rFonts"):
                others |= _set_font(fonts)
            for text in root.iter(f"{W}lvlText"):
                if _PRIVATE.search(text.get(f"{W}val") or ""):
                    text.set(f"{W}val", _BULLET)
    sheet = docx.xml.get("word/styles.xml")
    if sheet is not None:
        defaults = _child(_child(_child(sheet, "docDefaults", first=True), "rPrDefault", first=True), "rPr")
        others |= _set_font(_child(defaults, "rFonts", first=True))
    return others - font_names()


def _set_font(fonts: etree._Element) -> set[str]:
    """Set one element, which a run or a style has. Return the names that it had."""
    had = {value for key, value in fonts.attrib.items() if key != f"{W}hint" and "theme" not in str(key).lower()} - {""}
    properties = fonts.getparent()
    language = properties.find(f"{W}lang") if properties is not None else None
    is_chinese = any(part in str(name).lower() for name in had for part in (*_CHINESE_FONTS, CHINESE.lower()))
    if language is not None and (language.get(f"{W}eastAsia") or "").lower() == "zh-cn":
        is_chinese = True
    for key in list(fonts.attrib):
        if key != f"{W}hint":
            del fonts.attrib[key]
    for script in _SCRIPTS:
        fonts.set(f"{W}{script}", CHINESE if is_chinese else JAPANESE)
    if is_chinese and properties is not None:
        _child(properties, "lang").set(f"{W}eastAsia", "zh-CN")
    return {str(name) for name in had}


def set_pitch(docx: DocxFile) -> int:
    """Give each paragraph without a picture exact line spacing that its largest text fits in. Return their number.

    A list gets single spacing: engines draw its exact lines wrongly.
    """
    styles = Styles(docx)
    changed = 0
    for root in docx.text_parts.values():
        for paragraph in root.iter(f"{W}p"):
            if next(paragraph.iter(*_DRAWN), None) is not None:
                continue
            rule, pitch = styles.line_rule(paragraph), styles.line_pitch(paragraph)
            least = math.ceil(_largest_size(paragraph, styles) * _PITCH / _STEP) * _STEP
            wanted = pitch if rule in _SET else math.ceil(least * max(_SINGLE, pitch) / _SINGLE / _STEP) * _STEP
            if styles.list_level(paragraph) is not None:
                change = (_SINGLE, "auto") if rule in _SET else None
            else:
                change = (max(least, wanted), "exact") if rule != "exact" or pitch < least else None
            if change is not None:
                spacing = _child(_child(paragraph, "pPr", first=True), "spacing")
                spacing.attrib.update({f"{W}line": str(change[0]), f"{W}lineRule": change[1]})
                changed += 1
    return changed


def _largest_size(paragraph: etree._Element, styles: Styles) -> int:
    runs = list(paragraph.iterchildren(f"{W}r"))
    if runs:
        return max(map(styles.size, runs))
    blank = etree.SubElement(paragraph, f"{W}r")  # the size of an empty paragraph is that of text in it
    size = styles.size(blank)
    paragraph.remove(blank)
    return size


def set_paper(docx: DocxFile) -> list[str]:
    """Set the paper of each section to A4 without a grid. Return what was different."""
    body = docx.xml["word/document.xml"].find(f"{W}body")
    found: list[str] = []
    if not sections_of(docx.xml) and body is not None:
        etree.SubElement(body, f"{W}sectPr")
        found.append("a section was missing")
    for section in sections_of(docx.xml):
        size = _child(section, "pgSz")
        if {side: size.get(f"{W}{side}") for side in _A4} != _A4:
            size.attrib.clear()
            size.attrib.update({f"{W}{side}": value for side, value in _A4.items()})
            found.append("the paper was not A4")
        margins = _child(section, "pgMar")
        for side, value in _MARGINS.items():
            margins.set(f"{W}{side}", margins.get(f"{W}{side}") or value)
        grid = section.find(f"{W}docGrid")
        if grid is not None and grid.get(f"{W}type") not in {None, "default"}:
            section.remove(grid)
            found.append("there was a document grid")
    return list(dict.fromkeys(found))


def set_tables(docx: DocxFile) -> tuple[int, int]:
    """Give tables whose columns have widths a fixed layout, and their cells the same widths.

    Tables that are wider than the text become as wide as it. Return the numbers of tables with a new layout, and of
    those that became narrower.
    """
    fixed = narrowed = 0
    for root in docx.text_parts.values():
        for table in root.iter(f"{W}tbl"):
            columns = table.findall(f"{W}tblGrid/{W}gridCol")
            named = [column.get(f"{W}w") or "" for column in columns]
            if not named or not all(width.isdecimal() and int(width) for width in named):
                continue
            properties = _child(table, "tblPr", first=True)
            layout = _child(properties, "tblLayout")
            fixed += layout.get(f"{W}type") != "fixed"
            layout.set(f"{W}type", "fixed")
            widths, room = [int(width) for width in named], _room(table, docx)
            if 0 < room < sum(widths):
                widths = [max(1, width * room // sum(widths)) for width in widths]
                narrowed += 1
                _set_widths(properties, columns, widths)
            for row in table.iterfind(f"{W}tr"):
                _set_cells(row, widths)
    return fixed, narrowed


def _room(table: etree._Element, docx: DocxFile) -> int:
    """Return the width that a table has on its page, or 0 for a table in a cell."""
    if next(table.iterancestors(f"{W}tc"), None) is not None:
        return 0
    order = list(table.getroottree().iter(f"{W}tbl", f"{W}sectPr"))
    following = [one for one in order[order.index(table) :] if one.tag == f"{W}sectPr"]
    width = text_width(docx.xml, following[:1])
    indent = table.find(f"{W}tblPr/{W}tblInd")
    value = (indent.get(f"{W}w") or "") if indent is not None and indent.get(f"{W}type") == "dxa" else ""
    return width - int(value) if value.isdecimal() else width


def _set_widths(properties: etree._Element, columns: Iterable[etree._Element], widths: list[int]) -> None:
    """Set the widths of a table and its columns. A width that is no length of its own stays."""
    for column, width in zip(columns, widths, strict=True):
        column.set(f"{W}w", str(width))
    total = properties.find(f"{W}tblW")
    if total is not None and total.get(f"{W}type") == "dxa":
        total.set(f"{W}w", str(sum(widths)))


def _set_cells(row: etree._Element, widths: list[int]) -> None:
    column = 0
    for cell in row.iterfind(f"{W}tc"):
        properties = _child(cell, "tcPr", first=True)
        span = properties.find(f"{W}gridSpan")
        value = (span.get(f"{W}val") or "") if span is not None else ""
        count = int(value) if value.isdecimal() else 1
        width = _child(properties, "tcW", first=True)
        width.set(f"{W}w", str(sum(widths[column : column + count])))
        width.set(f"{W}type", "dxa")
        column += count


def clean_metadata(docx: DocxFile) -> list[str]:
    """Remove names of people, marks of editing, and parts that nobody sees. Return what was removed, in words."""
    removed: list[str] = []
    core = docx.xml.get("docProps/core.xml")
    for element in core if core is not None else ():
        is_name = etree.QName(element).localname in {"creator", "lastModifiedBy"}
        if is_name and element.text not in {None, "", "visa-packet"}:
            element.text = "visa-packet"
            removed.append("names of authors")
    app = docx.xml.get("docProps/app.xml")
    for element in list(app) if app is not None else ():
        if etree.QName(element).localname in {"Company", "Manager"} and app is not None:
            app.remove(element)
            removed.append("company and manager")
    for name, root in docx.xml.items():
        if name.startswith("word/"):
            removed += ["marks of editing"] * _remove_marks(root)
    return list(dict.fromkeys(removed))


def _remove_marks(root: etree._Element) -> bool:
    found = False
    for element in root.iter(etree.Element):
        for key in [key for key in element.attrib if str(key).startswith(f"{W}rsid")]:
            del element.attrib[key]
            found = True
    for name in ("proofErr", "rsids", "commentRangeStart", "commentRangeEnd", "commentReference"):
        for element in list(root.iter(f"{W}{name}")):
            element.getparent().remove(element)  # type: ignore[union-attr] # it is below the root
            found = True
    return found


def unseen_parts(names: Iterable[str]) -> list[str]:
    """Return the parts that no page shows: data of other programs, comments, a picture of the first page."""
    beginnings = ("customXml/", "docProps/custom", "docProps/thumbnail", "word/comments", "word/people")
    return [name for name in names if name.startswith(beginnings)]


def without_parts(docx: DocxFile, removed: list[str]) -> Mapping[str, etree._Element]:
    """Return the parsed parts without those that are removed, and without what refers to them."""
    visible = {
        name: root for name, root in docx.xml.items() if name not in removed and not name.startswith("customXml/")
    }
    targets = {name.rsplit("/", 1)[-1] for name in removed}
    for name, root in visible.items():
        rows = list(root) if name.endswith(".rels") or name == "[Content_Types].xml" else []
        for row in rows:
            target = row.get("Target") or row.get("PartName") or ""
            if target.rsplit("/", 1)[-1] in targets and row.get("TargetMode") != "External":
                root.remove(row)
    return visible


def _child(parent: etree._Element, name: str, *, first: bool = False) -> etree._Element:
    """Return the child of this name. A missing one is added: as the first, or in the order that Word prescribes."""
    child = parent.find(f"{W}{name}")
    if child is None:
        later = {f"{W}{other}" for other in (*_AFTER.get(name, ()), *_LAST_OF_SECTION)}
        places = [index for index, other in enumerate(parent) if other.tag in later]
        child = etree.Element(f"{W}{name}")
        parent.insert(0 if first else min(places, default=len(parent)), child)
    return child
