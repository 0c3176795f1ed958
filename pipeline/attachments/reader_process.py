"""The reader process. It reads each paper in a fork of its own, which has limits and no network.

So libraries are loaded once, a file that breaks its reader breaks only that fork, and nothing of one patient's file
is in memory when the next one is read.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable
from typing import BinaryIO

import pikepdf
from PIL import Image

from pipeline.attachments.messages import (
    REQUESTS,
    BrokenMessageError,
    Limits,
    ReaderAnswer,
    Refusal,
    Request,
    is_whole,
    pack,
    receive,
)
from pipeline.attachments.reader_tasks import run_task
from pipeline.system.processes import (
    die_with_parent,
    discard,
    ignore_interrupts,
    kill_group,
    leave_network,
    limit_memory,
    limit_to_computing,
    read_all,
)

#: An answer of more bytes is rejected.
_MAX_ANSWER = 400_000_000

Run = Callable[[Request], ReaderAnswer | Refusal]


def main(run: Run = run_task) -> None:
    """Serve requests on standard input. Output of libraries is discarded."""
    ignore_interrupts()
    leave_network()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    discard(0, 1)
    gc.freeze()
    _serve(requests, answers, run)


def limit_libraries(limits: Limits) -> None:
    """Set the limits of qpdf and Pillow for this process: only for one that reads papers and nothing else."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.stream_bytes,
        run_length_max_memory=limits.stream_bytes,
        png_max_memory=limits.stream_bytes,
        tiff_max_memory=limits.stream_bytes,
        max_stream_filters=limits.filters,
    )
    Image.MAX_IMAGE_PIXELS = None  # pictures are checked frame by frame against limits.pixels


def _serve(requests: BinaryIO, answers: BinaryIO, run: Run) -> None:
    """Answer each request until the client ends."""
    while True:
        try:
            request = receive(requests, REQUESTS)
        except BrokenMessageError:
            return
        answers.write(_answer(request, run, requests, answers))
        answers.flush()


def _answer(request: Request, run: Run, requests: BinaryIO, answers: BinaryIO) -> bytes:
    """Return the message of a fork, or one that says how the fork ended."""
    read, write = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        try:
            os.close(read)
            die_with_parent(parent)
            requests.close()
            answers.close()
            _work(request, run, write)
        finally:
            os._exit(0)
    os.close(write)
    try:
        until = time.monotonic() + request.limits.wall_seconds
        content = read_all(read, _MAX_ANSWER, until, [requests.fileno()])
    finally:
        os.close(read)
        _kill(child)  # it has answered, or its time is over
        _, status = os.waitpid(child, 0)
    if content is None:
        return pack(_too_long(f"{request.limits.wall_seconds:g}"))
    return content if is_whole(content) else pack(_crash(status, request.limits))


def _work(request: Request, run: Run, write: int) -> None:
    """Work on a request in a fork, and write the answer."""
    os.setsid()
    limits = request.limits
    limit_to_computing(limits.cpu_seconds)
    limit_memory(limits.memory_bytes)
    limit_libraries(limits)
    with open(write, "wb") as out:
        out.write(pack(run(request)))


def _kill(child: int) -> None:
    """Kill a fork and the processes that it started: it leads a process group."""
    os.kill(child, signal.SIGKILL)
    kill_group(child)


def _crash(status: int, limits: Limits) -> Refusal:
    """Return the reason why a fork ended without an answer."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return _too_long(str(limits.cpu_seconds))
    return Refusal("attachment-broke", "the reader process crashed on this file")


def _too_long(seconds: str) -> Refusal:
    return Refusal("attachment-time", f"reading it took longer than {seconds} seconds")


if __name__ == "__main__":
    main()
