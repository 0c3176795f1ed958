"""The order in which cases are checked in the background, and that nobody waits for it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator

import pytest

from pipeline.case.source import Source
from pipeline.cli.desk import case_rows
from pipeline.cli.desk.app import Desk
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.errors import CaseError
from pipeline.options import CheckOptions
from pipeline.run.overview.patient_row import PatientRow, failed_row
from tests.support.asgi import Client

PATIENCE = 30


class Checks:
    """Checks that end when the test says so."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.allowed = threading.Semaphore(0)
        self.step = threading.Semaphore(0)

    def check(self, source: Source, _options: CheckOptions) -> PatientRow:
        """Return a row as soon as it is allowed."""
        self.begun.append(source.folder.name)
        self.step.release()
        assert self.allowed.acquire(timeout=PATIENCE)
        return failed_row(source, CaseError.exit_code, ())


@pytest.fixture
def checks(folder: DeskFolder, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checks]:
    """The checks of a folder with five cases."""
    for name in "abcd":
        shutil.copytree(folder.path / "wang-xiaoming", folder.path / name)
    found = Checks()
    monkeypatch.setattr(case_rows, "read_patient", found.check)
    yield found
    found.allowed.release(100)
    desk.close()


def test_a_case_that_is_opened_is_checked_next_and_no_request_waits(
    client: Client, folder: DeskFolder, checks: Checks
) -> None:
    page = client.get("/cases?lang=en").text
    assert "0 of 5 cases are checked" in page
    assert page.count("not checked yet") + page.count("being checked") == 5
    assert checks.step.acquire(timeout=PATIENCE)
    assert client.get("/cases").text.count("being checked") == 1
    [key] = [key for key, path in folder.cases().items() if path.parent.name == "d"]
    for screen in ("", "/papers", "/dates"):
        assert client.get(f"/cases/{key}{screen}").status == 200, "while the first one is being checked"
    for _ in range(4):
        checks.allowed.release()
        assert checks.step.acquire(timeout=PATIENCE)
    assert checks.begun == ["a", "d", "b", "c", "wang-xiaoming"]
    assert "4 of 5" in client.get("/cases?lang=en").text


def test_no_check_begins_while_a_request_is_answered(client: Client, desk: Desk, checks: Checks) -> None:
    with desk.rows.answering():
        client.get("/cases")
        assert not checks.step.acquire(timeout=0.1)
    assert checks.step.acquire(timeout=PATIENCE)
