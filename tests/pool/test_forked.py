"""One case in a fork of this process."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from multiprocessing import util
from typing import Any

import pytest

from pipeline.errors import EngineError
from pipeline.pool.forked import in_fork, may_fork


def taken(value: int) -> int:
    """Only then the parent has the answer."""
    time.sleep(0.3)
    return value


class Answer:
    """An answer that the parent needs a moment to take."""

    def __reduce__(self) -> tuple[Callable[[int], int], tuple[int]]:
        return taken, (7,)


def slow_to_end() -> Any:
    """The process of which this is the work is still ending when its parent has the answer."""
    util.Finalize(None, time.sleep, args=(1,), exitpriority=1)
    return Answer()


def test_a_fork_that_is_ended_while_it_ends_says_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "office2pdf", raising=False)
    assert may_fork()
    assert in_fork(slow_to_end, 30) == 7
    assert capfd.readouterr() == ("", "")


def test_a_system_that_makes_no_process_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.delitem(sys.modules, "office2pdf", raising=False)
    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(EngineError) as error:
        in_fork(lambda: 7, 30)
    [problem] = error.value.problems
    assert problem.code == "worker-start"
    assert "resource temporarily unavailable" in problem.message
