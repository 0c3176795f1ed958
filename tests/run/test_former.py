"""A failed build says which former packet is still there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.options import BuildOptions
from pipeline.publish.destination import Folder
from pipeline.run.inputs import sources
from pipeline.run.task import Task, TaskResult, run_task
from tests.support.built import make_set
from tests.support.cases import AS_OF, Edit
from tests.support.run import Command

pytestmark = pytest.mark.slow


@pytest.fixture
def small(tmp_path: Path) -> str:
    """A template set that is quick to build."""
    return str(make_set(tmp_path / "small"))


def build(case: Path, out: Path, small: str) -> TaskResult:
    [source] = sources([str(case)])
    return run_task(Task(source, Folder(out), BuildOptions(AS_OF, small)))


def test_a_failure_names_the_packet_that_is_still_there(edit: Edit, small: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert build(edit({}), out, small).former is None
    before = (out / "wang-xiaoming" / "manifest.json").read_bytes()
    for wrong in ("2027-01-01", "soon"):  # against a rule, and against the schema
        done = build(edit({"/patient/passport/expiry_date": wrong}), out, small)
        assert done.status == "failed"
        assert done.former is not None
        assert (done.former.folder, done.former.as_of) == (out / "wang-xiaoming", AS_OF)
        assert done.former.state == "ready_to_file"
    assert (out / "wang-xiaoming" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("case_id", ["wang-xiaoming", "../out/wang-xiaoming", 7])
def test_without_one_nothing_is_said(edit: Edit, small: str, tmp_path: Path, case_id: object) -> None:
    out = tmp_path / "out"
    if case_id != "wang-xiaoming":
        build(edit({}), out, small)
    done = build(edit({"/patient/passport/expiry_date": "soon", "/case_id": case_id}), out, small)
    assert (done.status, done.former) == ("failed", None)


def test_the_command_prints_it(edit: Edit, small: str, tmp_path: Path, visa_packet: Command) -> None:
    options = ("--templates", small, "-o", str(tmp_path / "out"), "--as-of", "2026-11-22")
    assert visa_packet("build", edit({}), *options).code == 0
    case = edit({"/patient/passport/expiry_date": "2027-01-01"})
    run = visa_packet("build", case, *options)
    assert f"the former packet is still there: {tmp_path / 'out' / 'wang-xiaoming'} (as of 2026-11-22" in run.out
    [result] = visa_packet("build", case, *options, "--json").report["results"]
    assert result["former"] == {
        "folder": str(tmp_path / "out" / "wang-xiaoming"),
        "as_of": "2026-11-22",
        "state": "ready_to_file",
    }
