"""The command in a process that has imported everything: it forks for each run, so that no run starts from nothing.

A fork becomes what a start would be: a session, streams, an environment, a folder and arguments of its own. Its limited
process and the server of its workers are forks too, which spares the third of a second that a start takes. What a run
leaves behind becomes a child of this process, which waits for it, counts it and ends it.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import multiprocessing.util
import os
import pkgutil
import resource
import runpy
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pipeline
from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.options import CheckOptions
from pipeline.packet.planned_case import plan_case
from pipeline.packet.set_files import load_template_set
from pipeline.run.check import find_problems
from pipeline.system import limited_client
from pipeline.system.processes import discard

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_SECONDS_TO_END = 30
#: Modules that the command loads for an option that no run here has, and the engines, which it loads in a fork alone.
_NOT_LOADED = (
    "pipeline.run.cluster",
    "pipeline.publish.remote",
    "pipeline.publish.signing.",
    "pipeline.documents.engines.office2pdf",
    "pipeline.documents.engines.typst.engine",
    "pipeline.__main__",
)

Request = dict[str, Any]


def main() -> None:
    """Answer each request with the end of a run. In a fork, run the command and exit as it exits."""
    load(Path(sys.argv[2]))
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        while request := connection.recv(1 << 20):
            pid = os.fork()
            if pid == 0:
                os.close(connection.detach())
                become(json.loads(request))
                return
            connection.send(json.dumps({"pid": pid}).encode())
            before = _used()
            _, status = os.waitpid(pid, 0)
            left = _left()
            end = {"code": os.waitstatus_to_exitcode(status), "seconds": _used() - before, "left": left}
            connection.send(json.dumps(end).encode())


def _used() -> float:
    """Seconds of processor time of all processes that this one has waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _left() -> list[str]:
    """Command lines of the processes that a run left behind and that did not end soon after it; they are killed."""
    until = time.monotonic() + _SECONDS_TO_END
    while time.monotonic() < until:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return []
        if not pid:
            time.sleep(0.02)
    left = []
    for pid in map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()):
        with contextlib.suppress(OSError):
            left.append(Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " "))
            os.kill(pid, signal.SIGKILL)
    return left


def load(path: Path) -> None:
    """Import what the command imports, and check this case, so that a fork of this process need not."""
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not module.name.startswith(_NOT_LOADED):
            importlib.import_module(module.name)
    _use_once(path)
    gc.freeze()


def _use_once(path: Path) -> None:
    """Check this case and make its context: what is computed at the first use, or of its texts, is in each fork."""
    case = load_case(path, None)
    options = CheckOptions(date(2026, 11, 22))
    find_problems(plan_case(case, options), options)
    limited_client.LIMITED.stop()
    document_context(case.case, options.as_of, next(iter(case.case.travellers)))


class ForkedChild:
    """A limited process that was forked in place of being started. Has what its client uses of a Popen."""

    def __init__(self, module: str) -> None:
        (requests, write), (read, answers) = os.pipe(), os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _run_child(module, requests, answers)
        os.close(requests)
        os.close(answers)
        self.stdin, self.stdout = os.fdopen(write, "wb"), os.fdopen(read, "rb")

    def kill(self) -> None:
        """End the process."""
        os.kill(self.pid, signal.SIGKILL)

    def communicate(self) -> None:
        """Wait until it has ended."""
        self.stdin.close()
        self.stdout.close()
        _, status = os.waitpid(self.pid, 0)
        self.returncode = os.waitstatus_to_exitcode(status)


def fork_python(_python: bytes, words: Sequence[str], passed: Sequence[int]) -> int:
    """Run in a fork what multiprocessing would start a Python for: the server of the workers, the resource tracker."""
    pid = os.fork()
    if not pid:
        try:
            for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, signal.SIG_DFL)
            for opened in sorted({*map(int, os.listdir("/proc/self/fd"))} - {0, 1, 2, *passed}):  # noqa: PTH208 - names
                with contextlib.suppress(OSError):  # the one by which they were listed
                    os.close(opened)
            load_template_set.cache_clear()  # one that is started reads the files itself
            exec(words[-1], {})  # noqa: S102 - its own text
        finally:
            os._exit(0)
    return pid


def _run_child(module: str, requests: int, answers: int) -> None:
    """Run a module in this fork with these pipes as its streams. Never returns."""
    try:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        discard(2)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        os._exit(0)


def become(request: Request) -> None:
    """Run as a process of its own would that was started so."""
    os.setsid()
    # Whoever runs the tests in the background lets them ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if request["umask"] is not None:
        os.umask(request["umask"])
    os.chdir(request["cwd"])
    for number, name in enumerate((os.devnull, request["out"], request["err"])):
        opened = os.open(name, os.O_RDWR | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["visa-packet", *request["arguments"]]
    sys.path[0] = ""
    vars(multiprocessing.util)["spawnv_passfds"] = fork_python
    site = Path(request["env"].get("PYTHONPATH", os.devnull), "sitecustomize.py")
    vars(limited_client)["start_child"] = ForkedChild
    if site.exists():
        runpy.run_path(str(site))
    try:
        if request["program"] is None:
            runpy.run_module("pipeline", run_name="__main__", alter_sys=True)
        else:
            sys.modules["__main__"] = ModuleType("__main__")
            exec(request["program"], vars(sys.modules["__main__"]))  # noqa: S102 - a test's own text
    except SystemExit as end:
        if isinstance(end.code, int):
            _leave(end.code)
        raise
    _leave(0)


def _leave(code: int) -> None:
    """Exit as Python does, but leave the memory to the system: to free each object takes a tenth of a second."""
    vars(threading)["_shutdown"]()  # waits for threads, after what is registered for that
    vars(atexit)["_run_exitfuncs"]()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
