"""The effective formats of runs and paragraphs, as the engine needs them: own properties over those of the styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from pipeline.documents.engines.typst.elements import RefusedError, check_elements
from pipeline.formats.word.names import prefixed_name
from pipeline.formats.word.text import W

#: The attributes of an element's properties, by the name of the property, such as ``w:spacing``.
Properties = Mapping[str, Mapping[str, str]]

_OFF = {"0", "false", "off"}
_FACES = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")
_MOST_PARENTS = 20


@dataclass(frozen=True, slots=True)
class RunFormat:
    """The format of text. The size is in half points; the colour is None for black."""

    font: str
    size: int
    bold: bool
    color: str | None


@dataclass(frozen=True, slots=True)
class ParagraphFormat:
    """The format of a paragraph; lengths are in twentieths of a point."""

    line: int
    exact: bool
    align: str
    before: int
    after: int
    left: int
    right: int
    first: int
    rule: tuple[int, int, str] | None
    keep: bool
    break_before: bool
    level: int | None


class Formats:
    """The formats in a Word file with this style sheet."""

    def __init__(self, sheet: etree._Element) -> None:
        self._sheet = sheet

    def run(self, run: etree._Element) -> RunFormat:
        """Return the format of a run."""
        paragraph = next(run.iterancestors(f"{W}p"))
        return _run_format(merged([*self._of_paragraph(paragraph, "rPr"), _properties(run.find(f"{W}rPr"))]))

    def mark(self, paragraph: etree._Element) -> RunFormat:
        """Return the format of the mark at the end of a paragraph."""
        own = paragraph.find(f"{W}pPr/{W}rPr")
        return _run_format(merged([*self._of_paragraph(paragraph, "rPr"), _properties(own)]))

    def paragraph(self, paragraph: etree._Element) -> ParagraphFormat:
        """Return the format of a paragraph."""
        own = paragraph.find(f"{W}pPr")
        properties = merged([*self._of_paragraph(paragraph, "pPr"), _properties(own)])
        return _paragraph_format(properties)

    @cached_property
    def cell_margins(self) -> dict[str, int]:
        """The margins of cells in tables without their own."""
        style = self._default("table")
        found = style.find(f"{W}tblPr/{W}tblCellMar") if style is not None else None
        if style is not None:
            for child in style:
                if prefixed_name(child.tag) == "w:tblPr":
                    check_elements(child)
                elif prefixed_name(child.tag) in {"w:pPr", "w:rPr", "w:tblStylePr", "w:trPr", "w:tcPr"}:
                    raise RefusedError("a format of text or cells in the default table style", "word/styles.xml")
        return sides(found)

    def _of_paragraph(self, paragraph: etree._Element, kind: str) -> Iterable[Properties]:
        """Return the properties that a paragraph inherits, the weakest first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        style = named.get(f"{W}val") if named is not None else None
        return self._inherited(style, kind)

    def _inherited(self, style: str | None, kind: str) -> list[Properties]:
        if (style, kind) not in self._known:
            default = self._sheet.find(f"{W}docDefaults/{W}{kind}Default/{W}{kind}")
            chain = [element.find(f"{W}{kind}") for element in self._chain(style)]
            for element in (default, *chain):
                if element is not None:
                    check_elements(element)
            self._known[style, kind] = [_properties(default), *map(_properties, reversed(chain))]
        return self._known[style, kind]

    @cached_property
    def _known(self) -> dict[tuple[str | None, str], list[Properties]]:
        return {}

    def _chain(self, style: str | None) -> list[etree._Element]:
        """Return a style, by default that of paragraphs without one, and the styles it is based on."""
        element = self._by_id.get(style) if style else None
        element = element if element is not None else self._default("paragraph")
        chain: list[etree._Element] = []
        while element is not None and len(chain) < _MOST_PARENTS:
            chain.append(element)
            parent = element.find(f"{W}basedOn")
            element = self._by_id.get(parent.get(f"{W}val") or "") if parent is not None else None
        return chain

    def _default(self, kind: str) -> etree._Element | None:
        for style in self._by_id.values():
            if style.get(f"{W}type") == kind and style.get(f"{W}default") in {"1", "true"}:
                return style
        return None

    @cached_property
    def _by_id(self) -> dict[str, etree._Element]:
        return {style.get(f"{W}styleId") or "": style for style in self._sheet.iter(f"{W}style")}


def merged(layers: Iterable[Properties]) -> Properties:
    """Return properties of which later layers replace attributes of earlier ones."""
    result: dict[str, Mapping[str, str]] = {}
    for layer in layers:
        for name, attributes in layer.items():
            result[name] = {**result.get(name, {}), **attributes}
    return result


def is_on(properties: Properties, name: str) -> bool:
    """Return True if a property that is a switch is on."""
    return name in properties and properties[name].get("w:val", "1") not in _OFF


def sides(margins: etree._Element | None) -> dict[str, int]:
    """Return the widths by side of an element with margins, such as ``w:tcMar``."""
    return {} if margins is None else {str(side.tag)[len(W) :]: int(side.get(f"{W}w") or 0) for side in margins}


def _properties(element: etree._Element | None) -> Properties:
    if element is None:
        return {}
    found = {prefixed_name(child.tag): {prefixed_name(k): str(v) for k, v in child.attrib.items()} for child in element}
    rule = element.find(f"{W}pBdr/{W}bottom")
    if rule is not None:
        found["w:pBdr"] = {prefixed_name(key): str(value) for key, value in rule.attrib.items()}
    return found


def _run_format(properties: Properties) -> RunFormat:
    fonts = properties.get("w:rFonts", {})
    faces = {fonts[face] for face in _FACES if face in fonts}
    if len(faces) != 1:
        raise RefusedError("text with several fonts, or without one: " + ", ".join(sorted(faces)))
    (font,) = faces
    bold = is_on(properties, "w:b")
    if bold and not font.endswith(" JP"):
        raise RefusedError(f"bold text in {font}, which has no bold face")
    color = properties.get("w:color", {}).get("w:val", "auto")
    return RunFormat(font, int(properties.get("w:sz", {}).get("w:val", "20")), bold, _color(color))


def _color(value: str) -> str | None:
    return None if value in {"auto", "000000"} else value


def _paragraph_format(properties: Properties) -> ParagraphFormat:
    spacing, indent = properties.get("w:spacing", {}), properties.get("w:ind", {})
    rule = properties.get("w:pBdr")
    level = properties.get("w:outlineLvl", {}).get("w:val")
    return ParagraphFormat(
        line=int(spacing.get("w:line", 240)),
        exact=spacing.get("w:lineRule", "auto") == "exact",
        align={"start": "left", "end": "right"}.get(align := properties.get("w:jc", {}).get("w:val", "left"), align),
        before=int(spacing.get("w:before", 0)),
        after=int(spacing.get("w:after", 0)),
        left=int(indent.get("w:left", indent.get("w:start", 0))),
        right=int(indent.get("w:right", indent.get("w:end", 0))),
        first=int(indent.get("w:firstLine", 0)) - int(indent.get("w:hanging", 0)),
        rule=(int(rule["w:sz"]), int(rule.get("w:space", 0)), rule.get("w:color", "auto")) if rule else None,
        keep=is_on(properties, "w:keepNext"),
        break_before=is_on(properties, "w:pageBreakBefore"),
        level=None if level is None or level == "9" else int(level),
    )
