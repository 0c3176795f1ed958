"""Drawing for the desk: asks the drawing process, and remembers the newest pictures for the browser to load."""

from __future__ import annotations

import select
import subprocess
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from pipeline.cli.desk.page_messages import ANSWERS, DrawnPart, DrawRequest
from pipeline.system.atomic import sha256
from pipeline.system.limited_client import CallFailedError
from pipeline.system.limited_process import BrokenMessageError, pack, receive
from pipeline.system.processes import start_child

_MODULE = "pipeline.cli.desk.drawing_process"
#: A cover sheet with all that it lists takes some seconds on a busy machine.
_SECONDS = 60.0
_MOST_PICTURES = 200
_NAME_LETTERS = 24


@dataclass
class Drawings:
    """The drawing process, which is started at the first use, and replaced when it ends or takes too long."""

    _lock: threading.Lock = field(default_factory=threading.Lock)  # one part at a time
    _process: subprocess.Popen[bytes] | None = None
    _is_closed: bool = False
    _pictures: OrderedDict[str, bytes] = field(default_factory=OrderedDict)

    def draw(self, request: DrawRequest) -> DrawnPart:
        """Return a part of a packet. Raises CallFailedError."""
        with self._lock:
            if self._is_closed:  # it waited for its turn
                raise CallFailedError(None)
            self._process = self._process or start_child(_MODULE)
            try:
                return _ask(self._process, request)
            except (BrokenMessageError, OSError):
                self._stop()
                raise CallFailedError(None) from None

    def add(self, png: bytes) -> str:
        """Remember a picture, and return its name. The oldest ones are forgotten."""
        name = sha256(png)[:_NAME_LETTERS]
        self._pictures[name] = png
        self._pictures.move_to_end(name)
        while len(self._pictures) > _MOST_PICTURES:
            self._pictures.popitem(last=False)
        return name

    def picture(self, name: str) -> bytes:
        """Return a picture. Raise LookupError."""
        return self._pictures[name]

    def close(self) -> None:
        """End the process, also while it draws. What waits for it fails."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _ask(process: subprocess.Popen[bytes], request: DrawRequest) -> DrawnPart:
    requests, answers = cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout)
    requests.write(pack(request))
    requests.flush()
    if not select.select([answers], [], [], _SECONDS)[0]:
        raise BrokenMessageError
    return receive(answers, ANSWERS)
