"""The language that a PDF says it is in, as its Word file has it.

Engines take the language of the Latin letters, which in Japanese and Chinese documents is that of a few words.
"""

from __future__ import annotations

import io
import re
import zipfile

_PROPERTY = re.compile(rb"<dc:language>([A-Za-z-]{2,12})</dc:language>")
_EAST_ASIAN = re.compile(rb'<w:lang [^>]*w:eastAsia="([A-Za-z-]{2,12})"')


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
