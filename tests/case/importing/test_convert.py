"""The conversion of cells to values, the rejected cells, and the places of their problems."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.importing.cell_values import convert_cell
from pipeline.case.importing.cells import Cell, CellError
from pipeline.case.importing.column_mapping import Column, TableMapping, unconfirmed_lines
from pipeline.case.importing.convert import convert_table
from pipeline.case.load import load_case
from pipeline.errors import CaseError, Problem
from tests.support.sheets import MAPPING, SAMPLE, changed_csv, changed_mapping, changed_workbook

pytestmark = pytest.mark.usefixtures("inline_tables")

NAMES = ("何思远", "SIYUAN", "EP0123450", "虚构路21号", "110105")


def cases(table: Path, mapping: Path = MAPPING, encoding: str = "utf-8") -> dict[str, Any]:
    made, problems = convert_table(table, mapping, encoding)
    assert problems == []
    return {case.name: json.loads(case.content) for case in made}


def refused(table: Path, mapping: Path = MAPPING, encoding: str = "utf-8") -> list[Problem]:
    """All problems, of the table as a whole or of its rows; no message contains a value of a cell."""
    try:
        problems = convert_table(table, mapping, encoding)[1]
    except CaseError as error:
        problems = list(error.problems)
    assert problems
    assert all(problem.hint for problem in problems)
    assert not any(name in f"{problem.message} {problem.hint}" for problem in problems for name in NAMES)
    return problems


def rules(*date_formats: str, **keys: Any) -> TableMapping:
    """A mapping without columns, for its rules on cells."""
    return TableMapping(columns=(), date_formats=date_formats, **keys)


def only(table: Path, mapping: Path = MAPPING) -> Problem:
    [problem] = refused(table, mapping)
    return problem


@pytest.mark.parametrize("type_", ["text", "integer", "date"])
@pytest.mark.parametrize(
    ("value", "words"), [("1e999", "too large"), ("-12.5E+400", "too large"), ("1.1E+17", "number|date")]
)
def test_a_number_with_an_exponent_is_refused(type_: Any, value: str, words: str) -> None:
    with pytest.raises(CellError, match=words) as error:
        convert_cell(Cell(3, 2, value), Column("n", "/n", type_), rules())
    assert error.value.problem.code == ("cell-date" if type_ == "date" and "|" in words else "cell-number")


def test_the_workbook_and_the_csv_give_the_same_cases() -> None:
    found = cases(SAMPLE / "cases.xlsx")
    assert list(found) == ["b2027-001", "b2027-002", "b2027-003"]
    assert found == cases(SAMPLE / "cases.csv")


def test_what_the_cells_become() -> None:
    first, second, third = cases(SAMPLE / "cases.xlsx").values()
    assert first["patient"]["birth_date"] == "1991-04-08"
    assert first["patient"]["phone"] == "+86 13000000801"
    assert first["companions"] == first["attachments"] == []
    assert second["patient"]["name"]["chinese"] == "罗静怡", "a full-width space follows it"
    assert second["patient"]["phone"] == "+86 13000000802", "typed in full-width digits"
    assert second["patient"]["passport"]["issue_date"] == "2022-03-01", "written with 年月日"
    assert third["patient"]["name"]["chinese"] == "贾天佑", "a line break follows it"
    assert third["athlete"] is True
    assert [person["relationship"]["zh"] for person in third["companions"]] == ["母亲"]
    assert [step["step"] for step in third["treatment"]["visits"][0]["procedures"]] == ["examination", "injection"]


def test_the_cases_can_be_loaded(tmp_path: Path) -> None:
    for case in convert_table(SAMPLE / "cases.xlsx", MAPPING)[0]:
        path = tmp_path / f"{case.name}.json"
        path.write_bytes(case.content)
        assert load_case(path, SAMPLE.parent / "directory").case.case_id == case.name


CELLS: list[tuple[str, Any, str, str]] = [
    ("G3", 110105199104080070, "cell-number", "/patient/resident_id"),
    ("G3", 1.10105199104080070e17, "cell-number", "/patient/resident_id"),
    ("G3", "1.10105E+17", "cell-number", "/patient/resident_id"),
    ("L3", 123450, "cell-number", "/patient/passport/number"),
    ("L3", 1.5, "cell-number", "/patient/passport/number"),
    ("L3", "=A3", "cell-formula", "/patient/passport/number"),
    ("L3", dt.date(2026, 1, 1), "cell-date", "/patient/passport/number"),
    ("K3", -5, "cell-number", "/patient/phone"),
    ("K3", 13_000_000_801_000_000, "cell-number", "/patient/phone"),
    ("F3", 33336, "cell-date", "/patient/birth_date"),
    ("F3", "08.04.1991", "cell-date", "/patient/birth_date"),
    ("F3", "1991-02-30", "cell-date", "/patient/birth_date"),
    ("R3", dt.datetime.fromisoformat("2027-01-19 09:30"), "cell-date", "/treatment/visits/0/entry_date"),
    ("F3", dt.time(9, 30), "cell-date", "/patient/birth_date"),
    ("K3", "13000_x000D_000801", "text-character", "/patient/phone"),
    ("E3", "X", "cell-value", "/patient/sex"),
    ("E3", "#N/A", "cell-error", "/patient/sex"),
    ("A3", None, "schema-required", ""),
    ("C3", "he", "schema-pattern", "/patient/name/surname"),
    ("B3", "何\u200b思远", "text-character", "/patient/name/chinese"),
    ("A4", "b2027-001", "case-id-repeated", "/case_id"),
    ("A3", "..", "schema-pattern", "/case_id"),
]


@pytest.mark.parametrize(("place", "value", "code", "pointer"), CELLS)
def test_a_problem_is_placed_at_its_cell(tmp_path: Path, place: str, value: Any, code: str, pointer: str) -> None:
    table = changed_workbook(tmp_path / "t.xlsx", {place: value})
    problem = only(table)
    assert (problem.code, problem.cell, problem.pointer) == (code, f"病例!{place}", pointer)
    assert problem.file == str(table)
    assert problem.line == int(place[1:])


def test_missing_fields_are_questions_and_no_problems(tmp_path: Path) -> None:
    table = changed_workbook(
        tmp_path / "t.xlsx", {"B3": " 　\n", "R3": None, "S3": None, "T3": None, "U3": None, "W4": None}
    )
    made, problems = convert_table(table, MAPPING)
    assert problems == []
    asked = [[f"{each.pointer}/{each.args['field']}" for each in case.questions] for case in made]
    assert asked == [["/patient/name", "/treatment/visits"], ["/companions/0/name"], []]


def test_all_at_once_from_the_top_down(tmp_path: Path) -> None:
    wrong: Mapping[str, Any] = {"E3": "X", "C3": "he", "G4": 1e17, "F5": "?", "A5": "b2027-001"}
    problems = refused(changed_workbook(tmp_path / "t.xlsx", wrong))
    assert [problem.cell for problem in problems] == [f"病例!{place}" for place in ("C3", "E3", "G4", "A5", "F5")]


@pytest.mark.parametrize(("place", "value", "number_format"), [("L3", 123450, "000000000"), ("K3", 13000000801.0, "0")])
def test_numbers_with_all_their_digits(tmp_path: Path, place: str, value: float, number_format: str) -> None:
    table = changed_workbook(tmp_path / "t.xlsx", {place: value}, {place: number_format})
    patient = cases(table)["b2027-001"]["patient"]
    assert (patient["passport"]["number"] == "000123450") == (place == "L3")
    assert patient["phone"] == "+86 13000000801"


def test_a_day_that_two_forms_read_differently_is_refused(tmp_path: Path) -> None:
    mapping = changed_mapping(tmp_path / "m.json", date_formats=["%Y-%m-%d", "%Y年%m月%d日", "%m/%d/%Y", "%d/%m/%Y"])
    table = changed_workbook(tmp_path / "t.xlsx", {"F3": "04/08/1991", "F4": "1988-11-30"})
    problem = only(table, mapping)
    assert (problem.code, problem.cell) == ("cell-date", "病例!F3")
    same = changed_workbook(tmp_path / "same.xlsx", {"F3": "08/08/1991", "F4": "1988-11-30"})
    assert cases(same, mapping)["b2027-001"]["patient"]["birth_date"] == "1991-08-08"


def test_a_date_without_separators_needs_all_its_digits() -> None:
    column, formats = Column("a", "/patient/birth_date", "date"), rules("%Y%m%d")
    assert convert_cell(Cell(1, 1, "19910408"), column, formats) == "1991-04-08"
    assert convert_cell(Cell(1, 1, "1991-4-8"), column, formats) == "1991-04-08"
    for text in ("1991119", "1991408", "199148"):
        with pytest.raises(CellError) as error:
            convert_cell(Cell(1, 1, text), column, formats)
        assert error.value.problem.hint == "type month and day with two digits each"


def test_whole_numbers_have_no_more_digits_than_a_spreadsheet_stores() -> None:
    column = Column("a", "/treatment/dose", "integer")
    assert convert_cell(Cell(1, 1, 10**15 - 1), column, rules()) == 10**15 - 1
    for value in (10**15, 1e15, -(10**15)):
        with pytest.raises(CellError) as error:
            convert_cell(Cell(1, 1, value), column, rules())
        assert error.value.problem.code == "cell-number"


class TestCsv:
    def test_a_number_in_a_formula_that_protects_it_is_text(self, tmp_path: Path) -> None:
        table = changed_csv(tmp_path / "t.csv", {(3, 7): '="110105199104080070"', (3, 10): '="a ""b"", 21号"'})
        patient = cases(table)["b2027-001"]["patient"]
        assert (patient["resident_id"], patient["address"]["text"]) == ("110105199104080070", 'a "b", 21号')

    @pytest.mark.parametrize("form", ['="1"&"2"', '="1', "=1", '="1"2"'])
    def test_any_other_formula_is_refused_with_a_hint_for_both_kinds(self, tmp_path: Path, form: str) -> None:
        problem = only(changed_csv(tmp_path / "t.csv", {(3, 7): form}))
        assert (problem.code, problem.cell) == ("cell-formula", "G3")
        assert "in a CSV file" in problem.hint

    @pytest.mark.parametrize(("separator", "name"), [(";", "semicolon"), ("\t", "tab")])
    def test_another_separator_is_one_problem(self, tmp_path: Path, separator: str, name: str) -> None:
        with (SAMPLE / "cases.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        rows[1][43] = "备注, 其他"  # a comma in a header, in quotes or not
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL):
            with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, delimiter=separator, quoting=quoting).writerows(rows)
            problem = only(tmp_path / "t.csv")
            assert (problem.code, problem.line) == ("table-separator", 2)
            assert problem.message == f"the separator of this file is the {name}, not the comma"

    def test_a_line_that_names_the_separator_is_one_problem(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("sep=,\n" + (SAMPLE / "cases.csv").read_text(encoding="utf-8-sig"), "utf-8")
        problem = only(tmp_path / "t.csv")
        assert (problem.code, problem.line) == ("table-separator", 1)

    def test_other_separators_in_a_header_are_part_of_it(self, tmp_path: Path) -> None:
        assert len(cases(changed_csv(tmp_path / "t.csv", {(2, 44): "备注;其他;更多\t…"}))) == 3

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_encodings(self, tmp_path: Path, encoding: str) -> None:
        table = changed_csv(tmp_path / "t.csv", {}, encoding)
        assert cases(table, encoding=encoding.removesuffix("-sig")) == cases(SAMPLE / "cases.xlsx")

    def test_another_encoding_than_named(self, tmp_path: Path) -> None:
        problem = only(changed_csv(tmp_path / "t.csv", {}, "gb18030"))
        assert (problem.code, problem.line) == ("file-encoding", 1)
        assert "gb18030" in problem.hint

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("编号".encode("utf-16"), "file-encoding"),
            (b"PK\x03\x04", "table-kind"),
            (b"a\0b", "table-kind"),
            (b"", "file-empty"),
            (b'x\ny\n"open', "table-damaged"),
            (b"a\nb\n" + b"x," * 1_001, "table-size"),
        ],
    )
    def test_files_that_are_not_tables(self, tmp_path: Path, content: bytes, code: str) -> None:
        path = tmp_path / "t.csv"
        path.write_bytes(content)
        assert only(path).code == code

    def test_addresses_are_those_of_a_spreadsheet(self, tmp_path: Path) -> None:
        table = changed_csv(
            tmp_path / "t.csv", {(3, 2): "\u200d何\u200b思远", (4, 12): "=A1", (5, 30): "x", (4, 10): "two\nlines"}
        )
        assert [problem.cell for problem in refused(table)] == ["B3", "J4", "L4", "AD5"]


class TestMapping:
    def test_missing_columns_are_reported_together_at_the_mapping(self, tmp_path: Path) -> None:
        table = changed_workbook(tmp_path / "t.xlsx", {"E2": "性別", "L2": "号码", "X2": None})
        problems = refused(table)
        assert {problem.code for problem in problems} == {"column-missing"}
        assert [problem.pointer for problem in problems] == [
            "/columns/4/column",
            "/columns/11/column",
            "/lists/1/columns/1/column",
        ]
        assert {problem.file for problem in problems} == {str(MAPPING)}
        assert all(problem.line for problem in problems)

    def test_headers_are_compared_without_spaces_and_line_ends(self, tmp_path: Path) -> None:
        assert len(cases(changed_workbook(tmp_path / "t.xlsx", {"L2": " 护照号码\n", "W2": "同行人1\n姓名"}))) == 3

    def test_half_width_and_full_width_signs_are_equal(self, tmp_path: Path) -> None:
        table = changed_workbook(tmp_path / "t.xlsx", {"C2": "姓(拼音)", "AB2": "同行人１ 关系", "E3": "男 "})
        assert len(cases(table)) == 3

    def test_words_of_a_cell_too(self, tmp_path: Path) -> None:
        sample = json.loads(MAPPING.read_text(encoding="utf-8"))
        sample["columns"][4]["values"] = [{"cell": "男（本人）", "value": "male"}]
        table = changed_workbook(tmp_path / "t.xlsx", {"E3": "男(本人)", "E5": "男（本人）"})
        assert len(cases(table, changed_mapping(tmp_path / "m.json", **sample))) == 3

    def test_the_hint_names_no_column_that_another_entry_uses(self, tmp_path: Path) -> None:
        assert only(changed_workbook(tmp_path / "t.xlsx", {"C2": "姓［拼音］"})).hint == "did you mean 病例!C2?"

    def test_a_header_twice(self, tmp_path: Path) -> None:
        problem = only(changed_workbook(tmp_path / "t.xlsx", {"AR2": "姓名"}))
        assert (problem.code, problem.cell) == ("column-repeated", "病例!AR2")

    def test_a_problem_that_no_cell_can_fix_is_reported_once_at_the_mapping(self, tmp_path: Path) -> None:
        sample = json.loads(MAPPING.read_text(encoding="utf-8"))
        sample["constants"][0]["value"] = "china"
        sample["columns"][11]["to"] = "/patient/passport/nummer"
        mapping = changed_mapping(tmp_path / "m.json", **sample)
        problems = refused(SAMPLE / "cases.xlsx", mapping)
        assert {problem.file for problem in problems if problem.cell is None} == {str(mapping)}
        found = [(problem.code, problem.pointer) for problem in problems]
        assert sorted(found) == [
            ("schema-pattern", "/constants/0"),
            ("schema-unknown-field", "/columns/11"),
        ]

    @pytest.mark.parametrize(
        ("keys", "code", "pointer"),
        [
            ({"columns": [{"column": "a", "to": "/patient"}]}, "mapping-case-id", "/columns"),
            ({"constants": [{"to": "/patient/name", "value": 1}]}, "mapping-repeated", "/columns/1/to"),
            ({"constants": [{"to": "/companions", "value": []}]}, "mapping-repeated", "/lists/1/to"),
            ({"columns": []}, "schema-minItems", "/columns"),
            ({"header_row": 0}, "schema-minimum", "/header_row"),
            ({"date_formats": ["%y-%m-%d"]}, "schema-pattern", "/date_formats/0"),
            ({"shheet": "a"}, "schema-unknown-field", "/shheet"),
        ],
    )
    def test_a_mapping_that_cannot_be_used(self, tmp_path: Path, keys: dict[str, Any], code: str, pointer: str) -> None:
        found = refused(SAMPLE / "cases.xlsx", changed_mapping(tmp_path / "m.json", **keys))
        assert (code, pointer) in [(problem.code, problem.pointer) for problem in found]

    def test_lines_that_are_not_confirmed_or_name_no_field_are_not_used(self, tmp_path: Path) -> None:
        sample = json.loads(MAPPING.read_text(encoding="utf-8"))
        sample["columns"][4]["unsure"] = "similar"
        sample["columns"].append({"column": "备注", "to": "", "note": "not read"})
        sample["columns"].append({"column": "no such column", "to": "/patient/email", "unsure": "similar"})
        sample["constants"][0]["unsure"] = "assumed"
        sample["constants"].append({"to": "/athlete/x", "value": None})
        first = cases(SAMPLE / "cases.xlsx", changed_mapping(tmp_path / "m.json", **sample))["b2027-001"]
        assert not first["patient"].keys() & {"sex", "nationality", "email"}
        assert len(unconfirmed_lines(tmp_path / "m.json")) == 3

    def test_an_object_as_constant_leaves_room_for_columns(self, tmp_path: Path) -> None:
        sample = json.loads(MAPPING.read_text(encoding="utf-8"))
        sample["constants"][:3] = [
            {"to": "/patient", "value": {"nationality": "CHN", "passport": {"kind": "ordinary"}}}
        ]
        first = cases(SAMPLE / "cases.xlsx", changed_mapping(tmp_path / "m.json", **sample))["b2027-001"]
        assert first["patient"]["passport"].keys() == {"number", "issue_date", "expiry_date", "kind"}

    def test_the_sheet_must_be_named_when_there_are_several(self, tmp_path: Path) -> None:
        for sheet in (None, "none"):
            assert only(SAMPLE / "cases.xlsx", changed_mapping(tmp_path / "m.json", sheet=sheet)).code == "table-sheet"

    def test_a_table_without_rows(self, tmp_path: Path) -> None:
        table = changed_csv(tmp_path / "t.csv", {})
        table.write_text("".join(table.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
        assert only(table).code == "table-empty"
