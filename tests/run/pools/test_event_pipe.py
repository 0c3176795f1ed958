"""Events of several workers through one pipe."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any

import pytest

from pipeline.run.pools.event_pipe import EventPipe, send_event
from pipeline.run.stages import StageEvent


@pytest.fixture
def passed_on() -> list[tuple[Any, StageEvent]]:
    return []


@pytest.fixture
def pipe(passed_on: list[tuple[Any, StageEvent]]) -> EventPipe:
    return EventPipe(lambda argument, event: passed_on.append((argument, event)))


def test_events_of_all_tasks_are_passed_on_until_one_has_ended(
    pipe: EventPipe, passed_on: list[tuple[Any, StageEvent]]
) -> None:
    futures = {name: Future[int]() for name in "ab"}
    tickets = {name: pipe.ticket(name) for name in "ab"}
    for future in futures.values():
        pipe.wake_after(future)
    events = [StageEvent("load"), StageEvent("load", 0.5)]
    for event in events:
        for name in "ba":
            send_event(pipe.writer, (tickets[name], event))
    futures["a"].set_result(1)
    pipe.wait(tickets["a"], futures["a"])
    assert passed_on == [(name, event) for event in events for name in "ba"]
    send_event(pipe.writer, (tickets["a"], events[0]))  # of a worker that was given up
    send_event(pipe.writer, (tickets["b"], StageEvent("plan")))
    futures["b"].set_result(2)
    pipe.wait(tickets["b"], futures["b"])
    assert passed_on[4:] == [("b", StageEvent("plan"))]
    pipe.close()


def test_a_wait_ends_with_the_task_although_no_event_comes(pipe: EventPipe) -> None:
    future, ticket = Future[int](), pipe.ticket("a")
    pipe.wake_after(future)
    waiting = threading.Thread(target=pipe.wait, args=(ticket, future), daemon=True)
    waiting.start()
    future.set_result(1)
    waiting.join(60)
    assert not waiting.is_alive()
    pipe.close()


def test_a_worker_that_waits_to_write_ends_with_the_run(pipe: EventPipe) -> None:
    own = Connection(os.dup(pipe.writer.fileno()), readable=False)  # a worker has a copy, which closing leaves open

    def write() -> None:
        for _ in range(10_000):  # more than a pipe takes
            send_event(own, (0, StageEvent("load")))

    worker = threading.Thread(target=write, daemon=True)
    worker.start()
    pipe.close()
    worker.join(60)
    assert not worker.is_alive()
