"""A preview from start to end: draw the documents, compare them with another version, publish the folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.authoring.preview.baseline import earlier_set
from pipeline.authoring.preview.compare import Shown, compare, not_compared
from pipeline.authoring.preview.page_images import Pages, draw_pages
from pipeline.authoring.preview.preview_page import PAGE_NAME, Head, preview_files
from pipeline.case.source import Source
from pipeline.errors import Problem
from pipeline.language import Language
from pipeline.options import Options
from pipeline.publish.folder import PREVIEW, check_target, publish
from pipeline.run.check import refuse


@dataclass(frozen=True, slots=True)
class Preview:
    """A published preview; ``against`` is how the other version is called."""

    head: Head
    folder: Path
    documents: tuple[Shown, ...]
    problems: tuple[Problem, ...]

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / PAGE_NAME


def make_preview(
    case: Path | Source, folder: Path, options: Options, against: str | None = None, language: Language = "en"
) -> Preview:
    """Show what the set of ``options`` makes of the case, and publish it as ``folder``.

    ``against`` is a folder with another version of the set or a git revision. ``language`` is that of the page's
    own words. Raises a VisaPacketError of the stage that failed; then nothing is published.
    """
    folder = folder if folder.name not in {"", ".."} else folder.resolve()
    check_target(folder, PREVIEW)
    now = draw_pages(case, options)
    refuse(now.problems, options)
    label, shown = _shown(now, case, options, against)
    checked = now.checked
    head = Head(checked.templates.packet.id, checked.loaded.case.case_id, options.as_of.isoformat(), label)
    publish(preview_files(head, shown, language), folder, PREVIEW)
    return Preview(head, folder, tuple(shown), now.problems)


def _shown(now: Pages, case: Path | Source, options: Options, against: str | None) -> tuple[str | None, list[Shown]]:
    if against is None:
        return None, [not_compared(document) for document in now.documents]
    with earlier_set(options.templates, against) as earlier:
        before = draw_pages(case, replace(options, templates=str(earlier.folder)))
    return earlier.label, compare(before.documents, now.documents)
