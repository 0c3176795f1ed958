"""The names at the top of the package: signatures, types of arguments, and the examples of docs/api.md."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline import (
    VisaPacketError,
    add_papers,
    build_case,
    build_many,
    check_case,
    create_case,
    fill_form,
    import_table,
    list_questions,
    make_calendar,
    match_case,
    read_schema,
    read_signed_entries,
    read_status,
    read_timeline,
    read_values,
    set_fields,
    verify_packet,
    write_workbook,
)
from pipeline.cli.main import COMMANDS
from pipeline.errors import InputError
from tests.support.attachments import page_text, pdf_of
from tests.support.built import make_set
from tests.support.cases import AS_OF, EXAMPLES, ROOT, Edit

NAMES = Path(__file__).with_name("public_names.json")
FUNCTIONS = [name for name in pipeline.__all__ if name.islower()]
WANG = EXAMPLES / "wang-xiaoming"
#: The package, for calls that a type checker refuses.
ANY: Any = pipeline


@pytest.mark.parametrize("name", pipeline.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(pipeline, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = pipeline.nothing


def test_the_names_and_their_signatures_are_those_that_were_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a name changes on purpose: ``python tests/test_public.py``, and a line in CHANGELOG.md."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    found = importlib.import_module("api_reference").names_with_signatures()
    assert found == json.loads(NAMES.read_text(encoding="utf-8"))


def test_the_page_has_a_line_for_every_command() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if not re.search(rf"^\| `{name}[` ]", page, re.MULTILINE)] == []


def test_every_name_has_one_home_and_is_listed() -> None:
    homes = [name for names in pipeline._HOMES.values() for name in names]
    assert sorted(homes) == pipeline.__all__


@pytest.mark.slow
@pytest.mark.usefixtures("inline_pools")
def test_the_examples_of_the_page_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").symlink_to(EXAMPLES)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```pycon\n(.+?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"json": json, "date": date, "Path": Path} | {name: getattr(pipeline, name) for name in pipeline.__all__}
    page = doctest.DocTestParser().get_doctest("\n".join(blocks), names, "docs/api.md", "docs/api.md", 0)
    assert len(page.examples) > 40
    assert doctest.DocTestRunner().run(page) == (0, len(page.examples))


def test_the_example_in_the_docstring_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(pipeline) == (0, 3)


@pytest.mark.process
def test_the_help_loads_no_library() -> None:
    program = (
        "import sys; sys.argv = ['visa-packet', '--help']\n"
        "from pipeline.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'docxtpl', 'pypdf', 'pikepdf', 'office2pdf', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("[]")


class TestTypes:
    """An argument that does not fit its annotation."""

    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_a_wrong_type_of_any_argument_is_a_type_error_that_names_it(self, name: str) -> None:
        function = getattr(pipeline, name)
        parameters = inspect.signature(function).parameters
        required = {each.name: object() for each in parameters.values() if each.default is each.empty}
        for parameter in parameters:
            only = {parameter: object()} | {each: "x" for each in required if each != parameter}
            with pytest.raises(TypeError, match=rf"{name}\(\): "):
                function(**only)

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda: ANY.check_case(3), "case must be str or PathLike or bytes or Mapping, not int"),
            (lambda: ANY.check_case(WANG, as_of="2026-11-22"), "as_of must be date or None, not str"),
            (lambda: ANY.check_case(WANG, as_of=datetime(2026, 11, 22)), "not datetime"),  # noqa: DTZ001 - the wrong type
            (lambda: ANY.check_case(WANG, draft=1), "draft must be bool, not int"),
            (lambda: ANY.check_case(WANG, letter_languages="ja"), "letter_languages must be Sequence of 'en' or 'ja'"),
            (lambda: ANY.check_case({1: 2}), "case must be"),
            (lambda: ANY.check_case(WANG, folder=WANG), "folder is for a case given as bytes or Mapping"),
            (lambda: ANY.check_case({"case_id": {1, 2}}), "a case cannot contain a value of the type set"),
            (lambda: ANY.check_case(WANG, asof=AS_OF), r"check_case\(\): got an unexpected keyword argument 'asof'"),
            (ANY.check_case, r"check_case\(\): missing a required argument: 'case'"),
            (lambda: ANY.create_case("p", visits=True), "visits must be int or None, not bool"),
            (lambda: ANY.create_case("p", route="eye"), "route must be 'joint' or"),
            (lambda: ANY.build_many([3]), "case 1 must be a path, bytes or Mapping, not int"),
            (lambda: ANY.build_many({"case_id": "x"}), "cases must be"),
        ],
    )
    def test_the_message_says_what_is_expected(self, call: Callable[[], Any], message: str) -> None:
        with pytest.raises(TypeError, match=message):
            call()

    def test_a_case_that_contains_itself_is_a_type_error(self) -> None:
        case: dict[str, Any] = {}
        case["patient"] = case
        with pytest.raises(TypeError, match="contains itself"):
            check_case(case)


class TestCases:
    """The ways to give a case."""

    @pytest.mark.slow
    def test_a_path_its_folder_bytes_and_data_are_the_same_case(self) -> None:
        text = (WANG / "case.json").read_bytes()
        data = json.loads(text)
        data["visa"]["filing_date"] = date.fromisoformat(data["visa"]["filing_date"])
        data["attachments"][0]["path"] = Path(data["attachments"][0]["path"])
        given: list[tuple[Any, Path | None]] = [
            (str(WANG), None),
            (WANG / "case.json", None),
            (text, WANG),
            (data, WANG),
        ]
        found = {tuple(read_timeline(case, folder=folder, as_of=AS_OF).steps) for case, folder in given}
        assert len(found) == 1
        states = {check_case(case, folder=folder, as_of=AS_OF).state for case, folder in given[1:]}
        assert states == {"to_be_signed"}

    @pytest.mark.parametrize("name", ["..", "*/case.json"])
    def test_several_cases_where_one_is_expected_are_an_input_error(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(EXAMPLES)
        with pytest.raises(InputError) as error:
            read_status(name if "*" in name else ".")
        assert error.value.problems[0].code == "no-case"

    def test_today_is_the_day_of_the_rules(self) -> None:
        assert read_timeline(WANG).as_of == date.today()  # noqa: DTZ011 - the user's local day

    def test_a_minus_sign_is_a_file_and_not_standard_input(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(VisaPacketError) as error:
            read_timeline("-")
        assert error.value.problems[0].code == "file-missing"


def codes_of(call: Callable[[], Any]) -> list[str]:
    """Return the codes of the problems that a call raises."""
    with pytest.raises(VisaPacketError) as error:
        call()
    return [problem.code for problem in error.value.problems]


def test_an_argument_out_of_its_range_is_an_input_error(tmp_path: Path) -> None:
    wrong: list[Callable[[], Any]] = [
        lambda: create_case(tmp_path / "p", visits=13),
        lambda: create_case(tmp_path / "p", companions=-1),
        lambda: build_case(WANG, tmp_path, max_bytes=99_999),
        lambda: build_case(WANG, tmp_path, signature_fields=True, password="secret"),  # noqa: S106 - of nothing
        lambda: build_many([WANG], tmp_path, jobs=0),
        lambda: build_many([WANG], tmp_path, timeout=0),
        lambda: check_case(WANG, letter_languages=["en", "ja"]),
        lambda: read_schema("nothing"),
        lambda: read_values(WANG / "papers" / "photo.jpg", person="uncle"),
        lambda: fill_form(WANG / "x.pdf", WANG, tmp_path / "x.pdf", person="companion-9"),
        lambda: import_table(ROOT / "examples" / "table" / "cases.csv", tmp_path),
    ]
    assert [codes_of(call) for call in wrong] == [["usage"]] * len(wrong)
    assert list(tmp_path.iterdir()) == []


class TestChanging:
    """A case from its start."""

    def test_a_case_is_started_answered_and_gets_its_papers(self, tmp_path: Path) -> None:
        case = create_case(tmp_path / "p-101", chinese_name="赵若彤", province="上海", visits=1)
        before = list_questions(case)
        saved = set_fields(
            case.parent,
            {
                "patient/sex": "女",
                "patient/birth_date": date(1987, 6, 23),
                "/patient/name": {"chinese": "赵若彤", "surname": "ZHAO", "given_names": "RUOTONG"},
                "visa/entries": None,
            },
            as_of=AS_OF,
        )
        after = list_questions(case)
        assert saved == []
        assert json.loads(case.read_bytes())["patient"]["birth_date"] == "1987-06-23"
        assert {each.pointer for each in before.fields} - {each.pointer for each in after.fields} == {
            "/patient/name",
            "/patient/sex",
            "/patient/birth_date",
        }
        added = add_papers(case, [WANG / "papers" / "photo.jpg"], role="photo", issued_on=date(2026, 11, 5))
        assert added.papers[0].entry["issued_on"] == "2026-11-05"
        again = add_papers(case, WANG / "papers" / "photo.jpg", role="photo")
        assert (again.papers, [problem.code for problem in again.problems]) == ((), ["add-twice"])

    def test_a_value_that_the_field_cannot_have_saves_nothing(self, tmp_path: Path) -> None:
        case = create_case(tmp_path / "p-101")
        before = case.read_bytes()
        assert codes_of(lambda: set_fields(case, {"patient/sex": "female", "patient/email": "x"})) == ["schema-format"]
        assert codes_of(lambda: set_fields(case, {"patient/age": 3})) == ["field-unknown"]
        assert case.read_bytes() == before

    def test_a_paper_of_which_nobody_knows_what_it_is_is_an_error(self, tmp_path: Path) -> None:
        case = create_case(tmp_path / "p-101")
        (tmp_path / "x.pdf").write_bytes(pdf_of(page_text("a page of which the text says nothing " * 3, 8)))
        assert codes_of(lambda: add_papers(case, tmp_path / "x.pdf")) == ["add-role"]

    def test_only_a_file_can_be_changed(self, tmp_path: Path) -> None:
        lines = tmp_path / "cases.jsonl"
        lines.write_text("{}\n", encoding="utf-8")
        assert codes_of(lambda: set_fields(lines, {})) == ["no-case"]


@pytest.mark.slow
@pytest.mark.usefixtures("inline_pools")
class TestBuilding:
    """Packets."""

    def test_data_is_built_signed_and_verified(self, tmp_path: Path, edit: Edit) -> None:
        templates = make_set(tmp_path / "set")
        case, out = edit({}), tmp_path / "out"
        built = build_case(
            json.loads(case.read_bytes()), out, folder=case.parent, templates=templates, as_of=AS_OF, documents=False
        )
        assert verify_packet(built.folder, case=None).manifest == built.manifest
        assert not (built.folder / "documents").exists()
        assert codes_of(lambda: read_signed_entries(built.folder, ["nothing"])) == ["add-document"]

    def test_a_draft_may_lack_fields(self, tmp_path: Path) -> None:
        case = create_case(tmp_path / "p-101", chinese_name="赵若彤", visits=1)
        built = build_case(case, tmp_path / "out", templates=make_set(tmp_path / "set"), as_of=AS_OF, draft=True)
        assert built.manifest.state == "draft"
        assert codes_of(lambda: build_case(case, tmp_path / "out", as_of=AS_OF))[0] == "schema-required"

    def test_many_cases_have_a_result_each_and_a_page(self, tmp_path: Path) -> None:
        data = json.loads((WANG / "case.json").read_bytes())
        options: dict[str, Any] = {"templates": make_set(tmp_path / "set"), "as_of": AS_OF, "folder": WANG}
        done = list(build_many([data, data | {"case_id": "p-2", "visa": 3}], tmp_path / "out", report=True, **options))
        assert [each.status for each in done] == ["built", "failed"]
        assert (tmp_path / "out" / "report.html").is_file()
        assert codes_of(lambda: build_many([data, data], tmp_path / "out", **options)) == ["case-id-repeated"]
        (tmp_path / "cases.jsonl").write_text(json.dumps({"case_id": "p-3"}) + "\n", encoding="utf-8")
        [lines] = build_many(tmp_path / "cases.jsonl", tmp_path / "out", templates=options["templates"], as_of=AS_OF)
        assert (lines.name, lines.status) == (f"{tmp_path / 'cases.jsonl'}:1", "failed")


def test_a_calendar_of_several_cases_has_alarms() -> None:
    timeline = read_timeline(WANG, as_of=AS_OF)
    assert b"VALARM" not in make_calendar(timeline)
    assert b"VALARM" in make_calendar([timeline])


def test_wishes_of_a_match_that_nobody_meets_are_a_problem() -> None:
    assert "match-language" in [problem.code for problem in match_case(WANG, language="xx", as_of=AS_OF).problems]


def test_a_file_that_people_change_is_not_replaced(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "intake.xlsx")
    assert codes_of(lambda: write_workbook(path)) == ["output"]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "docs"))
    names = importlib.import_module("api_reference").names_with_signatures()
    NAMES.write_text(json.dumps(names, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
