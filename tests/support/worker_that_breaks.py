"""A reader of attachments that does what the file says: dies, hangs, takes all memory."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from pipeline.attachments.messages import ReaderAnswer, Request
from pipeline.attachments.reader_tasks import answer_request


def compute() -> None:
    while True:
        pass


def framed(answer: ReaderAnswer) -> bytes:
    content = msgspec.msgpack.encode(answer)
    return struct.pack(">Q", len(content)) + content


def half_an_answer() -> None:
    write_and_exit(framed(ReaderAnswer(b"%PDF" * 1000, 1))[:1000])


def two_answers() -> None:
    """The second would be read as the answer about the next paper."""
    write_and_exit(2 * framed(ReaderAnswer(b"%PDF", 1)))


def write_and_exit(content: bytes) -> None:
    os.write(max(number for number in range(20) if is_pipe(number)), content)
    os._exit(0)


def start_a_process() -> None:
    subprocess.Popen(["sleep", "600"])  # noqa: S607 - wherever it is
    os._exit(0)


def fail() -> None:
    raise AssertionError("CANARY of a patient")


def is_pipe(number: int) -> bool:
    try:
        return Path(f"/proc/self/fd/{number}").readlink().name.startswith("pipe:")
    except OSError:
        return False


FAULTS: dict[str, Callable[[], object]] = {
    "segfault": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(0),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "half an answer": half_an_answer,
    "two answers": two_answers,
    "computes": compute,
    "sleeps": lambda: time.sleep(600),
    "memory": lambda: bytes(2_000_000_000),
    "file": lambda: Path("/tmp/attach-canary").write_bytes(b"x" * 100),  # noqa: S108 - must not come to be
    "process": start_a_process,
    "raises": fail,
}
FACTS: dict[str, Callable[[], int]] = {
    "pid": os.getpid,
    "network devices": lambda: len(Path("/proc/self/net/dev").read_text(encoding="utf-8").splitlines()) - 2,
    "open files": lambda: sum(1 for _ in Path("/proc/self/fd").iterdir()),
}


def answer(content: bytes) -> bytes:
    """What comes of a file whose content is the name of a fault, or of a fact about the process."""
    order = msgspec.msgpack.decode(content, type=Request).content.decode("latin-1")
    if order in FACTS:
        return msgspec.msgpack.encode(ReaderAnswer(pages=FACTS[order]()))
    FAULTS.get(order, int)()
    return answer_request(content)
