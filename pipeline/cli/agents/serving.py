"""Serving a client until it closes the input, or a signal ends the command."""

from __future__ import annotations

import threading
from typing import Any

from mcp.server.mcpserver import MCPServer

from pipeline.cli.agents.child_report import stop_children


def serve(server: MCPServer[Any]) -> None:
    """Serve on standard input and output until the input ends.

    The SDK reads in threads that a signal does not wake. They end with the process, because the thread that starts
    them does not outlive it, while the main thread only waits, and can be interrupted.
    """
    failures: list[BaseException] = []

    def work() -> None:
        try:
            server.run("stdio")
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join()
    finally:
        stop_children()
    if failures:
        raise failures[0]
