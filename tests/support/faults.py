"""Faults in the processes of a run: programs that Python runs at the start of each, before the command."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
EXIT = "os._exit(1)"
CRASH = "os.kill(os.getpid(), signal.SIGSEGV)"
#: Ignores the signal that asks a process to end.
HANGS = "signal.pthread_sigmask(signal.SIG_BLOCK, {15}); time.sleep(600)"
#: Holds the lock without which Python hears no signal.
LOCKED = "import ctypes; ctypes.PyDLL(None).sleep(600)"

_IN_CASE = """
import os, signal, time, pipeline.run.one as module
original = module.{stage}
def replaced(planned, *others):
    name = planned.loaded.case.case_id
    {fault}
    return original(planned, *others)
module.{stage} = replaced
"""
_IN_PREVIEW = """
import os, signal, time, pipeline.authoring.preview.make as module
render_files = module.render_files
def replaced(*others):
    {fault}
    return render_files(*others)
module.render_files = replaced
"""
_LIMITED = """
import pipeline.run.pools.workers as workers
submit = workers.LocalPool.submit
def limited(pool, function, task):
    pool._timeout = 2 if any("/" + name + "/" in task.source.name for name in {names!r}) else None
    return submit(pool, function, task)
workers.LocalPool.submit = limited
"""
_LIMITED_FROM = """
import os, time, pipeline.run.pools.fork as fork
fork_task = fork.ForkPool.submit
def submitted(pool, function, given):
    pending = fork_task(pool, function, given)
    while not os.path.exists({mark!r}):
        time.sleep(0.01)
    return pending
fork.ForkPool.submit = submitted
"""


def at_start(folder: Path, *programs: str) -> dict[str, str]:
    """Return the environment in which every Python process runs these programs at its start."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("".join(programs), encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def in_case(fault: str, stage: str = "find_problems") -> str:
    """Return a program that runs one line of Python before this stage of the case whose id is ``name``."""
    return _IN_CASE.format(fault=fault, stage=stage)


def by_case(faults: Mapping[str, str]) -> str:
    """Return a program that runs a line of its own before each of these cases is checked."""
    return in_case("\n    ".join(f"if name == {name!r}:\n        {fault}" for name, fault in faults.items()))


def once(mark: Path, fault: str) -> str:
    """Return a line that runs the fault unless it has run before; then this file exists."""
    return f"if not os.path.exists({str(mark)!r}): {marked(mark, fault)}"


def marked(mark: Path, fault: str) -> str:
    """Return a line that creates this file and then runs the fault."""
    return f"open({str(mark)!r}, 'w').close(); {fault}"


def in_preview(fault: str) -> str:
    """Return a program that runs one line of Python before a preview is written."""
    return _IN_PREVIEW.format(fault=fault)


def limited(names: Collection[str]) -> str:
    """Return a program that gives workers little time for these cases, and any time for the others."""
    return _LIMITED.format(names=sorted(names))


def limited_from(mark: Path) -> str:
    """Return a program that lets the time of a fork begin when this file exists."""
    return _LIMITED_FROM.format(mark=str(mark))
