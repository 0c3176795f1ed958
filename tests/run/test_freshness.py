"""Whether a packet has to be built again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.case.source import Source
from pipeline.options import BuildOptions
from pipeline.publish.destination import Folder
from pipeline.publish.provenance import rules_used
from pipeline.run.task import Task, TaskResult, run_task
from pipeline.system.atomic import sha256
from pipeline.visa.rules.catalogue import CATALOGUE_FILE
from tests.support.built import make_set
from tests.support.cases import AS_OF, EXAMPLES

Run = Callable[..., TaskResult]
PACKET = "../set/packet.json"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case that refers to the directory, with papers, free to be spoilt."""
    shutil.copytree(EXAMPLES / "gao-zhiyuan", tmp_path / "case")
    shutil.copytree(EXAMPLES / "directory", tmp_path / "directory")
    return tmp_path / "case" / "case.json"


@pytest.fixture
def options(tmp_path: Path) -> BuildOptions:
    return BuildOptions(AS_OF, str(make_set(tmp_path / "set", "{{ patient.name.chinese }} {{ hospital.phone }}")))


@pytest.fixture
def run(case: Path, options: BuildOptions, tmp_path: Path) -> Run:
    def run_again(**changed: object) -> TaskResult:
        wanted = replace(options, **changed)  # type: ignore[arg-type]
        return run_task(Task(Source(str(case), case.parent), Folder(tmp_path / "out"), wanted))

    return run_again


def test_an_unchanged_packet_is_current_and_has_the_same_findings(run: Run) -> None:
    first, second = run(), run()
    assert (first.status, second.status) == ("built", "current")
    assert first.built is not None
    assert second.built is not None
    assert second.built.manifest == first.built.manifest
    reported = [(problem.code, problem.severity, problem.message) for problem in first.problems]
    assert [(problem.code, problem.severity, problem.message) for problem in second.problems] == reported
    assert all(problem.hint for problem in second.problems)
    assert [problem.source for problem in second.problems] == [problem.source for problem in first.problems]


def test_with_force_it_is_built_again(run: Run) -> None:
    run()
    assert run(force=True).status == "built"


@pytest.mark.parametrize(
    "file", ["case.json", "papers/photo.jpg", "../directory/hospitals/aoba.json", "../set/packet.json"]
)
def test_a_changed_input_is_noticed(run: Run, case: Path, file: str) -> None:
    run()
    path = case.parent / file
    content = path.read_bytes()
    path.write_bytes(content + (b"\n" if file.endswith("json") else b"\0"))
    from pipeline.packet.set_files import load_template_set  # noqa: PLC0415 - forgets the set as another process would

    load_template_set.cache_clear()
    assert run().status == "built"
    assert run().status == "current"


def test_another_day_is_noticed(run: Run) -> None:
    run()
    assert run(as_of=AS_OF.replace(day=23)).status == "built"


@pytest.mark.parametrize("place", ["visa_packet", "engine/version", "versions/pypdf", "rules/sha256"])
def test_another_version_is_noticed(run: Run, tmp_path: Path, place: str) -> None:
    run()
    path = tmp_path / "out" / "gao-zhiyuan" / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    *steps, last = place.split("/")
    group = data[steps[0]] if steps else data
    group[last] = "0"
    path.write_text(json.dumps(data), encoding="utf-8")
    assert run().status == "built"


def test_strict_does_not_take_what_was_built_with_warnings(run: Run) -> None:
    assert "warning" in {problem.severity for problem in run().problems}
    assert run(strict=True).status == "failed"


@pytest.mark.parametrize("fault", ["changed", "missing", "added", "half a manifest", "a list"])
def test_a_packet_that_was_touched_is_built_again(run: Run, tmp_path: Path, fault: str) -> None:
    run()
    folder = tmp_path / "out" / "gao-zhiyuan"
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    if fault == "changed":
        (folder / "bundle.pdf").write_bytes(b"%PDF-")
    elif fault == "missing":
        (folder / "bundle.pdf").unlink()
    elif fault == "added":
        (folder / "documents" / "more.pdf").write_bytes(b"x")
    else:
        text = {"half a manifest": text[: len(text) // 2], "a list": "[]"}[fault]
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    assert run().status == "built"
    assert run().status == "current"


def test_the_stamp_of_the_rules_holds_the_tables() -> None:
    assert rules_used().sha256 != sha256(CATALOGUE_FILE.read_bytes())
    assert list((CATALOGUE_FILE.parents[1] / "data").glob("*.json"))
