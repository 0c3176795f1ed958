"""The same documents made the usual way: docxtpl, ``soffice``, pypdf. Once a document, and with one warm ``soffice``.

What visa-packet does besides, rules, proofs, manifest, cleaning of attachments, is in its own times and not in these.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate
from measure import EXAMPLE, OPTIONS, Row, Size, run, spread, timed
from pypdf import PdfWriter

from pipeline.documents import document as draw
from pipeline.documents.engines.libreoffice_program import find_soffice
from pipeline.documents.environment import Picture, TemplateEnvironment
from pipeline.documents.fill import FilledDocument, fill
from pipeline.formats.fonts import font_folders
from pipeline.run.check import check_case
from pipeline.run.one import build_case


@dataclass(frozen=True, slots=True)
class Letter:
    """A template and what it is filled with."""

    name: str
    template: bytes
    context: Mapping[str, Any]


def usual(size: Size, folder: Path) -> dict[str, dict[str, Row]]:
    """Seconds of each way, and how many times longer than visa-packet the usual ways take, run by run."""
    out = folder / "ours"
    letters = _letters(out)
    papers = [paper.pdf for paper in check_case(EXAMPLE, OPTIONS.check).papers.values()]
    times: dict[str, list[float]] = {
        "visa-packet, a process": [],
        "visa-packet, warm": [],
        "soffice once a document": [],
        "one warm soffice": [],
    }
    with_one = _warm(letters, papers, folder / "warm", size.runs)
    for number in range(size.runs):
        times["visa-packet, a process"].append(timed(lambda: run("build", EXAMPLE, "-o", out, "--force")))
        times["visa-packet, warm"].append(timed(lambda: build_case(EXAMPLE, out, OPTIONS)))
        work = folder / f"usual-{number}"
        times["soffice once a document"].append(timed(lambda work=work: _once(letters, papers, work)))  # type: ignore[misc]
        times["one warm soffice"].append(next(with_one))
    pairs = (
        ("soffice once a document", "visa-packet, a process"),
        ("soffice once a document", "visa-packet, warm"),
        ("one warm soffice", "visa-packet, warm"),
    )
    ratios = {
        f"{slow} / {quick}": spread([theirs / ours for theirs, ours in zip(times[slow], times[quick], strict=True)])
        for slow, quick in pairs
    }
    return {"seconds": {name: spread(values) for name, values in times.items()}, "ratios": ratios}


def _letters(out: Path) -> list[Letter]:
    """What the example's documents are filled with."""
    found: list[Letter] = []

    def watched(template: bytes, name: str, context: Mapping[str, Any]) -> FilledDocument:
        found.append(Letter(f"{len(found):02}", template, context))
        return fill(template, name, context)

    setattr(draw, "fill", watched)  # noqa: B010 - draw does not offer it to others
    try:
        build_case(EXAMPLE, out, OPTIONS)
    finally:
        setattr(draw, "fill", fill)  # noqa: B010 - the same
    return found


def _once(letters: list[Letter], papers: list[bytes], folder: Path) -> None:
    folder.mkdir()
    for letter in letters:
        (folder / f"{letter.name}.docx").write_bytes(_filled(letter))
        subprocess.run(_soffice(folder, [f"{letter.name}.docx"]), check=True, capture_output=True, env=_fonts(folder))
    _merge([folder / f"{letter.name}.pdf" for letter in letters], papers, folder / "bundle.pdf")


def _warm(letters: list[Letter], papers: list[bytes], folder: Path, runs: int) -> Iterator[float]:
    """One ``soffice`` converts the documents of all runs, and a first time to warm up: a run begins where one ended."""
    folder.mkdir()
    filling = [timed(lambda number=number: _fill_all(letters, folder, number)) for number in range(runs + 1)]  # type: ignore[misc]
    names = [f"{number}-{letter.name}" for number in range(runs + 1) for letter in letters]
    words = _soffice(folder, [f"{name}.docx" for name in names])
    subprocess.run(words, check=True, capture_output=True, env=_fonts(folder))
    ends = [(folder / f"{number}-{letters[-1].name}.pdf").stat().st_mtime for number in range(runs + 1)]
    for number in range(1, runs + 1):
        files = [folder / f"{number}-{letter.name}.pdf" for letter in letters]
        merging = timed(lambda files=files: _merge(files, papers, folder / "bundle.pdf"))  # type: ignore[misc]
        yield filling[number] + ends[number] - ends[number - 1] + merging


def _fill_all(letters: list[Letter], folder: Path, number: int) -> None:
    for letter in letters:
        (folder / f"{number}-{letter.name}.docx").write_bytes(_filled(letter))


def _filled(letter: Letter) -> bytes:
    document = DocxTemplate(io.BytesIO(letter.template))

    def place(picture: Picture) -> str:
        part = document.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(picture.draw()), Mm(picture.width_mm), None)
        return f"</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t>"

    document.render(dict(letter.context), jinja_env=TemplateEnvironment(place))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _soffice(folder: Path, names: list[str]) -> list[str]:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    files = [str(folder / name) for name in names]
    return [str(find_soffice()), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *files]


def _fonts(folder: Path) -> dict[str, str]:
    """The environment, with the shipped fonts alone: else a machine without them would draw boxes, and be quicker."""
    settings = folder / "fonts.conf"
    folders = "".join(f"<dir>{fonts}</dir>" for fonts in font_folders())
    cache = f"<cachedir>{folder.parent / 'font-cache'}</cachedir>"
    settings.write_text(f'<?xml version="1.0"?><fontconfig>{folders}{cache}</fontconfig>', encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(settings)}


def _merge(files: list[Path], papers: list[bytes], bundle: Path) -> None:
    writer = PdfWriter()
    for file in files:
        writer.append(file)
    for paper in papers:
        writer.append(io.BytesIO(paper))
    writer.write(bundle)
