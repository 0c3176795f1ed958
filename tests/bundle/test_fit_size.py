"""A size limit: papers are downsampled as little as possible, then a bundle is divided, and both are reported."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image
from pypdf import PdfReader

from pipeline.attachments.packet_papers import read_papers
from pipeline.bundle.fit_size import downsample_papers
from pipeline.bundle.manifest_rows import PageMap, PageMapRow
from pipeline.bundle.volumes import split
from pipeline.case.load import load_case
from pipeline.documents.drawing import draw_documents
from pipeline.errors import Problem
from pipeline.options import BuildOptions, CheckOptions
from pipeline.packet.findings import Findings
from pipeline.packet.planned_case import plan_case
from pipeline.publish.verify.verify import verify_path
from pipeline.run import one
from pipeline.run.one import build_case
from tests.support.attachments import encoded
from tests.support.built import make_pdf_of, make_set, outline_of
from tests.support.cases import AS_OF, EXAMPLES, Edit, change
from tests.support.reading import pictures_of, text
from tests.support.run import Command

pytestmark = pytest.mark.slow

DAY = ("--as-of", "2026-11-22", "--allow-missing")


def scan(size: tuple[int, int] = (930, 1316), grain: int = 60) -> bytes:
    """A page as a scanner makes it: grain that takes much space, and black lines on it. As A4, just over 110 dpi."""
    grey = Image.effect_noise((size[0] // 4, size[1] // 4), grain).resize(size)
    picture = Image.merge("RGB", (grey, grey.rotate(180), grey))
    for line in range(10):
        picture.paste("black", (75, 150 * line + 40, size[0] - 75, 150 * line + 48))
    return encoded(picture, "JPEG", quality=92)


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose papers take several megabytes, and a template set that is quick to build."""
    folder = tmp_path_factory.mktemp("heavy")
    shutil.copytree(EXAMPLES / "wang-xiaoming", folder / "case")
    (folder / "case" / "papers" / "scan.jpg").write_bytes(scan())
    (folder / "case" / "papers" / "scans.pdf").write_bytes(make_pdf_of(scan(), 1))
    data = json.loads((folder / "case" / "case.json").read_text(encoding="utf-8"))
    papers = [("other", "papers/scan.jpg"), ("funds_proof", "papers/scans.pdf"), ("passport", "papers/passport.png")]
    change(data, {"/attachments": [{"role": role, "path": path} for role, path in papers]})
    (folder / "case" / "case.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    make_set(folder / "set")
    return folder


def one_page_rows(count: int) -> PageMap:
    """The page map of a bundle in which every document has one page."""
    pages = range(1, count + 1)
    return tuple(PageMapRow(str(page), "document", None, str(page), page, 1, 1, None, unsigned=False) for page in pages)


@dataclass(frozen=True)
class Built:
    """A packet, what its manifest says of its one bundle, and what was found about its size."""

    folder: Path
    manifest: dict[str, Any]
    found: list[Problem]

    @property
    def bundle(self) -> bytes:
        return (self.folder / "bundle.pdf").read_bytes()

    @property
    def described(self) -> dict[str, Any]:
        [bundle] = self.manifest["bundles"]
        return dict(bundle)


@pytest.fixture(scope="module")
def built(heavy: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Built]:
    """The packet that fits in so many bytes, built once for each size."""

    @cache
    def build(max_bytes: int) -> Built:
        options = BuildOptions(AS_OF, str(heavy / "set"), allow_missing=True, max_bytes=max_bytes)
        packet = build_case(heavy / "case" / "case.json", tmp_path_factory.mktemp("out"), options)
        manifest = json.loads((packet.folder / "manifest.json").read_text(encoding="utf-8"))
        return Built(packet.folder, manifest, [each for each in packet.problems if each.code.startswith("size-")])

    return build


Build = Callable[[int], Built]
#: More than the packet has.
ENOUGH = 50_000_000
#: Less than the papers have when they are as coarse as they may be.
TOO_SMALL = 100_000


class TestDownsampling:
    def test_what_fits_stays_as_it_is(self, heavy: Path, built: Build) -> None:
        whole = built(ENOUGH)
        assert (whole.found, whole.described["volumes"], whole.manifest["options"]["max_bytes"]) == ([], [], ENOUGH)
        assert (heavy / "case" / "papers" / "scan.jpg").read_bytes() in whole.bundle

    def test_the_largest_papers_are_downsampled_until_it_fits(
        self, heavy: Path, built: Build, tmp_path: Path, visa_packet: Command
    ) -> None:
        kilobytes = len(built(ENOUGH).bundle) * 6 // 10_000
        coarse = built(kilobytes * 1000)
        assert len(coarse.bundle) <= kilobytes * 1000
        assert coarse.described["volumes"] == []
        assert {problem.code for problem in coarse.found} == {"size-coarser"}
        assert {problem.pointer for problem in coarse.found} <= {"/attachments/0/path", "/attachments/1/path"}
        assert [entry["rule"] for entry in coarse.manifest["findings"] if entry["rule"].startswith("size-")]
        small = (heavy / "case" / "papers" / "passport.png").stat().st_size
        sizes = {part["id"]: part["bytes"] for part in coarse.described["page_map"]}
        assert sizes["attachment-3-passport"] == pytest.approx(small, rel=0.1), "it was not the largest"
        (page, *_) = pictures_of(coarse.bundle, dpi=30)
        assert page.size == pytest.approx((248, 351), abs=2)
        # The command says so also without notes, and a second build gives the same bytes.
        case, templates = heavy / "case" / "case.json", heavy / "set"
        words = ("build", case, "--templates", templates, *DAY)
        said = [
            visa_packet(*words, "-o", tmp_path / size, "--max-size", size).out for size in (f"{kilobytes}kB", "50MB")
        ]
        assert ["downsampled to fit the size limit; --notes" in text for text in said] == [True, False]
        assert (tmp_path / f"{kilobytes}kB" / "wang-xiaoming" / "bundle.pdf").read_bytes() == coarse.bundle

    def test_a_downsampled_paper_must_look_as_before(self, heavy: Path) -> None:
        options = CheckOptions(AS_OF, str(heavy / "set"), allow_missing=True)
        planned = plan_case(load_case(heavy / "case" / "case.json"), options)
        papers = read_papers(planned, options, Findings(options, []))
        result, applied = downsample_papers(planned, papers, {"bundle.pdf": 2}, 1)
        assert applied
        assert all(papers[part].pdf != result[part].pdf for part in applied)
        assert [result[part].pictures for part in papers] == [paper.pictures for paper in papers.values()]

    def test_a_file_that_changes_during_the_build_is_reported(
        self, heavy: Path, tmp_path: Path, visa_packet: Command
    ) -> None:
        shutil.copytree(heavy, tmp_path / "heavy")
        paper = tmp_path / "heavy" / "case" / "papers" / "scan.jpg"
        with pytest.MonkeyPatch.context() as patch:

            def draw(*arguments: Any, **named: Any) -> Any:
                paper.write_bytes(scan(grain=70))
                return draw_documents(*arguments, **named)

            patch.setattr(one, "draw_documents", draw)
            case, templates = tmp_path / "heavy" / "case" / "case.json", tmp_path / "heavy" / "set"
            run = visa_packet(
                "build", case, "-o", tmp_path / "out", "--templates", templates, "--json", *DAY, "--max-size", "600kB"
            )
        assert run.code == 5
        assert "attachment-changed" in {problem["code"] for problem in run.problems}


class TestVolumes:
    def test_what_still_does_not_fit_is_divided_between_documents(self, built: Build) -> None:
        limit = len(built(TOO_SMALL).bundle) * 8 // 10
        divided = built(limit)
        folder, manifest, bundle = divided.folder, divided.manifest, divided.described
        names = [volume["path"] for volume in bundle["volumes"]]
        assert names == [f"bundle-{number}of{len(names)}.pdf" for number in range(1, len(names) + 1)]
        assert len(names) > 1
        assert "size-split" in {problem.code for problem in divided.found}
        whole = divided.bundle
        volumes = [(folder / name).read_bytes() for name in names]
        assert all(len(volume) <= limit for volume in volumes)
        assert [page for volume in volumes for page in text(volume)] == text(whole)
        titles = [title for volume in volumes for title, _ in outline_of(volume)]
        assert titles == [part["title"] for part in bundle["page_map"]]
        starts = {part["page"] for part in bundle["page_map"]}
        assert all(volume["page"] in starts for volume in bundle["volumes"])
        assert [output["path"] for output in manifest["outputs"] if output["path"] in names] == names
        assert list(msgspec.to_builtins(verify_path(folder).manifest.bundles[0].volumes)) == bundle["volumes"]

    def test_a_document_that_is_too_large_alone_is_reported(self, built: Build) -> None:
        assert "size-exceeded" in {problem.code for problem in built(TOO_SMALL).found}
        assert sorted(built(TOO_SMALL).folder.glob("bundle-*of*.pdf"))

    def test_pages_keep_their_numbers(self) -> None:
        pdf = make_pdf_of(scan((400, 600)), 3)
        page_map = one_page_rows(3)
        volumes = split("bundle.pdf", pdf, page_map, len(pdf) - 1)
        reader = PdfReader(io.BytesIO(volumes[-1].pdf))
        assert reader.page_labels[0] == str(volumes[-1].page)
        assert split("bundle.pdf", pdf, page_map, len(pdf)) == []

    def test_a_list_of_files_has_them_in_order(self) -> None:
        pdf = make_pdf_of(scan((40, 60)), 12)
        names = [volume.name for volume in split("bundle.pdf", pdf, one_page_rows(12), 1)]
        assert names == sorted(names)
        assert (names[0], names[-1]) == ("bundle-01of12.pdf", "bundle-12of12.pdf")


class TestOption:
    @pytest.mark.parametrize("size", ["5", "MB", "-5MB", "5TB", "10kB", "0MB", "٥MB", "5MB\n"])
    def test_what_is_no_size_is_wrong_use(self, edit: Edit, tmp_path: Path, visa_packet: Command, size: str) -> None:
        assert visa_packet("build", edit({}), "-o", tmp_path / "out", "--max-size", size).code == 2

    def test_another_size_builds_the_packet_again(self, heavy: Path, tmp_path: Path, visa_packet: Command) -> None:
        states = []
        for size in ("50MB", "50MB", "40MB"):
            case, templates = heavy / "case" / "case.json", heavy / "set"
            run = visa_packet(
                "build", case, "-o", tmp_path, "--templates", templates, "--json", *DAY, "--max-size", size
            )
            states.append(run.report["results"][0]["status"])
        assert states == ["built", "current", "built"]
