"""The language that a PDF says it is in, as its Word file has it.

Engines take the language of the Latin letters, which in Japanese and Chinese documents is that of a few words.
"""

from __future__ import annotations

import io
import re
import zipfile

_PROPERTY = re.compile(rb"<dc:language>([A-Za-z-]{2,12})</dc:language>")
_EAST_ASIAN = re.compile(rb'<w:lang [^>]*w:eastAsia="([A-Za-z-]{2,12})"')
_DECLARED = re.compile(rb"(/Lang\s?\()([A-Za-z-]{2,12})(\)\s*)")
_IN_XMP = re.compile(rb"(<dc:language><rdf:Bag><rdf:li>)([A-Za-z-]{2,12})(</rdf:li></rdf:Bag></dc:language>)")


def language_of(docx: bytes) -> str | None:
    """The language in the properties of a Word file, else the one that its styles set for East Asian text."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            for part, pattern in (("docProps/core.xml", _PROPERTY), ("word/styles.xml", _EAST_ASIAN)):
                found = pattern.search(archive.read(part)) if part in archive.namelist() else None
                if found:
                    return found[1].decode()
    except zipfile.BadZipFile:
        pass  # what an engine makes of it is the engine's to say
    return None


def in_language(pdf: bytes, language: str | None) -> bytes:
    """``pdf`` of the default engine, which declares its language once and once in its metadata, both as they stand.

    A language with as many letters takes the place of the declared one, so that nothing else moves.
    """
    new = (language or "").encode()
    declared = _DECLARED.findall(pdf)
    if len(declared) != 1 or len(declared[0][1]) != len(new):
        return pdf
    return _IN_XMP.sub(rb"\g<1>" + new + rb"\3", _DECLARED.sub(rb"\g<1>" + new + rb"\3", pdf))
