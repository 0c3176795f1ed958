"""Finds what office2pdf closes up: punctuation as wide as a Chinese character, beside other punctuation or justified.

Word does so only if the file says it, and typst as Word (``typst/prelude.typ``).
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.errors import Problem
from pipeline.formats.word.docx_file import DocxFile, open_docx
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W
from pipeline.formats.word.word_places import Part

_WIDE = "、。，．：；・「」『』（）【】《》〈〉〔〕〖〗［］｛｝"
_PAIR = re.compile(f"[{_WIDE}]{{2}}")
_JUSTIFIED = {"both", "distribute"}
_MESSAGE = (
    "the engine office2pdf closes up wide punctuation, such as 。, beside other punctuation and in justified text, "
    "so lines may end elsewhere than in Word"
)
_HINT = "look at the pages; docs/templates.md lists what keeps typst from drawing a document"


@lru_cache(maxsize=128)
def punctuation_warnings(template: bytes, engine: str) -> tuple[Problem, ...]:
    """Return a warning, which names no file, if the engine that draws closes up punctuation and Word does not."""
    if engine != "office2pdf":
        return ()
    docx = open_docx(template)
    if _is_compressed(docx):
        return ()
    part, styles = Part(MAIN_PART, docx.xml[MAIN_PART]), Styles(docx)
    for index, paragraph in enumerate(part.paragraphs):
        is_justified = styles.alignment(paragraph.element) in _JUSTIFIED
        if _PAIR.search(paragraph.text) or (is_justified and set(paragraph.text) & set(_WIDE)):
            return (Problem("engine-punctuation", "warning", _MESSAGE, _HINT, place=part.place_at(index)),)
    return ()


def _is_compressed(docx: DocxFile) -> bool:
    settings = docx.xml.get("word/settings.xml")
    control = settings.find(f"{W}characterSpacingControl") if settings is not None else None
    return control is not None and (control.get(f"{W}val") or "").startswith("compress")
