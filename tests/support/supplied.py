"""Papers in whole runs: put beside a case, and found again on the pages of its bundle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tests.support.attachments import SEEN
from tests.support.expectation import Scene, Watched
from tests.support.reading import colour_at, expanded, pictures_of, text

#: Where ``quadrants`` has its colours on an upright page.
QUARTERS = ((0.25, 0.45), (0.75, 0.45), (0.25, 0.55), (0.75, 0.55))
_ENDINGS = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "WebP": "webp", "PDF": "pdf"}


def with_papers(scene: Scene, papers: Sequence[tuple[bytes, str]], name: str = "case-a") -> Path:
    """A case with these papers, each given as content and kind, and no others."""
    paths = [f"papers/{number}.{_ENDINGS[kind]}" for number, (_, kind) in enumerate(papers)]
    case = scene.case(name, {"/attachments": [{"role": "other", "path": path} for path in paths]})
    for path, (content, _) in zip(paths, papers, strict=True):
        (case.parent / path).write_bytes(content)
    return case


def used(run: Watched, name: str = "case-a") -> None:
    """The one case of the run is published, in the common way."""
    assert run.run.code == 0, run.run.err
    run.left_as_it_was({name})


def told(run: Watched, code: str) -> list[str]:
    """Of which papers a finding is told, by their pointers."""
    return sorted(problem["pointer"] for problem in run.run.problems if problem["code"] == code)


def pointers(count: int) -> list[str]:
    """Those of so many papers."""
    return sorted(f"/attachments/{number}/path" for number in range(count))


def bundle(scene: Scene, name: str = "case-a") -> bytes:
    return (scene.out / name / "bundle.pdf").read_bytes()


def pages(scene: Scene, name: str = "case-a") -> list[Image.Image]:
    """The pages of papers in the bundle, as pictures."""
    return [pictures_of(bundle(scene, name))[number] for number in _numbers(scene, name)]


def texts(scene: Scene, name: str = "case-a") -> list[str]:
    """What a second parser reads on those pages."""
    return [text(bundle(scene, name))[number] for number in _numbers(scene, name)]


def _numbers(scene: Scene, name: str) -> list[int]:
    manifest = json.loads((scene.out / name / "manifest.json").read_text("utf-8"))
    [bundle] = manifest["bundles"]
    parts = [part for part in bundle["page_map"] if part["kind"] == "attachment"]
    return [part["page"] - 1 + number for part in parts for number in range(part["pages"])]


def everything(scene: Scene, name: str = "case-a") -> bytes:
    """All bytes of a packet, and those of its PDFs without compression."""
    files = [file for file in (scene.out / name).rglob("*") if file.is_file()]
    plain = [expanded(file.read_bytes()) for file in files if file.suffix == ".pdf"]
    return b"\n".join([*(file.read_bytes() for file in files), *plain])


def quarters(page: Image.Image) -> tuple[str, ...]:
    """Colours of the quarters of a picture as ``quadrants``."""
    return tuple(colour_at(page, x, y) for x, y in QUARTERS)


def corners_and_shape(page: Image.Image) -> tuple[int, float]:
    """How far what ``corners`` drew is turned, clockwise, and its width by its height."""
    left, top, right, bottom = coloured(page)
    seen = page.crop((left, top, right, bottom))
    found = tuple(colour_at(seen, x, y) for y in (0.05, 0.95) for x in (0.05, 0.95))
    turns = {colours: turn for turn, colours in SEEN.items()}
    return turns[found], (right - left) / (bottom - top)  # type: ignore[index] # four of them


def coloured(page: Image.Image) -> tuple[int, int, int, int]:
    """What encloses all that has a colour; the numbers of pages have none."""
    box = page.convert("HSV").getchannel("S").point([0] * 100 + [255] * 156).getbbox()
    assert box is not None
    return box
