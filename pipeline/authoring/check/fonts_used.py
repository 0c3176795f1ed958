"""Check that the text of a template uses the shipped fonts only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from lxml import etree

from pipeline.errors import Problem
from pipeline.formats.characters import name_of
from pipeline.formats.fonts import font_names, undrawable
from pipeline.formats.word.docx_file import DocxFile
from pipeline.formats.word.styles import Styles
from pipeline.formats.word.text import W, paragraph_of
from pipeline.formats.word.word_places import Part

CHINESE = "Noto Sans CJK SC"
_FONT_HINT = "use Noto Sans CJK JP, and Noto Sans CJK SC for Chinese; only these are shipped with the program"
_SYMBOL_HINT = "type a character such as ■, □ or • in Noto Sans CJK JP: office2pdf omits such symbols"
_OTHER_CHARACTER = "use another character: with a system font, the page would differ between computers"


def check_fonts(docx: DocxFile, file: str) -> list[Problem]:
    """Report fonts that are not shipped, characters without a glyph, and Chinese text with wrong settings."""
    styles = Styles(docx)
    parts = (Part(name, root) for name, root in docx.text_parts.items())
    return list(dict.fromkeys(problem for part in parts for problem in _check_part(part, styles, file)))


def _check_part(part: Part, styles: Styles, file: str) -> Iterator[Problem]:
    yield from _check_bullets(part, styles, file)
    for run in part.root.iter(f"{W}r"):
        text = "".join(element.text or "" for element in run.iterchildren(f"{W}t"))
        # Word has one font of a run for each kind of character.
        fonts = {styles.font(run, _script(character)) for character in text if not character.isspace()}
        place = part.place(paragraph_of(run)) if text.strip() else None
        for font in sorted(font or "the default font of the computer" for font in fonts if font not in font_names()):
            yield Problem(
                "font-not-shipped",
                "error",
                f"the text uses the font {font}, which is not shipped",
                _FONT_HINT,
                file,
                place,
            )
        for character in undrawable(text) if not text.isascii() else "":
            message = f"the shipped fonts have no glyph for {character} ({name_of(character)})"
            yield Problem("glyph-missing", "error", message, _OTHER_CHARACTER, file, place)
        if CHINESE in fonts:
            yield from _check_chinese(run, styles, file, part)


def _check_bullets(part: Part, styles: Styles, file: str) -> Iterator[Problem]:
    """Check the bullets of lists, whose characters a font may number itself."""
    for paragraph in part.paragraphs:
        level = styles.list_level(paragraph.element)
        fonts = level.find(f"{W}rPr/{W}rFonts") if level is not None else None
        font = fonts.get(f"{W}ascii") if fonts is not None else None
        if font and font not in font_names():
            message = f"the bullet or number of this paragraph uses the font {font}, which is not shipped"
            yield Problem("font-not-shipped", "error", message, _SYMBOL_HINT, file, part.place(paragraph.element))


def _check_chinese(run: etree._Element, styles: Styles, file: str, part: Part) -> Iterator[Problem]:
    place = part.place(paragraph_of(run))
    if styles.is_bold(run):
        hint = "remove the bold, or use Noto Sans CJK JP: no bold Chinese font is shipped"
        yield Problem("bold-chinese", "warning", "Chinese text is bold", hint, file, place)
    if (styles.language(run) or "").lower() != "zh-cn":
        hint = "set its language to Chinese (China) (Review, Language): it decides the form of the characters"
        yield Problem("language-chinese", "warning", "the language of Chinese text is not Chinese", hint, file, place)


def _script(character: str) -> str:
    if character.isascii():
        return "ascii"
    return "eastAsia" if unicodedata.east_asian_width(character) in {"W", "F"} else "hAnsi"
