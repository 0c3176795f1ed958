"""One case in a fork. Each test is a program of its own: the process of the tests has threads, and an engine."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

#: The parent needs a moment to take the answer, and the process of which it is the work is still ending then.
ENDS_SLOWLY = """
import time
from multiprocessing import util
from pipeline.run.pools.fork import in_fork, may_fork
def taken(value):
    time.sleep(0.3)
    return value
class Answer:
    def __reduce__(self):
        return taken, (7,)
def work():
    util.Finalize(None, time.sleep, args=(1,), exitpriority=1)
    return Answer()
assert may_fork()
print(in_fork(work, 30))
"""
NO_PROCESS = """
import errno, json, os
from pipeline.errors import EngineError
from pipeline.run.pools.fork import in_fork
def refuse():
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
os.fork = refuse
try:
    in_fork(lambda: 7, 30)
except EngineError as error:
    print(json.dumps([[problem.code, problem.message] for problem in error.problems]))
"""
MESSAGE = """
import os
from pipeline.run.pools.fork import ForkPool
from pipeline.run.stages import enter
def work(given):
    enter("draw")
    return os.write(1, b"a") + os.write(2, b"a library's message, which may quote a case") > given
events = []
pool = ForkPool(30, lambda given, event: events.append([given, event.stage, event.seconds is not None]))
print(pool.submit(work, 2).result(), events)
"""
HERE = """
import os, threading
from pipeline.run.pools.fork import in_fork
{before}
print(in_fork(os.getpid, 30) == os.getpid())
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_fork_that_is_ended_while_it_ends_says_nothing() -> None:
    assert run(ENDS_SLOWLY) == "7"


def test_what_is_printed_in_a_fork_is_not_seen_but_its_stages_are_reported() -> None:
    assert run(MESSAGE) == "True [[2, 'draw', False], [2, 'draw', True]]"


def test_a_system_that_makes_no_process_is_reported() -> None:
    [(code, message)] = json.loads(run(NO_PROCESS))
    assert code == "worker-start"
    assert "resource temporarily unavailable" in message


@pytest.mark.parametrize(
    ("before", "here"),
    [
        ("", "False"),
        ("import office2pdf", "True"),
        ("threading.Thread(target=threading.Event().wait, daemon=True).start()", "True"),
    ],
)
def test_a_process_with_an_engine_or_with_threads_works_itself(before: str, here: str) -> None:
    """A fork would lack both, and wait for them."""
    assert run(HERE.format(before=before)) == here
