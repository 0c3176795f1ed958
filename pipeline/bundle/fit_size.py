"""Making a bundle fit where it is uploaded or mailed: first its papers become coarser, as little as needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pipeline.attachments.read_paper import read_paper
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.formats.json.reader import JsonFile
from pipeline.packet.checked import Checked
from pipeline.packet.paper import Paper
from pipeline.packet.plan import AttachmentPart

COARSER = "size-coarser"


class Step(NamedTuple):
    """Dots per inch, and quality of JPEG."""

    dpi: int
    quality: int


#: From hardly visible to just readable: a passport's smallest print needs some 100 dots per inch.
STEPS = (Step(300, 85), Step(200, 75), Step(150, 65), Step(110, 50))
#: A paper is exchanged for a coarser one only when that saves so much of it.
_WORTH_IT = 0.1


#: Sizes of the bundles (bytes by person) that these papers would give.
Measure = Callable[[Mapping[str, Paper]], Mapping[str, int]]


def make_fit(checked: Checked, measure: Measure, limit: int) -> tuple[dict[str, Paper], list[Problem]]:
    """The papers, coarser where a bundle is larger than ``limit``, and what to tell about them.

    The largest papers come first, and no step is taken that is not needed; it may not suffice. Forms that were filled
    stay as they are, for they hold hardly any picture. Raises
    AttachmentError when a file is not what it was when the case was checked.
    """
    papers, steps = dict(checked.papers), dict[str, Step]()
    document = checked.loaded.document
    # Bundles hold what papers have in common only once, so what was saved is seen when they are measured again.
    for _ in STEPS:
        before, sizes = dict(papers), measure(papers)
        for bundle in checked.packet.bundles:
            parts = [part for part in bundle.parts if isinstance(part, AttachmentPart) and not papers[part.id].form]
            over = sizes.get(bundle.person, 0) - limit
            for step in STEPS:
                over = _one_step(step, parts, papers, steps, over, document)
        if papers == before:
            break
    return papers, [_told(part, steps[part.id], document) for part in checked.packet.attachments if part.id in steps]


def _one_step(
    step: Step,
    parts: Sequence[AttachmentPart],
    papers: dict[str, Paper],
    steps: dict[str, Step],
    over: int,
    document: JsonFile,
) -> int:
    """Make papers coarser by one step until ``over`` bytes are saved; how many bytes are still too many."""
    for part in sorted(parts, key=lambda part: len(papers[part.id].pdf), reverse=True):
        if over <= 0:
            break
        before = papers[part.id]
        coarser = _read_again(part, before, step, document)
        saved = len(before.pdf) - len(coarser.pdf)
        if saved > len(before.pdf) * _WORTH_IT:
            papers[part.id], steps[part.id] = coarser, step
            over -= saved
    return over


def _read_again(part: AttachmentPart, before: Paper, step: Step, document: JsonFile) -> Paper:
    attachment, pointer = part.attachment, f"/attachments/{part.index}/path"
    try:
        paper = read_paper(document.folder, attachment.path, part.print_size_mm, attachment.password_file, coarse=step)
    except UnusableError as error:
        raise AttachmentError(document.locate(error.problem, pointer)) from None
    if paper.sha256 != before.sha256:
        message = "the file has changed while the packet was built"
        raise AttachmentError(document.problem("attachment-changed", pointer, message, "build the packet again"))
    return paper


def _told(part: AttachmentPart, step: Step, document: JsonFile) -> Problem:
    pointer = f"/attachments/{part.index}/path"
    problem = Problem(
        COARSER,
        "info",
        f"its pictures are coarser so that the bundle fits: {step.dpi} dots per inch, JPEG quality {step.quality}",
        "look whether all can be read; if not, allow a larger bundle with --max-size",
        translations={
            "ja": (
                f"サイズに収めるため、画像を粗くしました：{step.dpi}dpi、JPEG品質{step.quality}",
                "すべて読めるか確認し、読めない場合は --max-size を大きくしてください",
            ),
            "zh": (
                f"为符合大小限制，已降低图片精度：{step.dpi} dpi，JPEG质量{step.quality}",
                "请确认全部可读；如不可读，请增大 --max-size",
            ),
        },
    )
    return document.locate(problem, pointer)
