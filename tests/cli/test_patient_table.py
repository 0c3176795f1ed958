"""``visa-packet status`` of a folder: a line for each patient, in wide characters, on narrow terminals."""

from __future__ import annotations

from pathlib import Path

import pytest
from wcwidth import width

from pipeline.cli.patient_table import wrapped
from pipeline.language import LANGUAGES, Language
from tests.support.cases import PERSONAL
from tests.support.patients import STAGES, make_patients
from tests.support.run import Command, Run
from tests.support.shared import Shared

ORDER = ["p-broken", "p-blocked", "p-asked", "p-lacking", "p-unsigned"]


@pytest.fixture(scope="module")
def patients(shared: Shared) -> Path:
    return shared.folder("patients", make_patients)


@pytest.fixture
def status(visa_packet: Command, patients: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    def run(language: Language, columns: int | None = None, *more: str) -> Run:
        if columns is None:
            monkeypatch.delenv("COLUMNS", raising=False)
        else:
            monkeypatch.setenv("COLUMNS", str(columns))
        return visa_packet("status", patients, "--as-of", "2026-11-22", "--lang", language, *more)

    return run


def columns_of(line: str, separator_before: str) -> int:
    """The width of a line before a text in it."""
    return width(line[: line.index(separator_before)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_for_each_patient_with_aligned_columns(status: Command, language: Language) -> None:
    run = status(language)
    assert (run.code, run.err) == (9, "")
    head, *lines = run.out.splitlines()
    lines = lines[: len(ORDER)]
    assert [line.split()[0] for line in lines] == ORDER
    windows = {"en": "Filing window", "ja": "申請できる期間", "zh": "可递交期间"}
    assert {columns_of(line, "2026-11-24") for line in lines if "2026-11-24" in line} == {
        columns_of(head, windows[language])
    }
    first = {"en": ("cannot be read", "agency"), "ja": ("読み取り不可", "代理申請機関"), "zh": ("无法读取",)}
    assert all(word in lines[0] for word in first[language])
    assert "(case.json:4:18)" in lines[0]
    assert [value for value in PERSONAL if value in run.out] == []


def test_words_not_colours_say_the_state(status: Command) -> None:
    lines = status("en").out.splitlines()
    for line, word in zip(
        lines[1:], ["cannot be read", "has errors", "open questions", "incomplete", "to be signed"], strict=False
    ):
        assert word in line
    assert "5 patients as of 2026-11-22: 1 cannot be read, 1 has errors, 1 open questions" in "\n".join(lines)
    assert "fields: required fields of the case that are filled in" in "\n".join(lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [130, 40])
def test_no_line_is_wider_than_the_terminal(status: Command, language: Language, columns: int) -> None:
    lines = status(language, columns).out.splitlines()
    assert [line for line in lines if width(line) > columns] == []
    assert sum(line.startswith("p-") for line in lines) == len(ORDER)
    if columns == 130:  # what is cut says so, and how much more there is
        assert "…" in lines[2]
        assert lines[3].rstrip().endswith({"en": "+10 more", "ja": "ほか10件", "zh": "另10项"}[language])


def test_one_patient_has_all_details(visa_packet: Command, patients: Path) -> None:
    run = visa_packet("status", patients / "p-unsigned", "--as-of", "2026-11-22")
    assert (run.code, run.err) == (0, "")
    assert "Done: 6/11 papers\nFiling window: 2026-11-24 – 2026-12-28  36 days left\n" in run.out
    assert "Next: sign: Treatment schedule – hospital  +4 more" in run.out
    half = visa_packet("status", patients / "p-asked", "--as-of", "2026-11-22")
    assert half.code == 3
    assert "Which day does the passport expire?" in half.err
    assert "--notes" not in half.err
    assert "supply: Passport – patient" in half.out


def test_one_calendar_of_all_patients(visa_packet: Command, patients: Path, tmp_path: Path) -> None:
    target = tmp_path / "patients.ics"
    run = visa_packet("status", patients, "--ics", target, "--as-of", "2026-11-22")
    assert run.out.endswith(f"{target}\nNot in the calendar, because the dates are not known yet: p-broken\n")
    text = target.read_text(encoding="utf-8")
    assert [name for name in STAGES if f"UID:{name}-filing-window@" not in text] == []
    assert [value for value in PERSONAL if value in text] == []
    target.write_text("BEGIN:VCALENDAR\nPRODID:another\n", encoding="utf-8")
    assert visa_packet("status", patients, "--ics", target).code == 7


def test_json_has_a_summary_of_each_case(status: Command) -> None:
    report = status("en", None, "--json").report
    found = {Path(result["case"]).parent.name: result for result in report["results"]}
    assert {name: result["exit_code"] for name, result in found.items()} == {
        **dict.fromkeys(STAGES, 0),
        "p-asked": 3,
        "p-broken": 3,
    }
    assert found["p-asked"]["summary"]["readiness"] == "unanswered"
    assert found["p-asked"]["fields"]["filled"] == found["p-asked"]["summary"]["done"]["done"]
    assert found["p-unsigned"]["summary"]["filing"]["days_left"] == 36
    assert (found["p-unsigned"]["problems"], found["p-unsigned"]["details"]["open"]) == ([], 5)


def test_lines_break_between_wide_characters_but_not_before_a_comma() -> None:
    assert wrapped("署名・押印：招へい理由書、身元保証書", 10) == ["署名・押", "印：招へい", "理由書、身", "元保証書"]
    assert wrapped("再生医療等（名称）、番号", 12) == ["再生医療等", "（名称）、番", "号"]
    assert wrapped("sign: Letter of invitation", 12) == ["sign: Letter", "of", "invitation"]
    assert wrapped("unbreakable-word", 6) == ["unbrea", "kable-", "word"]
    assert wrapped("", 5) == [""]
