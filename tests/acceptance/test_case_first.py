"""The case is read first: an invalid one is reported before any library of a later stage is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.built import make_part
from tests.support.cases import ROOT

#: What later stages load: PDF, Word, fonts, pictures, templates, encryption.
LATER = (
    "lxml",
    "pikepdf",
    "pypdf",
    "pypdfium2",
    "docx",
    "docxtpl",
    "fontTools",
    "PIL",
    "jinja2",
    "babel",
    "cryptography",
)
#: Of these, what only rare options load: signatures, encryption, volumes.
RARE = {"pypdf", "fontTools", "cryptography"}
#: With a second thread nothing is forked, so that one process does everything. The last line has its modules.
PROGRAM = """
import json, sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
from pipeline.cli.main import main
try:
    main()
except SystemExit as end:
    print(json.dumps([int(end.code), sorted(sys.modules)]))
"""


def run(*arguments: str) -> tuple[int, set[str], str]:
    """Exit code, loaded modules and messages of a command in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    return code, set(modules), done.stderr


@pytest.mark.parametrize(("text", "code"), [('{"a":', "json-syntax"), ('{"case_id": 7}', "schema-type")])
@pytest.mark.parametrize("command", ["build", "validate"])
def test_an_invalid_case_loads_no_later_stage(command: str, text: str, code: str, tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text(text, encoding="utf-8")
    output = ["-o", str(tmp_path / "out")] if command == "build" else []
    exit_code, modules, messages = run(command, str(case), *output)
    assert exit_code == 3
    assert f"error {code}" in messages
    assert not modules & set(LATER)


def test_a_valid_case_loads_them(tmp_path: Path) -> None:
    templates = make_part(tmp_path / "set", "patient-guide")
    words = ("-o", str(tmp_path / "out"), "--templates", str(templates), "--as-of", "2026-11-22")
    code, modules, _ = run("build", "examples/wang-xiaoming/case.json", *words)
    assert code == 0
    assert modules >= set(LATER) - RARE
    assert not modules & RARE
