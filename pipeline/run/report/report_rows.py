"""Rows of the HTML report: the result of each case, without any value of the case except its id."""

from __future__ import annotations

from typing import Any

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.language import Language
from pipeline.run.published_packet import PublishedPacket
from pipeline.run.report.finding_rows import FindingRows
from pipeline.run.task import TaskResult


class Rows:
    """Makes the rows of one run. File names need ``names``: they may contain names."""

    def __init__(self, language: Language, *, names: bool) -> None:
        self._names = names
        self.findings = FindingRows(language)
        self.texts = self.findings.texts

    def row(self, number: int, done: TaskResult) -> dict[str, Any]:
        """Return the row of the case number ``number`` of the run."""
        row = {
            "number": number,
            "id": done.case_id,
            "status": done.status,
            "exit": int(done.code),
            "seconds": round(done.seconds, 2),
            "findings": self.findings.rows(done.problems),
            **(self._packet(done.built) if done.built else {}),
            **({"former": [done.former.as_of.isoformat(), done.former.state]} if done.former else {}),
        }
        if self._names:
            row["file"] = done.name
            if done.patient is not None:
                row["name"] = [done.patient.surname_first, done.patient.chinese]
        return row

    def _packet(self, built: PublishedPacket) -> dict[str, Any]:
        manifest = built.manifest
        return {
            "state": manifest.state,
            "bundles": [self._bundle(bundle) for bundle in manifest.bundles],
            "apart": list(manifest.apart),
            "missing": [[paper.letter, paper.role, paper.person] for paper in manifest.missing],
        }

    def _bundle(self, bundle: BundleRow) -> list[Any]:
        parts = [[self.texts.refer(part.title), part.page, part.pages, int(part.unsigned)] for part in bundle.page_map]
        return [bundle.person if bundle.kind == "bundle" else bundle.kind, bundle.path, bundle.pages, parts]
