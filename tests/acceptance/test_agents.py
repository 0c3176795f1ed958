"""docs/agents.md and the skill: they say what is true, and their examples run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.packet.packet_parts import State
from pipeline.run.overview.patient_row import PATIENT_STATES
from tests.support.built import make_set
from tests.support.cases import EXAMPLES, ROOT
from tests.support.run import Command

GUIDE = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
SKILL = (ROOT / "skills" / "visa-packet" / "SKILL.md").read_text(encoding="utf-8")
SHIPPED = ROOT / "skills" / "visa-packet" / "SKILL.md"
_TOKENS = 5_000


def block(name: str, language: str) -> str:
    """Return the first block of code in a language below a heading of the guide."""
    section = GUIDE.partition(f"\n## {name}\n")[2]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_skill_is_short() -> None:
    """A token is at least three and a half letters of English; of Chinese, a letter may be one and a half tokens."""
    letters = sum(letter.isascii() for letter in SKILL)
    assert letters / 3.5 + (len(SKILL) - letters) * 1.5 < _TOKENS


@pytest.mark.parametrize("text", [GUIDE, SKILL], ids=["guide", "skill"])
def test_it_names_what_only_the_applicant_answers_and_every_state(text: str) -> None:
    schema = json.loads((ROOT / "schemas" / "application.schema.json").read_text(encoding="utf-8"))
    questions = schema["properties"]["questions"]["properties"]
    assert len(questions) == 6
    assert [name for name in questions if f"`patient/application/questions/{name}`" not in text] == []
    assert [state for state in (*PATIENT_STATES, *get_args(State)) if f"| `{state}` |" not in text] == []
    rules = ("Never invent", "Never guess pinyin", "Never sign, seal or file")
    assert [rule for rule in rules if rule not in text] == []


def test_the_skill_has_no_links_that_lead_nowhere() -> None:
    assert re.findall(r"\]\(", SKILL) == []


class TestCommand:
    """``visa-packet skill``"""

    def test_it_is_printed(self, visa_packet: Command) -> None:
        assert visa_packet("skill").out == SKILL

    def test_it_is_written_and_replaced(self, visa_packet: Command, tmp_path: Path) -> None:
        for _ in range(2):
            run = visa_packet("skill", "-o", tmp_path / "visa-packet", "--json")
            assert run.report["results"] == [{"path": str(tmp_path / "visa-packet" / "SKILL.md")}]
        assert [path.read_text(encoding="utf-8") for path in (tmp_path / "visa-packet").iterdir()] == [SKILL]
        assert visa_packet("skill", "--json").report["results"] == [{"path": str(SHIPPED)}]

    def test_the_skill_of_somebody_else_stays(self, visa_packet: Command, tmp_path: Path) -> None:
        (tmp_path / "SKILL.md").write_text("mine", encoding="utf-8")
        assert visa_packet("skill", "-o", tmp_path).code == 7
        assert (tmp_path / "SKILL.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.slow
def test_the_worked_example_runs(visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = block("A worked example", "sh").replace("\\\n", " ").splitlines()
    reports: dict[str, dict[str, Any]] = {}
    for line in lines:
        name, command, *arguments = shlex.split(line)
        run = visa_packet(command, *arguments)
        assert (name, run.code) == ("visa-packet", 3 if command == "validate" else 0), (line, run.err)
        if "--json" in arguments:
            reports[command] = run.report["results"][0]
    asked = [problem["field"] for problem in reports["validate"]["problems"] if "who" in problem]
    assert (asked[0], asked[-1]) == ("/patient/sex", "/visa/filing_date")
    assert reports["build"]["state"] == "draft"
    assert reports["answer"]["open"] == ["/treatment/cell_processing", "/treatment/visits/0/lodging", "/visa/agency"]
    assert f"`{'`, `'.join(reports['answer']['open'][:2])}` and `{reports['answer']['open'][2]}`" in GUIDE
    exec(compile(block("Look at the pages", "python"), "guide", "exec"), {})  # noqa: S102 - the code of the page
    assert len(list(tmp_path.glob("page-*.png"))) == sum(
        bundle["pages"] for bundle in reports["build"]["bundles"] if bundle["kind"] == "bundle"
    )


@pytest.mark.slow
@pytest.mark.process
def test_cases_by_the_program_and_by_the_command_are_the_same(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one letter instead of twelve: a set of one's own is an option of both. Two more cannot be built.

    The program has no guard of its main module: a worker does not run it again.
    """
    monkeypatch.chdir(tmp_path)
    make_set(tmp_path / "set")
    data = json.loads((EXAMPLES / "xu-wenjing" / "case.json").read_text(encoding="utf-8")) | {"attachments": []}
    for number in range(1, 8):
        case = tmp_path / "cases" / f"p-{number:02}" / "case.json"
        case.parent.mkdir(parents=True)
        if number == 7:
            del data["patient"]["phone"]
        case.write_text(json.dumps(data | {"case_id": case.parent.name}, ensure_ascii=False), encoding="utf-8")
    (tmp_path / "cases" / "broken").mkdir()
    (tmp_path / "cases" / "broken" / "case.json").write_text("{", encoding="utf-8")
    program = block("Many cases", "python")
    assert len(program.splitlines()) <= 25
    own = 'templates="set", as_of=__import__("datetime").date(2026, 11, 22)'
    for call in ("read_status(case", "documents=False"):
        program = program.replace(call, f"{call}, {own}")
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (9, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "cases/broken/case.json json-syntax",
        "p-07 patient answer What is the patient's telephone number?",
    ]
    assert [line for line in lines if " built " in line] == [f"p-{each:02} built incomplete" for each in range(1, 7)]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("out/*/manifest.json")}
    assert len(before) == 6
    status, build = (shlex.split(line.partition(" > ")[0]) for line in block("Many cases", "sh").splitlines())
    options = ("--templates", "set", "--as-of", "2026-11-22")
    states = [result["summary"]["readiness"] for result in visa_packet(*status[1:], *options).report["results"]]
    assert [states.count(state) for state in ("incomplete", "unanswered", "failed")] == [6, 1, 1]
    assert visa_packet(*build[1:], *options).code == 9
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("out/*/manifest.json")}
    assert after == before
