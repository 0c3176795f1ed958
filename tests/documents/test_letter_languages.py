"""The languages of letters: Japanese leads, others stand under it only if set or option say so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.fill import fill
from pipeline.formats.word.text import read_word
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.planned_case import plan_case
from tests.support.built import LETTERS, MEDICAL_STAY
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.run import Command

CASE = EXAMPLES / "sun-yifan" / "case.json"
#: A word of each letter in English and in Chinese.
WORDS = {"en": ("To: The Ambassador of Japan",), "zh": ("致：日本国驻华大使",)}


def text_of_letter(name: str, languages: Sequence[Language]) -> str:
    context = document_context(load_case(CASE).case, AS_OF, languages=languages)
    return "\n".join(read_word(fill((MEDICAL_STAY / f"{name}.docx").read_bytes(), name, context).docx).paragraphs)


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_has_the_languages_that_are_chosen(name: str) -> None:
    for chosen in (("ja",), ("ja", "en"), ("ja", "zh"), ("ja", "en", "zh")):
        text = text_of_letter(name, chosen)
        assert "在中国日本国大使" in text
        found = {language for language, words in WORDS.items() if all(word in text for word in words)}
        assert found == set(chosen) - {"ja"}, name


def test_the_option_comes_before_the_set() -> None:
    loaded = load_case(CASE)
    assert plan_case(loaded, CheckOptions(AS_OF)).languages == ("ja", "en")
    assert plan_case(loaded, CheckOptions(AS_OF, letter_languages=("ja", "zh"))).languages == ("ja", "zh")


@pytest.mark.parametrize("wrong", ["en", "en,ja", "ja,fr", "ja,ja", ""])
def test_other_languages_are_refused(wrong: str, visa_packet: Command) -> None:
    assert visa_packet("validate", CASE, "--letter-languages", wrong).code == 2
