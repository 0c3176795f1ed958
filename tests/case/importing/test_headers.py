"""The meaning of headers in Chinese, Japanese, English and mixtures."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.case.importing.field_types import find_field
from pipeline.case.importing.headers import BASES, Scope, read_header
from pipeline.resources import read_data

#: header -> scope, first field, number
EXACT: dict[str, tuple[Scope, str, int | None]] = {
    "姓名": ("patient", "/name/chinese", None),
    "患者姓名 / 氏名": ("patient", "/name/chinese", None),
    "姓名\n氏名 Name": ("patient", "/name/chinese", None),
    "姓（拼音）": ("patient", "/name/surname", None),
    "氏名（ローマ字）": ("patient", "/name", None),
    "Name of the patient": ("patient", "/name/chinese", None),
    "护照号码（必填）": ("patient", "/passport/number", None),
    "旅券番号 / Passport No.": ("patient", "/passport/number", None),
    "護照號碼 Passport Number": ("patient", "/passport/number", None),
    "*出生日期": ("patient", "/birth_date", None),
    "生年月日（西暦）": ("patient", "/birth_date", None),
    "Date of birth (dd/mm/yyyy)": ("patient", "/birth_date", None),
    "ＴＥＬ": ("patient", "/phone", None),
    "E-mail": ("patient", "/email", None),
    "公民身分番号": ("patient", "/resident_id", None),
    "同行人姓名": ("companion", "/name/chinese", None),
    "同行人1 姓名": ("companion", "/name/chinese", 1),
    "同行人２（姓名）": ("companion", "/name/chinese", 2),
    "同行人姓名2": ("companion", "/name/chinese", 2),
    "第二位同行人的护照号": ("companion", "/passport/number", 2),
    "同伴者① 続柄": ("companion", "/relationship", 1),
    "Companion 2's date of birth": ("companion", "/birth_date", 2),
    "Companion 1 sex": ("companion", "/sex", 1),
    "Relationship of companion 1": ("companion", "/relationship", 1),
    "入境日期": ("visit", "/entry_date", None),
    "第二次入境日期": ("visit", "/entry_date", 2),
    "第1回来日 出国日": ("visit", "/exit_date", 1),
    "Entry date 2": ("visit", "/entry_date", 2),
    "首次来日 采集日": ("visit", "/procedures/harvest", 1),
    "投与日": ("visit", "/procedures/injection", None),
    "编号": ("case", "/case_id", None),
    "诊断": ("case", "/condition/kind", None),
    "Plan number": ("case", "/treatment/plan_number", None),
    "申請日": ("case", "/visa/filing_date", None),
    "医療機関 / Hospital": ("case", "/hospital", None),
}

#: Headers that are similar to a field, and are about something else or could be.
SIMILAR = (
    "旧护照号码",
    "紧急联系人电话",
    "翻译电话",
    "合同编号",
    "Passprt number",
    "病情诊断",
    "Old passport number",
    "姓名/护照号",
)
UNKNOWN = ("备注", "備考", "Remarks", "微信", "负责人", "担当者", "同行人数", "", "???", "签证种类")


@pytest.mark.parametrize(("header", "meaning"), EXACT.items())
def test_exact(header: str, meaning: tuple[Scope, str, int | None]) -> None:
    found = read_header(header)
    first = found.targets[0]
    assert ((first.scope, first.to, first.number), found.is_exact) == (meaning, True)


@pytest.mark.parametrize("header", SIMILAR)
def test_similar_is_not_exact(header: str) -> None:
    found = read_header(header)
    assert found.targets
    assert not found.is_exact


@pytest.mark.parametrize("header", UNKNOWN)
def test_unknown(header: str) -> None:
    assert read_header(header).targets == ()


def test_each_field_of_the_table_exists_and_no_word_is_listed_twice() -> None:
    groups = read_data("headers", "case")["fields"]
    scopes: dict[str, list[Scope]] = {"person": ["patient", "companion"], **{scope: [scope] for scope in BASES}}
    for group, fields in groups.items():
        for to, words in fields.items():
            pointer = to.replace("procedures/", "procedures/*/date/").partition("/date/")[0]
            assert any(find_field(f"{BASES[scope]}/{pointer}") for scope in scopes[group]), to
            assert [word for word, count in Counter(words).items() if count > 1] == []
            first = words[0]
            assert any(target.to == f"/{to}" for target in read_header(first).targets) or group == "companion", first
