"""A process of this program beside this one, for work on what strangers made: how it is started and limited."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_PARENT_DEATH_SIGNAL = 1
_PACKAGES = str(Path(__file__).parents[2])


def start_child(module: str, **options: Any) -> subprocess.Popen[Any]:
    """Start ``module`` as a program, with pipes to talk to it. ``options`` are those of Popen."""
    # With -P the folder in which the user works is not searched for modules.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([_PACKAGES, *_already()])}
    return subprocess.Popen(  # noqa: S603 - this program's own module
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # may quote a file in a library's own words
        env=environment,
        **options,
    )


def _already() -> list[str]:
    return [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []


def leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the parent ends its children itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with(parent: int) -> None:
    """Have the kernel (Linux) kill this process when ``parent``, from which it was forked, ends in whatever way."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(0)


def limit_memory(size: int) -> None:
    """Give this process at most ``size`` bytes of address space, and no core file: it would hold what was read."""
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


#: Namespaces without network and with the program as their first process: when that ends, the kernel kills the
#: others in it. setpriv ends it all when this process is killed and can clean up nothing.
_ISOLATED = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"),
)


_SECONDS_TO_DIE = 2.0


@cache
def isolation() -> tuple[str, ...]:
    """What to put before a command so that it runs without network; nothing where the system does not let us."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            [*_ISOLATED, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return _ISOLATED if done.returncode == 0 else ()


def run_group(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> int | None:
    """Run ``command`` in ``folder``; its exit code, or None after ``seconds``. Nothing of it runs afterwards.

    What it prints goes nowhere: it may quote the document.
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
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the group, and wait until it is gone: it may still write to its folder."""
    until = time.monotonic() + _SECONDS_TO_DIE
    while _signalled(process.pid):
        process.poll()
        if time.monotonic() > until:  # what only a careless first process of a container has not yet buried
            break
        time.sleep(0.01)
    process.wait()


def _signalled(group: int) -> bool:
    """Kill the group; whether there was anybody in it."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return False
    return True
