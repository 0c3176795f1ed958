"""Gives a template the core properties that docxtpl needs, under the kind of relationship that it knows.

LibreOffice writes this kind in other letters. Without them, or with a kind that it does not know, python-docx adds
properties of its own: a title “Word Document”, the day, and a second part of the same name.
"""

from __future__ import annotations

from functools import lru_cache
from zipfile import BadZipFile

from lxml import etree

from pipeline.documents.prepared_template import CACHED_TEMPLATES
from pipeline.formats.word.text import xml_parser
from pipeline.formats.zip_archive import pack, read_parts

_RELATIONSHIPS, _TYPES, _PART = "_rels/.rels", "[Content_Types].xml", "docProps/core.xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = f"{_PACKAGE}/relationships/metadata/core-properties"
_CONTENT = "application/vnd.openxmlformats-package.core-properties+xml"
_EMPTY = f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"/>'


@lru_cache(maxsize=CACHED_TEMPLATES)
def with_core_properties(template: bytes) -> bytes:
    """Return a template with core properties. One that has them, or cannot be read, is returned as it is."""
    try:
        parts = read_parts(template)
        rows = etree.fromstring(parts[_RELATIONSHIPS], xml_parser())
        types = etree.fromstring(parts[_TYPES], xml_parser())
    except (BadZipFile, KeyError, etree.LxmlError):
        return template  # filling it reports the reason
    own = [row for row in rows if (row.get("Type") or "").endswith("/metadata/core-properties")]
    if any(row.get("Type") == _KIND for row in own):
        return template
    if own:
        own[0].set("Type", _KIND)
    else:
        row = {"Id": "core-properties", "Type": _KIND, "Target": _PART}
        etree.SubElement(rows, f"{{{_PACKAGE}/relationships}}Relationship", row)
        parts.setdefault(_PART, _EMPTY.encode())
    if not any(one.get("PartName") == f"/{_PART}" for one in types):
        etree.SubElement(
            types, f"{{{_PACKAGE}/content-types}}Override", {"PartName": f"/{_PART}", "ContentType": _CONTENT}
        )
    for name, root in ((_RELATIONSHIPS, rows), (_TYPES, types)):
        parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return pack(parts)
