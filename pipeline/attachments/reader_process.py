"""The process that reads papers. Each is read in a fork of it, which has limits, no network, and ends with that paper.

So libraries are loaded once, a file that breaks what reads it breaks that alone, and nothing of one patient's file is
left when the next one is read.
"""

from __future__ import annotations

import ctypes
import gc
import io
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

from pipeline.attachments.messages import BrokenFrameError, packed, receive
from pipeline.attachments.reader_tasks import answer_of
from pipeline.system.processes import end_with, leave_interrupts_to_the_parent, limit_memory

#: An answer is read in pieces of this size; more than ``_MAX_ANSWER`` bytes of it are not kept.
_PIECE = 1 << 20
_MAX_ANSWER = 400_000_000
#: Numbers of Linux, for which Python has no names.
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000

Answerer = Callable[[dict[str, Any], bytes], bytes]


def serve(requests: BinaryIO, answers: BinaryIO, answer: Answerer = answer_of) -> None:
    """Answer each request until there are no more."""
    while True:
        try:
            head, body = receive(requests)
        except BrokenFrameError:
            return
        answers.write(_answered(head, body, answer, requests, answers))
        answers.flush()


def _answered(head: dict[str, Any], body: bytes, answer: Answerer, *streams: BinaryIO) -> bytes:
    """The message with which a fork answers, or what became of the fork."""
    read, write = os.pipe()
    worker = os.getpid()
    child = os.fork()
    if not child:
        os.close(read)
        end_with(worker)
        _work(head, body, answer, write, streams)
    os.close(write)
    try:
        content = _everything(read, streams[0], time.monotonic() + head["limits"]["wall_seconds"])
    finally:
        os.close(read)
        _end(child)  # it has closed its end, or it has had its time
        _, status = os.waitpid(child, 0)
    if content is None:
        return _refused("attachment-time", f"reading it took longer than {head['limits']['wall_seconds']:g} seconds")
    return content if _is_whole(content) else _ended(status, head["limits"])


def _end(child: int) -> None:
    """Kill a fork and what it may have started; it leads a group of its own."""
    os.kill(child, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


def _work(head: dict[str, Any], body: bytes, answer: Answerer, write: int, streams: tuple[BinaryIO, ...]) -> None:
    """What a fork does. It never returns."""
    try:
        os.setsid()
        for stream in streams:
            os.close(stream.fileno())
        limits = head["limits"]
        resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        limit_memory(limits["memory_bytes"])
        with open(write, "wb") as out:
            out.write(answer(head, body))
    finally:
        os._exit(0)


def _everything(read: int, requests: BinaryIO, until: float) -> bytes | None:
    """All that a fork writes; None when it has not ended in time, or when nobody waits for it any more."""
    pieces: list[bytes] = []
    size = 0
    while size <= _MAX_ANSWER:
        ready = select.select([read, requests.fileno()], [], [], max(0.0, until - time.monotonic()))[0]
        if read not in ready:
            return None
        piece = os.read(read, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    return b""


def _is_whole(content: bytes) -> bool:
    """Whether a fork came to the end of its message."""
    try:
        receive(io.BytesIO(content))
    except BrokenFrameError:
        return False
    return True


def _ended(status: int, limits: dict[str, Any]) -> bytes:
    """What is told of a fork that ended without an answer."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return _refused("attachment-time", f"reading it took longer than {limits['cpu_seconds']} seconds")
    return _refused("attachment-broke", "the program that reads attachments broke on it")


def _refused(code: str, message: str) -> bytes:
    return packed({"refused": [code, message, "print it to PDF again, or scan it"]})


def _leave_the_network() -> None:
    """Go where there is no network, if the system lets us; the fork opens no connection by itself anyway."""
    library = ctypes.CDLL(None)
    if hasattr(library, "unshare"):
        library.unshare(_NEW_USER | _NEW_NETWORK)


def main(answer: Answerer = answer_of) -> None:
    """Serve standard input. What libraries print goes nowhere."""
    leave_interrupts_to_the_parent()
    _leave_the_network()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    gc.freeze()
    serve(requests, answers, answer)


if __name__ == "__main__":
    main()
