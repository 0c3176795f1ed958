"""Limits of memory and time: they hold, also against what swallows errors, and are gone afterwards."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from pipeline.documents.fill_limits import OutOfTimeError, limited

MEMORY = 64 << 20


def ended_after(seconds: float, work: Callable[[], object]) -> float:
    """Seconds of processor time after which ``work``, done again and again, is ended."""
    started = time.process_time()

    def again() -> None:
        while time.process_time() - started < 5:
            work()

    with pytest.raises(OutOfTimeError), limited(1 << 30, seconds):
        again()
    return time.process_time() - started


@pytest.mark.case("B14")
def test_memory_is_limited_and_then_free() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError), limited(MEMORY, 5):
        bytearray(2 * MEMORY)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert len(bytearray(2 * MEMORY)) == 2 * MEMORY


@pytest.mark.case("B14")
def test_time_in_the_system_counts_too() -> None:
    """Allocating memory again each time is work of the kernel."""
    assert ended_after(0.2, lambda: bytearray(50_000_000)) < 1


@pytest.mark.case("B14")
@pytest.mark.slow
def test_who_swallows_errors_does_not_go_on() -> None:

    def work() -> None:
        with suppress(Exception):
            sum(range(1000))

    assert ended_after(0.1, work) < 1


@pytest.mark.case("B14")
def test_two_at_once_leave_no_limit_behind() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    inside, first_may_end = threading.Event(), threading.Event()

    def work() -> None:
        with limited(1 << 30, 5):
            inside.set()
            first_may_end.wait(5)

    one, other = threading.Thread(target=work), threading.Thread(target=work)
    one.start()
    inside.wait(5)
    other.start()
    time.sleep(0.05)  # it waits, or has taken the first one's limit for the process's own
    first_may_end.set()
    one.join()
    other.join()
    assert resource.getrlimit(resource.RLIMIT_AS) == before
