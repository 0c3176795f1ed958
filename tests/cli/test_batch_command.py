"""Building many cases with the command, in real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.verify.verify import verify_path
from tests.support.built import make_set, names_in, snapshot
from tests.support.cases import EXAMPLES, change
from tests.support.run import Run, run_process

#: The cases have no attachments, to be quick.
AS_USUAL = ("--as-of", "2026-11-22", "--allow-missing")
Write = Callable[[int], Path]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set that is quick to build."""
    return make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }} {{ case_id }}")


@pytest.fixture
def lines(tmp_path: Path) -> Write:
    """Write a .jsonl of so many cases without attachments; every tenth breaks a rule."""
    data = json.loads((EXAMPLES / "xu-wenjing" / "case.json").read_text(encoding="utf-8"))

    def write(count: int) -> Path:
        path = tmp_path / "cases.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in range(count):
                edits: dict[str, Any] = {"/case_id": f"case-{number:04}", "/attachments": []}
                if number % 10 == 7:
                    edits["/visa/letter_date"] = "2027-01-01"
                case = json.loads(json.dumps(data))
                change(case, edits)
                file.write(json.dumps(case, ensure_ascii=False) + "\n")
        return path

    return write


def build(cases: Path | str, small: Path, out: Path, *more: str) -> Run:
    return run_process("build", cases, "--templates", small, "-o", out, *AS_USUAL, *more)


def test_each_case_is_a_line_in_the_order_of_the_inputs(lines: Write, small: Path, tmp_path: Path) -> None:
    run = build(lines(20), small, tmp_path / "out", "-j", "2", "--json")
    assert run.code == 9
    *results, last = [json.loads(line) for line in run.out.splitlines()]
    assert last["counts"] == {"built": 18, "current": 0, "failed": 2}
    assert [result["case"] for result in results] == [f"{tmp_path}/cases.jsonl:{n}" for n in range(1, 21)]
    assert [result["case_id"] for result in run.report["results"]] == [f"case-{n:04}" for n in range(20)]
    assert [result["exit_code"] for result in results] == [3 if n % 10 == 7 else 0 for n in range(20)]
    assert "DAT-0" in run.err or "LET-03" in run.err
    assert names_in(tmp_path / "out") == [f"case-{n:04}" for n in range(20) if n % 10 != 7] + ["report.html"]


def test_standard_input_and_a_second_run(lines: Write, small: Path, tmp_path: Path) -> None:
    text, out = lines(3).read_text(encoding="utf-8"), tmp_path / "out"
    command = [sys.executable, "-m", "pipeline", "build", "-", "--templates", str(small), "-o", str(out), *AS_USUAL]
    for status in ("built", "current"):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert [line.split()[0] for line in done.stdout.splitlines()[:-2]] == [status] * 3
    assert names_in(out) == ["case-0000", "case-0001", "case-0002", "report.html"]


def test_quiet_prints_only_what_failed(lines: Write, small: Path, tmp_path: Path) -> None:
    run = build(lines(8), small, tmp_path / "out", "--quiet")
    assert run.out == ""
    assert "case-0007: failed (3)" in run.err
    assert "case-0001" not in run.err
    silent = build(lines(2), small, tmp_path / "silent", "--quiet")
    assert (silent.code, silent.out, silent.err) == (0, "", "")


def test_a_case_that_takes_too_long_is_a_finding(lines: Write, small: Path, tmp_path: Path) -> None:
    run = build(lines(2), small, tmp_path / "out", "--json", "--timeout", "0.001")
    assert run.code == 9
    assert {problem["code"] for problem in run.problems} == {"worker-timeout"}
    assert names_in(tmp_path / "out") == ["report.html"]


def published(out: Path) -> int:
    """How many packets are there, and not only begun."""
    return sum(name.startswith("case-") for name in names_in(out)) if out.is_dir() else 0


def interrupted(cases: Path, small: Path, out: Path, number: signal.Signals, after: int) -> int:
    """Start a batch, send it the signal once so many packets are there, and return its exit code."""
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "build",
        str(cases),
        "--templates",
        str(small),
        "-o",
        str(out),
        *AS_USUAL,
    ]
    with subprocess.Popen(
        [*command, "-j", "2", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while process.poll() is None and published(out) < after:
            time.sleep(0.02)
        os.killpg(process.pid, number)  # to the workers too, as a terminal does
        return process.wait(timeout=60)


def test_ctrl_c_ends_it_and_leaves_complete_packets_only(lines: Write, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert interrupted(lines(200), small, out, signal.SIGINT, after=3) == 130
    found = names_in(out)
    assert found
    assert len(found) < 180
    for name in found:
        verify_path(out / name)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads the tree of processes from /proc")
def test_ctrl_c_ends_it_when_every_worker_hangs(lines: Write, small: Path, tmp_path: Path) -> None:
    """A stopped process is deaf to everything but SIGKILL, as an engine in an endless loop may be."""
    out = tmp_path / "out"
    arguments = (lines(200), "--templates", small, "-o", out, *AS_USUAL, "-j", "2")
    command = [sys.executable, "-m", "pipeline", "build", *arguments]
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        while process.poll() is None and published(out) < 3:
            time.sleep(0.02)
        workers = [worker for child in children(process.pid) for worker in children(child)]
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert len(workers) == 2
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
    assert names_in(out)
    for name in names_in(out):
        verify_path(out / name)


def test_a_killed_run_goes_on_where_it_stopped(lines: Write, small: Path, tmp_path: Path) -> None:
    cases = lines(20)
    build(cases, small, tmp_path / "undisturbed", "-j", "2", "-q")
    out = tmp_path / "out"
    for after in (1, 4, 9):
        interrupted(cases, small, out, signal.SIGKILL, after=after)
    run = build(cases, small, out, "-j", "2", "--json")
    assert run.code == 9
    *_, last = run.out.splitlines()
    counts = json.loads(last)["counts"]
    assert counts["current"] > 0
    assert counts["failed"] == 2
    found, undisturbed = snapshot(out), snapshot(tmp_path / "undisturbed")
    for page in (found.pop("report.html"), undisturbed.pop("report.html")):  # it tells when, and what was built
        assert page.count(b'"number":') == 20
    assert found == undisturbed
