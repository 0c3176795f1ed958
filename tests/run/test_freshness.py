"""Whether a packet has to be built again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pipeline.case.source import Source
from pipeline.options import BuildOptions
from pipeline.packet.set_files import load_template_set
from pipeline.publish.destination import Folder
from pipeline.publish.manifest import Manifest, seal
from pipeline.publish.provenance import rules_used
from pipeline.run.task import Task, TaskResult, run_task
from pipeline.system.atomic import sha256
from pipeline.visa.rules.catalogue import CATALOGUE_FILE
from tests.support.built import make_set
from tests.support.cases import AS_OF, EXAMPLES, change

pytestmark = pytest.mark.slow

Run = Callable[..., TaskResult]
PHOTO = "papers/photo.jpg"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case that refers to the directory, with one paper, free to be spoilt."""
    shutil.copytree(EXAMPLES / "gao-zhiyuan", tmp_path / "case")
    shutil.copytree(EXAMPLES / "directory", tmp_path / "directory")
    path = tmp_path / "case" / "case.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["attachments"] = [paper for paper in data["attachments"] if paper["path"] == PHOTO]
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def options(tmp_path: Path) -> BuildOptions:
    small = make_set(tmp_path / "set", "{{ patient.name.chinese }} {{ hospital.phone }}")
    return BuildOptions(AS_OF, str(small), allow_missing=True)


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


def test_a_changed_input_is_noticed(run: Run, case: Path, subtests: pytest.Subtests) -> None:
    run()
    for file in ("case.json", PHOTO, "../directory/hospitals/aoba.json", "../set/packet.json"):
        with subtests.test(file):
            path = case.parent / file
            path.write_bytes(path.read_bytes() + (b"\n" if file.endswith("json") else b"\0"))
            load_template_set.cache_clear()  # another process would read the set again
            assert run().status == "built"
            assert run().status == "current"


def test_another_day_is_noticed(run: Run) -> None:
    run()
    assert run(as_of=AS_OF.replace(day=23)).status == "built"


def test_another_version_is_noticed(run: Run, tmp_path: Path, subtests: pytest.Subtests) -> None:
    run()
    path = tmp_path / "out" / "gao-zhiyuan" / "manifest.json"
    for pointer in ("/visa_packet", "/engine/version", "/versions/pypdf", "/rules/sha256"):
        with subtests.test(pointer):
            data = json.loads(path.read_text(encoding="utf-8"))
            change(data, {pointer: "0" * 64})
            path.write_bytes(seal(msgspec.convert(data, Manifest)))
            assert run().status == "built"


def test_strict_does_not_take_what_was_built_with_warnings(run: Run) -> None:
    assert "warning" in {problem.severity for problem in run().problems}
    assert run(strict=True).status == "failed"


def test_a_packet_that_was_touched_is_built_again(run: Run, tmp_path: Path, subtests: pytest.Subtests) -> None:
    run()
    folder = tmp_path / "out" / "gao-zhiyuan"
    bundle, manifest = folder / "bundle.pdf", folder / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    elsewhere = shutil.copy(bundle, tmp_path / "elsewhere.pdf")

    def link() -> None:
        bundle.unlink()
        bundle.symlink_to(elsewhere)

    faults: dict[str, Callable[[], object]] = {
        "changed": lambda: bundle.write_bytes(b"%PDF-"),
        "missing": bundle.unlink,
        "added": lambda: (folder / "documents" / "more.pdf").write_bytes(b"x"),
        "a link": link,
        "an edited manifest": lambda: manifest.write_text(
            text.replace('"findings": [', '"findings": [ '), encoding="utf-8"
        ),
        "half a manifest": lambda: manifest.write_text(text[: len(text) // 2], encoding="utf-8"),
        "a list": lambda: manifest.write_text("[]", encoding="utf-8"),
    }
    for name, touch in faults.items():
        with subtests.test(name):
            touch()
            assert run().status == "built"
            assert run().status == "current"


def test_the_stamp_of_the_rules_holds_the_tables() -> None:
    assert rules_used().sha256 != sha256(CATALOGUE_FILE.read_bytes())
    assert list((CATALOGUE_FILE.parents[1] / "data").glob("*.json"))
