"""Tools for packets: build a draft or, if the person agrees, the final packet, and verify it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.answers import FoundProblems, findings_of, refusal, reported_findings
from pipeline.cli.agents.child_report import child_report
from pipeline.cli.child_command import Kind, build_words
from pipeline.errors import VerificationError
from pipeline.formats.files import read
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import Manifest, read_manifest
from pipeline.publish.published_files import MAX_MANIFEST
from pipeline.publish.verify.changes import CurrentInputs
from pipeline.publish.verify.verify import verify_path


class Consent(BaseModel):
    """The answer of the person to the question about a final build."""

    build: bool = Field(title="Build the final packet", description="Only a person decides this.")


class PacketPart(TypedDict):
    """A document or paper in a PDF of the packet, with its first page."""

    file: str
    id: str
    page: int
    pages: int


class BuiltPacket(TypedDict):
    """A packet in its folder, or why none was built."""

    built: bool
    state: str | None
    folder: str | None
    parts: list[PacketPart]
    about: FoundProblems


class VerifiedPacket(TypedDict):
    """Whether a packet agrees with its manifest, the case and the templates, and each difference."""

    agrees: bool
    about: FoundProblems


async def ask_person(case: str, kind: Kind, context: Context) -> Elicit[Consent] | Consent:
    """Return the question to the person before a final build, which a draft does not need.

    Raises ToolError if the client cannot ask.
    """
    if kind == "draft":
        return Consent(build=True)
    asked = context.client_capabilities and context.client_capabilities.elicitation
    if not asked or (asked.form is None and asked.url is not None):
        hint = f"the person runs: visa-packet build FOLDER/{case}"
        raise refusal("only a person starts a final build, and this client cannot ask one", hint)
    question = f"Build the final packet of {case}? It replaces an earlier one, and its pages have no draft mark."
    return Elicit(question, Consent)


@dataclass(frozen=True, slots=True)
class PacketTools:
    """The tools for packets of the cases of one folder."""

    folder: AgentFolder

    async def build_packet(
        self,
        case: str,
        kind: Kind = "draft",
        *,
        consent: Annotated[ElicitationResult[Consent], Resolve(ask_person)],
    ) -> BuiltPacket:
        """Build the packet of a case. A draft has a mark on every page and may lack papers and answers.

        A final packet is built only if the person agrees, who is asked. Nothing is signed or filed.
        """
        if not isinstance(consent, AcceptedElicitation) or not consent.data.build:
            raise refusal("the person does not want a final packet now", "go on with drafts")
        path, out = self.folder.case(case), self.folder.results(kind)
        result = await child_report(build_words(self.folder, path, kind, out, self.folder.language))
        is_built = result.get("exit_code") == 0
        manifest = manifest_of(self.folder.packet(case, kind)) if is_built else None
        return {
            "built": is_built,
            "state": manifest.state if manifest else None,
            "folder": f"{out.name}/{manifest.case_id}" if manifest else None,
            "parts": _parts(manifest) if manifest else [],
            "about": reported_findings(result["problems"]),
        }

    def verify_packet(self, case: str, kind: Kind = "final") -> VerifiedPacket:
        """Compare a packet with its manifest, and with the case, directory and templates as they are now."""
        packet = self.folder.packet(case, kind)
        current = CurrentInputs(self.folder.case(case), self.folder.directory, self.folder.templates)
        try:
            verify_path(packet, current)
        except VerificationError as error:
            return {"agrees": False, "about": findings_of(error.problems, self.folder.language)}
        return {"agrees": True, "about": findings_of((), self.folder.language)}


def _parts(manifest: Manifest) -> list[PacketPart]:
    return [
        {"file": bundle.path, "id": part.id, "page": part.page, "pages": part.pages}
        for bundle in manifest.bundles
        for part in bundle.page_map
    ]


def manifest_of(packet: Path) -> Manifest:
    """Return the manifest of a packet."""
    return read_manifest(read(Path(MANIFEST_NAME), MAX_MANIFEST, below=packet))
