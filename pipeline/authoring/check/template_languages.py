"""Find the languages of a template."""

from __future__ import annotations

import re

from pipeline.authoring.check.fonts_used import CHINESE
from pipeline.authoring.check.tags import read_tags
from pipeline.case.base import PAGE_LANGUAGES
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Part

_KANA = re.compile(r"[\u3041-\u30ff]")
_WORD = re.compile(r"[A-Za-z]{3,}")
_FIELD = re.compile(r"(?:\.|_|\"|')(ja|en|zh)\b")


def find_languages(docx: DocxFile) -> list[str]:
    """Return ``ja``, ``en`` and ``zh`` if the template has text in that language, or a tag that prints it."""
    languages: set[str] = set()
    styles = Styles(docx)
    for name, root in docx.text_parts.items():
        tags = read_tags(Part(name, root))
        languages |= {match for tag in tags.texts for match in _FIELD.findall(tag)}
        plain = "\n".join(tags.between)
        languages |= {language for language, pattern in (("ja", _KANA), ("en", _WORD)) if pattern.search(plain)}
        if any(styles.font(run, "eastAsia") == CHINESE for run in root.iter(f"{W}r")):
            languages.add("zh")
    return [language for language in PAGE_LANGUAGES if language in languages]
