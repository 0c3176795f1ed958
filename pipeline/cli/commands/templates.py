"""visa-packet templates"""

from __future__ import annotations

import click

from pipeline.cli.commands.preview import preview
from pipeline.cli.commands.templates_adopt import adopt
from pipeline.cli.commands.templates_check import check
from pipeline.cli.commands.templates_list import list_sets
from pipeline.cli.commands.templates_new import new


@click.group(short_help="Check, create, adopt, list and preview Word templates.")
def templates() -> None:
    """Work on Word templates and template sets.

    \b
    Example:
      visa-packet templates check templates/my-own-set
    """


templates.add_command(adopt)
templates.add_command(check)
templates.add_command(preview)
templates.add_command(new)
templates.add_command(list_sets)
