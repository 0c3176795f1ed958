"""Wrong use of the command line as a problem: what click says of it in English, and the same in other languages."""

from __future__ import annotations

from typing import Any

import click
from click.exceptions import MissingParameter, NoArgsIsHelpError, NoSuchCommand, NoSuchOption

from pipeline.errors import Problem
from pipeline.formats.messages import worded_problem


def usage_problem(error: click.ClickException, command: str | None) -> Problem:
    """Return the problem of a command line that click, or a command, does not accept."""
    key, parts = _kind_of(error)
    known = "visa-packet" if command is None else f"visa-packet {command}"
    return worded_problem(f"usage/{key}", room="cli", english=error.format_message(), command=known, **parts)


def _kind_of(error: click.ClickException) -> tuple[str, dict[str, Any]]:
    """Return which message fits, and its parts."""
    match error:
        case NoArgsIsHelpError():
            return "nothing", {}
        case NoSuchCommand():
            return "command", {"name": error.command_name}
        case NoSuchOption():
            near = ", ".join(error.possibilities or ())
            return "option-near" if near else "option", {"name": error.option_name, "near": near}
        case MissingParameter():
            return "missing", {"name": _parameter(error)}
        case click.BadParameter():
            return "value", {"name": _parameter(error), "reason": error.message}
        case _:
            return "other", {}


def _parameter(error: click.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param else "")
    return hint if isinstance(hint, str) else ", ".join(hint)
