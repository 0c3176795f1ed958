"""Translates Word files: a template once, with its tags, and any other document as plain text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from lxml import etree

from pipeline.documents.engines.typst.elements import RefusedError, check_settings, table_bytes
from pipeline.documents.engines.typst.environment import check_statements
from pipeline.documents.engines.typst.source import literal
from pipeline.documents.engines.typst.translation import WordPart, translate
from pipeline.documents.prepared_template import CACHED_TEMPLATES, prepare_template
from pipeline.formats.word.sections import RELATIONSHIPS, related_parts
from pipeline.formats.word.text import document_language, xml_parser
from pipeline.formats.zip_archive import read_parts
from pipeline.system.cache import cache_key, cached

_MAIN, _STYLES, _SETTINGS = "word/document.xml", "word/styles.xml", "word/settings.xml"
_PROPERTIES = "docProps/core.xml"
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
#: The day of a file without one: PDF/A requires a day, and a document is the same each time.
_NO_DAY = "2000-01-01"
#: Stands for a brace of a document that is no template, so that no text of it is taken for a tag.
_BRACE = "\ue07b"
#: Text in a template that docxtpl changes into braces.
_ESCAPES = ("{_{", "}_}", "{_%", "%_}")


class _Translated(msgspec.Struct, frozen=True):
    """A translated template, or the reason for which it is refused."""

    source: str = ""
    refused: str = ""
    part: str = ""


def translate_template(template: bytes) -> str:
    """Return the Typst template of a Word template. Raises RefusedError."""
    translated = _translated(template)
    if translated.refused:
        raise RefusedError(translated.refused, translated.part)
    return translated.source


@lru_cache(maxsize=CACHED_TEMPLATES)
def _translated(template: bytes) -> _Translated:
    """Translate a template, or take the translation from the user's cache."""
    content = cached(
        f"typst-{cache_key(table_bytes() + template)}", lambda: msgspec.msgpack.encode(_translate(template))
    )
    return msgspec.msgpack.decode(content, type=_Translated)


def _translate(template: bytes) -> _Translated:
    prepared = prepare_template(template)
    tagged = {part.name: part for part in prepared.tagged}
    try:
        if any(text in part.source for part in prepared.tagged for text in _ESCAPES):
            raise RefusedError("braces that are printed")  # noqa: TRY301 - one way for all reasons
        texts = {name: xml.decode() for name, xml in prepared.fixed.items()}
        for name, part in tagged.items():
            texts[name] = (
                part.head + part.source[part.source.index(">") + 1 :] + part.tail if part.head else part.source
            )
            check_statements(part.source)
        return _Translated(_file(template, prepared.parts, texts))
    except RefusedError as error:
        return _Translated(refused=error.what, part=error.part)


def translate_document(docx: bytes) -> str:
    """Return the Typst source of a document, in which nothing is a tag. Raises RefusedError."""
    try:
        parts = read_parts(docx)
        texts = {name: part.decode().replace("{", _BRACE) for name, part in parts.items() if name.endswith(".xml")}
    except (zipfile.BadZipFile, UnicodeDecodeError):
        raise RefusedError("a file that is no Word document") from None
    if any(_BRACE.encode() in part for part in parts.values()):
        raise RefusedError("a private character")
    parts = {**parts, **{name: text.encode() for name, text in texts.items()}}
    return _file(docx, parts, texts).replace(_BRACE, "{")


def _file(docx: bytes, parts: Mapping[str, bytes], texts: Mapping[str, str]) -> str:
    """Return the Typst source of a file with these parts; ``texts`` has the XML of the main part and of margins."""
    missing = [name for name in (_MAIN, _STYLES) if name not in parts]
    if missing:
        raise RefusedError(f"a file without {missing[0]}")
    if _SETTINGS in parts:
        check_settings(etree.fromstring(parts[_SETTINGS], xml_parser()))
    related = related_parts(etree.fromstring(parts.get(RELATIONSHIPS, b"<none/>"), xml_parser()))
    margins = {key: WordPart(name, texts[name]) for key, name in related.items() if name in texts}
    source = translate(WordPart(_MAIN, texts[_MAIN]), margins, parts[_STYLES])
    return _about(parts.get(_PROPERTIES, b"<none/>")) + _language(docx) + source


def _about(properties: bytes) -> str:
    """Return the rule that sets title, author and date of the PDF, which PDF/A requires."""
    found = {str(etree.QName(each).localname): each.text or "" for each in etree.fromstring(properties, xml_parser())}
    arguments = [
        f'{name}: "{literal(found[key])}"'
        for name, key in (("title", "title"), ("author", "creator"))
        if found.get(key)
    ]
    day = _DAY.match(found.get("modified", "")) or _DAY.match(_NO_DAY)
    if day:
        arguments.append("date: datetime(year: {}, month: {}, day: {})".format(*map(int, day.groups())))
    return f"#set document({', '.join(arguments)})\n"


def _language(docx: bytes) -> str:
    """Return the rule that sets the language of the document."""
    language, _, region = (document_language(docx) or "ja").lower().partition("-")
    return f'#set text(lang: "{language}"' + (f', region: "{region}")\n' if region else ")\n")
