"""``--json`` has one form: of every command, of one case and of many, whatever the outcome."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from docx import Document

from pipeline.cli.commands import read, validate
from pipeline.cli.main import cli, command_in
from pipeline.cli.results import CASE_COMMANDS
from pipeline.formats.json.schema_files import bundled_schema, schema_names
from tests.support.built import make_pdf, make_set
from tests.support.cases import EXAMPLES
from tests.support.forms_made import Form
from tests.support.run import Command, bundled_validator

CASE = EXAMPLES / "xu-wenjing" / "case.json"
TABLE = EXAMPLES / "table" / "cases.csv"
DAY = ("--as-of", "2026-11-22")
ENVELOPE = {"visa_packet", "command", "exit_code", "problems", "results"}
TOTALS = {
    **{name: {"counts"} for name in CASE_COMMANDS},
    "build": {"counts", "states", "html"},
}


def json_commands(command: click.Command = cli, *names: str) -> Iterator[str]:
    """Names of the commands that have ``--json``."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from json_commands(below, *names, name)
    elif any("--json" in option.opts for option in command.params):
        yield " ".join(names)


COMMANDS = sorted(json_commands())


def test_each_command_has_a_schema_of_its_results() -> None:
    branches = [
        part for part in bundled_schema("report")["allOf"] if "results" in part.get("then", {}).get("properties", ())
    ]
    described = {
        part["if"]["properties"]["command"]["const"]: part["then"]["properties"]["results"]["items"]["$ref"]
        for part in branches
    }
    assert set(described) == {*COMMANDS, "import new-mapping", "import template"}
    assert len(set(described.values())) == len(described)
    for name in CASE_COMMANDS:
        assert name in COMMANDS


def test_an_undescribed_key_is_noticed(visa_packet: Command) -> None:
    report = visa_packet("rules", "ID-02", "--json").report
    report["results"][0]["more"] = 1
    assert not bundled_validator("report").is_valid(report)
    assert not bundled_validator("report").is_valid(report | {"results": [], "more": 1})
    assert not bundled_validator("line").is_valid({"event": "result", "case": "a"})


def test_a_bundled_schema_refers_to_no_other() -> None:
    for name in schema_names():
        schema = bundled_schema(name)
        own = json.dumps(schema)
        assert own.count('"$ref": "') == own.count('"$ref": "#')
        referred = {part.split('"')[0] for part in own.split('"$ref": "#/$defs/')[1:]}
        assert {step.split("/")[0] for step in referred} <= set(schema["$defs"])


def test_the_command_prints_a_bundled_schema(visa_packet: Command) -> None:
    assert json.loads(visa_packet("schema", "report", "--bundle").out) == bundled_schema("report")
    assert visa_packet("schema", "--list").out == visa_packet("schema").out
    for words in (("--bundle",), ("report", "--bundle", "--json")):
        assert visa_packet("schema", *words).code == 2


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a case, a letter, a form and a small template set."""
    shutil.copytree(CASE.parent, tmp_path / "case")
    shutil.copytree(EXAMPLES / "directory", tmp_path / "directory")
    make_set(tmp_path / "set")
    form = Form()
    form.add("a", (60, 700, 260, 720))
    (tmp_path / "form.pdf").write_bytes(form.saved())
    (tmp_path / "mapping.json").write_text('{"fields": {"a": {"text": "{{ case_id }}"}}}', encoding="utf-8")
    (tmp_path / "paper.pdf").write_bytes(make_pdf(1))
    Document().save(str(tmp_path / "letter.docx"))
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("inline_pools")
def test_the_answer_of_each_command_meets_its_schema(
    visa_packet: Command, files: Path, packet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of doctor, read, sign, templates check and preview, which take long, are checked by their own tests."""
    monkeypatch.chdir(files)
    done: dict[str, Any] = {}
    for words in (
        ("build", "case", "--templates", "set", "--allow-missing", *DAY),
        ("validate", "case", *DAY),
        ("status", "case", *DAY),
        ("match", "case", *DAY),
        ("reminders", "case", *DAY),
        ("timeline", "case", *DAY),
        ("timeline", "case", "--visit-1", "2027-02-02", *DAY),
        ("new", "new", "--no-input"),
        ("answer", "new", "--set", "patient/sex=female"),
        ("add", "case", "paper.pdf", "--role", "other", "--issued-on", "2026-11-01", *DAY),
        ("import", TABLE, "--mapping", TABLE.with_name("mapping.json"), "-o", "cases"),
        ("import", TABLE, "--new-mapping", "-o", "proposed.json"),
        ("import", "intake.xlsx", "--template"),
        ("signed", packet),
        ("verify", packet),
        ("form", "inspect", "form.pdf"),
        ("form", "fill", "form.pdf", "case/case.json", "--mapping", "mapping.json", "-o", "filled.pdf", *DAY),
        ("schema",),
        ("rules",),
        ("skill",),
        ("templates", "list"),
        ("templates", "new", "letter", "--in", "own"),
        ("templates", "adopt", "letter.docx", "--in", "other"),
    ):
        run = visa_packet(*words, "--json")
        assert run.code == 0, (words, run.err)
        name = run.report["command"]
        assert name == command_in(list(map(str, words)))
        assert set(run.report) == ENVELOPE | TOTALS.get(name, set())
        assert run.report["results"], words
        done[name] = run.report
    long = {"doctor", "read", "sign", "templates check", "templates preview"}
    assert {*COMMANDS, "import new-mapping", "import template"} - set(done) == long
    for name in (*CASE_COMMANDS, "timeline", "add"):
        assert done[name]["results"][0]["case_id"] == "xu-wenjing"
        assert done[name]["results"][0]["case"] == "case/case.json"
    assert done["answer"]["results"][0]["case_id"] == "new"


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_wrong_use_has_the_same_form(visa_packet: Command, tmp_path: Path, form: str) -> None:
    for name in COMMANDS:
        run = visa_packet(*name.split(), "--nothing", form)
        found = run.report if form == "--json" else run.lines[0]
        assert (run.code, found["command"], [each["code"] for each in found["problems"]]) == (2, name, ["usage"])
        last = {"event"} if form == "--jsonl" else {"results"}
        assert set(found) == (ENVELOPE - {"results"}) | last | TOTALS.get(name, set())
    for name in CASE_COMMANDS:
        run = visa_packet(name, tmp_path, form)
        found = run.report if form == "--json" else run.lines[0]
        assert (run.code, [each["code"] for each in found["problems"]]) == (2, ["no-case"])
        assert set(found["counts"].values()) == {0}


@pytest.mark.parametrize(("error", "code"), [(RuntimeError("a value"), 70), (KeyboardInterrupt(), 130)])
def test_a_bug_and_an_interrupt_have_the_same_form(
    visa_packet: Command, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(read, "read_values", fail)
    run = visa_packet("read", CASE, "--json")
    assert (run.code, set(run.report), run.report["results"]) == (code, ENVELOPE, [])
    monkeypatch.setattr(validate, "attempt", fail)
    for form in ("--json", "--jsonl"):
        run = visa_packet("validate", CASE, form)
        found = run.report if form == "--json" else run.lines[-1]
        assert (run.code, found["counts"]) == (code, {"cases": 0, "failed": 0})
        assert "a value" not in run.out + run.err


@pytest.mark.parametrize("name", sorted(set(CASE_COMMANDS) - {"build"}))
def test_lines_and_the_document_say_the_same(visa_packet: Command, tmp_path: Path, name: str) -> None:
    words = (name, CASE, EXAMPLES / "wrong-on-purpose", *DAY, *(("-o", tmp_path) if name == "reminders" else ()))
    document, lines = visa_packet(*words, "--json").report, visa_packet(*words, "--jsonl").lines
    assert lines[0] == {"event": "run-started", "command": name, "cases": 2}
    assert lines[1:-1] == [{"event": "result", **result} for result in document["results"]]
    assert {**lines[-1], "results": document["results"]} == {"event": "report", **document}
    assert document["counts"] == {"cases": 2, "failed": 1}


def test_an_invalid_case_is_reported_by_its_id(visa_packet: Command, tmp_path: Path) -> None:
    """An id that is no id may be a name, so it is not repeated."""
    texts = {"half": '{"case_id": "p-1"}', "cut": '{"case_id": "p-2", ', "none": "{", "name": '{"case_id": "王晓明"}'}
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    for command in (*CASE_COMMANDS, "timeline"):
        for name, case_id in {"half": "p-1", "cut": "p-2", "none": None, "name": None}.items():
            out = ("-o", tmp_path / "out") if command in ("build", "reminders") else ()
            (result,) = visa_packet(command, tmp_path / f"{name}.json", *out, "--json").report["results"]
            assert (result["case_id"], result["case"]) == (case_id, str(tmp_path / f"{name}.json"))
