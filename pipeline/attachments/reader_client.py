"""The client of the reader process, which is started at the first use and replaced when it breaks."""

from __future__ import annotations

import atexit
import os
import select
import subprocess
import threading
from typing import BinaryIO, cast

from pipeline.attachments.messages import ANSWERS, BrokenMessageError, ReaderAnswer, Refusal, Request, pack, receive
from pipeline.errors import UnusableError
from pipeline.system.processes import start_child

#: The reader process enforces the time limit itself. If it has not answered this much later, it hangs.
_GRACE_SECONDS = 10.0


class Reader:
    """A reader process. It serves the process that started it; a fork of that starts its own."""

    def __init__(self, module: str = "pipeline.attachments.reader_process") -> None:
        self.module = module
        self._lock = threading.RLock()  # one request at a time
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Return the process. Start it if this process has none; this does not wait until it has loaded."""
        with self._lock:
            if self._process is not None and self._owner != os.getpid():
                self._process.returncode = 0  # a child of our parent: we cannot wait for it
                self._process = None
            if self._process is None:
                self._owner, self._process = os.getpid(), start_child(self.module)
            return self._process

    def stop(self) -> None:
        """Kill the process, and all processes that it has started."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None and self._owner == os.getpid():
                process.kill()
                process.communicate()

    def ask(self, request: Request) -> ReaderAnswer:
        """Return the answer about one attachment. Raises UnusableError if it cannot be used."""
        with self._lock:
            try:
                answer = _exchange(self.start(), request)
            except BrokenMessageError:
                self.stop()
                raise _refused(Refusal("attachment-broke", "the reader process crashed on this file")) from None
            except BaseException:  # an interrupt: otherwise the late answer would be read as the next one
                self.stop()
                raise
        if isinstance(answer, Refusal):
            raise _refused(answer)
        return answer


def _exchange(process: subprocess.Popen[bytes], request: Request) -> ReaderAnswer | Refusal:
    requests, answers = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
    try:
        requests.write(pack(request))
        requests.flush()
    except OSError:
        raise BrokenMessageError from None
    if not select.select([answers], [], [], request.limits.wall_seconds + _GRACE_SECONDS)[0]:
        raise BrokenMessageError
    return receive(answers, ANSWERS)


def _refused(refusal: Refusal) -> UnusableError:
    return UnusableError(refusal.code, refusal.message, refusal.hint, refusal.field)


#: The reader of this process.
READER = Reader()
atexit.register(READER.stop)
