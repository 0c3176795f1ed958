"""The characters that no font has are read from the message in which Typst quotes them."""

from __future__ import annotations

import pytest

from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.missing_glyph import characters_in
from pipeline.formats.fonts import UndrawableError
from tests.support.word_files import paragraph, word_file


@pytest.mark.parametrize("engine", ["typst", "office2pdf"])
@pytest.mark.parametrize("character", ["\uf0fe", "\U0001f600"])
def test_a_character_is_named_whether_or_not_it_is_printable(engine: str, character: str) -> None:
    """U+F0FE is a ticked box of Wingdings, typed into a font that does not have it."""
    with pytest.raises(UndrawableError) as raised:
        load_engine(engine).convert(word_file(paragraph(f"a {character} b")))
    assert raised.value.characters == character


def test_a_message_about_another_error_names_no_character() -> None:
    assert characters_in("file not found") == ""
