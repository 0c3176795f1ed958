"""Processes beside this one: how they are started, limited, kept from the network, and ended with their children."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

_PACKAGES = str(Path(__file__).parents[2])
_SECONDS_TO_DIE = 2.0
#: Bytes that are read from a pipe at once.
_PIECE = 1 << 20
#: Linux constants that Python does not define.
_PARENT_DEATH_SIGNAL = 1
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
#: Namespaces without network in which the program is the first process: when it ends, the kernel kills the others.
#: setpriv ends the program when this process is killed and cannot clean up.
_ISOLATED = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"),
)


def start_child(module: str) -> subprocess.Popen[bytes]:
    """Start a module of this program as a process, with pipes for requests and answers."""
    path = filter(None, (_PACKAGES, os.environ.get("PYTHONPATH")))
    return subprocess.Popen(  # noqa: S603 - this program's own module
        [sys.executable, "-P", "-m", module],  # -P: the user's folder is not searched for modules
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a library's message may quote a file
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
    )


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in this process: it reaches every process of a terminal, and the parent ends its children."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def die_with_parent(parent: int) -> None:
    """Have the kernel (Linux) kill this fork of ``parent`` as soon as that ends, however it ends."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(0)


def leave_network() -> None:
    """Move this process to a namespace without network, where the system permits it."""
    library = ctypes.CDLL(None)
    if hasattr(library, "unshare"):
        library.unshare(_NEW_USER | _NEW_NETWORK)


def discard(*descriptors: int) -> None:
    """Connect file descriptors of this process to nothing: the messages of a library may quote a file."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nothing, descriptor)
    os.close(nothing)


def limit_memory(size: int, most: int | None = None) -> None:
    """Limit this process to ``size`` bytes of address space, and forbid core files, which would contain its data.

    With ``most``, it may raise the limit to that.
    """
    resource.setrlimit(resource.RLIMIT_AS, (size, max(size, most or 0)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def memory_limit() -> int:
    """Return the limit of address space of this process in bytes."""
    return resource.getrlimit(resource.RLIMIT_AS)[0]


def raise_memory_limit() -> None:
    """Raise the limit of address space of this process as far as it may."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def limit_to_computing(seconds: int) -> None:
    """Limit the processor time of this process, and forbid it to write files and to start processes."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def read_all(pipe: int, limit: int, until: float, watched: Sequence[int] = ()) -> bytes | None:
    """Return everything that a process writes into a pipe, or nothing if that is more than ``limit`` bytes.

    Return None if the process does not end in time, or if one of the other ``watched`` pipes can be read first.
    """
    pieces: list[bytes] = []
    size = 0
    while size <= limit:
        readable = select.select([pipe, *watched], [], [], max(0.0, until - time.monotonic()))[0]
        if pipe not in readable:
            return None
        piece = os.read(pipe, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    return b""


def limit_more_computing(seconds: float) -> None:
    """Have the kernel end this process after that much more processor time. Waiting does not count."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


@cache
def isolation() -> tuple[str, ...]:
    """Return the words before a command that run it without network; none where the system does not permit it."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            [*_ISOLATED, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return _ISOLATED if done.returncode == 0 else ()


def run_group(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> int | None:
    """Run ``command`` in ``folder``, and end whatever it has started. Return its exit code, or None after ``seconds``.

    Its output is discarded: it may quote the document.
    """
    process = subprocess.Popen(  # noqa: S603 - the caller's command
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_group(process)


def kill_group(leader: int) -> bool:
    """Kill a process group. Return False if no process of it is left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a group, and wait until it has ended: until then its processes may write to their folder."""
    until = time.monotonic() + _SECONDS_TO_DIE
    while kill_group(process.pid):
        process.poll()
        if time.monotonic() > until:  # a zombie that PID 1 of the container has not reaped
            break
        time.sleep(0.01)
    process.wait()
