from __future__ import annotations

import platform
import sys
from typing import Any

import pytest

from pipeline.cli.commands.doctor import examine
from pipeline.errors import EngineError, Problem
from pipeline.formats.fonts import FONT_PACKAGES
from pipeline.publish.provenance import LIBRARIES
from tests.support.run import Command


@pytest.mark.slow
def test_everything_is_there(visa_packet: Command) -> None:
    """Nor is the machine named."""
    run = visa_packet("doctor", "--json")
    assert (run.code, run.err) == (0, "")
    assert platform.node() not in run.out
    checks = run.report["results"]
    missing = {check["name"] for check in checks if check["availability"] != "ok"}
    assert missing <= {"engine libreoffice"}  # which may be left out
    names = {check["name"] for check in checks}
    assert {"visa-packet", "templates medical-stay", "engine office2pdf", *FONT_PACKAGES, *LIBRARIES} <= names
    (engine,) = [check for check in checks if check["name"] == "engine office2pdf"]
    assert "NotoSansCJK" in engine["detail"]
    assert engine["version"]


def test_a_missing_font_is_reported(visa_packet: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in FONT_PACKAGES:
        monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    run = visa_packet("doctor", "--json")
    assert run.code == 6
    missing = [check for check in run.report["results"] if check["availability"] == "missing"]
    assert [check["name"] for check in missing if check["name"] in FONT_PACKAGES] == list(FONT_PACKAGES)
    assert all(check["hint"] for check in missing)


def test_an_engine_that_fails_is_reported(visa_packet: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def convert(self, _docx: bytes) -> bytes:
            raise EngineError(Problem("engine-failed", "error", "it failed", "fix it"))

    monkeypatch.setattr("pipeline.cli.commands.doctor.load_engine", lambda _name: Broken())
    run = visa_packet("doctor", "--json")
    assert run.code == 6
    (check,) = [check for check in run.report["results"] if check["availability"] == "missing"]
    assert (check["name"], check["detail"], check["hint"]) == ("engine typst", "it failed", "fix it")
    shown = visa_packet("doctor")
    assert shown.code == 6
    assert "missing engine typst" in shown.out
    words = {line.partition(" ")[0] for line in shown.out.splitlines()}
    assert words == {"ok", "missing", "warn", ""}  # no colours
    assert "hint: fix it" in shown.out


def test_an_engine_that_is_not_installed_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> Any:
        raise ModuleNotFoundError("No module named 'office2pdf'")

    monkeypatch.setattr("pipeline.cli.commands.doctor.load_engine", missing)
    (check,) = [check for check in examine() if check.availability == "missing"]
    assert check.detail == "a library is not installed, or not completely"
    assert "pip install" in (check.hint or "")
