"""What many tests need: a copy of the example to change, a run of the command, the common expectation."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from pipeline.cli.main import main
from pipeline.documents.engines.engine import DEFAULT_ENGINE
from pipeline.formats.json.schema import validator
from pipeline.options import Options
from pipeline.run.one import build_case
from pipeline.visa.rules.catalogue import all_rules
from tests.support.tools import without_override

# No test is about time: a slow machine must not fail one.
settings.register_profile("visa-packet", deadline=None)
settings.load_profile("visa-packet")

pytest_plugins = ["tests.support.expectation", "tests.support.disks"]

# Tests send Ctrl-C to programs; a script that runs the tests in the background has it ignored in all of them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
#: Examples that nothing forbids to build.
GOOD_EXAMPLES = ("wang-xiaoming", "chen-lihua", "xu-wenjing", "sun-yifan", "gao-zhiyuan")
AS_OF = date(2026, 11, 22)
REMOVE = object()
#: Changes by which the example wang-xiaoming lacks two papers of the official list: both forms.
WITHOUT_FORMS: dict[str, Any] = {
    "/attachments": [
        {"role": "passport", "path": "papers/passport.png"},
        {"role": "photo", "path": "papers/photo.jpg", "issued_on": "2026-11-05"},
        {"role": "funds_proof", "path": "papers/bank-certificate.pdf", "issued_on": "2026-11-10"},
        {"role": "identity_document", "path": "papers/hukou.pdf"},
    ]
}

Edit = Callable[[Mapping[str, Any]], Path]
Command = Callable[..., "Run"]


@dataclass(frozen=True)
class Run:
    """One run of the command line."""

    code: int
    out: str
    err: str

    @cached_property
    def report(self) -> dict[str, Any]:
        """The report on standard output, which must meet its schema: one document, or a line a case and a last one."""
        report: dict[str, Any]
        *results, report = [json.loads(line) for line in self.out.splitlines()]
        assert "counts" in report or not results
        report["results"] += results
        errors = [error.message for error in validator("report").iter_errors(report)]
        assert not errors
        assert report["exit_code"] == self.code
        assert {problem["code"] for problem in _problems(report)} <= known_codes()
        return report

    @property
    def problems(self) -> list[dict[str, Any]]:
        """All problems of the report, of the run and of each case."""
        return _problems(self.report)


def _problems(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of the run and of each case; results of other commands than build and validate have none."""
    return [*report["problems"], *(p for result in report["results"] for p in result.get("problems", ()))]


@cache
def known_codes() -> frozenset[str]:
    """Codes of problems that are documented: in docs/errors.md, and the rules."""
    groups = json.loads((ROOT / "docs" / "problems.json").read_text(encoding="utf-8"))
    return frozenset([*(code for group in groups for code in group["codes"]), *all_rules()])


def change(data: Any, edits: Mapping[str, Any]) -> None:
    """Set the value at each JSON pointer, or take it away where the value is REMOVE; ``/-`` appends."""
    for pointer, value in edits.items():
        *steps, last = pointer.lstrip("/").split("/")
        target = data
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        if isinstance(target, list):
            target.append(value) if last == "-" else target.__setitem__(int(last), value)
        elif value is REMOVE:
            del target[last]
        else:
            target[last] = value


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run as on a machine whose locale is English; those of languages set their own."""
    for name in ("LANGUAGE", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def case_folder(tmp_path: Path) -> Path:
    """A copy of the example wang-xiaoming, free to be spoilt."""
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLES / "wang-xiaoming", folder)
    return folder


@pytest.fixture
def edit(case_folder: Path) -> Edit:
    """Change the copied case by JSON pointers; returns the path of the case file."""

    def edit_case(edits: Mapping[str, Any]) -> Path:
        path = case_folder / "case.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        change(data, edits)
        path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
        return path

    return edit_case


@pytest.fixture
def visa_packet(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the command in this process, from its own entry point to its exit."""

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["visa-packet", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        code = stop.value.code
        assert isinstance(code, int)
        return Run(code, out, err)

    return run


def run_process(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Run:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        check=False,
        timeout=60,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def strings(data: Any) -> Iterator[str]:
    """Every string value of a JSON document."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)


#: What only the patient's own file says: none of it may stand in a message or a log.
PERSONAL = (
    "王晓明",
    "XIAOMING",
    "EJ0123456",
    "110105199203140032",
    "虚构路",
    "wang.xiaoming@",
    "1992-03-14",
    "膝骨关节炎",
)


def assert_refused(run: Run, out: Path, code: int) -> list[dict[str, Any]]:
    """The common expectation of every failure: right code, no output, no traceback, nothing personal.

    ``run`` was made with --json. Returns its problems, each of which says where and what to do.
    """
    assert run.code == code
    assert not out.exists()
    assert "Traceback" not in run.err
    for value in PERSONAL:
        assert value not in run.out
        assert value not in run.err
    problems = run.problems
    assert problems
    for problem in problems:
        assert problem["message"]
        assert problem["hint"]
        if problem["severity"] != "info":  # of notes, only their number is printed
            assert problem["message"] in run.err
            assert problem["hint"] in run.err
    return problems


@pytest.fixture(scope="session")
def packet_of(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Callable[..., Path]:
    """Folder of an example's packet, built once with each engine that is asked for; copy it before you change it.

    Once for all processes of xdist: the folder for their temporary files lies in one that they share.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if hasattr(pytestconfig, "workerinput") else own) / "packets"
    shared.mkdir(exist_ok=True)

    @cache
    def build(example: str, engine: str) -> Path:
        out = shared / f"{example}-{engine}"
        with out.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not out.exists():
                build_case(EXAMPLES / example / "case.json", out, Options(AS_OF, engine=engine))
        return out / example

    def folder(example: str, engine: str = DEFAULT_ENGINE) -> Path:
        return build(example, engine)

    return folder


@pytest.fixture(scope="session")
def packet(packet_of: Callable[..., Path]) -> Path:
    """Folder of the example wang-xiaoming's packet."""
    return packet_of("wang-xiaoming")


@pytest.fixture(scope="session")
def packet_with_companion(packet_of: Callable[..., Path]) -> Path:
    """The same of the example chen-lihua, who travels with a companion."""
    return packet_of("chen-lihua")


@pytest.fixture
def ordinary_user(tmp_path: Path) -> Iterator[None]:
    """Run as somebody to whom the modes of files apply, also when that is root."""
    closed = tmp_path / "closed"
    closed.touch(mode=0)
    with without_override():
        try:
            closed.read_bytes()
        except PermissionError:
            closed.unlink()
            yield
        else:
            pytest.skip("root may read and write everything here")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """In CI nothing may be missing: a test that was skipped because it needs a program has failed."""
    report = yield
    reason = str(call.excinfo.value) if call.excinfo else ""
    if os.environ.get("CI") and report.skipped and reason.startswith("needs "):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {reason}"
    return report
