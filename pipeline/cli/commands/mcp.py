"""visa-packet mcp"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pipeline.cli.shared_options import directory_option, lang_option, templates_option
from pipeline.errors import load_extra
from pipeline.language import Language


@click.command(short_help="Serve the cases of a folder to an agent (Model Context Protocol).")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--show-pages",
    is_flag=True,
    help="Also give the agent pages of packets as pictures. They carry the patient's data to whoever runs the model.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day for which the rules are checked, YYYY-MM-DD; by default the day of each call.",
)
@templates_option
@directory_option
@lang_option
def mcp(
    folder: Path,
    show_pages: bool,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    language: Language,
) -> int:
    """Give an agent tools for the cases of FOLDER, on standard input and output.

    A program that runs a language model starts this command and ends it. The tools start cases, set fields, add
    papers, check, build and verify. None of them signs or files, takes a password, or leaves FOLDER; a final packet
    needs the consent of a person. Answers name fields, not values, except what read_paper reads.

    \b
    Example:
      visa-packet mcp cases/
      visa-packet mcp cases/ --lang zh --show-pages
    """
    load_extra("mcp", "agents", "the server for agents")
    from pipeline.cli.agents.agent_folder import AgentFolder  # noqa: PLC0415 - needs the extra
    from pipeline.cli.agents.agent_server import AgentServer  # noqa: PLC0415 - as above
    from pipeline.cli.agents.serving import serve  # noqa: PLC0415 - as above

    day = as_of.date() if as_of else None
    served = AgentFolder(folder, templates, directory, day, language)
    serve(AgentServer(served, show_pages=show_pages))
    return 0
