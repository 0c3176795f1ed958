"""Every command: help, report, and wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.main import COMMANDS
from pipeline.formats.json.schema_files import schema_names, schema_text
from pipeline.language import LANGUAGES, Language
from pipeline.resources import VERSION
from pipeline.visa.rules.catalogue import UncheckedRule, all_rules, unchecked_rules
from tests.support.cases import EXAMPLES, GOOD_EXAMPLES, REMOVE, Edit
from tests.support.run import Command

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"


def test_help_has_an_example(visa_packet: Command, subtests: pytest.Subtests) -> None:
    for command in [(), *((name,) for name in COMMANDS)]:
        for option in ("--help", "-h"):
            with subtests.test(" ".join([*command, option])):
                run = visa_packet(*command, option)
                assert (run.code, run.err) == (0, "")
                example = run.out.split("Example:\n", 1)[1].splitlines()[0].strip()
                assert example.startswith(f"visa-packet {' '.join(command)}".strip())


def test_help_of_all_says_what_each_command_does(visa_packet: Command, subtests: pytest.Subtests) -> None:
    words = " ".join(visa_packet("--help").out.split())
    for name, summary in COMMANDS.items():
        with subtests.test(name):
            assert summary in words
            assert visa_packet(name, "--help").out.startswith(f"Usage: visa-packet {name}")


def test_version(visa_packet: Command) -> None:
    assert VERSION in visa_packet("--version").out


class TestReport:
    """``--json`` gives one document that meets its schema; ``Run.report`` checks that."""

    def test_build(self, visa_packet: Command, tmp_path: Path) -> None:
        run = visa_packet("build", CASE, "-o", tmp_path / "out", "--as-of", "2026-11-22", "--json")
        (result,) = run.report["results"]
        assert run.report["command"] == "build"
        assert result["case_id"] == "wang-xiaoming"
        assert result["folder"] == str(tmp_path / "out" / "wang-xiaoming")
        filed, working = result["bundles"]
        for bundle in (filed, working):
            assert bundle["pages"] == sum(part["pages"] for part in bundle["documents"])
        assert (len(filed["documents"]), len(working["documents"])) == (12, 5)
        assert result["state"] == "to_be_signed"
        assert {problem["severity"] for problem in result["problems"]} <= {"warning", "info"}
        for problem in result["problems"]:
            assert (problem["message"] in run.err) == (problem["severity"] == "warning")

    def test_validate(self, visa_packet: Command, tmp_path: Path) -> None:
        run = visa_packet("validate", CASE, "--as-of", "2026-11-22", "--json")
        assert (run.code, run.report["command"]) == (0, "validate")
        assert run.report["results"][0]["case_id"] == "wang-xiaoming"
        assert list(tmp_path.iterdir()) == []

    def test_validate_of_a_folder_of_cases(self, visa_packet: Command) -> None:
        run = visa_packet("validate", EXAMPLES, "--as-of", "2026-11-22", "--json")
        codes = {Path(result["case"]).parent.name: result["exit_code"] for result in run.report["results"]}
        assert codes == {**dict.fromkeys(GOOD_EXAMPLES, 0), "wrong-on-purpose": 3}
        assert run.code == 9

    def test_validate_for_people(self, visa_packet: Command, edit: Edit) -> None:
        case = edit({"/visa/agency": REMOVE})
        run = visa_packet("validate", case, "--as-of", "2026-11-22")
        assert run.code == 0
        assert str(case) in run.out
        assert "hint: " in run.err

    def test_verify(self, visa_packet: Command, packet: Path) -> None:
        assert visa_packet("verify", packet, "--json").report["results"][0]["ok"] is True

    def test_schema(self, visa_packet: Command) -> None:
        results = visa_packet("schema", "--json").report["results"]
        assert [result["name"] for result in results] == schema_names()
        assert all(Path(result["path"]).is_file() and result["title"] for result in results)
        (one,) = visa_packet("schema", "patient", "--json").report["results"]
        assert one in results

    def test_rules(self, visa_packet: Command) -> None:
        results = visa_packet("rules", "--json").report["results"]
        assert [result["id"] for result in results] == list(all_rules())
        assert {result["id"] for result in results if result["not_checked"]} == set(unchecked_rules())
        (one,) = visa_packet("rules", "id-02", "--json").report["results"]
        assert one["id"] == "ID-02"
        assert one["source"]


class TestText:
    """The same for people."""

    def test_a_schema_is_printed_as_it_is(self, visa_packet: Command, subtests: pytest.Subtests) -> None:
        for name in schema_names():
            with subtests.test(name):
                run = visa_packet("schema", name)
                assert run.code == 0
                assert run.out.strip() == schema_text(name).strip()

    def test_schemas_are_listed(self, visa_packet: Command) -> None:
        assert [line.split()[0] for line in visa_packet("schema").out.splitlines()] == schema_names()

    def test_rules_are_listed(self, visa_packet: Command) -> None:
        lines = visa_packet("rules").out.splitlines()
        assert [line.split()[0] for line in lines] == list(all_rules())
        states = {line.split()[0]: line.split()[1] for line in lines}
        assert {rule_id for rule_id, state in states.items() if state == "-"} == set(unchecked_rules())

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_rule_is_explained(self, visa_packet: Command, language: Language, subtests: pytest.Subtests) -> None:
        for rule in all_rules().values():
            with subtests.test(rule.id):
                out = visa_packet("rules", rule.id, "--lang", language).out
                texts = (rule.texts[language].title, rule.texts[language].hint.partition("{detail}")[0])
                for words in (rule.id, *texts, rule.severity, rule.source, rule.as_of, rule.confidence):
                    assert words in out
                assert "{" not in out
                assert ("程序不检查" in out) == (language == "zh" and rule.id in unchecked_rules())
                if isinstance(rule, UncheckedRule):
                    assert rule.not_checked in out


class TestUsage:
    """Wrong usage: code 2, a hint, and with ``--json`` still one document."""

    @pytest.mark.parametrize(
        ("arguments", "command", "words"),
        [
            (("biuld", str(CASE)), None, "No such command"),
            (("build",), "build", "Missing argument"),
            (("validate",), "validate", "Missing argument"),
            (("match",), "match", "Missing argument"),
            (("verify",), "verify", "Missing argument"),
            (("build", str(CASE), "--ot", "x"), "build", "--out"),
            (("build", str(CASE), "--as-of", "2026-02-30"), "build", "2026-02-30"),
            (("build", str(CASE), "--as-of", "22.11.2026"), "build", "%Y-%m-%d"),
            (("build", str(CASE), "--engine", "word"), "build", "office2pdf"),
            (("validate", str(CASE), "--nothing"), "validate", "--nothing"),
            (("verify", "a", "b"), "verify", "unexpected extra argument"),
            (("schema", "patiant"), "schema", "did you mean 'patient'?"),
            (("schema", "xyzzy"), "schema", "one of: "),
            (("schema", "../pyproject"), "schema", "unknown schema"),
            (("rules", "ID-20"), "rules", "did you mean ID-"),
            (("rules", "xyzzy"), "rules", "`visa-packet rules` lists them"),
            (("doctor", "x"), "doctor", "unexpected extra argument"),
        ],
    )
    def test_it_is_reported(
        self, visa_packet: Command, arguments: tuple[str, ...], command: str | None, words: str
    ) -> None:
        run = visa_packet(*arguments, "--json")
        assert run.code == 2
        assert run.report["command"] == command
        assert run.report["results"] == []
        (problem,) = run.report["problems"]
        assert problem["code"] == "usage"
        assert words in problem["message"]
        assert problem["hint"].startswith("see visa-packet ")
        plain = visa_packet(*arguments)
        assert (plain.code, plain.out) == (2, "")
        assert words in plain.err

    def test_it_is_reported_in_the_language_of_the_user(self, visa_packet: Command) -> None:
        expected = {
            ("biuld",): ("「biuld」というコマンドはありません", "没有 biuld 这个命令"),
            ("build",): ("'CASES...' がありません", "缺少 'CASES...'"),
            ("build", "a", "--ot", "x"): ("（近いもの：--out", "（相近的：--out"),
            ("build", "a", "--xyzzy"): ("--xyzzy というオプションはありません", "没有 --xyzzy 这个选项"),
            ("build", "a", "--engine", "word"): ("'--engine' の値が正しくありません：", "'--engine' 的值不正确："),
            ("build", "a", "--tls-key", CASE): ("コマンドの使い方が正しくありません：", "命令用法不正确："),
        }
        for words, texts in expected.items():
            for language, text in zip(("ja", "zh"), texts, strict=True):
                run = visa_packet(*words, "--lang", language, "--json")
                (problem,) = run.report["problems"]
                assert text in problem["message"], words
                assert text in run.err
                assert run.err.startswith({"ja": "エラー", "zh": "错误"}[language])
                assert not any(word in run.err for word in ("Error", "Usage", "error", "hint"))

    @pytest.mark.parametrize("length", [3_000, 3_001, 5_000])
    def test_a_long_path_is_reported(self, visa_packet: Command, length: int, subtests: pytest.Subtests) -> None:
        path = ("a" * 299 + "/") * (length // 300) + "a" * (length % 300)
        for words in (
            ("build", path), ("build", CASE, "-o", path), ("build", CASE, "--templates", path), ("validate", path),
            ("build", f"{path[1:]}*"), ("verify", path), ("verify", "none", "--case", path), ("status", path),
            ("sign", path, "--field", "hospital", "--key", path), ("match", path), ("timeline", path),
            ("form", "inspect", path), ("templates", "check", path), ("import", path, "--mapping", path),
        ):  # fmt: skip
            with subtests.test(str(words)[:40]):
                run = visa_packet(*words, "--json")
                assert run.code in {2, 3, 4, 5, 7, 8}
                assert run.report["problems"] or run.report["results"]
                if length > 3_000:
                    assert (run.code, run.problems[0]["message"]) == (2, "an argument is longer than 3,000 characters")

    def test_no_command_is_reported(self, visa_packet: Command) -> None:
        run = visa_packet()
        assert (run.code, run.out) == (2, "")
        assert "a command is missing" in run.err
        assert "visa-packet --help" in run.err


def test_colours_are_for_terminals_only(visa_packet: Command) -> None:
    for arguments in (("validate", CASE), ("rules", "ID-02")):
        run = visa_packet(*arguments)
        assert "\x1b" not in run.out + run.err
