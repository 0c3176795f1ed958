"""Dates, names and words as people write them, by the field that a column fills."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.case.importing.cell_values import convert_cell
from pipeline.case.importing.cells import Cell, CellError
from pipeline.case.importing.column_mapping import Column, Meaning, TableMapping
from pipeline.case.importing.dates import parse_date
from pipeline.case.importing.field_types import find_field


def converted(to: str, value: Any, *, mapping: TableMapping | None = None, **keys: Any) -> Any:
    return convert_cell(Cell(1, 1, value), Column("a", to, **keys), mapping or TableMapping(columns=()), find_field(to))


def code_of(to: str, value: Any, **keys: Any) -> str:
    with pytest.raises(CellError) as error:
        converted(to, value, **keys)
    return error.value.problem.code


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-05-03",
            "2026/5/3",
            "2026.5.3",
            "2026年5月3日",
            "２０２６年５月３日",
            "2026年5月3号",
            "2026 年 05 月 03 日",
        ),
        *("二〇二六年五月三日", "二零二六年五月三日", "二○二六年五月三号"),
        *("令和8年5月3日", "令和８年５月３日", "令和八年五月三日", "㋿8年5月3日", "R8.5.3", "r8/5/3", "R8-05-03"),
    ],
)
def test_one_day_as_it_is_written(text: str) -> None:
    assert parse_date(text, ()).isoformat() == "2026-05-03"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("H2.1.9", "1990-01-09"),
        ("昭和六十三年十二月三十一日", "1988-12-31"),
        ("S60.10.10", "1985-10-10"),
        ("大正15年12月24日", "1926-12-24"),
        ("一九九〇年十月二十日", "1990-10-20"),
        ("二〇〇一年十一月十日", "2001-11-10"),
    ],
)
def test_eras_and_numerals(text: str, day: str) -> None:
    assert parse_date(text, ()).isoformat() == day


@pytest.mark.parametrize(
    "text",
    [
        *("5/3/2026", "03.05.2026", "26/5/3", "20260503", "2026-02-30", "2026年13月1日", "5月3日", "令和8年", ""),
        *("平成31年5月1日", "令和0年5月3日", "令和元年4月30日", "明治45年1月1日", "昭和64年1月8日", "二十六年五月三日"),
    ],
)
def test_no_day_is_guessed(text: str) -> None:
    with pytest.raises(CellError) as error:
        parse_date(text, ())
    assert "令和8年5月3日" in error.value.problem.hint


def test_formats_of_the_mapping_are_read_beside_the_others() -> None:
    assert parse_date("03/05/2026", ("%d/%m/%Y",)).isoformat() == "2026-05-03"
    assert parse_date("2026/5/3", ("%d/%m/%Y",)).isoformat() == "2026-05-03"
    with pytest.raises(CellError, match="different dates"):
        parse_date("03/05/2026", ("%d/%m/%Y", "%m/%d/%Y"))


@pytest.mark.parametrize(
    ("value", "order", "parts"),
    [
        ("LIU YUTONG", "surname-first", ("LIU", "YUTONG")),
        ("YUTONG LIU", "given-names-first", ("LIU", "YUTONG")),
        ("LIU　YU TONG", "surname-first", ("LIU", "YU TONG")),
        ("YU TONG LIU", "given-names-first", ("LIU", "YU TONG")),
        ("LIU, YUTONG", None, ("LIU", "YUTONG")),
        ("ＬＩＵ，ＹＵＴＯＮＧ", None, ("LIU", "YUTONG")),
        ("LIU/YUTONG", "given-names-first", ("LIU", "YUTONG")),
        ("OU YANG, YUTONG", "surname-first", ("OU YANG", "YUTONG")),
        ("SUHARTO,", "surname-first", ("SUHARTO", None)),
    ],
)
def test_a_name_in_one_column(value: str, order: str | None, parts: tuple[str, str | None]) -> None:
    name = converted("/patient/name", value, order=order)
    assert (name["surname"], name.get("given_names")) == parts
    assert None not in name.values()


@pytest.mark.parametrize(
    ("value", "order"),
    [("LIU YUTONG", None), ("LIUYUTONG", "surname-first"), (",YUTONG", None), ("LIU, YU, TONG", "surname-first")],
)
def test_a_name_whose_parts_are_not_known(value: str, order: str | None) -> None:
    assert code_of("/patient/name", value, order=order) == "cell-name"


def test_letters_change_case() -> None:
    assert converted("/patient/name", "Liu Yutong", order="surname-first", case="upper")["given_names"] == "YUTONG"
    assert converted("/case_id", "BJ-2027-01", case="lower", text="case-{}") == "case-bj-2027-01"


def test_words_of_a_field_need_no_values() -> None:
    found = {
        (to, word): converted(to, word)
        for to, word in (
            ("/patient/sex", "女"),
            ("/patient/sex", " 男性 "),
            ("/companions/0/sex", "Female"),
            ("/patient/nationality", "中国"),
            ("/patient/nationality", "CHN"),
            ("/patient/address/province", "广东省"),
            ("/patient/address/province", "広東"),
            ("/patient/address/province", "江苏省虚构市示例路1号"),
            ("/condition/kind", "网球肘"),
            ("/condition/side", "右侧 / 右 / right"),
            ("/visa/entries", "数次"),
            ("/athlete", "否"),
            ("/athlete", True),
            ("/patient/application/former_names", "无"),
        )
    }
    assert list(found.values()) == [
        *("female", "male", "female", "CHN", "CHN", "广东", "广东", "江苏"),
        *("lateral_epicondylitis", "right", "multiple", False, True, "none"),
    ]
    assert converted("/patient/occupation", "教师") == {"ja": "教員", "en": "Teacher", "zh": "教师"}
    assert converted("/companions/0/relationship", "妻") == {"ja": "妻", "en": "Wife", "zh": "妻子"}


def test_a_place_named_like_a_province_is_no_province() -> None:
    for address in ("河南蒙古族自治县1号", "吉林市1号", "虚构区江苏省"):
        assert code_of("/patient/address/province", address) == "cell-value"


def test_words_of_the_mapping_come_first_and_the_others_stay() -> None:
    keys: dict[str, Any] = {"values": (Meaning("女", "male"), Meaning("？", None))}
    assert [converted("/patient/sex", word, **keys) for word in ("女", "男", "?")] == ["male", "male", None]
    assert code_of("/patient/sex", "X", **keys) == "cell-value"
    assert code_of("/patient/address/text", "X", values=(Meaning("a", "b"),)) == "cell-value"
    assert converted("/patient/birth_date", "2026-05-03", values=(Meaning("未定", None),)) == "2026-05-03"


def test_an_unknown_word_of_a_text_in_several_languages_fills_one() -> None:
    chinese = TableMapping(columns=(), language="zh")
    assert converted("/patient/occupation", "陶艺师", mapping=chinese) == {"zh": "陶艺师"}
    assert code_of("/patient/occupation", "陶艺师") == "cell-value"
    assert code_of("/patient/sex", "陶艺师", mapping=chinese) == "cell-value"


def test_a_word_that_means_another_thing_in_another_language_is_not_translated() -> None:
    mapping = TableMapping(columns=(), language="zh")
    assert converted("/companions/0/relationship", "娘", mapping=mapping) == {"zh": "娘"}


def test_words_for_nothing() -> None:
    mapping = TableMapping(columns=(), absent=("无", "なし", "-", "N/A"))
    for to in ("/patient/resident_id", "/patient/passport/expiry_date", "/treatment/dose", "/patient/sex", "/athlete"):
        for word in (" － ", "n/a", "なし"):
            assert converted(to, word, mapping=mapping) in ({None, False} if to == "/athlete" else {None})
    assert converted("/patient/resident_id", "-") == "-", "only the mapping says so"
    assert converted("/patient/application/former_names", "无", mapping=mapping) == "none", "an answer"
