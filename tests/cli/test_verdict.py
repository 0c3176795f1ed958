"""The verdict at the end, and the order of what is printed before it."""

from __future__ import annotations

import pytest

from pipeline.cli.output import OutputStyle, print_problems
from pipeline.errors import Problem, Severity
from pipeline.language import LANGUAGES
from tests.support.cases import EXAMPLES, Edit
from tests.support.run import Command

DAY = ("--as-of", "2026-11-22")
WORDS = {
    "en": ("to be signed", "errors: 0, warnings: 0, notes: "),
    "ja": ("署名待ち", "エラー 0、警告 0、注記 "),
    "zh": ("待签章", "错误 0，警告 0，提示 "),
}


def test_errors_are_printed_first_and_equal_hints_once(capsys: pytest.CaptureFixture[str]) -> None:
    severities: tuple[Severity, ...] = ("info", "warning", "error", "warning", "error")
    problems = [Problem(f"R-{n}", severity, f"message {n}", "do it") for n, severity in enumerate(severities)]
    print_problems(problems, OutputStyle())
    printed = capsys.readouterr().err
    assert [line.split()[1] for line in printed.splitlines() if line[0] != " "] == ["R-2", "R-4", "R-1", "R-3", "R-0"]
    assert printed.count("hint: do it") == 1


def test_the_words_before_a_message_are_in_its_language(capsys: pytest.CaptureFixture[str]) -> None:
    for language in LANGUAGES:
        print_problems([Problem("R-1", "error", "message", "do it", cli_hint="--x")], OutputStyle(language))
    lines = [line.strip() for line in capsys.readouterr().err.splitlines() if "message" not in line]
    assert lines == [
        *("error R-1", "hint: do it", "command line: --x"),
        *("エラー R-1", "対処：do it", "コマンド：--x"),
        *("错误 R-1", "处理：do it", "命令行：--x"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", ["validate", "status"])
def test_the_last_line_is_the_verdict_with_counts(visa_packet: Command, command: str, language: str) -> None:
    run = visa_packet(command, EXAMPLES / "wang-xiaoming", *DAY, "--lang", language)
    assert all(words in run.out.splitlines()[-1] for words in WORDS[language])


@pytest.mark.parametrize(("command", "words"), [("validate", "cannot be built"), ("status", "cannot be built")])
def test_a_failure_has_a_verdict_too(visa_packet: Command, edit: Edit, command: str, words: str) -> None:
    run = visa_packet(command, edit({"/patient/passport/expiry_date": "2027-01-01"}), *DAY)
    assert words in run.out.splitlines()[-1]
    assert "(errors: 2, warnings: 0, notes: " in run.out.splitlines()[-1]


def test_a_case_that_is_not_built_has_one(visa_packet: Command, edit: Edit) -> None:
    run = visa_packet("build", edit({"/visa/entries": "many"}), *DAY)
    assert run.out.splitlines()[-1] == "nothing was built  (errors: 1, warnings: 0, notes: 0)"
