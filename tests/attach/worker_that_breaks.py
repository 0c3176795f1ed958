"""The worker that reads attachments, with a reader that does what the file says: dies, hangs, takes all memory."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from pipeline.attach.convert import answer_of
from pipeline.attach.frames import packed
from pipeline.attach.worker import main


def answer(head: dict[str, Any], content: bytes) -> bytes:
    """What comes of a file whose content is the name of a fault."""
    order = content.decode("latin-1")
    if order == "segfault":
        ctypes.string_at(0)
    elif order == "exit":
        os._exit(0)
    elif order == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif order == "half an answer":
        half = packed({"pages": 1, "notes": []}, b"%PDF" * 1000)
        os.write(max(int(name) for name in os.listdir("/proc/self/fd") if _is_pipe(name)), half[:1000])  # noqa: PTH208
        os._exit(0)
    elif order == "computes":
        while True:
            pass
    elif order == "sleeps":
        time.sleep(600)
    elif order == "memory":
        return bytes(2_000_000_000)
    elif order == "file":
        Path("/tmp/attach-canary").write_bytes(b"x" * 100)  # noqa: S108 - must not come to be
    elif order == "socket":
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    elif order == "process":
        subprocess.Popen(["sleep", "600"])  # noqa: S607 - wherever it is
        os._exit(0)
    elif order == "pid":
        return packed({"pages": os.getpid(), "notes": []}, b"")
    elif order == "open files":
        return packed({"pages": len(os.listdir("/proc/self/fd")), "notes": []}, b"")  # noqa: PTH208
    elif order == "raises":
        raise AssertionError("CANARY of a patient")
    return answer_of(head, content)


def _is_pipe(name: str) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{name}").startswith("pipe:")  # noqa: PTH115
    except OSError:
        return False


if __name__ == "__main__":
    main(answer)
