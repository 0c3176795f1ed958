"""A client of the tools for agents, in memory. The SDK takes two seconds to load: nothing imports it before a test."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.support.cases import AS_OF

if TYPE_CHECKING:
    from mcp import Client

#: The answer of a person to the question about a final build: accept, decline or cancel, and what the form says.
Reply = tuple[Literal["accept", "decline", "cancel"], dict[str, Any] | None]


@dataclass(frozen=True)
class Answer:
    """What a tool answered."""

    is_error: bool
    text: str
    content: Any

    def __str__(self) -> str:
        return self.text


class Agent:
    """Calls the tools of a server for one folder. Without ``reply``, its client cannot ask a person."""

    def __init__(self, folder: Path, *, show_pages: bool = False, templates: str = "medical-stay") -> None:
        from pipeline.cli.agents.agent_folder import AgentFolder  # noqa: PLC0415 - see above
        from pipeline.cli.agents.agent_server import AgentServer  # noqa: PLC0415 - see above

        self.folder = folder
        self.server = AgentServer(AgentFolder(folder, templates, None, AS_OF), show_pages=show_pages)
        self.reply: Reply | None = None
        #: Clients before 2026 open a session with a handshake, and are asked in the middle of a call.
        self.mode = "auto"

    def call(self, tool: str, **arguments: Any) -> Answer:
        """Call a tool."""
        answer: Answer = self.run(lambda client: call(client, tool, **arguments))
        return answer

    def etag(self, case: str) -> str:
        """The version of a case."""
        return hashlib.sha256((self.folder / case / "case.json").read_bytes()).hexdigest()

    def run(self, work: Callable[[Client], Coroutine[Any, Any, Any]]) -> Any:
        """Do what needs a client."""
        from mcp import Client  # noqa: PLC0415 - see above

        async def connected() -> Any:
            asked = None if self.reply is None else replying(self.reply)
            async with Client(self.server, elicitation_callback=asked, mode=self.mode) as client:
                return await work(client)

        return asyncio.run(connected())


async def call(client: Client, tool: str, **arguments: Any) -> Answer:
    """Call a tool of a server."""
    result = await client.call_tool(tool, arguments)
    [content] = result.content
    text = content.text if content.type == "text" else content.type
    if result.structured_content is not None:
        assert json.loads(text) == result.structured_content
    return Answer(result.is_error, text, result.structured_content)


def replying(reply: Reply) -> Any:
    """A client's callback that answers every question alike."""
    from mcp_types import ElicitResult  # noqa: PLC0415 - see above

    async def answer(_context: Any, _params: Any) -> Any:
        return ElicitResult(action=reply[0], content=reply[1])

    return answer
