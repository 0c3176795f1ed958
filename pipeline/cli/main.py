"""Entry point of ``visa-packet``: the group of commands, and the exit code of every failure."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import click

from pipeline.cli.crash import own_messages_only, print_crash
from pipeline.cli.output import CommandReport
from pipeline.cli.results import Results, json_form
from pipeline.cli.usage import usage_problem
from pipeline.errors import ExitCode, Problem, VisaPacketError, bug, system_reason
from pipeline.language import LANGUAGES, Language, language_of
from pipeline.resources import VERSION
from pipeline.system.temporary import own_temporary_folder

#: Command -> its one-line help, so that --help loads no command.
COMMANDS = {
    "new": "Start a case: its folder, with places for the papers.",
    "answer": "Answer the open questions of a case, or set its fields.",
    "desk": "Work on the cases of a folder in a browser on this machine.",
    "mcp": "Serve the cases of a folder to an agent (Model Context Protocol).",
    "build": "Build the submission bundle of each case.",
    "import": "Convert the rows of a table to case files.",
    "validate": "Check cases and their attachments without building anything.",
    "add": "Add papers and signed scans to a case.",
    "status": "Show the state of one case, or all patients at a glance.",
    "reminders": "Write drafts of e-mails to everyone who has something to do for a case.",
    "read": "Propose values for a new case from a scan or PDF of a paper.",
    "signed": "Print attachment entries for signed originals.",
    "form": "List the fields of a fillable PDF, or fill one from a case.",
    "match": "List the hospitals whose filed plans cover a case.",
    "timeline": "Show the dates of one case, from the first paper to the return to sport.",
    "verify": "Check a packet against its manifest.",
    "sign": "Sign a bundle digitally, in the signature fields at its seal boxes.",
    "schema": "List the JSON Schemas, or print one.",
    "rules": "List the rules of the visa, or explain one with its source.",
    "templates": "Check, create, list and preview Word templates.",
    "skill": "Print the skill for agents, or write it to a folder.",
    "doctor": "Check the engines, fonts, templates and versions on this machine.",
}

#: Characters of an argument. No path is longer, not even that of a file below it.
_MAX_ARGUMENT = 3_000

#: Modules of the commands whose name is a keyword.
_MODULES = {"import": "import_table"}


#: Commands with a part of their own, or an option that makes them another one.
_PARTS = {
    *("form fill", "form inspect", "form mapping", "import new-mapping", "import template"),
    *("templates adopt", "templates check", "templates list", "templates new", "templates preview"),
}


class CommandGroup(click.Group):
    """Group that loads the module of a command only when it is called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Return the command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = getattr(importlib.import_module(f"pipeline.cli.commands.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="visa-packet")
def cli() -> None:
    """From one patient JSON file to a submission-ready PDF bundle for Japan's Medical Stay visa.

    \b
    Example:
      visa-packet build examples/wang-xiaoming/case.json -o out
    """


def main() -> None:
    """Run the command line and exit with a documented code. No other function exits."""
    arguments = sys.argv[1:]
    for name in ("SIGTERM", "SIGHUP"):  # clean up as after Ctrl-C; nohup ignores SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    with own_messages_only(), own_temporary_folder():
        code = _run(arguments)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """The exit code, whatever happens."""
    try:
        return _run_command(arguments)
    except KeyboardInterrupt:  # a second one, while the first was reported
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the report of a failure has failed
        print_crash(error)
        return ExitCode.BUG


def _run_command(arguments: list[str]) -> int:
    results = Results(json_form(arguments))
    try:
        _check_length(arguments)
        return int(cli.main(arguments, prog_name="visa-packet", standalone_mode=False, obj=results) or 0)
    except SystemExit:  # click exits itself if the reader of its output is gone
        return ExitCode.OUTPUT
    except Exception as error:  # noqa: BLE001 - the one place that turns every failure into an exit code
        return _failed(error, arguments, results)
    except KeyboardInterrupt:
        return _failed(click.Abort(), arguments, results)


def _check_length(arguments: list[str]) -> None:
    if any(len(argument) > _MAX_ARGUMENT for argument in arguments):
        raise click.UsageError(f"an argument is longer than {_MAX_ARGUMENT:,} characters")


def _failed(error: Exception, arguments: list[str], results: Results) -> int:
    report = replace(_report_of(error, command_in(arguments)), language=_language_of(arguments))
    try:
        return results.finish(report)
    except OSError:
        return ExitCode.OUTPUT


def command_in(arguments: Sequence[str]) -> str | None:
    """Return the command that a command line names, as reports name it, such as ``templates check``."""
    name = next((word for word in arguments if word in COMMANDS), None)
    more = (f"{name} {word.removeprefix('--')}" for word in arguments)
    return next((words for words in more if words in _PARTS), name)


def _language_of(arguments: list[str]) -> Language:
    """Return the language of ``--lang``, or of the locale: the command failed before it could say."""
    given = [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]
    given += [value for word, value in pairwise(arguments) if word == "--lang"]
    return next((language for language in LANGUAGES if language in given), language_of(os.environ))


def _report_of(error: Exception, command: str | None) -> CommandReport:
    if isinstance(error, VisaPacketError):
        return CommandReport(command, error.exit_code, error.problems)
    if isinstance(error, click.Abort):
        problem = Problem("interrupted", "error", "interrupted", "packets that were published before are complete")
        return CommandReport(command, ExitCode.INTERRUPTED, (problem,))
    if isinstance(error, click.ClickException):
        return CommandReport(command, ExitCode.USAGE, (usage_problem(error, command),))
    if isinstance(error, OSError):
        return CommandReport(command, ExitCode.OUTPUT, (_system_problem(error),))
    return CommandReport(command, ExitCode.BUG, (bug(error),))


def _system_problem(error: OSError) -> Problem:
    """Return what the system refused: to print, or something for which the library has no words of its own."""
    frames = [frame.f_globals["__name__"] for frame, _ in traceback.walk_tb(error.__traceback__)]
    what, code = "a file or folder cannot be used", "output"
    if frames[-1].partition(".")[0] == "click":
        what, code = "the report cannot be printed", "output-report"
    message = f"{what}: {system_reason(error)}"
    hint = "packets that were published are complete; free some space and run the command again"
    return Problem(code, "error", message, hint, None if error.filename is None else str(error.filename))
