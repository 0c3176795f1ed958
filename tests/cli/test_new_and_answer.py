"""A case from nothing, by questions on the terminal or by options."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.case.load import load_case
from pipeline.language import LANGUAGES
from pipeline.resources import read_data
from tests.support.cases import EXAMPLES
from tests.support.run import Command

pytestmark = pytest.mark.slow

Typed = Callable[..., None]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Type these lines; then the input ends."""

    text: list[str] = []

    def type_lines(*lines: str) -> None:
        text.extend(f"{line}\n" for line in lines)
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(text)))

    return type_lines


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a directory of hospitals and guarantors, to work in."""
    (tmp_path / "directory").symlink_to(EXAMPLES / "directory")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def data_of(folder: Path) -> dict[str, object]:
    data: dict[str, object] = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    return data


def test_the_questions_start_a_case(office: Path, typed: Typed, visa_packet: Command) -> None:
    typed(
        "李雨桐",
        "li",
        "Yutong",
        "上海市浦东新区虚构路88号",
        "two",
        "0",
        "Rotator cuff injury",
        "hibari",
        "2",
        "9",
        "mihon",
    )
    run = visa_packet("new", "case-a")
    assert run.code == 0
    assert "Type a whole number from 0 to 9." in run.err
    assert "Choose a number from 1 to 2" in run.err
    assert "Mission: Consulate-General of Japan in Shanghai" in run.out
    assert "visa-packet answer case-a" in run.out
    data = data_of(office / "case-a")
    assert data["patient"] == {
        "name": {"chinese": "李雨桐", "surname": "LI", "given_names": "YUTONG"},
        "address": {"province": "上海", "text": "上海市浦东新区虚构路88号"},
    }
    assert data["visa"] == {"entries": "multiple", "mission": "shanghai"}
    assert (data["hospital"], data["guarantor"]) == ("hibari", "mihon")


def test_input_that_ends_writes_nothing(office: Path, typed: Typed, visa_packet: Command) -> None:
    typed("李雨桐")
    assert visa_packet("new", "case-a").code == 2
    assert not (office / "case-a").exists()


def test_what_an_option_says_is_not_asked(office: Path, typed: Typed, visa_packet: Command) -> None:
    typed("", "", "", "", "", "", "")
    known = ("--province", "辽宁", "--visits", "1", "--condition", "meniscus_tear")
    run = visa_packet("new", "case-a", *known, "--lang", "ja")
    assert run.code == 0
    assert "どこに住んで" not in run.err
    assert "どの治療ですか" in run.err
    assert set(data_of(office / "case-a")) == {
        *("$schema", "case_id", "patient", "condition", "treatment", "visa", "tb_screening", "attachments")
    }


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--hospital", "nobody"), "directory-unknown"),
        (("--surname", "李"), "schema-pattern"),
        (("--province", "Shanghai"), "schema-enum"),
        (("--visits", "0"), "usage"),
        (("--case-id", "Ä"), "case-id"),
        (("--example", "--sample-directory"), "usage"),
    ],
)
def test_a_wrong_option_writes_nothing(
    office: Path, visa_packet: Command, arguments: tuple[str, ...], code: str
) -> None:
    run = visa_packet("new", "case-a", "--no-input", "--json", *arguments)
    assert (run.code, run.problems[0]["code"]) == (2, code)
    assert not (office / "case-a").exists()


def test_an_existing_case_is_not_replaced(office: Path, visa_packet: Command) -> None:
    assert visa_packet("new", "case-a", "--no-input", "--json").report["results"][0]["case_id"] == "case-a"
    before = (office / "case-a" / "case.json").read_bytes()
    run = visa_packet("new", "case-a", "--no-input", "--surname", "LI", "--json")
    assert (run.code, run.problems[0]["code"]) == (7, "output-exists")
    assert (office / "case-a" / "case.json").read_bytes() == before


def test_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visa_packet: Command) -> None:
    monkeypatch.chdir(tmp_path)
    assert visa_packet("new", "--sample-directory", "--json").report["results"][0]["folder"] == "directory"
    assert visa_packet("new", "--example").code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"directory", "example"}
    assert load_case(tmp_path / "example" / "case.json").case.case_id == "wang-xiaoming"


def test_answers_are_saved_one_by_one(office: Path, typed: Typed, visa_packet: Command) -> None:
    visa_packet("new", "case-a", "--no-input", "--companions", "0")
    typed("李雨桐", "LI", "", "女", "1987/6/23", "1987-06-31")
    run = visa_packet("answer", "case-a", "--who", "patient", "--json")
    assert run.code == 0
    patient = data_of(office / "case-a")["patient"]
    assert patient == {"name": {"chinese": "李雨桐", "surname": "LI"}, "sex": "female", "birth_date": "1987-06-23"}
    assert "/patient/nationality" in run.report["results"][0]["open"]
    assert run.report["results"][0]["fields"]["filled"] > 0


@pytest.mark.usefixtures("office")
def test_a_doubtful_answer_is_asked_again(typed: Typed, visa_packet: Command) -> None:
    visa_packet("new", "case-a", "--no-input", "--companions", "0")
    typed("310115198706230222", "n", "31011519870623022X")
    run = visa_packet("answer", "case-a", "patient/resident_id")
    assert run.code == 0
    assert "wrong check digit" in run.err
    assert "Is it correct all the same?" in run.err


def test_lists_are_asked_entry_by_entry(office: Path, typed: Typed, visa_packet: Command) -> None:
    visa_packet("new", "case-a", "--no-input", "--visits", "1")
    typed("2027-02-03", "examination", "2027年2月4日", "2", "")
    assert visa_packet("answer", "case-a", "treatment/visits/0/procedures").code == 0
    treatment = data_of(office / "case-a")["treatment"]
    procedures = [{"date": "2027-02-03", "step": "examination"}, {"date": "2027-02-04", "step": "harvest"}]
    assert treatment == {"visits": [{"procedures": procedures}]}


def test_hospital_and_numbers_are_asked_where_they_are_open(office: Path, typed: Typed, visa_packet: Command) -> None:
    visa_packet("new", "case-a", "--no-input")
    typed("aoba", "1", "2")
    visa_packet("answer", "case-a", "hospital", "companions", "treatment/visits")
    data = data_of(office / "case-a")
    assert (data["hospital"], data["companions"], data["treatment"]) == ("aoba", [{}], {"visits": [{}, {}]})
    assert (office / "case-a" / "papers" / "companion-1" / "01-passport").is_dir()


def test_another_companion_does_not_replace_the_first(office: Path, typed: Typed, visa_packet: Command) -> None:
    visa_packet("new", "case-a", "--no-input", "--companions", "1")
    visa_packet("answer", "case-a", "--set", "companions/0/sex=male")
    typed("2", "1")
    visa_packet("answer", "case-a", "companions")
    assert data_of(office / "case-a")["companions"] == [{"sex": "male"}, {}]
    visa_packet("answer", "case-a", "companions")
    assert data_of(office / "case-a")["companions"] == [{"sex": "male"}]


def test_fields_are_set_without_questions(office: Path, visa_packet: Command) -> None:
    visa_packet("new", "case-a", "--no-input")
    values = ("--set", "patient/sex=女", "--set", "/patient/birth_date=1987-06-23")
    assert visa_packet("answer", "case-a", *values).code == 0
    assert data_of(office / "case-a")["patient"] == {"sex": "female", "birth_date": "1987-06-23"}
    assert visa_packet("answer", "case-a", "--remove", "patient/sex", "--json").report["exit_code"] == 0
    assert data_of(office / "case-a")["patient"] == {"birth_date": "1987-06-23"}
    for wrong, code in [("patient/sex=x", "schema-enum"), ("patient/sx=male", "field-unknown"), ("sex", "usage")]:
        run = visa_packet("answer", "case-a", "--set", wrong, "--json")
        assert (run.code, run.problems[0]["code"]) == (2, code)
    path = office / "case-a" / "case.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert visa_packet("answer", "case-a", "--set", "patient/nationality=CHN").code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf{"), "an editor's mark stays"
    absent = visa_packet("answer", "case-a", "--remove", "attachments/9", "--json")
    assert (absent.code, absent.problems[0]["code"]) == (2, "field-absent")


def test_errors_are_in_the_language_of_the_user(office: Path, visa_packet: Command) -> None:
    assert (
        "このフォルダー名は案件番号に使えません" in visa_packet("new", office / "王", "--no-input", "--lang", "ja").err
    )
    run = visa_packet("new", office / "a-b", "--no-input", "--hospital", "x", "--lang=zh")
    assert "名录中没有此标识的有效医疗机构" in run.err
    run = visa_packet("new", office / "王", "--no-input", "--lang", "ja", "--json")
    assert run.problems[0]["message"] == "このフォルダー名は案件番号に使えません"


def test_one_case_at_a_time(office: Path, visa_packet: Command) -> None:
    for name in ("case-a", "case-b"):
        visa_packet("new", name, "--no-input")
    assert visa_packet("answer", office, "--json").problems[0]["code"] == "no-case"


def test_every_prompt_is_in_every_language() -> None:
    for name, texts in read_data("prompts", "cli").items():
        assert set(texts) == set(LANGUAGES), name
        assert len({text.count("{") for text in texts.values()}) == 1, name


def test_next_commands_quote_a_folder_with_spaces(office: Path, visa_packet: Command) -> None:
    folder = office / "Li Yutong"
    run = visa_packet("new", folder, "--case-id", "li-1", "--no-input")
    assert f"visa-packet answer '{folder}'" in run.out
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^    visa-packet (?!\w+ 'Li Yutong')", readme, re.MULTILINE) == []
    assert f"visa-packet answer '{folder / 'case.json'}'" in visa_packet("status", folder).err
