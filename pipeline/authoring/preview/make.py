"""Make a preview: render the documents, compare them with another version, publish the folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.authoring.preview.baseline import open_baseline
from pipeline.authoring.preview.compare import DocumentDiff, compare, skip_comparison
from pipeline.authoring.preview.page_images import render_documents
from pipeline.authoring.preview.preview_page import PAGE_NAME, PreviewHeader, render_files
from pipeline.case.source import Source
from pipeline.errors import Problem
from pipeline.language import Language
from pipeline.options import BuildOptions
from pipeline.packet.findings import Findings
from pipeline.publish.folder import PREVIEW, check_target, publish


@dataclass(frozen=True, slots=True)
class Preview:
    """A published preview."""

    header: PreviewHeader
    folder: Path
    documents: tuple[DocumentDiff, ...]
    problems: tuple[Problem, ...]

    @property
    def page(self) -> Path:
        """The HTML page to open."""
        return self.folder / PAGE_NAME


def make_preview(
    case: Path | Source, folder: Path, options: BuildOptions, against: str | None = None, language: Language = "en"
) -> Preview:
    """Render the case with the set of ``options``, and publish the preview as ``folder``.

    ``against`` is a folder with another version of the set, or a git revision. ``language`` is the language of the
    page itself. Raise the VisaPacketError of the stage that failed; nothing is published then.
    """
    folder = folder if folder.name not in {"", ".."} else folder.resolve()
    check_target(folder, PREVIEW)
    current = render_documents(case, options)
    Findings(options.check, list(current.problems)).raise_if_blocking()
    label = None
    if against is None:
        documents = [skip_comparison(document) for document in current.documents]
    else:
        with open_baseline(options.templates, against) as baseline:
            earlier = render_documents(case, replace(options, templates=str(baseline.folder)))
        label = baseline.label
        documents = compare(earlier.documents, current.documents)
    checked = current.checked
    header = PreviewHeader(checked.templates.packet.id, checked.loaded.case.case_id, options.as_of.isoformat(), label)
    publish(render_files(header, documents, language), folder, PREVIEW)
    return Preview(header, folder, tuple(documents), current.problems)
