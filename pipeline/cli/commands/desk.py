"""visa-packet desk"""

from __future__ import annotations

import asyncio
import secrets
import socket
import webbrowser
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.attachments.scan_client import close_scans
from pipeline.cli.shared_options import directory_option, lang_option, templates_option
from pipeline.cli.terminal import print_line
from pipeline.errors import load_extra
from pipeline.language import Language
from pipeline.system.limited_client import LIMITED

if TYPE_CHECKING:
    from pipeline.cli.desk.app import Desk

_HOST = "127.0.0.1"


@click.command(short_help="Work on the cases of a folder in a browser on this machine.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path())
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; by default one that is free.")
@click.option("--no-open", is_flag=True, help="Only print the address; do not open the browser.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day for which the rules are checked, YYYY-MM-DD; by default the day of each request.",
)
@templates_option
@directory_option
@lang_option
def desk(
    folder: Path,
    port: int,
    no_open: bool,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    language: Language,
) -> int:
    """Start a page for the cases of FOLDER, by default the current one, and open the browser.

    The page makes cases, takes papers, shows what is missing or wrong, draws the pages and builds packets. It works on
    the files of the folder, so the command line can be used in turn. It is for this machine only: nothing is sent to
    another one, and nobody without the address can open it. Ctrl-C ends it.

    \b
    Example:
      visa-packet desk cases/
      visa-packet desk cases/ --no-open --port 8025
    """
    uvicorn = load_extra("uvicorn", "desk", "the desk")
    load_extra("starlette", "desk", "the desk")
    from pipeline.cli.desk.app import Desk  # noqa: PLC0415 - needs the extra
    from pipeline.cli.desk.desk_folder import DeskFolder  # noqa: PLC0415 - as above
    from pipeline.cli.desk.guards import Guards  # noqa: PLC0415 - as above

    listening = socket.create_server((_HOST, port))
    port = listening.getsockname()[1]
    key = secrets.token_urlsafe(32)
    served = Desk(DeskFolder(folder, templates, directory, as_of.date() if as_of else None), language)
    hosts = frozenset({f"{_HOST}:{port}", f"localhost:{port}"})
    address = f"http://{_HOST}:{port}/?key={key}"
    print_line(address)
    if not no_open:
        webbrowser.open(address)
    config = uvicorn.Config(
        Guards(served.app(), key, hosts),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    wait_for_requests = server.shutdown

    async def shutdown(sockets: list[socket.socket] | None = None) -> None:
        # A request may wait for a process, for up to ten minutes. So the processes end first.
        await asyncio.to_thread(_close, served)
        await wait_for_requests(sockets)

    server.shutdown = shutdown
    with suppress(KeyboardInterrupt):
        server.run([listening])
    return 0


def _close(served: Desk) -> None:
    LIMITED.close()
    close_scans()
    served.close()
