"""What a document could not show rightly: characters that no shipped font has, and letters that look like others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.errors import Problem
from pipeline.formats.characters import name_of
from pipeline.formats.fonts import undrawable
from pipeline.formats.json.reader import JsonFile, texts

#: Values that are never printed: where the schema and the papers are.
_NOT_PRINTED = re.compile(r"/\$schema|/attachments/[0-9]+/path")
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[A-Za-z]")
#: Cyrillic, and the Greek letters that look like Latin ones. Others of Greek stand in words such as TGF-β.
_LOOKALIKE = re.compile(
    "[\u0400-\u052f\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf]"
)
_GLYPH_HINT = "write another form of the character, as the passport or the register has it"


def character_findings(document: JsonFile) -> Iterator[Problem]:
    """For every printed value: an error for what has no glyph, a warning for a letter that passes for another."""
    for pointer, text, is_key in texts(document.data):
        if is_key or _NOT_PRINTED.fullmatch(pointer):
            continue
        for character in undrawable(text):
            message = f"the shipped fonts have no glyph for {_described(character)}"
            yield document.problem("glyph-missing", pointer, message, _GLYPH_HINT)
        for character in _lookalikes(text):
            message = f"a word in Latin letters holds {_described(character)}, which looks like one of them"
            hint = "type the word anew; if it is meant so, leave it"
            yield replace(document.problem("text-mixed-scripts", pointer, message, hint), severity="warning")


def _lookalikes(text: str) -> list[str]:
    words = (word for word in _WORD.findall(text) if _LATIN.search(word)) if _LOOKALIKE.search(text) else ()
    return sorted({character for word in words for character in _LOOKALIKE.findall(word)})


def _described(character: str) -> str:
    # Imported here: only a message needs it.
    from fontTools.unicodedata import script, script_name  # noqa: PLC0415

    return f"{name_of(character)} (script: {script_name(script(character))})"
