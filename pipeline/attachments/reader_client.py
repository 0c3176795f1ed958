"""The side that asks: one process reads papers for this one, started at the first need, replaced when it breaks."""

from __future__ import annotations

import atexit
import os
import select
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from pipeline.attachments.messages import BrokenFrameError, packed, receive
from pipeline.attachments.reading_limits import Limits
from pipeline.errors import UnusableError
from pipeline.system.processes import start_child

_WORKER = "pipeline.attachments.reader_process"
#: The worker itself keeps the time; this long after, it is the worker that hangs.
_GRACE_SECONDS = 10.0


class Client:
    """A worker process of ``module``. Not for several threads at once."""

    def __init__(self, module: str) -> None:
        self.owner = os.getpid()
        self._process = start_child(module)
        self._requests, self._answers = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)

    def ask(self, head: Mapping[str, Any], body: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The worker's answer. Raises BrokenFrameError when it has none within ``seconds``."""
        try:
            self._requests.write(packed(head, body))
            self._requests.flush()
        except OSError:
            raise BrokenFrameError from None
        if not select.select([self._answers], [], [], seconds)[0]:
            raise BrokenFrameError
        return receive(self._answers)

    def stop(self) -> None:
        """End the worker and what it has begun."""
        self._process.kill()
        self._process.communicate()

    def let_go(self) -> None:
        """Forget a worker that belongs to the process from which this one was forked."""
        self._process.returncode = 0  # it is not ours to wait for


class _Current:
    """The worker of this process, if there is one."""

    client: Client | None = None
    lock = threading.RLock()


def start() -> Client:
    """The worker of this process, started if there is none."""
    with _Current.lock:
        client = _Current.client
        if client is not None and client.owner != os.getpid():
            client.let_go()
            client = None
        if client is None:
            client = _Current.client = Client(_WORKER)
        return client


@atexit.register
def stop() -> None:
    """End the worker of this process."""
    with _Current.lock:
        client, _Current.client = _Current.client, None
        if client is not None and client.owner == os.getpid():
            client.stop()


def ask(head: Mapping[str, Any], body: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """The answer about one attachment. Raises UnusableError with the reason why it cannot be used."""
    with _Current.lock:
        try:
            answer, pdf = start().ask(head, body, limits.wall_seconds + _GRACE_SECONDS)
        except BrokenFrameError:
            stop()
            raise UnusableError(
                "attachment-broke",
                "the program that reads attachments ended on it",
                "print it to PDF again, or scan it",
            ) from None
        except BaseException:  # an interrupt: the answer is still to come, and would be taken for the next one's
            stop()
            raise
    if "refused" in answer:
        raise UnusableError(*answer["refused"])
    return answer, pdf
