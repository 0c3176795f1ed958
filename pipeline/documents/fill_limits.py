"""Limits of memory and time for a piece of work inside this process.

Filling a document is done by what a stranger wrote into a template, and a few tags can ask for more than a machine has.
The process is that of the case (pipeline/pool); with these limits it can say which template did it, and go on: the work
is Python and lxml, which both give a ``MemoryError``.
"""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

#: The first figure in it is this process's address space, in pages. Linux alone has it.
_SIZES = Path("/proc/self/statm")
#: The limit of memory is the process's: two pieces of work at once would each take the other's for what was before.
_ONE_AT_A_TIME = threading.Lock()
#: After this time the signal comes again.
_AGAIN_SECONDS = 0.5


class OutOfTimeError(Exception):
    """The work took longer than it may."""


class _StillAtWorkError(BaseException):
    """The same when the first was swallowed on the way, as libraries do with every Exception."""


@contextmanager
def bounded(memory: int, seconds: float) -> Iterator[None]:
    """Let what is done inside take ``memory`` more bytes than there are now, and ``seconds`` of processor time.

    Raises MemoryError or OutOfTimeError there. Memory is limited on Linux; time in the main thread: in others
    Python hears no signal, and who waits for them keeps the time.
    """
    with _ONE_AT_A_TIME, _bounded_memory(memory), _bounded_time(seconds):
        yield


@contextmanager
def _bounded_memory(memory: int) -> Iterator[None]:
    if not _SIZES.exists():
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(_SIZES.read_text().split()[0]) * resource.getpagesize()
    allowed = min(limit for limit in (now + memory, before, hard) if limit != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


@contextmanager
def _bounded_time(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = False

    def out_of_time(*_: object) -> NoReturn:
        nonlocal told
        first, told = not told, True
        raise OutOfTimeError if first else _StillAtWorkError

    # Not the timer of real time: that one ends the process that checks templates. This counts the system's work too.
    before = signal.signal(signal.SIGPROF, out_of_time)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_SECONDS)
    try:
        yield
    except _StillAtWorkError:
        raise OutOfTimeError from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
