"""The tool that shows pages. They carry the data of a person to whoever runs the model: only with --show-pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import Image
from pydantic import Field

from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.answers import refusal
from pipeline.cli.agents.packet_tools import manifest_of
from pipeline.cli.child_command import Kind
from pipeline.cli.pictures import draw_page
from pipeline.formats.files import read
from pipeline.system.limited_client import CallFailedError

_WIDTH_INCHES = 210 / 25.4


@dataclass(frozen=True, slots=True)
class PageTool:
    """The tool that shows pages of the packets of one folder."""

    folder: AgentFolder

    def page(
        self,
        case: str,
        page: Annotated[int, Field(ge=1)],
        file: str = "bundle.pdf",
        kind: Kind = "draft",
        dpi: Annotated[int, Field(ge=30, le=110)] = 72,
    ) -> Image:
        """Show a page of a PDF of the packet as a picture (files and pages as build_packet gives them)."""
        packet = self.folder.packet(case, kind)
        sizes = {bundle.path: bundle.bytes for bundle in manifest_of(packet).bundles if page <= bundle.pages}
        if file not in sizes:
            raise refusal("the packet has no such page", "build_packet gives the files and pages")
        content = read(Path(file), sizes[file], below=packet)
        try:
            png = draw_page(content, page - 1, round(_WIDTH_INCHES * dpi))
        except CallFailedError:
            raise refusal("the page cannot be drawn", "a packet with a password is opened by a person") from None
        return Image(data=png, format="png")
