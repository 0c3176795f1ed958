"""visa-packet templates"""

from __future__ import annotations

import click

from pipeline.cli.preview import preview


@click.group(short_help="Look at what a template set makes of a case.")
def templates() -> None:
    """Work on template sets: see what a set makes of a case, and what a change of it changes.

    \b
    Example:
      visa-packet templates preview --case examples/wang-xiaoming/case.json --against HEAD
    """


templates.add_command(preview)
