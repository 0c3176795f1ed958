"""The worker processes of the check: each failure costs one step of one template."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from pipeline.authoring.check import workers
from pipeline.authoring.check.template import Job, TemplateResult
from pipeline.authoring.check.trial_fill import Trial
from pipeline.authoring.check.workers import check_all, run_step

pytestmark = pytest.mark.process


def die_at_b(task: tuple[Job, Trial | None]) -> TemplateResult:
    """Stands in for a step; runs in a worker."""
    print("a text of the template")  # noqa: T201 - must not reach the output of the command
    if task[0].path == "b.docx":
        os.kill(os.getpid(), signal.SIGKILL)
    return TemplateResult((), frozenset({task[0].path}))


def test_a_template_that_kills_its_process_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workers, "run_step", die_at_b)
    first, broken, last = check_all([Job("a.docx"), Job("b.docx"), Job("c.docx")])
    assert first == TemplateResult((), frozenset({"a.docx"}))
    assert last == TemplateResult((), frozenset({"c.docx"}))
    (finding,) = broken.findings
    assert (finding.code, finding.file) == ("template-broke", "b.docx")
    assert capfd.readouterr() == ("", "")


def wait_or_compute(task: tuple[Job, Trial | None]) -> TemplateResult:
    """Stands in for a step; runs in a worker."""
    if task[0].path == "wait.docx":
        time.sleep(2)
        return TemplateResult(())
    while True:
        pass


def test_time_is_what_a_step_computes_and_the_hint_names_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "run_step", wait_or_compute)
    monkeypatch.setattr(workers, "_PATIENCE", 1000)
    waited, computed = check_all([Job("wait.docx"), Job("compute.docx")], 1)
    assert waited == TemplateResult(())
    (finding,) = computed.findings
    assert (finding.code, finding.file) == ("template-time", "compute.docx")
    assert "VISA_PACKET_STEP_SECONDS" in finding.hint


def test_a_step_that_waits_for_nothing_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "run_step", wait_or_compute)
    monkeypatch.setattr(workers, "_PATIENCE", 0.2)
    ((finding,),) = [result.findings for result in check_all([Job("wait.docx")], 1)]
    assert finding.code == "template-time"


def test_an_unforeseen_error_of_the_check_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_job: Job) -> TemplateResult:
        raise KeyError("a text of the template")

    monkeypatch.setattr(workers, "check_template", fail)
    (finding,) = run_step((Job("a.docx"), None)).findings
    assert (finding.code, finding.file) == ("template-broke", "a.docx")
    assert "test_workers.py:" in finding.message
    assert "a text of" not in finding.message


def test_modules_of_the_users_folder_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "random", "pebble"):
        (tmp_path / f"{name}.py").write_text("import os; os._exit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    (result,) = check_all([Job(str(tmp_path / "none.docx"))])
    assert [finding.code for finding in result.findings] == ["template-missing"]


def test_nothing_to_do() -> None:
    assert check_all([]) == []
