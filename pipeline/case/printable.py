"""Check that a document can show every value: characters without a glyph, and letters that look like others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.errors import Problem
from pipeline.formats.characters import name_of
from pipeline.formats.fonts import undrawable
from pipeline.formats.json.reader import JsonFile, texts
from pipeline.formats.messages import worded_problem

#: Values that are never printed: the paths of the schema and of the papers.
_NOT_PRINTED = re.compile(r"/\$schema|/attachments/[0-9]+/path")
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[A-Za-z]")
#: Cyrillic, and the Greek letters that look like Latin ones. Other Greek letters occur in words such as TGF-β.
_LOOKALIKE = re.compile(
    "[\u0400-\u052f\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf]"
)


def check_characters(json_file: JsonFile) -> Iterator[Problem]:
    """Report characters of printed values without a glyph (errors), and letters that look like others (warnings)."""
    for pointer, text, is_key in texts(json_file.data):
        if is_key or _NOT_PRINTED.fullmatch(pointer):
            continue
        for character in undrawable(text):
            problem = worded_problem("glyph-missing", room="case", character=_describe(character))
            yield json_file.locate(problem, pointer)
        for character in _lookalikes(text):
            problem = worded_problem("text-mixed-scripts", room="case", character=_describe(character))
            yield replace(json_file.locate(problem, pointer), severity="warning")


def _lookalikes(text: str) -> list[str]:
    words = (word for word in _WORD.findall(text) if _LATIN.search(word)) if _LOOKALIKE.search(text) else ()
    return sorted({character for word in words for character in _LOOKALIKE.findall(word)})


def _describe(character: str) -> str:
    from fontTools.unicodedata import script, script_name  # noqa: PLC0415 - only a message needs it

    return f"{name_of(character)} (script: {script_name(script(character))})"
