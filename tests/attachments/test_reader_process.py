"""The process that reads attachments: whatever happens in it costs one attachment, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pipeline.attachments import reader_client
from pipeline.attachments.messages import LIMITS, Limits, ReaderAnswer, Request
from pipeline.attachments.read_paper import convert
from pipeline.attachments.reader_client import READER, Reader
from pipeline.attachments.reader_tasks import run_task
from pipeline.errors import Problem, UnusableError
from pipeline.system.limited_client import LIMITED, LimitedClient
from pipeline.system.limited_process import Call, pack
from pipeline.system.processes import isolation
from tests.support.attachments import page_text, pdf_of
from tests.support.cases import EXAMPLES, ROOT
from tests.support.reading import read, text

pytestmark = pytest.mark.slow

CANARY = Path("/tmp/attach-canary")  # noqa: S108 - a reader that may write would write it
GOOD = pdf_of(page_text("good"))
BREAKING = "tests.support.worker_that_breaks:answer"


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The worker whose files say what goes wrong."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(READER, "function", BREAKING)
    CANARY.unlink(missing_ok=True)
    LIMITED.stop()
    yield
    LIMITED.stop()


def refusal(order: str, limits: Limits = LIMITS) -> Problem:
    with pytest.raises(UnusableError) as error:
        convert(Request(order.encode(), limits=limits))
    return error.value.problem


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.usefixtures("breaking")
class TestFaults:
    @pytest.mark.parametrize(
        ("order", "code"),
        [
            ("segfault", "attachment-broke"),
            ("exit", "attachment-broke"),
            ("killed", "attachment-broke"),
            ("half an answer", "attachment-broke"),
            ("two answers", "attachment-broke"),
            ("memory", "attachment-broke"),
            ("raises", "attachment-broke"),
            ("file", "attachment-broke"),
            ("process", "attachment-broke"),
        ],
    )
    def test_each_costs_its_attachment_and_the_next_is_read(self, order: str, code: str) -> None:
        worker = LIMITED.start()
        error = refusal(order)
        assert error.code == code
        assert error.hint
        assert "CANARY" not in error.message + error.hint
        assert convert(Request(GOOD)).pages == 1
        assert LIMITED.start() is worker, "no other worker was needed"
        assert not CANARY.exists() or not CANARY.stat().st_size

    def test_what_computes_for_ever_is_ended(self) -> None:
        before = time.monotonic()
        error = refusal("computes", replace(LIMITS, cpu_seconds=1))
        assert (error.code, error.message) == ("attachment-time", "reading it took longer than 1 seconds")
        assert time.monotonic() - before < 30
        assert convert(Request(GOOD)).pages == 1

    def test_what_waits_for_ever_is_ended(self) -> None:
        error = refusal("sleeps", replace(LIMITS, wall_seconds=0.5))
        assert (error.code, error.message) == ("attachment-time", "reading it took longer than 0.5 seconds")
        assert convert(Request(GOOD)).pages == 1

    @pytest.mark.skipif(not isolation(), reason="this system lets nobody leave its network")
    def test_there_is_no_network(self) -> None:
        assert convert(Request(b"network devices")).pages <= 1  # its own loopback, which is down

    def test_each_file_has_a_process_of_its_own(self) -> None:
        first, second = (convert(Request(b"pid")).pages for _ in range(2))
        assert first != second
        assert gone(first)
        assert gone(second)

    def test_a_process_that_it_starts_does_not_outlive_it(self) -> None:
        before = sleepers()
        assert refusal("process").code == "attachment-broke"
        assert all(gone(pid) for pid in sleepers() - before)

    def test_it_has_no_file_open_but_its_answer(self) -> None:
        # its three of nothing, the answer, the folder that it lists
        assert convert(Request(b"open files")).pages <= 5

    def test_no_process_is_left_when_the_worker_is_ended(self) -> None:
        worker = LIMITED.start()
        pid = worker.pid
        asking = threading.Thread(target=refusal, args=("sleeps",))
        asking.start()
        until = time.monotonic() + 20
        while not children_of(pid) and time.monotonic() < until:
            time.sleep(0.02)
        [reader] = children_of(pid)
        worker.kill()
        asking.join(20)
        assert gone(reader)
        assert gone(pid)

    def test_no_process_is_left_when_the_one_who_asks_goes_away(self) -> None:
        worker = LimitedClient().start()
        pid = worker.pid
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(pack(Call(BREAKING, (msgspec.msgpack.encode(Request(b"sleeps")),))))
        worker.stdin.flush()
        until = time.monotonic() + 20
        while not children_of(pid) and time.monotonic() < until:
            time.sleep(0.02)
        [reader] = children_of(pid)
        worker.stdin.close()
        assert gone(reader)
        assert gone(pid)
        worker.stdout.close()
        worker.wait()


@pytest.mark.usefixtures("breaking")
class TestTogether:
    """``Reader.ask_together``, which the tests of other rooms replace: no other Reader is patched."""

    def ask(self, *contents: bytes, memory: int = LIMITS.memory_bytes) -> list[int | None]:
        """The pages of each, or None."""
        reader = Reader()
        reader.function = READER.function
        limits = replace(LIMITS, memory_bytes=memory)
        answers = reader.ask_together([Request(content, limits=limits) for content in contents])
        return [None if answer is None else answer.pages for answer in answers]

    def test_files_of_a_case_share_one_process(self) -> None:
        first, second, good = self.ask(b"pid", b"pid", GOOD)
        assert first == second
        assert good == 1

    @pytest.mark.parametrize("order", ["segfault", "half an answer", "raises", "memory"])
    def test_where_one_breaks_it_each_is_to_be_asked_about_alone(self, order: str) -> None:
        assert self.ask(GOOD, order.encode(), GOOD) == [None, None, None]

    def test_one_that_cannot_be_used_is_to_be_asked_about_alone(self) -> None:
        assert self.ask(GOOD, b"no PDF", GOOD) == [1, None, 1]

    def test_a_single_file_has_a_process_of_its_own_anyway(self) -> None:
        assert self.ask(GOOD) == [None]

    def test_large_files_are_not_read_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reader_client, "_TOGETHER_BYTES", 2 * len(GOOD))
        assert self.ask(GOOD, GOOD, GOOD, GOOD + b" ") == [1, 1, None, None]


def sleepers() -> set[int]:
    """Processes of any parent that sleep for ten minutes."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:2] == [b"sleep", b"600"]:
            found.add(int(path.parent.name))
    return found


class TestWorker:
    def test_one_worker_reads_all(self) -> None:
        worker = LIMITED.start()
        assert [read(GOOD, apart=True).pages for _ in range(3)] == [1, 1, 1]
        assert LIMITED.start() is worker

    def test_a_worker_that_died_is_replaced(self) -> None:
        os.kill(LIMITED.start().pid, signal.SIGKILL)
        with pytest.raises(UnusableError, match="crashed on this file"):
            read(GOOD, apart=True)
        assert read(GOOD, apart=True).pages == 1

    def test_a_process_that_was_forked_has_its_own(self) -> None:
        LIMITED.start()
        child = os.fork()
        if not child:
            try:
                found = text(read(GOOD, apart=True).pdf)[0].strip()
                LIMITED.stop()
                os._exit(0 if found == "good" else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert read(GOOD, apart=True).pages == 1

    def test_several_threads_may_ask(self) -> None:
        contents = {word: pdf_of(page_text(word)) for word in ("one", "two", "three", "four")}
        found: dict[str, str] = {}

        def ask(word: str) -> None:
            for _ in range(3):
                found[word] = text(read(contents[word], apart=True).pdf)[0].strip()

        threads = [threading.Thread(target=ask, args=(word,)) for word in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {word: word for word in contents}

    def test_a_file_that_needs_too_much_memory_is_reported(self) -> None:
        error = refused_for_memory()
        assert error.code in {"attachment-memory", "attachment-bomb", "attachment-broke"}

    def test_the_same_file_gives_the_same_bytes_in_any_worker(self) -> None:
        first = read(GOOD, apart=True).pdf
        LIMITED.stop()
        assert read(GOOD, apart=True).pdf == first


def refused_for_memory() -> Problem:
    with pytest.raises(UnusableError) as error:
        read(pdf_of(b" " * 90_000_000), limits=replace(LIMITS, memory_bytes=200_000_000), apart=True)
    return error.value.problem


def test_the_same_file_gives_the_same_paper() -> None:
    paper = EXAMPLES / "wang-xiaoming" / "papers" / "bank-certificate.pdf"
    request = Request(paper.read_bytes())
    first, second = run_task(request), run_task(request)
    assert isinstance(first, ReaderAnswer)
    assert second == first
