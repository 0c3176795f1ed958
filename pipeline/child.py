"""A process of this program beside this one, for work on what strangers made: how it is started and limited."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

_PARENT_DEATH_SIGNAL = 1
_PACKAGES = str(Path(__file__).parents[1])


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
