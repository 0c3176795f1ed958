"""Entry point of ``visa-packet``: the group of commands, and what becomes of every failure."""

from __future__ import annotations

import importlib
import signal
import sys

import click

from pipeline.cli.crash import tell_in_one_line, words_hidden
from pipeline.cli.output import Report, emit
from pipeline.errors import ExitCode, Problem, VisaPacketError, bug
from pipeline.resources import VERSION
from pipeline.system.temporary import own_temporary_folder

#: command -> its one-line help; kept here so that --help loads no command
COMMANDS = {
    "build": "Build the submission bundle of each case.",
    "import": "Make case files of the rows of a table.",
    "validate": "Check cases and their attachments without building anything.",
    "status": "Show what is still unsigned, missing or expired in each case.",
    "signed": "Print the attachment entries for documents that come back signed.",
    "form": "List the fields of a fillable PDF, or fill one from a case.",
    "match": "List the hospitals whose filed plans cover a case.",
    "timeline": "Show the dates of one case, from the papers to the return to sport.",
    "verify": "Check that a packet is what its manifest says.",
    "sign": "Sign a bundle digitally, in the fields at its seal boxes.",
    "schema": "List the JSON Schemas, or print one.",
    "rules": "List the visa's rules, or explain one with its source.",
    "templates": "Check, make, list and preview Word templates.",
    "doctor": "Check engine, fonts, templates and versions on this machine.",
}

#: Commands whose name no module can have.
_MODULES = {"import": "import_table"}


class CommandGroup(click.Group):
    """Loads a command's module only when it is called, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command of that name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = getattr(importlib.import_module(f"pipeline.cli.commands.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands without loading any."""
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
    """Run the command line and exit with a documented code. Nothing but this function exits."""
    arguments = sys.argv[1:]
    for name in ("SIGTERM", "SIGHUP"):  # clean up as after Ctrl-C, but let nohup have its way
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    with words_hidden(), own_temporary_folder():
        code = _run(arguments)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        return _ended(arguments)
    except KeyboardInterrupt:  # once more, while the first was told
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - to tell of a failure has failed
        tell_in_one_line(error)
        return ExitCode.BUG


def _ended(arguments: list[str]) -> int:
    try:
        return int(cli.main(arguments, prog_name="visa-packet", standalone_mode=False) or 0)
    except SystemExit:  # click's own end when nobody reads its output any more
        return ExitCode.OUTPUT
    except Exception as error:  # noqa: BLE001 - the one place that turns every failure into an exit code
        return _failed(error, arguments)
    except KeyboardInterrupt:
        return _failed(click.Abort(), arguments)


def _failed(error: Exception, arguments: list[str]) -> int:
    report = _report(error, next((word for word in arguments if word in COMMANDS), None))
    try:
        emit(report, as_json="--json" in arguments)
    except OSError:
        return ExitCode.OUTPUT
    return report.exit_code


def _report(error: Exception, command: str | None) -> Report:
    if isinstance(error, VisaPacketError):
        return Report(command, error.exit_code, error.problems)
    if isinstance(error, click.Abort):
        problem = Problem("interrupted", "error", "interrupted", "what was published before is complete")
        return Report(command, ExitCode.INTERRUPTED, (problem,))
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        problem = Problem("usage", "error", "no command was given", "see visa-packet --help")
        return Report(command, ExitCode.USAGE, (problem,))
    if isinstance(error, click.ClickException):
        problem = Problem(
            "usage", "error", error.format_message(), f"see visa-packet {command or ''} --help".replace("  ", " ")
        )
        return Report(command, ExitCode.USAGE, (problem,))
    if isinstance(error, OSError):  # the library tells its own; what is left comes from printing
        message = f"the report cannot be printed: {(error.strerror or type(error).__name__).lower()}"
        hint = "packets that were published are complete; run it again with room for the report"
        return Report(command, ExitCode.OUTPUT, (Problem("output-report", "error", message, hint),))
    return Report(command, ExitCode.BUG, (bug(error),))
