"""Building many cases with the command. tests/acceptance has its processes, and what ends them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.commands import build_many
from pipeline.run.many import run_many
from pipeline.run.pools.pool import Pool
from pipeline.run.stages import STAGES
from pipeline.run.task import Task, TaskResult
from tests.support.built import make_set, names_in
from tests.support.cases import EXAMPLES, change
from tests.support.run import Command, Run

pytestmark = pytest.mark.slow

#: The cases have no attachments, to be quick.
AS_USUAL = ("--as-of", "2026-11-22", "--allow-missing")
Write = Callable[[int], Path]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set that is quick to build."""
    return make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }} {{ case_id }}")


@pytest.fixture
def lines(tmp_path: Path) -> Write:
    """Write a .jsonl of so many cases without attachments; every fourth breaks a rule."""
    data = json.loads((EXAMPLES / "xu-wenjing" / "case.json").read_text(encoding="utf-8"))

    def write(count: int) -> Path:
        path = tmp_path / "cases.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in range(count):
                edits: dict[str, Any] = {"/case_id": f"case-{number:04}", "/attachments": []}
                if number % 4 == 3:
                    edits["/visa/letter_date"] = "2027-01-01"
                case = json.loads(json.dumps(data))
                change(case, edits)
                file.write(json.dumps(case, ensure_ascii=False) + "\n")
        return path

    return write


@pytest.fixture
def build(visa_packet: Command, small: Path) -> Command:
    """Build cases with the small template set."""

    def run(cases: Path | str, out: Path, *more: str) -> Run:
        return visa_packet("build", cases, "--templates", small, "-o", out, *AS_USUAL, *more)

    return run


@pytest.mark.usefixtures("inline_pools")
def test_one_document_has_all_cases_in_the_order_of_the_inputs(lines: Write, build: Command, tmp_path: Path) -> None:
    run = build(lines(5), tmp_path / "out", "--json")
    assert run.code == 9
    results = run.report["results"]
    assert run.report["counts"] == {"cases": 5, "built": 4, "current": 0, "failed": 1}
    assert [result["case"] for result in results] == [f"{tmp_path}/cases.jsonl:{n}" for n in range(1, 6)]
    assert [result["case_id"] for result in results] == [f"case-{n:04}" for n in range(5)]
    assert [result["exit_code"] for result in results] == [3 if n == 3 else 0 for n in range(5)]
    assert "DAT-0" in run.err or "LET-03" in run.err
    assert names_in(tmp_path / "out") == [f"case-{n:04}" for n in range(5) if n != 3] + ["report.html"]


@pytest.mark.usefixtures("inline_pools")
def test_lines_report_each_stage_and_each_case(lines: Write, build: Command, tmp_path: Path) -> None:
    path = lines(4)
    found = build(path, tmp_path / "out", "--jsonl", "-j", "1").lines
    assert found[0] == {"event": "run-started", "command": "build", "cases": 4}
    for number in (0, 3):
        about = {"case": f"{path}:{number + 1}", "case_id": f"case-{number:04}"}
        own = [line for line in found if line.get("case") == about["case"]]
        stages = STAGES if number == 0 else STAGES[: STAGES.index("papers") + 1]
        expected = [(f"stage-{what}", stage) for stage in stages for what in ("started", "ended")]
        assert [(line["event"], line.get("stage")) for line in own] == [*expected, ("result", None)]
        assert all(line | about == line for line in own)
    assert [line["case_id"] for line in found if line["event"] == "result"] == [f"case-{n:04}" for n in range(4)]
    report = found[-1]
    assert report["counts"] == {"cases": 4, "built": 3, "current": 0, "failed": 1}
    document = build(path, tmp_path / "out", "--json", "--force").report
    assert {**document, "event": "report"} == {**report, "results": document["results"]}


@pytest.mark.usefixtures("inline_pools")
@pytest.mark.parametrize("form", ["--json", "--jsonl"])
def test_an_interrupted_run_reports_the_cases_that_ended(
    lines: Write, build: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def interrupted(tasks: Iterable[Task], pool: Pool) -> Iterator[TaskResult]:
        yield from islice(run_many(tasks, pool), 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(build_many, "run_many", interrupted)
    run = build(lines(3), tmp_path / "out", form)
    report = run.report if form == "--json" else run.lines[-1]
    results = run.report["results"] if form == "--json" else [e for e in run.lines if e["event"] == "result"]
    assert (run.code, [problem["code"] for problem in report["problems"]]) == (130, ["interrupted"])
    assert [result["case_id"] for result in results] == ["case-0000", "case-0001"]
    assert report["counts"] == {"cases": 2, "built": 2, "current": 0, "failed": 0}


@pytest.mark.usefixtures("inline_pools")
def test_standard_input_and_a_second_run(
    lines: Write, build: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, out = lines(3).read_bytes(), tmp_path / "out"
    for status in ("built", "current"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        run = build("-", out)
        assert run.code == 0, run.err
        assert [line.split()[0] for line in run.out.splitlines()[:-3]] == [status] * 3
        assert run.out.splitlines()[-1] == "0 draft, 3 incomplete, 0 to be signed, 0 ready to file"
    assert names_in(out) == ["case-0000", "case-0001", "case-0002", "report.html"]


@pytest.mark.usefixtures("inline_pools")
def test_quiet_prints_only_what_failed(lines: Write, build: Command, tmp_path: Path) -> None:
    run = build(lines(4), tmp_path / "out", "--quiet")
    assert run.out == ""
    assert "case-0003: failed (3)" in run.err
    assert "case-0001" not in run.err
    silent = build(lines(2), tmp_path / "silent", "--quiet")
    assert (silent.code, silent.out, silent.err) == (0, "", "")


def test_a_case_that_takes_too_long_is_a_finding(lines: Write, build: Command, tmp_path: Path) -> None:
    run = build(lines(2), tmp_path / "out", "--json", "--timeout", "0.001")
    assert run.code == 9
    assert {problem["code"] for problem in run.problems} == {"worker-timeout"}
    assert names_in(tmp_path / "out") == ["report.html"]
