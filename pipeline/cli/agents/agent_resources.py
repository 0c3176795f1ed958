"""Resources: what a client may read without a call, none of which has a value of a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError

from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.formats.files import read
from pipeline.formats.json.schema_files import schema_names, schema_text
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.published_files import MAX_MANIFEST
from pipeline.resources import shipped
from pipeline.visa.rules.catalogue import all_rules

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer


def add_resources(server: MCPServer[Any], folder: AgentFolder) -> None:
    """Add the schemas, the rules, the manifests of packets, and the guide."""

    @server.resource("visa-packet://schema/{name}", mime_type="application/schema+json")
    def schema(name: str) -> str:
        """A JSON Schema, such as case or patient."""
        if name not in schema_names():
            raise ResourceNotFoundError(f"there is no such schema; there are {', '.join(schema_names())}")
        return schema_text(name)

    @server.resource("visa-packet://rules", mime_type="application/json")
    def rules() -> str:
        """All rules: id, severity, title."""
        rows = [[rule.id, rule.severity, rule.texts[folder.language].title] for rule in all_rules().values()]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

    @server.resource("visa-packet://case/{case}/manifest", mime_type="application/json")
    def manifest(case: str) -> str:
        """The manifest of the final packet of a case: documents, pages, hashes; no names."""
        try:
            packet = folder.packet(case, "final")
        except ToolError as error:
            raise ResourceNotFoundError(str(error)) from None
        return read(Path(MANIFEST_NAME), MAX_MANIFEST, below=packet).decode()

    @server.resource("visa-packet://guide", mime_type="text/markdown")
    def guide() -> str:
        """How to take a case from nothing to a packet, and what an agent must never do."""
        return (shipped("skills") / "visa-packet" / "SKILL.md").read_text(encoding="utf-8")
