"""The proposed mapping: what is certain, what is marked as not certain, and what no column fills."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from pipeline.case.importing.column_mapping import read_mapping
from pipeline.case.importing.convert import convert_table
from pipeline.case.importing.headers import Target
from pipeline.case.importing.mapping_draft import MappingDraft, draft_mapping
from pipeline.case.importing.proposal import propose_columns
from pipeline.case.importing.table_reading import TableRequest
from pipeline.errors import CaseError
from tests.support.sheets import MAPPING, SAMPLE, write_csv

pytestmark = pytest.mark.usefixtures("inline_tables")


def drafted(table: Path) -> MappingDraft:
    return draft_mapping(propose_columns(table, TableRequest(1)), "en")


def draft_of(tmp_path: Path, rows: Sequence[Sequence[str]]) -> MappingDraft:
    return drafted(write_csv(tmp_path / "t.csv", rows))


def column(draft: MappingDraft, header: str) -> dict[str, Any]:
    """The line of a column in the mapping, without its header."""
    mapping = json.loads(draft.text)
    lists = mapping.get("lists", [])
    groups = [mapping, *lists, *(inner for each in lists for inner in each.get("lists", []))]
    [line] = [line for group in groups for line in group["columns"] if line["column"] == header]
    return {key: value for key, value in line.items() if key != "column"}


def test_the_sample_table_needs_no_line_by_hand_for_its_columns(tmp_path: Path) -> None:
    draft = drafted(SAMPLE / "cases.xlsx")
    mapping = json.loads(draft.text)
    assert (mapping["sheet"], mapping["header_row"], mapping["language"]) == ("病例", 2, "zh")
    written = json.loads(MAPPING.read_text(encoding="utf-8"))
    texts = {"/condition/diagnosis"}  # not in a column: they say how the hospital words it
    wanted = [line for line in written["columns"] if line["to"] not in texts]
    assert [line for line in mapping["columns"] if line["to"]] == wanted
    assert [line["to"] for line in mapping["lists"][1]["columns"]] == [
        line["to"] for line in written["lists"][1]["columns"]
    ]
    assert mapping["lists"][1]["times"] == 2
    assert [line.header for line in draft.columns if not line.to] == ["护照扫描件", "备注"]
    path = tmp_path / "mapping.json"
    path.write_text(draft.text, encoding="utf-8")
    read_mapping(path)
    cases, problems = convert_table(SAMPLE / "cases.xlsx", path)
    assert (len(cases), problems) == (3, [])


def test_each_line_is_at_its_place() -> None:
    draft = drafted(SAMPLE / "cases.xlsx")
    lines = draft.text.splitlines()
    for line in draft.columns:
        assert line.line is not None
        assert (line.header or "").replace("2", "{n}").replace("1", "{n}") in lines[line.line - 1].replace("1", "{n}")
    for line in draft.fields:
        assert line.line is None or line.to.rpartition("/")[2] in lines[line.line - 1]


HEAD = ["编号", "姓名", "国籍"]
ROW = ["a-1", "刘雨桐", "中国"]


@pytest.mark.parametrize(
    ("header", "cells", "line"),
    [
        ("拼音", ["LIU YUTONG", "ZHAO JIANHUA"], {"to": "/patient/name", "order": "surname-first"}),
        ("拼音", ["Yutong Liu", "Jianhua Zhao"], {"order": "given-names-first", "case": "upper"}),
        ("拼音", ["LIU, YUTONG", "ZHAO/JIANHUA"], {"to": "/patient/name"}),
        ("拼音", ["TIEMUER BATU", "LIU YUTONG"], {"order": "surname-first", "unsure": "the order of"}),
        ("护照号", ["ep0123501"], {"to": "/patient/passport/number", "case": "upper"}),
        ("电话", ["13000000901", "１３００００００９０２"], {"to": "/patient/phone", "text": "+86 {}"}),
        ("电话", ["+86 13000000901", "010-00000123"], {"to": "/patient/phone"}),
        ("生日", ["平成2年5月3日", "一九九〇年五月三日"], {"to": "/patient/birth_date"}),
        ("生日", ["03/05/1990", "04/05/1990"], {"to": "/patient/birth_date", "unsure": "day and month"}),
        ("生日", ["Liu", "Zhao"], {"to": "/patient/birth_date", "unsure": "do not fit"}),
        ("诊断", ["网球肘", "肩袖损伤"], {"to": "/condition/kind"}),
        ("诊断", ["肱二头肌长头腱炎"], {"to": "/condition/diagnosis"}),
        ("旧护照号", ["EP0123501"], {"to": "/patient/passport/number", "unsure": "only similar"}),
        ("医院", ["青叶", "aoba"], {"to": "/hospital", "unsure": "in place of each null"}),
        ("医院", ["aoba"], {"to": "/hospital"}),
        ("姓名", ["张三"], {"to": "/patient/name", "unsure": "several columns"}),
        ("主治医师", ["高橋 直樹"], {"to": "/physician/ja"}),
        ("微信", ["abc"], {"to": ""}),
    ],
)
def test_a_column(tmp_path: Path, header: str, cells: list[str], line: dict[str, str]) -> None:
    draft = draft_of(
        tmp_path, [[*HEAD, header], *([f"a-{number}", *ROW[1:], cell] for number, cell in enumerate(cells))]
    )
    mapping = json.loads(draft.text)
    lines = [*mapping["columns"], *(each for group in mapping.get("lists", []) for each in group["columns"])]
    found = next(each for each in reversed(lines) if each["column"] == header)
    assert line.pop("unsure", "") in found.pop("unsure", "–" if "unsure" in line else "")
    assert found.items() >= line.items()
    assert set(found) - set(line) <= {"column", "to", "values", "order"}


def test_a_proven_order_of_day_and_month_is_a_format(tmp_path: Path) -> None:
    rows = [["编号", "生日", "护照有效期"], ["a-1", "03/05/1990", "24/05/2030"], ["a-2", "1.2.1990", "20300524"]]
    mapping = json.loads(draft_of(tmp_path, rows).text)
    assert mapping["date_formats"] == ["%d/%m/%Y", "%Y%m%d"]


def test_two_columns_for_one_field(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, [["编号", "电话", "手机", "TEL"], ["a-1", "010-0000123", "13000000901", "13000000902"]])
    assert column(draft, "电话") == {"to": "/patient/phone"}
    assert column(draft, "手机")["to"] == "/patient/application/mobile"
    assert column(draft, "TEL")["unsure"] == "column B1 already fills this field"


def test_visits_and_companions_by_their_numbers(tmp_path: Path) -> None:
    head = ["编号", "第一次入境", "第一次采集日", "第二次入境", "第二次注射日", "同伴者1 氏名", "同伴者2 氏名"]
    mapping = json.loads(draft_of(tmp_path, [head, ["a-1", *["2027-01-19"] * 4, "张三", "李四"]]).text)
    first, second, companions = mapping["lists"]
    assert [first["to"], second["to"]] == ["/treatment/visits"] * 2
    assert [each["lists"][0]["constants"][0]["value"] for each in (first, second)] == ["harvest", "injection"]
    assert (companions["times"], companions["columns"][0]["column"]) == (2, "同伴者{n} 氏名")


def test_fields_without_a_column_are_listed_with_who_knows_them(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, [HEAD, ROW])
    mapping = json.loads(draft.text)
    constants = {line["to"]: line for line in mapping["constants"]}
    assert constants["/treatment/product"] == {
        "to": "/treatment/product",
        "value": None,
        "note": "Ask the hospital: What does the hospital call the treatment?",
    }
    assert constants["/companions"]["value"] == []
    assert constants["/tb_screening"]["value"] == {"residence_country": "CHN", "steps": {}}
    assert "/patient/nationality" not in constants, "it has a column"
    assert "/patient/name" not in constants, "a part of it has a column"
    assert {line.question.args["who"] for line in draft.fields if line.question} == {"patient", "hospital", "agency"}
    assert "/patient/name" in [line.to for line in draft.fields], "the rest of it is missing"


def test_the_languages_of_a_table_and_its_words_for_nothing(tmp_path: Path) -> None:
    for head, language in (
        (HEAD, "zh"),
        (["番号", "氏名（カナ）", "国籍"], "ja"),
        (["No.", "Name", "Nationality"], "en"),
    ):
        mapping = json.loads(draft_of(tmp_path, [head, ["a-1", "なし", "－"]]).text)
        assert (mapping["language"], mapping["absent"]) == (language, ["なし", "-"])


@pytest.mark.parametrize("rows", [[["a", "b"], ["c", "d"]], [["姓名"], ["刘雨桐"]], [["", ""], ["备注", "微信"]]])
def test_a_table_without_a_header(tmp_path: Path, rows: list[list[str]]) -> None:
    with pytest.raises(CaseError) as error:
        draft_of(tmp_path, rows)
    assert [problem.code for problem in error.value.problems] == ["table-header"]


def test_the_province_is_the_beginning_of_each_address(tmp_path: Path) -> None:
    head = ["编号", "姓名", "家庭住址"]
    draft = draft_of(tmp_path, [head, ["a-1", "刘雨桐", "江苏省虚构市1号"], ["a-2", "赵建华", "上海市虚构区2号"]])
    lines = [line for line in json.loads(draft.text)["columns"] if line["column"] == "家庭住址"]
    assert [line["to"] for line in lines] == ["/patient/address/text", "/patient/address/province"]
    draft = draft_of(tmp_path, [head, ["a-1", "刘雨桐", "江苏省虚构市1号"], ["a-2", "赵建华", "河南虚构县2号"]])
    assert column(draft, "家庭住址") == {"to": "/patient/address/text"}


def test_the_largest_sheet_is_read_and_columns_without_a_header_are_listed(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(["姓名", "护照号"])
    sheet = book.create_sheet("Patients")
    for row in (["No.", "氏名", "続柄", None], ["A-1", "刘雨桐", "妻", "x"], ["A-2", "赵建华", None, "y"]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    proposed = propose_columns(tmp_path / "t.xlsx", TableRequest(1))
    assert proposed.table.sheet == "Patients"
    assert [proposed.table.address(cell) for cell in proposed.without_header] == ["Patients!D2"]
    assert proposed.columns[2].target == Target("companion", "/relationship")


def test_a_table_without_case_ids_and_with_another_separator(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, [["姓名", "护照号"], ["刘雨桐", "EP0123501"]])
    assert "/case_id" in [line.to for line in draft.fields]
    assert "case_id" not in draft.text
    (tmp_path / "t.csv").write_text("姓名;护照号\n刘雨桐;EP0123501\n", encoding="utf-8")
    with pytest.raises(CaseError) as error:
        drafted(tmp_path / "t.csv")
    assert error.value.problems[0].code == "table-separator"
