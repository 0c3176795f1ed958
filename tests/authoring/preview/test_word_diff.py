from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.authoring.preview.word_diff import count_words, find_changes, similarity, split_words

TEXT = st.text(st.sampled_from("aé9 .,-\r\n日本語のカナー。（）2万"), max_size=60)


def words(text: str) -> list[str]:
    return [word.text for word in split_words(text)]


def described(before: str, after: str) -> list[str]:
    """Each change as one line: -gone-, +added+."""
    signs = {"same": "", "gone": "-", "added": "+"}
    return [
        "".join(f"{signs[piece.kind]}{piece.text}{signs[piece.kind]}" for piece in change)
        for change in find_changes(before, after)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Letter of  invitation", ["Letter", "of", "invitation"]),
        ("Tel +81-3-0000-0001, a.b@c.example.", ["Tel", "+", "81-3-0000-0001", ",", "a.b@c.example", "."]),
        ("2026年11月22日", ["2026", "年", "11", "月", "22", "日"]),
        ("下記の事項について保証します。", ["下記", "の", "事項", "について", "保証", "します", "。"]),
        ("培養カンセンイ細胞", ["培養", "カンセンイ", "細胞"]),
        ("邀请上述人员的目的等如下。", ["邀请上述人员的目的等如下", "。"]),
        ("人々", ["人々"]),
        ("𠮷野家", ["𠮷野家"]),
        ("（第二種）", ["（", "第二種", "）"]),
    ],
)
def test_words_of_each_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_line_that_the_layout_broke_is_one_line_of_japanese() -> None:
    assert find_changes("下記の事項につ\r\nいて、保証", "下記の\r\n事項について、\r\n保証") == ()


def test_a_line_of_latin_words_breaks_at_spaces() -> None:
    assert find_changes("Letter of\r\ninvitation", "Letter\r\nof invitation") == ()
    assert find_changes("Letter of invitation", "Letter ofinvitation") != ()


def test_what_changed_is_reported_with_a_few_words_around_it() -> None:
    before = "one two three four five six seven eight nine"
    after = before.replace("seven", "7")
    assert described(before, after) == [" two three four five six- seven-+ 7+ eight nine"]


def test_distant_places_are_reported_separately() -> None:
    middle = " ".join(str(number) for number in range(30))
    assert described(f"a {middle} z", f"b {middle} y") == ["-a-+b+ 0 1 2 3 4", " 25 26 27 28 29- z-+ y+"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("滞在予定表", "治療予定表", "-滞在-+治療+予定表"),
        ("招へい理由書", "招聘理由書", "招-へい-+聘+理由書"),
        ("患者拟于东京医院治疗", "患者计划于东京医院治疗", "患者-拟-+计划+于东京医院治疗"),
        ("氏名", "患者氏名", "+患者+氏名"),
        ("人人", "人", "人-人-"),
        (" の", "のの", "+の+の"),
    ],
)
def test_in_a_run_of_characters_only_the_differing_ones_are_reported(before: str, after: str, expected: str) -> None:
    assert described(before, after) == [expected]


def test_latin_words_change_as_a_whole() -> None:
    assert described("organised", "organized") == ["-organised-+organized+"]


def test_words_are_counted() -> None:
    found = find_changes("one two three", "one 2 3 4 three")
    assert (count_words(found, "gone"), count_words(found, "added")) == (1, 3)


def test_likeness() -> None:
    assert similarity("", "") == 1
    assert similarity("one two", "one two") == 1
    assert similarity("one two", "three four") == 0
    assert similarity("one two", "one three") == pytest.approx(0.5)


@given(TEXT, TEXT)
def test_nothing_is_reported_twice_or_lost(before: str, after: str) -> None:
    """With all that is the same between the changes, both texts come out again."""
    assert find_changes(before, before) == ()
    pieces = [piece for change in find_changes(before, after) for piece in change]
    for kind, text, counted in (("gone", before, "before"), ("added", after, "after")):
        squeezed = "".join(word.text for word in split_words(text))
        for piece in pieces:
            if piece.kind == kind:
                assert piece.text.strip(), counted
                assert "".join(piece.text.split()) in squeezed
    assert (find_changes(before, after) == ()) == (words(before) == words(after))
