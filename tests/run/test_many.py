"""Many cases: order, retries, lost workers, memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.source import Source
from pipeline.errors import CaseError, ExitCode
from pipeline.options import BuildOptions
from pipeline.publish.destination import Folder
from pipeline.run import many as batch
from pipeline.run.many import check_ids, run_many
from pipeline.run.pools.pool import WorkerDiedError
from pipeline.run.pools.workers import LocalPool
from pipeline.run.stages import enter
from pipeline.run.task import Task, TaskResult
from tests.support.cases import AS_OF


def task(name: str) -> Task:
    return Task(Source(name, Path(), b"{}"), Folder(Path("out")), BuildOptions(AS_OF))


class Faulty:
    """A pool that does what the name of the source says."""

    jobs = 2

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.waiting = 0
        self.most = 0

    def submit(self, _function: Any, given: Task) -> Future[TaskResult]:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        name = given.source.file
        self.tried.append(name)
        future: Future[TaskResult] = Future()
        first = self.tried.count(name) == 1
        if name == "dies-always" or (name == "dies-once" and first):
            future.set_exception(WorkerDiedError())
        elif name.startswith("hangs"):
            future.set_exception(TimeoutError())
        else:
            future.set_result(TaskResult(name, "built"))
        original = future.result

        def result(timeout: float | None = None) -> TaskResult:
            self.waiting -= 1
            return original(timeout)

        future.result = result  # type: ignore[method-assign]
        return future

    def stop(self) -> None:
        pass


def test_results_come_in_the_order_of_the_inputs() -> None:
    names = [f"case-{number}" for number in range(50)]
    found = [done.name for done in run_many(map(task, names), Faulty())]
    assert found == names


def test_a_lost_worker_costs_one_retry() -> None:
    pool = Faulty()
    statuses = [done.status for done in run_many(map(task, ["a", "dies-once", "b"]), pool)]
    assert statuses == ["built", "built", "built"]
    assert pool.tried.count("dies-once") == 2


@pytest.mark.parametrize(("name", "code"), [("dies-always", "worker-died"), ("hangs", "worker-timeout")])
def test_a_worker_that_is_lost_twice_is_a_finding(name: str, code: str) -> None:
    pool = Faulty()
    [before, lost, after] = run_many(map(task, ["a", name, "b"]), pool)
    assert (before.status, after.status) == ("built", "built")
    assert (lost.status, lost.code) == ("failed", ExitCode.ENGINE)
    [problem] = lost.problems
    assert (problem.code, problem.file) == (code, f"{name}:1")
    assert pool.tried.count(name) == 2


def test_only_a_few_tasks_wait_however_many_there_are() -> None:
    pool = Faulty()
    count = sum(1 for _ in run_many((task(f"case-{number}") for number in range(2_000)), pool))
    assert count == 2_000
    assert pool.most <= pool.jobs * batch._AHEAD + 1


def test_ids_are_compared_before_the_work() -> None:
    def given(*ids: str) -> Iterator[Source]:
        return (Source("x.jsonl", Path(), f'{{"case_id": "{name}"}}'.encode(), n) for n, name in enumerate(ids, 1))

    assert check_ids(given("a", "b", "c")) == 3
    with pytest.raises(CaseError) as error:
        check_ids(given("a", "b", "a", "b"))
    assert [(problem.code, problem.line) for problem in error.value.problems] == [
        ("case-id-repeated", 3),
        ("case-id-repeated", 4),
    ]


def kill_itself(_given: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep_long(_given: object) -> None:
    time.sleep(600)


def answer(given: int) -> int:
    enter("draw")
    os.write(2, b"a library's message, which may quote a case")
    return given + 1


class TestLocalPool:
    """Real processes."""

    @pytest.mark.process
    def test_one_that_dies_or_hangs_does_not_hurt_the_others(self, capfd: pytest.CaptureFixture[str]) -> None:
        events: dict[int, list[tuple[str, bool]]] = defaultdict(list)
        pool = LocalPool(
            2, timeout=8, listen=lambda given, event: events[given].append((event.stage, event.seconds is not None))
        )
        try:
            futures = [pool.submit(answer, 1), pool.submit(kill_itself, 0), pool.submit(answer, 2)]
            assert futures[0].result() == 2
            with pytest.raises(WorkerDiedError):
                futures[1].result()
            assert futures[2].result() == 3
            hanging = pool.submit(sleep_long, 0)
            with pytest.raises(TimeoutError):
                hanging.result()
            assert pool.submit(answer, 3).result() == 4
        finally:
            pool.stop()
        assert events == {given: [("draw", False), ("draw", True)] for given in (1, 2, 3)}
        assert capfd.readouterr() == ("", "")

    @pytest.mark.process
    def test_others_may_use_processes_after_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its temporary folder, where the socket of its processes is, goes with the run."""
        with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patch:
            patch.setattr("tempfile.tempdir", folder)
            LocalPool(1, timeout=8).stop()
        process = multiprocessing.get_context("forkserver").Process(target=answer, args=(1,))
        process.start()
        process.join()
        assert process.exitcode == 0
