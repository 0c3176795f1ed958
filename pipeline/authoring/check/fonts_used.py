"""The fonts that the text of a template is set in, against those that are shipped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from lxml import etree

from pipeline.authoring.check.finding import Finding
from pipeline.formats.characters import name_of
from pipeline.formats.fonts import font_names, undrawable
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W, paragraph_of
from pipeline.formats.word.word_places import Part

CHINESE = "Noto Sans CJK SC"
_FONT_HINT = "set it in Noto Sans CJK JP, and Chinese in Noto Sans CJK SC; only these come with the program"
_SIGN_HINT = "type a character such as ■, □ or • in Noto Sans CJK JP: the default engine leaves such signs out"
_GLYPH_HINT = "write another character: with a font of the machine, the page would differ from machine to machine"


def font_findings(docx: DocxFile, file: str) -> list[Finding]:
    """Text in fonts that are not shipped, characters that the shipped fonts lack, Chinese in wrong settings."""
    styles = Styles(docx)
    found = (finding for name, root in docx.text_parts.items() for finding in _in_part(Part(name, root), styles, file))
    return list(dict.fromkeys(found))


def _in_part(part: Part, styles: Styles, file: str) -> Iterator[Finding]:
    yield from _signs(part, styles, file)
    for run in part.root.iter(f"{W}r"):
        text = "".join(element.text or "" for element in run.iterchildren(f"{W}t"))
        fonts = {styles.font(run, script) for script in _scripts(text)}
        place = part.place(paragraph_of(run)) if text.strip() else None
        for font in sorted(font or "the default of the machine" for font in fonts if font not in font_names()):
            yield Finding(
                "font-not-shipped", "error", f"text is set in {font}, which is not shipped", _FONT_HINT, file, place
            )
        for character in undrawable(text) if not text.isascii() else "":
            message = f"the shipped fonts have no glyph for {character} ({name_of(character)})"
            yield Finding("glyph-missing", "error", message, _GLYPH_HINT, file, place)
        if CHINESE in fonts:
            yield from _chinese(run, styles, file, part)


def _signs(part: Part, styles: Styles, file: str) -> Iterator[Finding]:
    """Signs that are named by their number in a font: those put in by Insert, Symbol, and bullets of lists."""
    symbols = [(symbol, symbol.get(f"{W}font"), "a symbol") for symbol in part.root.iter(f"{W}sym")]
    for paragraph in part.paragraphs:
        level = styles.list_level(paragraph.element)
        fonts = level.find(f"{W}rPr/{W}rFonts") if level is not None else None
        if fonts is not None:
            symbols.append((paragraph.element, fonts.get(f"{W}ascii"), "the bullet or number of this paragraph"))
    for element, font, what in symbols:
        if font and font not in font_names():
            message = f"{what} is set in {font}, which is not shipped"
            yield Finding("font-not-shipped", "error", message, _SIGN_HINT, file, part.place(element))


def _chinese(run: etree._Element, styles: Styles, file: str, part: Part) -> Iterator[Finding]:
    place = part.place(paragraph_of(run))
    if styles.is_bold(run):
        hint = "take the bold away, or set the words in Noto Sans CJK JP: no bold Chinese face is shipped"
        yield Finding("bold-chinese", "warning", "Chinese text is bold", hint, file, place)
    if (styles.language(run) or "").lower() != "zh-cn":
        hint = (
            "set its language to Chinese (China) (Review, Language): the engine takes the forms of characters from it"
        )
        yield Finding("language-chinese", "warning", "Chinese text is not marked as Chinese", hint, file, place)


def _scripts(text: str) -> set[str]:
    """Which of Word's fonts for a run its characters take."""
    return {_script(character) for character in text if not character.isspace()}


def _script(character: str) -> str:
    if character.isascii():
        return "ascii"
    return "eastAsia" if unicodedata.east_asian_width(character) in {"W", "F"} else "hAnsi"
