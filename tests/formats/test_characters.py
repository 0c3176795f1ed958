from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.characters import name_of, refused_characters

INVISIBLE = "an invisible character"
CONTROL = "a control character"


@pytest.mark.parametrize(
    ("character", "name", "kind"),
    [
        ("\0", "U+0000", CONTROL),
        ("\a", "U+0007", CONTROL),
        ("\t", "U+0009", CONTROL),
        ("\n", "U+000A", CONTROL),
        ("\x7f", "U+007F", CONTROL),
        ("\x85", "U+0085", CONTROL),
        ("\xad", "U+00AD", INVISIBLE),
        ("\u061c", "U+061C", INVISIBLE),
        ("\u180e", "U+180E", INVISIBLE),
        ("\u200b", "U+200B", INVISIBLE),
        ("\u200d", "U+200D", INVISIBLE),
        ("\u200f", "U+200F", INVISIBLE),
        ("\u2028", "U+2028", INVISIBLE),
        ("\u2029", "U+2029", INVISIBLE),
        ("\u202a", "U+202A", INVISIBLE),
        ("\u202e", "U+202E", INVISIBLE),
        ("\u2060", "U+2060", INVISIBLE),
        ("\u2066", "U+2066", INVISIBLE),
        ("\u2069", "U+2069", INVISIBLE),
        ("\ufeff", "U+FEFF", INVISIBLE),
        ("\U000e0041", "U+E0041", INVISIBLE),
        ("\u115f", "U+115F", INVISIBLE),
        ("\u1160", "U+1160", INVISIBLE),
        ("\u2800", "U+2800", INVISIBLE),
        ("\u3164", "U+3164", INVISIBLE),
        ("\uffa0", "U+FFA0", INVISIBLE),
        ("\ufffd", "U+FFFD", "the replacement character for a lost one"),
        ("\ud800", "U+D800", "half of a surrogate pair"),
        ("\udfff", "U+DFFF", "half of a surrogate pair"),
        ("\ue000", "U+E000", "a private-use character"),
        ("\U0010fffd", "U+10FFFD", "a private-use character"),
        ("\ufdd0", "U+FDD0", "an unassigned character"),
        ("\ufffe", "U+FFFE", "an unassigned character"),
        ("\uffff", "U+FFFF", "an unassigned character"),
        ("\U0001ffff", "U+1FFFF", "an unassigned character"),
    ],
)
def test_refused_characters_are_named(character: str, name: str, kind: str) -> None:
    assert refused_characters(f"王{character}明") == [(name, kind)]


def test_a_mark_on_a_rare_character_is_refused_but_no_selector_of_its_form() -> None:
    """Readers of PDF lose the character that has the mark."""
    assert refused_characters("𠮷\u0301") == [("U+0301", "a mark on a rare character")]
    assert refused_characters("𠮷\u20dd") == [("U+20DD", "a mark on a rare character")]
    assert refused_characters("𠮷\uff9e") == [("U+FF9E", "a mark on a rare character")]
    assert refused_characters("\u0301e\u0301か\u3099ｶ\uff9e𠮷\U000e0100𠮷\ufe00") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "王晓明",
        "変形性膝関節症（スポーツ外傷後）",
        "阿依古丽·买买提",
        "Żółć & <b> \"'",
        "㐂𠮷龘",
        "ｶﾞ ガ か\u3099",
        "non\xa0breaking\u3000wide",
        "①㈱㎝",
        "葛\U000e0100",
        "\u2010\u2014\u2018\u2019\u201c\u201d\u2026\u2030",
    ],
)
def test_what_people_write_is_not_refused(text: str) -> None:
    assert refused_characters(text) == []


def test_each_is_told_once_in_the_order_of_the_text() -> None:
    assert [name for name, _ in refused_characters("\u200b\a\u200b\a\u202e")] == ["U+200B", "U+0007", "U+202E"]


@given(st.characters(categories=["Cc", "Cs", "Co", "Cn"]))
def test_every_character_without_a_meaning_is_refused(character: str) -> None:
    assert [name for name, _ in refused_characters(character)] == [name_of(character)]


@given(
    st.characters(
        categories=["L", "N", "P", "S", "M", "Zs"],
        exclude_characters="\ufffd\u115f\u1160\u2800\u3164\uffa0",  # of these kinds, but nothing is to be seen of them
    )
)
def test_no_visible_character_is_refused(character: str) -> None:
    assert refused_characters(character) == []


def test_no_bidirectional_control_is_forgotten() -> None:
    kinds = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    controls = [character for character in map(chr, range(0x110000)) if unicodedata.bidirectional(character) in kinds]
    assert [control for control in controls if not refused_characters(control)] == []
