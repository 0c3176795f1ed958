"""The server: its tools, resources and prompts, and the errors of all of them in words that have no value of a case."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import ValidationError

from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.agent_prompts import INSTRUCTIONS, add_prompts
from pipeline.cli.agents.agent_resources import add_resources
from pipeline.cli.agents.answers import problems_error, refusal
from pipeline.cli.agents.case_tools import CaseTools
from pipeline.cli.agents.check_tools import CheckTools
from pipeline.cli.agents.compact_schema import compact_schema
from pipeline.cli.agents.packet_tools import PacketTools
from pipeline.cli.agents.page_tool import PageTool
from pipeline.cli.agents.paper_tools import PaperTools
from pipeline.cli.agents.reference_tools import ReferenceTools
from pipeline.errors import VisaPacketError, bug
from pipeline.language import Language
from pipeline.resources import VERSION
from pipeline.run.case_folder.saving import ChangedMeanwhileError

#: Longer arguments are refused, whatever is in them.
_MOST_BYTES = 1_000_000
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False)


class AgentServer(MCPServer[Any]):
    """A server of the SDK that says in its own words why a call failed.

    The SDK would quote the arguments that it refuses, and ignore those that a tool does not have.
    """

    def __init__(self, folder: AgentFolder, *, show_pages: bool) -> None:
        super().__init__("visa-packet", instructions=INSTRUCTIONS, version=VERSION, log_level="CRITICAL")
        self._language = folder.language
        cases, papers, checks = CaseTools(folder), PaperTools(folder), CheckTools(folder)
        packets, references = PacketTools(folder), ReferenceTools(folder)
        reading: list[Callable[..., Any]] = [cases.list_cases, cases.describe_fields, papers.read_paper]
        reading += [checks.check_case, checks.status, checks.timeline, checks.match_hospitals, packets.verify_packet]
        reading += [
            references.explain_rule,
            references.check_templates,
            *([PageTool(folder).page] if show_pages else []),
        ]
        adding: list[Callable[..., Any]] = [cases.new_case, papers.add_paper]
        changing: list[Callable[..., Any]] = [cases.set_fields, packets.build_packet]
        for hints, tools in (
            (_READS, reading),
            (_ADDS, adding),
            (_CHANGES, changing),
        ):
            for tool in tools:
                self._add(tool, hints)
        add_resources(self, folder)
        add_prompts(self, folder.language)

    def _add(self, tool: Callable[..., Any], hints: ToolAnnotations) -> None:
        added = self._tool_manager.add_tool(tool, description=_plain(tool.__doc__ or ""), annotations=hints)
        added.parameters = compact_schema(added.parameters)
        if added.fn_metadata.output_schema is not None:  # the picture of a page has none
            added.fn_metadata.output_schema = compact_schema(added.fn_metadata.output_schema)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. Raises ToolError with why it failed."""
        tool = self._tool_manager.get_tool(name)
        if tool is None or arguments.keys() - tool.parameters["properties"].keys():
            raise refusal("there is no such tool, or it has no such argument", "tools/list has all of them")
        if not _is_readable(arguments):
            raise refusal("the arguments are too long, too deep, or no text", "send less at a time")
        try:
            result = await super().call_tool(name, arguments, context)
        except ToolError as error:
            raise _explained(error, self._language) from None
        if isinstance(result, CallToolResult) and result.structured_content is not None:
            text = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
            result.content = [TextContent(text=text)]
        return result


def _explained(error: ToolError, language: Language) -> ToolError:
    """Return the error of a call without what the SDK and libraries say about values."""
    match error.__cause__:
        case None:
            return error
        case ToolError() as own:
            return own
        case VisaPacketError() as failure:
            return problems_error(failure.problems, language)
        case ChangedMeanwhileError():
            return refusal("the case has another version by now; nothing was saved", "call check_case and use its etag")
        case ValidationError() as wrong:
            names = sorted({str(each["loc"][0]) for each in wrong.errors(include_input=False)})
            return refusal(f"these arguments are not as the tool wants them: {', '.join(names)}", "see tools/list")
    return ToolError(bug(error.__cause__).message)


def _is_readable(arguments: dict[str, Any]) -> bool:
    try:
        return len(json.dumps(arguments, ensure_ascii=False).encode()) <= _MOST_BYTES
    except (RecursionError, UnicodeEncodeError):
        return False


def _plain(text: str) -> str:
    """Return a docstring as one paragraph a part."""
    return "\n".join(" ".join(part.split()) for part in text.split("\n\n")).strip()
