"""What a command in a process of its own reports: it is stopped if its call is, if the server is, and after a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
from anyio.to_thread import run_sync

from pipeline.cli.agents.answers import refusal
from pipeline.cli.child_command import ChildCommand

#: A command takes seconds; one that takes so long is stopped.
_MOST_SECONDS = 300
_ONE_AT_A_TIME = anyio.CapacityLimiter(1)
_WORKING: list[ChildCommand] = []


async def child_report(words: Sequence[str]) -> Mapping[str, Any]:
    """Return the result of a command, with all problems that it reported. Raise ToolError if it has none."""
    async with _ONE_AT_A_TIME:
        command = ChildCommand.start(words)
        _WORKING.append(command)
        try:
            reported = await run_sync(_reported, command, abandon_on_cancel=True)
        finally:
            command.stop()
            _WORKING.remove(command)
    report = next((each for each in reversed(reported) if each.get("event", "report") == "report"), None)
    if report is None:
        raise refusal("the work took too long or was stopped; nothing was written", "try it again")
    results = [each for each in reported if each.get("event") == "result"] or report.get("results", ())
    result: Mapping[str, Any] = next(iter(results), {})
    return {**result, "problems": [*report["problems"], *result.get("problems", ())]}


def stop_children() -> None:
    """Stop the commands that work."""
    for command in _WORKING:
        command.stop()


def _reported(command: ChildCommand) -> list[Mapping[str, Any]]:
    limit = threading.Timer(_MOST_SECONDS, command.stop)
    limit.start()
    try:
        return list(command.events())
    finally:
        limit.cancel()
