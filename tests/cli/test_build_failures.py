"""What ``build`` does when something fails: codes, reports, and the other cases of the run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.bundle.merge_client import merge_limited
from pipeline.bundle.merge_messages import Merged, MergeRequest
from pipeline.run.task import Task, TaskResult, run_task
from tests.support.built import make_set, names_in, snapshot
from tests.support.cases import EXAMPLES, PERSONAL, REMOVE, Edit, change
from tests.support.run import Command, assert_refused

pytestmark = pytest.mark.slow

#: The cases have no attachments, to be quick.
AS_USUAL = ("--as-of", "2026-11-22", "--allow-missing")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set that is quick to build."""
    return make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }}")


@pytest.fixture
def cases(tmp_path: Path) -> Callable[..., Path]:
    """Write a case without attachments as ``cases/<name>/case.json``."""

    def write(name: str, edits: dict[str, Any] | None = None) -> Path:
        data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
        change(data, {"/case_id": name, "/attachments": [], **(edits or {})})
        path = tmp_path / "cases" / name / "case.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
        return path

    return write


def test_one_bad_case_does_not_stop_the_others(
    small: Path, cases: Callable[..., Path], tmp_path: Path, visa_packet: Command
) -> None:
    cases("one")
    bad = cases("two", {"/patient/birth_date": "1992-02-30"})
    cases("three", {"/attachments": [{"role": "passport", "path": "none.png"}]})
    (tmp_path / "cases" / "torn").mkdir()
    (tmp_path / "cases" / "torn" / "case.json").write_text("{", encoding="utf-8")
    cases("zz-last")
    out = tmp_path / "out"
    run = visa_packet("build", tmp_path / "cases", "--templates", small, "-o", out, "--json", *AS_USUAL)
    assert run.code == 9
    results = {Path(result["case"]).parent.name: result for result in run.report["results"]}
    codes = {name: result["exit_code"] for name, result in results.items()}
    assert codes == {"one": 0, "three": 5, "torn": 3, "two": 3, "zz-last": 0}
    assert names_in(out) == ["one", "report.html", "zz-last"]
    assert results["two"]["case"] == str(bad)
    assert results["two"]["bundles"] == []
    assert results["one"]["bundles"][0]["path"] == str(out / "one" / "bundle.pdf")
    for value in PERSONAL:
        assert value not in run.out + run.err


def test_all_good_is_zero_and_one_bad_has_its_own_code(
    small: Path, cases: Callable[..., Path], tmp_path: Path, visa_packet: Command
) -> None:
    files = [cases("one"), cases("two")]
    run = visa_packet("build", *files, "--templates", small, "-o", tmp_path / "out", "--json", *AS_USUAL)
    assert (run.code, [result["exit_code"] for result in run.report["results"]]) == (0, [0, 0])
    run = visa_packet("build", tmp_path / "none.json", "--templates", small, "-o", tmp_path / "x", "--json", *AS_USUAL)
    assert_refused(run, tmp_path / "x", 3)


def test_two_cases_with_one_id_are_refused_before_any_work(
    small: Path, cases: Callable[..., Path], tmp_path: Path, visa_packet: Command
) -> None:
    first, second = cases("one"), cases("two", {"/case_id": "one", "/patient/phone": "+86 10 0000 0124"})
    out = tmp_path / "out"
    run = visa_packet("build", first, second, "--templates", small, "-o", out, "--json", *AS_USUAL)
    [problem] = assert_refused(run, out, 3)
    assert (problem["code"], problem["file"], problem["pointer"]) == ("case-id-repeated", str(second), "/case_id")
    assert str(first) in problem["hint"]
    assert [(result["case"], result["case_id"], result["status"]) for result in run.report["results"]] == [
        (str(second), "one", "failed")
    ]
    assert run.report["counts"] == {"cases": 1, "built": 0, "current": 0, "failed": 1}


def test_a_folder_without_a_case_is_wrong_usage(tmp_path: Path, visa_packet: Command) -> None:
    (tmp_path / "empty").mkdir()
    run = visa_packet("build", tmp_path / "empty", "-o", tmp_path / "out", "--json")
    (problem,) = assert_refused(run, tmp_path / "out", 2)
    assert "case.json" in problem["message"]


def test_strict_refuses_what_only_warns(
    small: Path, cases: Callable[..., Path], tmp_path: Path, visa_packet: Command
) -> None:
    case, out = cases("one", {"/visa/agency": REMOVE}), tmp_path / "out"
    run = visa_packet("build", case, "--templates", small, "-o", out, "--strict", "--json", *AS_USUAL)
    problems = assert_refused(run, out, 3)
    assert "warning" in {problem["severity"] for problem in problems}
    assert visa_packet("build", case, "--templates", small, "-o", out, "--json", *AS_USUAL).code == 0


class TestBug:
    """A fault of the program itself."""

    @pytest.mark.parametrize("error", [RuntimeError, ValueError, AssertionError, RecursionError, MemoryError])
    def test_it_is_reported_without_its_words(
        self,
        small: Path,
        cases: Callable[..., Path],
        tmp_path: Path,
        visa_packet: Command,
        monkeypatch: pytest.MonkeyPatch,
        error: type[Exception],
    ) -> None:
        def fail(*_arguments: Any, **_named: Any) -> bytes:
            raise error(" ".join(PERSONAL))

        monkeypatch.setattr("pipeline.bundle.assemble.merge_limited", fail)
        case, out = cases("one"), tmp_path / "out"
        run = visa_packet("build", case, "--templates", small, "-o", out, "--json", *AS_USUAL)
        (problem,) = assert_refused(run, out, 70)
        assert problem["message"].startswith(f"a bug in visa-packet: {error.__name__} at pipeline/bundle/assemble.py:")
        assert run.report["command"] == "build"

    @pytest.mark.usefixtures("inline_pools")
    def test_a_bug_in_one_case_does_not_stop_the_others(
        self,
        small: Path,
        cases: Callable[..., Path],
        tmp_path: Path,
        visa_packet: Command,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail_for_one(requests: Sequence[MergeRequest]) -> list[Merged]:
            if " one" in requests[0].title:
                raise RuntimeError(PERSONAL[0])
            return merge_limited(requests)

        monkeypatch.setattr("pipeline.bundle.assemble.merge_limited", fail_for_one)
        out = tmp_path / "out"
        run = visa_packet("build", cases("one"), cases("two"), "--templates", small, "-o", out, "--json", *AS_USUAL)
        assert run.code == 9
        assert [result["exit_code"] for result in run.report["results"]] == [70, 0]
        assert names_in(out) == ["report.html", "two"]
        assert PERSONAL[0] not in run.out + run.err


class TestInterrupt:
    """Ctrl-C."""

    def test_it_ends_with_130_and_leaves_nothing(
        self,
        small: Path,
        cases: Callable[..., Path],
        tmp_path: Path,
        visa_packet: Command,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def interrupt(*_arguments: Any, **_named: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("pipeline.publish.folder.write_file", interrupt)
        out = tmp_path / "out"
        run = visa_packet("build", cases("one"), "--templates", small, "-o", out, "--json", *AS_USUAL)
        assert run.code == 130
        assert [problem["code"] for problem in run.report["problems"]] == ["interrupted"]
        assert "Traceback" not in run.err
        assert not out.exists()

    def test_it_may_come_before_the_command_runs(self, visa_packet: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_arguments: Any, **_named: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("pipeline.cli.main.cli.main", interrupt)
        assert visa_packet("build", "case.json", "--json").report["exit_code"] == 130

    @pytest.mark.usefixtures("inline_pools")
    def test_the_cases_before_are_complete(
        self,
        small: Path,
        cases: Callable[..., Path],
        tmp_path: Path,
        visa_packet: Command,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        built: list[TaskResult] = []

        def second_is_interrupted(task: Task) -> TaskResult:
            if built:
                raise KeyboardInterrupt
            built.append(run_task(task))
            return built[0]

        monkeypatch.setattr("pipeline.run.retry.run_task", second_is_interrupted)
        out = tmp_path / "out"
        run = visa_packet("build", cases("one"), cases("two"), "--templates", small, "-o", out, "--json", *AS_USUAL)
        assert run.code == 130
        assert names_in(out) == ["one"]
        assert visa_packet("verify", out / "one", "--json").code == 0


def test_a_failed_build_leaves_an_earlier_packet(
    small: Path, case_folder: Path, edit: Edit, tmp_path: Path, visa_packet: Command
) -> None:
    """One failure of each kind, over a packet that is there."""
    out = tmp_path / "out"
    arguments = ("-o", out, "--json", *AS_USUAL)
    assert visa_packet("build", edit({}), "--templates", small, *arguments).code == 0
    before = snapshot(out)
    broken = make_set(tmp_path / "broken", "{{ nothing }}")
    assert visa_packet("build", edit({}), "--templates", broken, *arguments).code == 4
    assert visa_packet("build", edit({"/patient/occupation/ja": "😀"}), *arguments).code == 3
    edit({"/patient/occupation/ja": "会社員"})
    assert visa_packet("build", edit({"/attachments/0/path": "none.png"}), "--templates", small, *arguments).code == 5
    assert visa_packet("build", edit({"/unknown": 1}), "--templates", small, *arguments).code == 3
    shutil.rmtree(case_folder)
    assert visa_packet("build", case_folder / "case.json", "--templates", small, *arguments).code == 3
    assert snapshot(out) == before
    assert visa_packet("verify", out / "wang-xiaoming", "--json").code == 0
