"""A Word template, prepared for filling it many times: the steps that depend on the template alone are done once.

docxtpl opens the file, collects its tags and writes the whole file for each document, although most of that is the same
each time. Here its own methods do these steps once, and the result is cached for other processes. For each document
only the tags are filled, and the parts with tags are written.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docxtpl import DocxTemplate
from lxml import etree

from pipeline.documents.environment import TemplateEnvironment
from pipeline.formats.zip_archive import read_parts
from pipeline.system.cache import cache_key, cached

#: The core properties that docxtpl fills.
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
#: Characters of a value that docxtpl turns into tabs, paragraphs, lines and pages.
_BREAKS = ("\t", "\a", "\n", "\f")
#: The number of cached templates; a set has about a dozen.
CACHED_TEMPLATES = 64


class TemplateFile(DocxTemplate):  # type: ignore[misc] # docxtpl has no types
    """docxtpl's document, opened only when something needs it."""

    def __init__(self, template: bytes) -> None:
        super().__init__(io.BytesIO(template))
        # docxtpl sets these when it starts to render.
        self.current_rendering_part: Any = None
        self.docx_ids_index = 1000

    @property
    def part_name(self) -> str:
        """The name of the part that is rendered, or was rendered last."""
        return str(getattr(self.current_rendering_part, "partname", "document")).lstrip("/")

    def resolve_listing(self, xml: str) -> str:
        """Replace break characters by breaks. Text without these characters is not searched further."""
        resolved: str = super().resolve_listing(xml) if any(character in xml for character in _BREAKS) else xml
        return resolved

    def tree(self, xml: str, part: TaggedPart) -> etree._Element:
        """Return the tree of the filled XML of a part, from which the file is written."""
        if not part.head:
            return parse_xml(xml.encode())
        tree: etree._Element = self.fix_tables(part.head + xml[xml.index(">") + 1 :] + part.tail)
        self.fix_docpr_ids(tree)
        return tree


@dataclass(frozen=True, slots=True)
class TaggedPart:
    """A part in which no tag is split over runs. In the main part only the body is filled, between head and tail."""

    partname: str
    source: str
    head: str = ""
    tail: str = ""

    @property
    def name(self) -> str:
        """The name in the archive."""
        return self.partname.lstrip("/")


@dataclass(frozen=True, slots=True)
class PreparedTemplate:
    """``parts`` has every part by name, ``tagged`` those to fill, ``fixed`` the headers and footers without tags.

    With ``more_tags``, the properties or footnotes have tags, which docxtpl fills in the opened file.
    """

    parts: Mapping[str, bytes]
    tagged: tuple[TaggedPart, ...]
    fixed: Mapping[str, bytes]
    more_tags: bool


@lru_cache(maxsize=CACHED_TEMPLATES)
def prepare_template(template: bytes) -> PreparedTemplate:
    """Prepare a template, or take it from the user's cache. Raises docxtpl's errors if it is not a Word document."""
    prepared = cached(f"template-{cache_key(template)}", lambda: msgspec.msgpack.encode(_prepare(template)))
    return msgspec.msgpack.decode(prepared, type=PreparedTemplate)


def _prepare(template: bytes) -> PreparedTemplate:
    document, environment = TemplateFile(template), TemplateEnvironment()
    opened = document.get_docx()
    tagged, fixed = [_body(document)], {}
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(uri):
            header = TaggedPart(str(part.partname), document.patch_xml(document.get_part_xml(part)))
            if "{" in header.source:
                tagged.append(header)
            else:
                xml = document.render_xml_part(header.source, header, {}, environment)
                fixed[header.name] = serialize_part_xml(document.tree(xml, header))
    more_tags = _has_more_tags(opened)
    if not more_tags:
        fill_rest(document, {}, environment)
    return PreparedTemplate(parts_of(document), tuple(tagged), fixed, more_tags)


def fill_rest(document: TemplateFile, context: Mapping[str, Any], environment: TemplateEnvironment) -> None:
    """Fill the tags in properties and footnotes, which docxtpl fills in the opened file."""
    document.render_properties(context, environment)
    document.render_footnotes(context, environment)


def parts_of(document: TemplateFile) -> dict[str, bytes]:
    """Return the parts of the opened file, as docxtpl saves it."""
    out = io.BytesIO()
    document.docx.save(out)
    return read_parts(out.getvalue())


def _body(document: TemplateFile) -> TaggedPart:
    main = document.docx._part  # noqa: SLF001 - docxtpl does the same
    whole = document.xml_to_string(document.docx._element)  # noqa: SLF001 - docxtpl does the same
    start, end = whole.index("<w:body"), whole.rindex("</w:body>") + len("</w:body>")
    head = whole[: whole.index(">", start) + 1]
    return TaggedPart(str(main.partname), document.patch_xml(document.get_xml()), head, whole[end:])


def _has_more_tags(opened: Any) -> bool:
    properties = (getattr(opened.core_properties, name) for name in _PROPERTIES)
    notes = (part.blob for part in opened.part.package.iter_parts() if part.content_type.endswith("footnotes+xml"))
    return any("{" in text for text in properties) or any(b"{" in blob for blob in notes)
