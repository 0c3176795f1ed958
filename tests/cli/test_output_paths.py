"""Paths that cannot be written or looked at: every command names the path, and never speaks of its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cases import EXAMPLES
from tests.support.run import Command

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "xu-wenjing" / "case.json"
TABLE = EXAMPLES / "table"
DAY = ("--as-of", "2026-11-22")
LONG = "x" * 300

WRITING = {
    "build": ("build", CASE, *DAY, "--allow-missing", "-o"),
    "build several": ("build", CASE, EXAMPLES / "sun-yifan", *DAY, "--allow-missing", "-o"),
    "import": ("import", TABLE / "cases.csv", "--mapping", TABLE / "mapping.json", "-o"),
    "preview": ("templates", "preview", "short-term-visit", "--case", CASE, *DAY, "-o"),
    "timeline --png": ("timeline", CASE, *DAY, "--png"),
    "timeline --ics": ("timeline", CASE, *DAY, "--ics"),
    "status --html": ("status", CASE, *DAY, "--html"),
    "status --ics": ("status", CASE, *DAY, "--ics"),
    "reminders": ("reminders", CASE, *DAY, "-o"),
    "templates new": ("templates", "new", "letter", "--in"),
}


@pytest.mark.parametrize("out", [LONG, f"{LONG}/a", "/proc/a", "file/a", "loop/a", "/dev/null/a"])
@pytest.mark.parametrize("name", WRITING)
def test_an_output_that_cannot_be_written_is_named(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("loop").symlink_to("loop")
    run = visa_packet(*WRITING[name], out, "--json")
    problem = run.problems[0]
    assert (run.code, problem["code"]) in {(7, "output"), (7, "output-file"), (7, "output-exists")}, run.err
    named = problem["file"].removesuffix("/letter.docx").removesuffix("/xu-wenjing-hospital.eml")
    assert named in {out, str(Path(out).parent)}


READING = {
    **{
        name: (name, LONG)
        for name in ("validate", "build", "status", "reminders", "timeline", "match", "verify", "signed")
    },
    "a pattern": ("build", f"{LONG}*"),
    "a line": ("build", f"{LONG}/a.jsonl"),
    "build --templates": ("build", CASE, "--templates", LONG),
    "check": ("templates", "check", LONG),
    "list": ("templates", "list", LONG),
    "preview": ("templates", "preview", "--case", LONG),
    "preview --against": ("templates", "preview", "short-term-visit", "--case", CASE, "--against", LONG),
    "form": ("form", "inspect", LONG),
}


@pytest.mark.parametrize("name", READING)
def test_an_input_that_the_system_refuses_is_no_fault_of_the_output(visa_packet: Command, name: str) -> None:
    run = visa_packet(*READING[name], "--json")
    assert run.code in {2, 3, 4, 5, 8}, run.err
