"""Limits of memory and time for a piece of work inside this process.

A template is untrusted, and a few tags can need more memory or time than a machine has. The process of the case is
limited too, but only limits around each document can name the template, and let the process continue: the work is done
by Python and lxml, which both raise ``MemoryError``.
"""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

#: Its first number is the size of this process's address space in pages. Only Linux has this file.
_SIZES = Path("/proc/self/statm")
#: The memory limit belongs to the process. Two threads at once would each restore the limit of the other.
_ONE_AT_A_TIME = threading.Lock()
#: The signal is repeated after this time.
_AGAIN_SECONDS = 0.5


class OutOfTimeError(Exception):
    """The work took longer than its limit."""


class _TimeoutEscapedError(BaseException):
    """Raised after an OutOfTimeError that the work itself caught, as libraries do with every Exception."""


@contextmanager
def limited(memory: int, seconds: float) -> Iterator[None]:
    """Limit the block to ``memory`` additional bytes and ``seconds`` of processor time.

    Raises MemoryError or OutOfTimeError in the block. Memory is limited only on Linux. Time is limited only in the main
    thread: in other threads signals are not delivered, and the caller must enforce the time limit.
    """
    with _ONE_AT_A_TIME, _limited_memory(memory), _limited_time(seconds):
        yield


@contextmanager
def _limited_memory(memory: int) -> Iterator[None]:
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
def _limited_time(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    raised = False

    def raise_out_of_time(*_: object) -> NoReturn:
        nonlocal raised
        first, raised = not raised, True
        raise OutOfTimeError if first else _TimeoutEscapedError

    # Not ITIMER_REAL, which ends the process that checks templates. ITIMER_PROF counts time in the kernel too.
    before = signal.signal(signal.SIGPROF, raise_out_of_time)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_SECONDS)
    try:
        yield
    except _TimeoutEscapedError:
        raise OutOfTimeError from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
