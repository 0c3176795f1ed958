"""An agency's workbook of five patients with its own headers: from its table to cases with papers, and again.

The agency changes ten lines of the proposed mapping at most, and writes no JSON otherwise.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.support.cases import EXAMPLES
from tests.support.run import Command, Run

_MOST_EDITS = 10
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

HEADERS = (
    *(
        "客户编号",
        "患者姓名 / 氏名",
        "英文姓名",
        "性別",
        "出生日期",
        "身份证",
        "职业",
        "所在省份",
        "家庭住址",
        "联系电话",
    ),
    *("微信", "护照号", "Date of issue", "护照有效期", "病情诊断", "患侧", "来日日期", "检查日", "注射日", "回国日期"),
    *("送签日期", "同行人1姓名", "同行人1拼音", "同行人1性别", "同行人1出生日期", "同行人1与患者关系", "同行人1职业"),
    *("同行人1护照号", "同行人1护照签发日期", "同行人1护照有效期", "就诊医院", "负责人", "紧急联系人电话", "备注"),
)


def identity(area: str, day: str, number: str) -> str:
    """An invented identity number with its check character."""
    digits = area + day + number
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


ALONE = ("无", "无", "无", "-", "无", "无", "-", "-", "-")
FIRST = ("2027/1/19", "2027/1/20", "2027/1/20", "2027/1/23", "2026/12/14")
SECOND = ("2027/1/26", "2027/1/27", "2027/1/27", "2027/1/30", "2026/12/15")
ROWS: tuple[tuple[str, ...], ...] = (
    (
        *(
            "SH-2027-01",
            "刘雨桐",
            "Liu Yutong",
            "女",
            "平成2年5月3日",
            identity("310101", "19900503", "004"),
            "公司职员",
        ),
        *("上海市", "上海市虚构区示例路1号", "13000000901", "wx1", "EP0123501", "2021年3月1日", "2031年2月28日"),
        *("肩袖损伤", "右", *FIRST, *ALONE, "青叶诊所", "小张", "13900000001", ""),
    ),
    (
        *(
            "SH-2027-02",
            "赵建华",
            "Zhao Jianhua",
            "男",
            "一九七八年十二月二十一日",
            identity("320102", "19781221", "001"),
        ),
        *("退休", "江苏省", "江苏省虚构市示例路2号", "13000000902", "wx2", "EP0123502", "2022-06-10", "2032-06-09"),
        *("网球肘", "左", *SECOND, "钱美兰", "Qian Meilan", "女", "1980-02-11", "妻子", "家庭主妇", "EP0123512"),
        *("2022-06-10", "2032-06-09", "青叶诊所", "小张", "13900000002", "加急"),
    ),
    (
        *("SH-2027-03", "孙晓东", "Sun Xiaodong", "男", "1985.7.9", identity("330102", "19850709", "001"), "个体户"),
        *("浙江", "浙江省虚构市示例路3号", "13000000903", "wx3", "EP0123503", "2020-01-15", "2030-01-14"),
        *("跟腱炎", "右", *FIRST, *ALONE, "青叶诊所", "小李", "-", ""),
    ),
    (
        *("SH-2027-04", "周静", "Zhou Jing", "女", "1992-10-20", identity("310104", "19921020", "002"), "陶艺师"),
        *("上海", "上海市虚构区示例路4号", "13000000904", "", "EP0123504", "R5.4.1", "R15.3.31"),
        *("髌腱炎", "左", *SECOND, *ALONE, "青叶诊所", "小李", "无", "素食"),
    ),
    (
        *("SH-2027-05", "吴国强", "Wu Guoqiang", "男", "1969-08-30", identity("340102", "19690830", "003"), "企业主"),
        *("安徽省", "安徽省虚构市示例路5号", "13000000905", "wx5", "EP0123505", "2019-11-11", "2029-11-10"),
        *("肩袖撕裂", "双侧", *FIRST, "吴小雨", "Wu Xiaoyu", "女", "2001-03-05", "女儿", "学生", "EP0123515"),
        *("2024-09-09", "2034-09-08", "青叶诊所", "小张", "13900000005", ""),
    ),
)
CASES = [f"sh-2027-0{number}" for number in range(1, 6)]

#: What the agency changes in the proposed mapping: a part of the line, and what is done to the line.
UNSURE = re.compile(r', "unsure": "[^"]*"')
EDITS: tuple[tuple[str, str, str], ...] = (
    ('"病情诊断"', "", ""),
    ('"就诊医院"', "null", '"aoba"'),
    ('"to": "/guarantor"', "null", '"mihon"'),
    ('"to": "/patient", "value"', "", ""),
    ('"to": "/nationality"', "", ""),
    ('"to": "/passport", "value"', "", ""),
    ('"to": "/tb_screening"', "", ""),
    ('"to": "/visa/entries"', "null", '"single"'),
    ('"to": "/visa/letter_date"', "null", '"2026-12-01"'),
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("赴日就医客户名单（全部为虚构）",), (), HEADERS, *ROWS):
        sheet.append(row)
    book.save(tmp_path / "patients.xlsx")
    return tmp_path / "patients.xlsx"


def change_table(table: Path, cells: Mapping[tuple[int, str], str]) -> None:
    book = load_workbook(table)
    for (row, header), value in cells.items():
        book.worksheets[0].cell(row, HEADERS.index(header) + 1).value = value
    book.save(table)


def confirm(mapping: Path) -> int:
    """Change the lines of the mapping as the agency does. Return how many differ."""
    before = mapping.read_text(encoding="utf-8").splitlines()
    after = list(before)
    for part, old, new in EDITS:
        [index] = [index for index, line in enumerate(before) if part in line]
        after[index] = UNSURE.sub("", after[index]).replace(old, new) if old else UNSURE.sub("", after[index])
    mapping.write_text("\n".join(after) + "\n", encoding="utf-8")
    return sum(one != other for one, other in zip(before, after, strict=True))


@pytest.mark.usefixtures("inline_pools")
def test_from_the_table_to_cases_and_again(visa_packet: Command, table: Path, tmp_path: Path) -> None:
    commands = 0

    def run(*arguments: str | Path, code: int = 0) -> Run:
        nonlocal commands
        commands += 1
        found = visa_packet(*arguments)
        assert found.code == code, found.err
        return found

    def import_table(code: int = 0) -> dict[str, Any]:
        found = run("import", table, "--mapping", mapping, "-o", cases, "--json", code=code)
        return {result["case_id"]: result["status"] for result in found.report["results"]}

    def case(name: str) -> Any:
        return json.loads((cases / name / "case.json").read_text(encoding="utf-8"))

    mapping, cases = tmp_path / "mapping.json", tmp_path / "cases"
    proposed = run("import", table, "--new-mapping", "-o", mapping, "--lang", "zh")
    assert "共 34 列，已识别 28 列" in proposed.out
    edits = confirm(mapping)
    assert edits == len(EDITS) <= _MOST_EDITS
    assert import_table() == dict.fromkeys(CASES, "new")
    run("new", "--sample-directory", cases / "directory")

    patient = case(CASES[1])["patient"]
    assert (patient["birth_date"], patient["name"]["surname"], patient["phone"]) == (
        "1978-12-21",
        "ZHAO",
        "+86 13000000902",
    )
    assert (patient["nationality"], patient["occupation"]["ja"]) == ("CHN", "無職（退職）")
    assert [len(case(name)["companions"]) for name in CASES] == [0, 1, 0, 0, 1]
    assert case(CASES[3])["patient"]["occupation"] == {"zh": "陶艺师"}, "an unknown word is asked for in the others"
    assert case(CASES[3])["patient"]["passport"]["expiry_date"] == "2033-03-31"
    assert [case(name)["hospital"] for name in CASES] == ["aoba"] * 5
    status = run("status", cases, "--as-of", "2026-11-30", "--lang", "zh", code=9)
    assert all(name in status.out for name in CASES)

    shutil.copy(EXAMPLES / "wang-xiaoming" / "papers" / "photo.jpg", cases / CASES[1] / "papers" / "02-photo")
    run("add", cases / CASES[1], "--no-input")
    added = case(CASES[1])["attachments"]
    assert [entry["role"] for entry in added] == ["photo"]

    change_table(table, {(5, "送签日期"): "2026/12/21", (5, "联系电话"): "13000000912", (8, "来日日期"): "2027/2/16"})
    assert import_table() == dict.fromkeys(CASES, "unchanged") | {CASES[1]: "updated", CASES[4]: "updated"}
    changed = case(CASES[1])
    assert (changed["visa"]["filing_date"], changed["patient"]["phone"]) == ("2026-12-21", "+86 13000000912")
    assert changed["attachments"] == added
    assert case(CASES[4])["treatment"]["visits"][0]["entry_date"] == "2027-02-16"

    run("answer", cases / CASES[1], "--set", "visa/filing_date=2026-12-22")
    change_table(table, {(5, "送签日期"): "2026/12/28", (4, "患侧"): "左"})
    assert import_table(code=9) == dict.fromkeys(CASES, "unchanged") | {CASES[0]: "updated", CASES[1]: "conflict"}
    assert case(CASES[1])["visa"]["filing_date"] == "2026-12-22"
    assert commands <= 10
