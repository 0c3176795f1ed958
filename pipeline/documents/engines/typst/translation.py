"""Translates a Word template into a Typst template in which its tags survive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lxml import etree

from pipeline.documents.engines.typst.elements import RefusedError, check_elements
from pipeline.documents.engines.typst.formats import Formats
from pipeline.documents.engines.typst.paragraphs import Paragraphs
from pipeline.documents.engines.typst.source import TAG, is_balanced, length, only_tags, text_inside
from pipeline.documents.engines.typst.tables import translate_table
from pipeline.formats.word.text import W, xml_parser

_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DECLARATION = re.compile(r"^<\?xml.*?\?>", re.DOTALL)
#: The height of a line by default, and of one in which nothing can be read, in twentieths of a point.
_LINE, _FLAT = 240, 60
#: The functions that a translation calls.
PRELUDE = Path(__file__).with_name("prelude.typ")


@dataclass(frozen=True, slots=True)
class WordPart:
    """A part of a Word file: its name in the file, and its XML, with each tag in one piece."""

    name: str
    xml: str


def translate(document: WordPart, others: Mapping[str, WordPart], styles: bytes) -> str:
    """Return the Typst template of a Word file.

    ``others`` has its headers and footers by the id of their relationship. Raises RefusedError.
    """
    formats = Formats(etree.fromstring(styles, xml_parser()))
    flow = _Flow(formats)
    body = _parse(document).find(f"{W}body")
    section = body.find(f"{W}sectPr") if body is not None else None
    if body is None or section is None or section is not body[-1]:
        raise RefusedError("a body without a section", document.name)
    with _in_part(document):
        if not is_balanced(text_inside(body)):
            raise RefusedError("a block of tags that does not end")
        page = _Page(section)
        content = flow.of(body, page.width)
        rule = page.rule(others, flow)
    return "".join(f"{line}\n" for line in flow.paragraphs.definitions()) + rule + "#{\n" + content + "}\n"


class _Flow:
    """Translates paragraphs and tables in order."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats
        self.paragraphs = Paragraphs(formats)

    def of(self, parent: etree._Element, width: int, *, in_cell: bool = False) -> str:
        """Return the statements that draw the content of a body, header, footer or cell of that width."""
        out = [only_tags(parent.text)]
        for element in parent:
            if element.tag == f"{W}p" and not _only_ends_the_file(element):
                out.append(self.paragraphs.translate(element, width, in_cell=in_cell))
            elif element.tag == f"{W}tbl":
                out.append(translate_table(element, self._formats, partial(self.of, in_cell=True)))
            tags = only_tags(element.tail)
            out.append(f"{tags}\n" if tags else "")
        return "".join(out)


def _only_ends_the_file(paragraph: etree._Element) -> bool:
    """Return True for the empty line that Word demands after a last table. On a full page, it would be on the next."""
    following = paragraph.getnext()
    spacing, line = (paragraph.find(f"{W}pPr/{W}{name}") for name in ("spacing", "pBdr"))
    has_content = line is not None or paragraph.find(f"{W}r") is not None or text_inside(paragraph)
    if following is None or following.tag != f"{W}sectPr" or spacing is None or has_content:
        return False
    return spacing.get(f"{W}lineRule") == "exact" and int(spacing.get(f"{W}line") or _LINE) <= _FLAT


def _parse(part: WordPart) -> etree._Element:
    """Return the checked root of a part. Its tags are text."""
    xml = TAG.sub(lambda tag: tag[0].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), part.xml)
    with _in_part(part):
        try:
            root = etree.fromstring(_DECLARATION.sub("", xml).encode(), xml_parser())
        except etree.XMLSyntaxError:
            raise RefusedError("a tag inside an attribute") from None
        check_elements(root)
    return root


@contextmanager
def _in_part(part: WordPart) -> Iterator[None]:
    """Add the name of the part to a refusal in the block."""
    try:
        yield
    except RefusedError as error:
        raise RefusedError(error.what, error.part or part.name) from None


class _Page:
    """The page of a section."""

    def __init__(self, section: etree._Element) -> None:
        sizes = [section.find(f"{W}pgSz"), section.find(f"{W}pgMar")]
        self._section = section
        self._at: dict[str, int] = {}
        for element in sizes:
            if element is None:
                raise RefusedError("a section without a size or without margins")
            self._at |= {str(key)[len(W) :]: int(value) for key, value in element.attrib.items() if value.isdigit()}

    @property
    def width(self) -> int:
        """The width between the margins, in twentieths of a point."""
        return self._at["w"] - self._at["left"] - self._at["right"]

    def rule(self, others: Mapping[str, WordPart], flow: _Flow) -> str:
        """Return the rule that sets the page."""
        at = self._at
        sides = ", ".join(f"{side}: {length(at[side])}" for side in ("top", "bottom", "left", "right"))
        arguments = [
            f"width: {length(at['w'])}, height: {length(at['h'])}, margin: ({sides})",
            "header-ascent: 0pt, footer-descent: 0pt",
        ]
        for kind, place in (("header", "top"), ("footer", "bottom")):
            reference = self._section.find(f"{W}{kind}Reference")
            if reference is not None:
                part = others.get(reference.get(_RELATIONSHIP) or "")
                if part is None:
                    raise RefusedError(f"a {kind} whose part is missing")
                root = _parse(part)
                with _in_part(part):
                    content = flow.of(root, self.width)
                room = at[place] - at[kind]
                arguments.append(f"{kind}: margin-text({place}, {length(at[kind])}, {length(room)}, {{\n{content}}})")
        return f"#set page({', '.join(arguments)})\n"
