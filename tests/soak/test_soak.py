"""Many cases, some of them wrong, in a run that is killed again and again: the same bytes as in an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.errors import Problem, VisaPacketError
from pipeline.options import CheckOptions
from pipeline.run.check import check_case
from tests.support.built import names_in
from tests.support.cases import AS_OF
from tests.support.generated import WRONG, Way, write_cases
from tests.support.run import Run

CASES, WRONG_CASES, KILLS = 1_000, 30, 5
TEMPLATES = "medical-stay"
soak = pytest.mark.soak
pytestmark = [pytest.mark.timeout(3_600), pytest.mark.slow]


@dataclass(frozen=True)
class Batch:
    """Generated cases, and an undisturbed run over them."""

    cases: Path
    expected: dict[str, Way | None]
    out: Path
    run: Run
    seconds: float


def command(cases: Path, out: Path) -> list[str]:
    where = ("build", str(cases), "-o", str(out), "--templates", TEMPLATES)
    return [sys.executable, "-m", "pipeline", *where, "--as-of", AS_OF.isoformat(), "--json"]


def build(cases: Path, out: Path) -> Run:
    done = subprocess.run(command(cases, out), capture_output=True, text=True, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("soak")
    expected = write_cases(folder / "cases", CASES, WRONG_CASES)
    started = time.monotonic()
    run = build(folder / "cases", folder / "out")
    return Batch(folder / "cases", expected, folder / "out", run, time.monotonic() - started)


def test_every_way_to_be_wrong_is_answered_as_it_says(tmp_path: Path) -> None:
    """All thirty and a right one, by the checks alone."""
    (tmp_path / "cases").mkdir()
    for name, way in write_cases(tmp_path / "cases", len(WRONG) + 1, len(WRONG), one_person=True).items():
        code, problems = 0, tuple[Problem, ...]()
        try:
            check_case(tmp_path / "cases" / name, CheckOptions(AS_OF, directory=tmp_path))
        except VisaPacketError as error:
            code, problems = int(error.exit_code), error.problems
        codes = {problem.code for problem in problems if problem.severity == "error"}
        assert (code, codes) == ((way.exit_code, {way.finding}) if way else (0, set())), name


@soak
def test_each_wrong_case_is_found_and_no_other(batch: Batch) -> None:
    assert batch.run.code == 9, batch.run.err[-3_000:]
    good = CASES - WRONG_CASES
    assert batch.run.report["counts"] == {"cases": CASES, "built": good, "current": 0, "failed": WRONG_CASES}
    results = {Path(result["case"]).name: result for result in batch.run.report["results"]}
    assert list(results) == list(batch.expected), "in the order of the inputs"
    for name, way in batch.expected.items():
        codes = {problem["code"] for problem in results[name]["problems"] if problem["severity"] == "error"}
        assert results[name]["exit_code"] == (way.exit_code if way else 0), (name, codes)
        assert codes == ({way.finding} if way else set()), name


@soak
def test_packets_and_page(batch: Batch) -> None:
    right = [name.removesuffix(".json") for name, way in batch.expected.items() if way is None]
    assert names_in(batch.out) == [*right, "report.html"]
    page = (batch.out / "report.html").read_bytes()
    assert page.count(b'"number":') == CASES
    assert page.count(b'"status":"failed"') == WRONG_CASES


@soak
@pytest.mark.kill
def test_killed_at_random_moments_it_ends_with_the_same_bytes(batch: Batch, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number in range(KILLS):
        moment = random.uniform(0.3, batch.seconds / 2)  # noqa: S311 - any moment will do
        print(f"killed after {moment:.2f} s")  # noqa: T201 - pytest shows it when the test fails
        killed_after(moment, command(batch.cases, out), workers_too=number % 2 == 0)
    run = build(batch.cases, out)
    assert (run.code, run.report["counts"]["failed"]) == (9, WRONG_CASES)
    for page in (out / "report.html", batch.out / "report.html"):
        assert page.read_bytes().count(b'"number":') == CASES
    assert hashes(out) == hashes(batch.out)


def hashes(out: Path) -> dict[str, str]:
    """Hash of each file of the packets, which are gigabytes. The report tells when, and what was built."""
    files = (path for path in out.rglob("*") if path.is_file() and path != out / "report.html")
    return {str(path.relative_to(out)): sha256(path.read_bytes()).hexdigest() for path in files}


def killed_after(seconds: float, arguments: list[str], *, workers_too: bool) -> None:
    """Start a run and kill it: with its workers as a whole, or alone, as a system does that lacks memory."""
    with subprocess.Popen(
        arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        time.sleep(seconds)
        if workers_too:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
