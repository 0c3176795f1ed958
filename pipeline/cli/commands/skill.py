"""visa-packet skill"""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import json_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode
from pipeline.publish.folder import publish_file
from pipeline.resources import shipped

_NAME = "SKILL.md"
_BEGINNING = b"---\nname: visa-packet\n"


@click.command(short_help="Print the skill for agents, or write it to a folder.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Folder in which SKILL.md is written, such as the folder visa-packet among the skills of an agent.",
)
@json_option
def skill(out: Path | None, as_json: bool) -> int:
    """Print SKILL.md: what an agent that prepares packets must never do, the order of work, and what results mean.

    Nothing is installed into an agent. With --out, an earlier SKILL.md of visa-packet is replaced, another is not.

    \b
    Example:
      visa-packet skill
      visa-packet skill -o skills/visa-packet
    """
    source = shipped("skills") / "visa-packet" / _NAME
    file = source if out is None else out / _NAME
    if out is not None:
        publish_file(source.read_bytes(), file, lambda content: content.startswith(_BEGINNING))
    emit(CommandReport("skill", ExitCode.OK, (), [{"path": str(file)}]), as_json=as_json)
    if as_json:
        return ExitCode.OK
    if out is not None:
        print_line(Styled(str(file), bold=True))
        return ExitCode.OK
    for line in source.read_text(encoding="utf-8").splitlines():
        print_line(line)
    return ExitCode.OK
