"""A Word template made ready to be filled many times: what depends on the template alone is done once.

docxtpl opens the file, gathers its tags and writes it out anew for each document, and most of that is the same each
time. Here its own methods do these steps once, and what they make is kept for other processes; for a document only tags
are filled, and their parts written.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docxtpl import DocxTemplate

from pipeline.documents.environment import environment
from pipeline.system.cache import kept, stamped

#: Core properties that docxtpl fills.
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
#: What docxtpl makes of these signs in a value: tabs, paragraphs, lines, pages.
_BREAKS = ("\t", "\a", "\n", "\f")
#: So many templates are kept ready; a set has about a dozen.
_KEPT = 64


class Document(DocxTemplate):  # type: ignore[misc] # docxtpl has no types
    """docxtpl's document, opened only when something asks for it."""

    def __init__(self, template: bytes) -> None:
        super().__init__(io.BytesIO(template))
        # What docxtpl sets when it begins to render.
        self.current_rendering_part: Any = None
        self.docx_ids_index = 1000

    def resolve_listing(self, xml: str) -> str:
        """Make breaks of the signs for them. Looking through a text without any would change nothing."""
        resolved: str = super().resolve_listing(xml) if any(sign in xml for sign in _BREAKS) else xml
        return resolved

    def write(self, xml: str, part: Tagged) -> bytes:
        """The filled XML of a part as it stands in the file."""
        if not part.head:
            return serialize_part_xml(parse_xml(xml.encode()))
        tree = self.fix_tables(part.head + xml[xml.index(">") + 1 :] + part.tail)
        self.fix_docpr_ids(tree)
        return serialize_part_xml(tree)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A part with tags in one piece each. Of the main part only the body is filled: head and tail stand around it."""

    partname: str
    source: str
    head: str = ""
    tail: str = ""

    @property
    def name(self) -> str:
        """Name in the archive."""
        return self.partname.lstrip("/")


@dataclass(frozen=True, slots=True)
class Ready:
    """``parts`` is every part by name, ``tagged`` those to fill, ``fixed`` headers and footers without tags.

    With ``more_tags``, tags stand where docxtpl fills the opened file itself: in its properties or footnotes.
    """

    parts: Mapping[str, bytes]
    tagged: tuple[Tagged, ...]
    fixed: Mapping[str, bytes]
    more_tags: bool


@lru_cache(maxsize=_KEPT)
def ready(template: bytes) -> Ready:
    """Make a template ready. Raises what docxtpl raises when it is no Word document."""
    made = kept(f"template-{stamped(template)}", lambda: msgspec.msgpack.encode(_made_ready(template)))
    return msgspec.msgpack.decode(made, type=Ready)


def _made_ready(template: bytes) -> Ready:
    document = Document(template)
    opened = document.get_docx()
    tagged, fixed = [_body(document)], {}
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _, part in document.get_headers_footers(uri):
            header = Tagged(str(part.partname), document.patch_xml(document.get_part_xml(part)))
            if "{" in header.source:
                tagged.append(header)
            else:
                xml = document.render_xml_part(header.source, header, {}, environment())
                fixed[header.name] = document.write(xml, header)
    more_tags = _has_more_tags(opened)
    if not more_tags:
        fill_rest(document, {})
    return Ready(parts_of(document), tuple(tagged), fixed, more_tags)


def fill_rest(document: Document, context: Mapping[str, Any]) -> None:
    """Fill what docxtpl fills in the opened file itself."""
    document.render_properties(context, environment())
    document.render_footnotes(context, environment())


def parts_of(document: Document) -> dict[str, bytes]:
    """The parts of the opened file, as it is saved."""
    out = io.BytesIO()
    document.docx.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _body(document: Document) -> Tagged:
    main = document.docx._part  # noqa: SLF001 - as docxtpl reaches it
    whole = document.xml_to_string(document.docx._element)  # noqa: SLF001 - the same
    start, end = whole.index("<w:body"), whole.rindex("</w:body>") + len("</w:body>")
    head = whole[: whole.index(">", start) + 1]
    return Tagged(str(main.partname), document.patch_xml(document.get_xml()), head, whole[end:])


def _has_more_tags(opened: Any) -> bool:
    properties = (getattr(opened.core_properties, name) for name in _PROPERTIES)
    notes = (part.blob for part in opened.part.package.iter_parts() if part.content_type.endswith("footnotes+xml"))
    return any("{" in text for text in properties) or any(b"{" in blob for blob in notes)
