"""The command in a process that has imported everything: it forks for each run, so that no run starts from nothing.

A fork becomes what a start would be: a session, streams, an environment, a folder and arguments of its own. What a run
leaves behind becomes a child of this process, which waits for it, counts it and ends it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import socket
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pipeline

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_SECONDS_TO_END = 30
#: Modules that the command loads for an option that no run here has, and the engines, which it loads in a fork alone.
_NOT_LOADED = (
    "pipeline.run.cluster",
    "pipeline.publish.remote",
    "pipeline.documents.engines.office2pdf",
    "pipeline.documents.engines.typst.engine",
    "pipeline.__main__",
)

Request = dict[str, Any]


def main() -> None:
    """Answer each request with the end of a run. In a fork, run the command and exit as it exits."""
    load()
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


def load() -> None:
    """Import what the command imports, so that a fork of this process need not."""
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if not module.name.startswith(_NOT_LOADED):
            importlib.import_module(module.name)
    gc.freeze()


def become(request: Request) -> None:
    """Run as a process of its own would that was started so."""
    os.setsid()
    if request["umask"] is not None:
        os.umask(request["umask"])
    os.chdir(request["cwd"])
    for number, name in enumerate((os.devnull, request["out"], request["err"])):
        opened = os.open(name, os.O_RDWR if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["visa-packet", *request["arguments"]]
    sys.path[0] = ""
    site = Path(request["env"].get("PYTHONPATH", os.devnull), "sitecustomize.py")
    if site.exists():
        runpy.run_path(str(site))
    if request["program"] is None:
        runpy.run_module("pipeline", run_name="__main__", alter_sys=True)
    else:
        sys.modules["__main__"] = ModuleType("__main__")
        exec(request["program"], vars(sys.modules["__main__"]))  # noqa: S102 - a test's own text


if __name__ == "__main__":
    main()
