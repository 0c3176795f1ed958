"""The effective format of a run or paragraph of a Word file: its own, else that of its styles, else the default."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.text import W

_THEME_FONT = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SCRIPTS = {"ascii": "latin", "hAnsi": "latin", "eastAsia": "ea"}
_OFF = {"0", "false", "off"}
_MOST_PARENTS = 20
#: The size, in half points, of text without a size.
_DEFAULT_SIZE = 20
#: The margins of cells, in twentieths of a point, in a table for which none are set (ECMA-376, 17.4.42).
DEFAULT_MARGINS = {"top": 0, "right": 115, "bottom": 0, "left": 115}


class Styles:
    """The styles of one Word file."""

    def __init__(self, docx: DocxFile) -> None:
        self._docx = docx
        self._sheet = docx.xml.get("word/styles.xml")

    def font(self, run: etree._Element, script: str) -> str | None:
        """Return the font of a run for ``ascii``, ``hAnsi`` or ``eastAsia``, or None if none is set."""
        for properties in self._of_run(run):
            fonts = properties.find(f"{W}rFonts")
            if fonts is None:
                continue
            theme = fonts.get(f"{W}{script}Theme")
            named = self._theme_font(theme, script) if theme else fonts.get(f"{W}{script}")
            if named:
                return named
        return None

    def is_bold(self, run: etree._Element) -> bool:
        """Return True if a run is bold."""
        return self._is_on(run, "b")

    def is_hidden(self, run: etree._Element) -> bool:
        """Return True if a run is hidden text."""
        return self._is_on(run, "vanish")

    def is_capital(self, run: etree._Element) -> bool:
        """Return True if the letters of a run are shown as capitals."""
        return self._is_on(run, "caps") or self._is_on(run, "smallCaps")

    def _is_on(self, run: etree._Element, name: str) -> bool:
        for properties in self._of_run(run):
            switch = properties.find(f"{W}{name}")
            if switch is not None:
                return switch.get(f"{W}val") not in _OFF
        return False

    def language(self, run: etree._Element) -> str | None:
        """Return the language of the Chinese and Japanese characters of a run."""
        for properties in self._of_run(run):
            language = properties.find(f"{W}lang")
            if language is not None and language.get(f"{W}eastAsia"):
                return language.get(f"{W}eastAsia")
        return None

    def size(self, run: etree._Element) -> int:
        """Return the size of a run in half points, the unit of Word."""
        for properties in self._of_run(run):
            size = properties.find(f"{W}sz")
            if size is not None and (size.get(f"{W}val") or "").isdecimal():
                return int(size.get(f"{W}val") or 0)
        return _DEFAULT_SIZE

    def list_level(self, paragraph: etree._Element) -> etree._Element | None:
        """Return the level of the Word list that gives a paragraph its bullet or number."""
        return self._levels.get(self._list(paragraph))

    def names_list(self, paragraph: etree._Element) -> bool:
        """Return True if a paragraph is in a list, which the file may lack. The number 0 stands for none."""
        return self._list(paragraph)[0] not in {None, "0"}

    @property
    def has_list_styles(self) -> bool:
        """True if a list has its levels in a style."""
        sheet = self._docx.xml.get("word/numbering.xml")
        return sheet is not None and sheet.find(f"{W}abstractNum/{W}numStyleLink") is not None

    def _list(self, paragraph: etree._Element) -> tuple[str | None, str]:
        """Return the number of the list of a paragraph, and its level."""
        for properties in self.of_paragraph(paragraph):
            numbering = properties.find(f"{W}numPr")
            if numbering is not None:
                number, level = (numbering.find(f"{W}{name}") for name in ("numId", "ilvl"))
                depth = level.get(f"{W}val") if level is not None else None
                return number.get(f"{W}val") if number is not None else None, depth or "0"
        return None, "0"

    def line_pitch(self, paragraph: etree._Element) -> int:
        """Return the line pitch of a paragraph in twentieths of a point, or 0 if none is set."""
        for properties in self.of_paragraph(paragraph):
            spacing = properties.find(f"{W}spacing")
            if spacing is not None and (spacing.get(f"{W}line") or "").isdecimal():
                return int(spacing.get(f"{W}line") or 0)
        return 0

    def line_rule(self, paragraph: etree._Element) -> str | None:
        """Return the rule of the line pitch: ``exact``, ``atLeast`` or ``auto``, or None if no pitch is set."""
        for properties in self.of_paragraph(paragraph):
            spacing = properties.find(f"{W}spacing")
            if spacing is not None and spacing.get(f"{W}line"):
                return spacing.get(f"{W}lineRule") or "auto"
        return None

    def paragraph_style(self, paragraph: etree._Element) -> str | None:
        """Return the id of the style of a paragraph."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        return named.get(f"{W}val") if named is not None else self._default

    def alignment(self, paragraph: etree._Element) -> str | None:
        """Return the alignment of a paragraph, such as ``both``, or None if none is set."""
        for properties in self.of_paragraph(paragraph):
            alignment = properties.find(f"{W}jc")
            if alignment is not None:
                return alignment.get(f"{W}val")
        return None

    def indent(self, paragraph: etree._Element, side: str) -> str | None:
        """Return an indent of a paragraph, such as ``left`` or ``firstLine``, or None if it has none."""
        for properties in self.of_paragraph(paragraph):
            indents = properties.find(f"{W}ind")
            if indents is not None and indents.get(f"{W}{side}"):
                return indents.get(f"{W}{side}")
        return None

    def tab_stops(self, paragraph: etree._Element) -> list[int]:
        """Return the positions of the tab stops of a paragraph and its styles, from left to right."""
        stops: dict[int, bool] = {}
        for properties in self.of_paragraph(paragraph):
            for stop in properties.iterfind(f"{W}tabs/{W}tab"):
                if (stop.get(f"{W}pos") or "").isdecimal():
                    stops.setdefault(int(stop.get(f"{W}pos") or 0), stop.get(f"{W}val") != "clear")
        return sorted(position for position, is_set in stops.items() if is_set)

    def conditions(self, table: etree._Element) -> set[str]:
        """Return the parts of a table that have a format of their own in its style, such as ``band1Horz``."""
        parts = (part for style in self.of_table(table) for part in style.iterfind(f"{W}tblStylePr"))
        return {part.get(f"{W}type") or "" for part in parts}

    def table_borders(self, table: etree._Element, side: str) -> Iterator[etree._Element]:
        """Yield the borders that a table and its styles set for a side: that of the table, then those of its parts."""
        sources = (table, *self.of_table(table))
        borders = (source.find(f"{W}tblPr/{W}tblBorders/{W}{side}") for source in sources)
        yield from [border for border in borders if border is not None][:1]
        for style in self.of_table(table):
            yield from style.iterfind(f"{W}tblStylePr/{W}tcPr/{W}tcBorders/{W}{side}")

    def has_cell_margin(self, table: etree._Element, side: str) -> bool:
        """Return True if a table or a style sets a margin of its cells."""
        default = (one for one in self._by_id.values() if one.get(f"{W}type") == "table" and _is_default(one))
        sources = (table, *self.of_table(table), *default)
        return any(one.find(f"{W}tblPr/{W}tblCellMar/{W}{side}") is not None for one in sources)

    def of_table(self, table: etree._Element) -> Iterator[etree._Element]:
        """Yield the style of a table, and the styles that it is based on."""
        named = table.find(f"{W}tblPr/{W}tblStyle")
        return self._chain(named.get(f"{W}val") if named is not None else None)

    def follows_grid(self, paragraph: etree._Element) -> bool:
        """Return True if the lines of a paragraph follow the document grid: those without exact spacing."""
        if self.line_rule(paragraph) == "exact":
            return False
        switches = (properties.find(f"{W}snapToGrid") for properties in self.of_paragraph(paragraph))
        own = next((switch for switch in switches if switch is not None), None)
        return own is None or own.get(f"{W}val") not in _OFF

    def used(self) -> dict[str, etree._Element]:
        """Return the styles that are used, the defaults among them, by their names."""
        if self._sheet is None:
            return {}
        used = self._used_ids()
        default = self._sheet.find(f"{W}docDefaults")
        styles = {} if default is None else {"of the document": default}
        for key, style in self._by_id.items():
            if key in used or _is_default(style):
                name = style.find(f"{W}name")
                styles[(name.get(f"{W}val") if name is not None else None) or key] = style
        return styles

    def unused(self) -> list[str]:
        """Return the names of styles that nothing in the file uses, other than the defaults."""
        if self._sheet is None:
            return []
        used = self._used_ids()
        return [
            name.get(f"{W}val") or ""
            for style in self._sheet.iter(f"{W}style")
            if style.get(f"{W}styleId") not in used and not _is_default(style)
            for name in style.iter(f"{W}name")
        ]

    def _used_ids(self) -> set[str]:
        used = {
            element.get(f"{W}val") or ""
            for name, root in self._docx.xml.items()
            if name.startswith("word/") and name != "word/styles.xml"
            for element in root.iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle", f"{W}numStyleLink", f"{W}styleLink")
        }
        for style in list(used):
            used |= {parent.get(f"{W}styleId") or "" for parent in self._chain(style)}
        return used

    def _of_run(self, run: etree._Element) -> Iterator[etree._Element]:
        """Yield the properties that apply to a run, in order of precedence."""
        own = run.find(f"{W}rPr")
        if own is not None:
            yield own
            yield from self._in_styles(own.find(f"{W}rStyle"), "rPr")
        paragraph = next(run.iterancestors(f"{W}p"), None)
        if paragraph is not None:
            yield from self._in_styles(paragraph.find(f"{W}pPr/{W}pStyle"), "rPr", self._default)
        yield from self._defaults("rPr")

    def of_paragraph(self, paragraph: etree._Element) -> Iterator[etree._Element]:
        """Yield the properties that apply to a paragraph, in order of precedence."""
        own = paragraph.find(f"{W}pPr")
        named = None
        if own is not None:
            yield own
            named = own.find(f"{W}pStyle")
        yield from self._in_styles(named, "pPr", self._default)
        yield from self._defaults("pPr")

    def _in_styles(
        self, named: etree._Element | None, kind: str, otherwise: str | None = None
    ) -> Iterator[etree._Element]:
        style = named.get(f"{W}val") if named is not None else otherwise
        for element in self._chain(style):
            properties = element.find(f"{W}{kind}")
            if properties is not None:
                yield properties

    def _chain(self, style: str | None) -> Iterator[etree._Element]:
        """Yield a style and the styles that it is based on."""
        for _ in range(_MOST_PARENTS):  # a style could be based on itself
            element = self._by_id.get(style or "")
            if element is None:
                return
            yield element
            parent = element.find(f"{W}basedOn")
            style = parent.get(f"{W}val") if parent is not None else None

    def _defaults(self, kind: str) -> Iterator[etree._Element]:
        if self._sheet is not None:
            yield from self._sheet.iterfind(f"{W}docDefaults/{W}{kind}Default/{W}{kind}")

    @cached_property
    def _levels(self) -> dict[tuple[str | None, str], etree._Element]:
        """The levels of each numbering, by numbering id and depth."""
        sheet = self._docx.xml.get("word/numbering.xml")
        if sheet is None:
            return {}
        kinds = {kind.get(f"{W}abstractNumId"): kind for kind in sheet.iterfind(f"{W}abstractNum")}
        found = {}
        for number in sheet.iterfind(f"{W}num"):
            named = number.find(f"{W}abstractNumId")
            kind = kinds.get(named.get(f"{W}val")) if named is not None else None
            levels = list(kind.iterfind(f"{W}lvl")) if kind is not None else []
            levels += number.iterfind(f"{W}lvlOverride/{W}lvl")  # the last one counts
            found.update({(number.get(f"{W}numId"), level.get(f"{W}ilvl") or "0"): level for level in levels})
        return found

    @cached_property
    def _by_id(self) -> dict[str, etree._Element]:
        styles = self._sheet.iter(f"{W}style") if self._sheet is not None else ()
        return {style.get(f"{W}styleId") or "": style for style in styles}

    @cached_property
    def _default(self) -> str | None:
        """The style of paragraphs without one."""
        for key, style in self._by_id.items():
            if style.get(f"{W}type") == "paragraph" and _is_default(style):
                return key
        return None

    def _theme_font(self, theme: str, script: str) -> str | None:
        """Return the font of the theme for a name such as ``minorHAnsi``."""
        kind = "majorFont" if theme.startswith("major") else "minorFont"
        for name, root in self._docx.xml.items():
            if name.startswith("word/theme/"):
                for font in root.iter(f"{_THEME_FONT}{kind}"):
                    face = font.find(f"{_THEME_FONT}{_SCRIPTS[script]}")
                    return (face.get("typeface") if face is not None else None) or None
        return None


def _is_default(style: etree._Element) -> bool:
    return style.get(f"{W}default") in {"1", "true"}
