"""A run of the command line, and the common expectation of one that fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from pipeline.formats.json.schema_files import bundled_schema
from pipeline.formats.json.violations import format_checker
from pipeline.visa.rules.catalogue import all_rules
from tests.support.cases import PERSONAL, ROOT

Command = Callable[..., "Run"]


@dataclass(frozen=True)
class Run:
    """One run of the command line."""

    code: int
    out: str
    err: str

    @cached_property
    def report(self) -> dict[str, Any]:
        """The report on standard output, which must meet its schema: one document."""
        report: dict[str, Any] = json.loads(self.out)
        errors = [error.message for error in bundled_validator("report").iter_errors(report)]
        assert not errors
        assert report["exit_code"] == self.code
        assert {problem["code"] for problem in _problems(report)} <= known_codes()
        return report

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The lines on standard output, each of which must meet its schema; the last one is a report."""
        lines = [json.loads(line) for line in self.out.splitlines()]
        errors = [error.message for line in lines for error in bundled_validator("line").iter_errors(line)]
        assert not errors
        assert [number for number, line in enumerate(lines, 1) if line["event"] == "report"] == [len(lines)]
        assert lines[-1]["exit_code"] == self.code
        return lines

    @property
    def problems(self) -> list[dict[str, Any]]:
        """All problems of the report, of the run and of each case."""
        return _problems(self.report)


def _problems(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of the run and of each case; results of other commands than build and validate have none."""
    return [*report["problems"], *(p for result in report["results"] for p in result.get("problems", ()))]


@cache
def bundled_validator(name: str) -> Draft202012Validator:
    """Return the validator of a schema as `visa-packet schema NAME --bundle` prints it."""
    return Draft202012Validator(bundled_schema(name), format_checker=format_checker())


@cache
def known_codes() -> frozenset[str]:
    """Codes of problems that are documented: in docs/errors.md, and the rules."""
    groups = json.loads((ROOT / "docs" / "problems.json").read_text(encoding="utf-8"))
    return frozenset([*(code for group in groups for code in group["codes"]), *all_rules()])


def run_process(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Run:
    """Run the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def assert_refused(run: Run, out: Path, code: int) -> list[dict[str, Any]]:
    """The common expectation of every failure: its exit code, no output, no traceback, nothing personal.

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
