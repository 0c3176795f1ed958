"""The workbook to fill in: what it offers, and what becomes of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from pipeline.case.importing.convert import ImportedFile
from pipeline.case.importing.intake import EXAMPLE_IDS, field_of, intake_sheets, read_intake, title_of_column
from pipeline.case.importing.intake_workbook import write_intake
from pipeline.case.importing.vocabulary import translate
from pipeline.errors import CaseError
from pipeline.packet.paper_rules import LACKS
from tests.support.run import Command
from tests.support.sheets import SAMPLE

pytestmark = pytest.mark.usefixtures("inline_tables")

PATIENTS, HOSPITALS, GUARANTORS = (sheet.name for sheet in intake_sheets())
EXAMPLE, FIRST = 4, 5


@pytest.fixture(scope="module")
def content() -> bytes:
    return write_intake("zh")


@pytest.fixture
def filled(content: bytes, tmp_path: Path) -> Callable[..., Path]:
    """The workbook with rows that repeat the examples, after a change."""

    def fill(change: Callable[[Workbook], Any] = lambda _book: None) -> Path:
        book = load_workbook(io.BytesIO(content))
        for sheet, name in ((PATIENTS, "P-001"), (HOSPITALS, "example-clinic"), (GUARANTORS, "example-office")):
            for index, cell in enumerate(book[sheet][EXAMPLE][1:], start=2):
                book[sheet].cell(FIRST, index).value = cell.value
                book[sheet].cell(FIRST, index).number_format = cell.number_format
            book[sheet].cell(FIRST, 2, name)
        change(book)
        book.save(tmp_path / "intake.xlsx")
        return tmp_path / "intake.xlsx"

    return fill


def read(path: Path) -> list[ImportedFile]:
    found = read_intake(path)
    assert found is not None
    files, problems = found
    assert problems == []
    return files


def codes(path: Path) -> list[str]:
    with pytest.raises(CaseError) as error:
        read_intake(path)
    return [problem.code for problem in error.value.problems]


def column_of(book: Workbook, pointer: str, sheet: str = PATIENTS) -> int:
    return next(cell.column for cell in book[sheet][1] if cell.value == pointer)


def test_a_row_like_the_example_is_a_complete_case(filled: Callable[..., Path]) -> None:
    case, hospital, guarantor = read(filled())
    assert (case.name, case.row, str(case.path), case.questions) == ("p-001", FIRST, "p-001/case.json", ())
    assert str(hospital.path) == "directory/hospitals/example-clinic.json"
    assert str(guarantor.path) == "directory/guarantors/example-office.json"
    fields = json.loads(case.content)
    assert fields["patient"]["occupation"] == {"ja": "会社員", "en": "Office worker", "zh": "公司职员"}
    assert fields["treatment"]["visits"][0]["procedures"][0] == {"date": "2027-01-13", "step": "examination"}
    assert (len(fields["companions"]), len(fields["treatment"]["visits"])) == (1, 2)
    assert fields["treatment"]["need_for_visits"].keys() == {"ja", "en", "zh"}
    plans = json.loads(hospital.content)["plans"]
    assert [(plan["conditions"], plan["kinds"]) for plan in plans] == [
        (["knee_osteoarthritis"], ["cultured_autologous_msc"])
    ]
    assert json.loads(hospital.content)["languages"] == ["ja", "zh", "en"]


@pytest.mark.slow
def test_imported_with_its_directory(filled: Callable[..., Path], visa_packet: Command, tmp_path: Path) -> None:
    found = visa_packet("import", filled(), "-o", tmp_path / "cases", "--json")
    assert found.code == 0
    assert [result.get("case_id", result.get("directory_id")) for result in found.report["results"]] == [
        *("p-001", "example-clinic", "example-office")
    ]
    checked = visa_packet("validate", tmp_path / "cases", "--allow-missing", "--as-of", "2026-11-22", "--json")
    assert len(checked.report["results"]) == 1, "the directory is no case"
    codes = {problem["code"] for problem in checked.problems if problem["severity"] == "error"}
    assert not [code for code in codes if code.startswith(("schema", "directory"))], "the entries are found"
    found_codes = {problem["code"] for problem in checked.problems if problem["severity"] != "info"}
    assert found_codes <= LACKS, "the example row teaches no mistake: only papers and forms are missing"
    again = visa_packet("import", filled(), "-o", tmp_path / "cases", "--json")
    assert {result["status"] for result in again.report["results"]} == {"unchanged"}


def test_half_a_row_is_half_a_case(filled: Callable[..., Path]) -> None:
    def keep_the_name(book: Workbook) -> None:
        for cell in book[PATIENTS][FIRST][3:]:
            cell.value = None
        for sheet in (HOSPITALS, GUARANTORS):
            book[sheet].delete_rows(FIRST)

    [case] = read(filled(keep_the_name))
    assert json.loads(case.content).keys() == {*("case_id", "patient", "tb_screening", "companions", "attachments")}
    assert {question.args["who"] for question in case.questions} == {"patient", "hospital", "agency"}


def test_columns_and_sheets_that_are_not_needed_may_be_deleted(filled: Callable[..., Path]) -> None:
    def delete(book: Workbook) -> None:
        book[PATIENTS].delete_cols(column_of(book, "/patient/email"))
        del book[HOSPITALS]

    assert [file.name for file in read(filled(delete))] == ["p-001", "example-office"]


def test_an_example_that_was_written_over_is_not_left_out(filled: Callable[..., Path]) -> None:
    path = filled(lambda book: book[PATIENTS].cell(EXAMPLE, 2, "p-002"))
    assert codes(path) == ["intake-example"]
    moved = filled(lambda book: (book[PATIENTS].cell(EXAMPLE, 2, "p-002"), book[PATIENTS].cell(EXAMPLE, 1, None)))
    book = load_workbook(moved)
    book[PATIENTS].cell(EXAMPLE, 1).value = None
    book.save(moved)
    assert [file.name for file in read(moved)][:2] == ["p-002", "p-001"]


@pytest.mark.slow
def test_what_cannot_be_read(filled: Callable[..., Path], content: bytes, tmp_path: Path) -> None:
    assert codes(filled(lambda book: book[PATIENTS].cell(1, 3, "/patient/nome"))) == ["intake-field"]
    (tmp_path / "empty.xlsx").write_bytes(content)
    assert codes(tmp_path / "empty.xlsx") == ["table-empty"]
    assert read_intake(SAMPLE / "cases.xlsx") is None
    assert read_intake(filled(lambda book: book[PATIENTS].cell(1, 1, "x"))) is None
    found = read_intake(filled(lambda book: book[HOSPITALS].cell(FIRST, 2, "Aoba Clinic")))
    assert found is not None
    assert [(problem.code, problem.cell) for problem in found[1]] == [("directory-name", f"{HOSPITALS}!B{FIRST}")]
    lacking = read_intake(filled(lambda book: setattr(book[HOSPITALS].cell(FIRST, 5), "value", None)))
    assert lacking is not None
    assert [(problem.code, problem.cell) for problem in lacking[1]] == [("schema-required", f"{HOSPITALS}!E{FIRST}")]


def test_other_words_of_an_occupation_are_in_the_language_of_the_workbook(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(write_intake("ja")))
    book[PATIENTS].cell(FIRST, 2, "p-001")
    book[PATIENTS].cell(FIRST, column_of(book, "/patient/occupation"), "陶芸家")
    book.save(tmp_path / "intake.xlsx")
    [case] = read(tmp_path / "intake.xlsx")
    assert json.loads(case.content)["patient"]["occupation"] == {"ja": "陶芸家"}


def test_each_column_has_a_title_in_each_language_and_is_one_of_its_schema() -> None:
    for sheet in intake_sheets():
        fields = [field for group in sheet.groups for field in group.fields]
        assert len(fields) == len(set(fields))
        for pointer in fields:
            assert pointer == "/id" or field_of(pointer, sheet.form.schema), pointer
            titles = title_of_column(pointer, sheet.form.schema)
            assert all(titles[language] for language in ("en", "ja", "zh"))
            assert not titles["zh"].isascii()
            assert not titles["ja"].isascii()


def test_each_word_of_a_list_is_understood(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    assert book["Lists"].sheet_state == "hidden"
    counted = 0
    for sheet in intake_sheets():
        for rule in book[sheet.name].data_validations.dataValidation:
            if rule.type == "list" and rule.formula1.startswith("Lists!"):
                column = next(iter(rule.sqref.ranges)).min_col
                field = field_of(str(book[sheet.name].cell(1, column).value), sheet.form.schema)
                assert field is not None
                area = rule.formula1.partition("!")[2].replace("$", "")
                words = [row[0].value for row in book["Lists"][area]]
                assert None not in [translate(field, str(word)) for word in words]
                assert rule.showErrorMessage == (field.shape in ("words", "boolean"))
                counted += 1
    assert counted > 20


def test_what_the_eye_needs(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    for sheet in intake_sheets():
        page = book[sheet.name]
        assert page.row_dimensions[1].hidden
        assert page.freeze_panes
        assert str(page.cell(EXAMPLE, 1).value).startswith("# 例")
        assert page.cell(EXAMPLE, 2).value == EXAMPLE_IDS[sheet.form.kind]
        assert str(page.cell(3, 2).value).startswith("＊")
    for pointer, form in (("/patient/phone", "@"), ("/patient/birth_date", "yyyy-mm-dd")):
        letter = get_column_letter(column_of(book, pointer))
        assert book[PATIENTS].column_dimensions[letter].number_format == form


def test_the_command_writes_it_once(visa_packet: Command, tmp_path: Path) -> None:
    path = tmp_path / "intake.xlsx"
    assert visa_packet("import", path, "--template", "--json").report["results"] == [{"path": str(path)}]
    before = path.read_bytes()
    assert visa_packet("import", path, "--template", "--json").code == 7
    assert path.read_bytes() == before
    assert visa_packet("import", path, "--template", "--force", "--lang", "ja").out.startswith(f"{path} を書きました")
    assert visa_packet("import", tmp_path / "a.csv", "--template", "--json").code == 2
    assert visa_packet("import", path, "--template", "--new-mapping", "--json").code == 2
