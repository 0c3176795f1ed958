"""visa-packet templates new"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.authoring.starter import StarterFiles, start_template
from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import json_option, set_folder_option
from pipeline.cli.terminal import print_json, print_line
from pipeline.errors import ExitCode


@click.command("new", short_help="Create a Word template to start from.")
@click.argument("name")
@set_folder_option
@json_option
def new(name: str, folder: Path, as_json: bool) -> int:
    """Create NAME.docx, a template with letterhead, seal block and an example of each tag, in the styles of its set.

    \b
    Example:
      visa-packet templates new letter-of-thanks --in templates/my-own-set
    """
    started = start_template(name.removesuffix(".docx"), folder)
    emit(CommandReport("templates new", ExitCode.OK, (), [_result(started)]), as_json=as_json)
    if not as_json:
        for file in started.files:
            print_line(f"created {file}")
        if started.entry is not None:
            print_line("add this entry to the contents of packet.json, and complete it:")
            print_json(started.entry, indent=2)
        print_line(f"open it in Word; then: visa-packet templates check {started.files[0]}")
    return ExitCode.OK


def _result(started: StarterFiles) -> dict[str, object]:
    return {"files": [str(file) for file in started.files], "entry": started.entry}
