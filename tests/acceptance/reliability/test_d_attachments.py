"""Cases D, E and F01, F02 as a user meets them: papers that cannot be used, and PDFs that are used and told of.

Pictures that are used are in test_e_pictures.py; each kind of file in every detail is in tests/attachments.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest

from tests.support.attachments import (
    add_page,
    corners,
    encoded,
    exif_with_place,
    filled_form,
    flate_bomb,
    locked,
    lzw_bomb,
    page_many_times,
    page_text,
    pdf_of,
    public_key_locked,
    quadrants,
    run_length_bomb,
    signed_pdf,
    with_makers,
    with_wrong_tables,
)
from tests.support.built import make_pdf, make_pdf_of, make_picture, make_png_header, saved
from tests.support.expectation import Limits, Scene
from tests.support.reading import expanded
from tests.support.supplied import (
    bundle,
    corners_and_shape,
    everything,
    pages,
    pointers,
    texts,
    told,
    used,
    with_papers,
)
from tests.support.tools import needs_strace

pytestmark = needs_strace
case = pytest.mark.case
PDF = make_pdf()
JPEG, PNG = make_picture("JPEG"), make_picture("PNG")


@dataclass(frozen=True)
class Unusable:
    """A paper that costs its case: its name, what is put there, and the error."""

    name: str
    code: str
    put: Callable[[Path], object]


def file(name: str, code: str, content: bytes) -> Unusable:
    return Unusable(f"papers/{name}", code, lambda path: path.write_bytes(content))


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound, chdir(path.parent):  # its path may not be long
        bound.bind(path.name)


def outside(name: str) -> Unusable:
    return Unusable(name, "attachment-outside", lambda _path: None)


def unusable() -> dict[str, list[Unusable]]:
    """By case."""
    return {
        "d01": [
            file("a.pdf", "attachment-empty", b""),
            file("a.pdf", "attachment-kind", b"<html></html>"),
            file("a.pdf", "attachment-kind", PNG),
            file("a.pdf", "attachment-damaged", b"%PDF-1.7\n"),
            file("a.pdf", "attachment-damaged", PDF[: len(PDF) // 2]),
        ],
        "d03": [
            file("a.pdf", "attachment-encrypted", locked(PDF, "open")),
            file("a.pdf", "attachment-encrypted", public_key_locked()),
        ],
        "d05": [
            file("a.pdf", "attachment-bomb", flate_bomb(300_000_000, 2)),
            file("a.pdf", "attachment-bomb", lzw_bomb(300_000_000)),
            file("a.pdf", "attachment-bomb", run_length_bomb(300_000_000)),
        ],
        "d13": [file("a.pdf", "attachment-pages", page_many_times(2_000))],
        "e01": [
            file("a.jpg", "attachment-damaged", JPEG[: len(JPEG) // 2]),
            file("a.jpg", "attachment-kind", PNG),
        ],
        "e02": [file("a.png", "attachment-pixels", make_png_header(side, side)) for side in (13_000, 60_000)],
        "e08": [file("a.heic", "attachment-kind", b"\0\0\0\x18ftypheic")],
        "f01": [
            outside("../../secret.pdf"),
            outside("/etc/hostname"),
            outside("~/secret.pdf"),
            outside("C:\\secret.pdf"),
        ],
        "f02": [
            Unusable("papers/a.pdf", "attachment-outside", lambda path: path.symlink_to("/etc/hostname")),
            Unusable("papers/a.pdf", "attachment-outside", lambda path: path.symlink_to(path)),
            Unusable("papers/a.pdf", "attachment-kind", os.mkfifo),
            Unusable("papers/a.pdf", "attachment-kind", Path.mkdir),
            Unusable("papers/a.pdf", "attachment-kind", listening),
        ],
    }


@case("D01", "D03", "D05", "D13", "E01", "E02", "E08", "F01", "F02")
def test_each_paper_that_cannot_be_used_costs_its_case_alone(scene: Scene, subtests: pytest.Subtests) -> None:
    """Nor is one waited for that is no file. Of the same run, a case with a good paper is published."""
    papers = {f"{name}-{number}": each for name, many in unusable().items() for number, each in enumerate(many)}
    (scene.folder / "secret.pdf").write_bytes(PDF)
    for name, paper in papers.items():
        path = scene.case(name, {"/attachments/0/path": paper.name})
        paper.put(path.parent / paper.name)
    scene.case()
    run = scene.build(scene.folder / "cases", "-j", "2")
    run.ended(dict.fromkeys(papers, 5) | {"case-a": 0}, limits=Limits(seconds=30, megabytes=500))
    for name, paper in papers.items():
        with subtests.test(name):
            [problem] = run.errors(name)
            assert (problem["code"], problem["pointer"]) == (paper.code, "/attachments/0/path")
            assert problem["line"]
            assert problem["message"].startswith("passport of patient: ")


@case("D09")
def test_that_a_signature_no_longer_holds_is_told(scene: Scene) -> None:
    run = scene.build(with_papers(scene, [(signed_pdf(), "PDF"), (pdf_of(page_text("unsigned")), "PDF")]))
    used(run)
    assert told(run, "FIL-03") == ["/attachments/0/path"]
    assert ["signed paper" in page for page in texts(scene)] == [True, False]
    assert b"/Sig" not in expanded(bundle(scene))


@case("D10")
def test_forms_with_the_same_names_of_fields_are_not_mixed(scene: Scene) -> None:
    """A value for which readers would have to find a font is refused, and costs its own case."""
    values = ("KWAN", "LOPEZ")
    with_papers(scene, [(filled_form(name=value), "PDF") for value in values])
    with_papers(scene, [(filled_form(name="关"), "PDF")], "not-drawn")
    run = scene.build(scene.folder / "cases")
    run.ended({"case-a": 0, "not-drawn": 5})
    assert told(run, "FIL-06") == pointers(2)
    assert told(run, "attachment-form") == pointers(1)
    assert [[value for value in values if value in page] for page in texts(scene)] == [["KWAN"], ["LOPEZ"]]
    assert b"/AcroForm" not in expanded(bundle(scene))


def letter_without_a_box() -> bytes:
    with pikepdf.new() as pdf:
        add_page(pdf, corners(0, 0, 612, 792))
        del pdf.pages[0].obj["/MediaBox"]
        return saved(pdf)


WHOLE = corners(0, 0, 595, 842)
BIG = corners(0, 0, 14_400, 14_400)
#: A page, how far it is turned when it is shown, and the width by the height of what was drawn on it.
PAGES: list[tuple[bytes, int, float]] = [
    (pdf_of(WHOLE), 0, 595 / 842),
    *((pdf_of(WHOLE, Rotate=turn), turn % 360, (595 / 842, 842 / 595)[turn // 90 % 2]) for turn in (90, 180, 270, -90)),
    (pdf_of(WHOLE, Rotate=45), 0, 595 / 842),
    (pdf_of(corners(100, -50, 595, 842), MediaBox=[100, -50, 695, 792]), 0, 595 / 842),
    (pdf_of(WHOLE, MediaBox=[595, 842, 0, 0]), 0, 595 / 842),
    (pdf_of(corners(100, 100, 300, 400), CropBox=[100, 100, 400, 500]), 0, 300 / 400),
    (pdf_of(corners(100, 100, 300, 400), CropBox=[100, 100, 400, 500], Rotate=90), 90, 400 / 300),
    (pdf_of(corners(0, 0, 200, 300), size=(200, 300), UserUnit=1.5), 0, 200 / 300),
    (pdf_of(BIG, size=(14_400, 14_400)), 0, 1),  # 200 inches
    (pdf_of(corners(0, 0, 60, 60), size=(60, 60)), 0, 1),
    (letter_without_a_box(), 0, 612 / 792),
]


@case("D11")
def test_odd_pages_are_upright_and_whole_or_refused(scene: Scene) -> None:
    with_papers(scene, [(content, "PDF") for content, _, _ in PAGES])
    with_papers(scene, [(pdf_of(b"", MediaBox=[0, 0, 1, 1]), "PDF")], "tiny")
    with_papers(scene, [(pdf_of(WHOLE, CropBox=[900, 900, 1000, 1000]), "PDF")], "beside")
    run = scene.build(scene.folder / "cases")
    run.ended({"beside": 5, "case-a": 0, "tiny": 5})
    assert told(run, "attachment-page-size") == told(run, "attachment-disagreement") == pointers(1)
    shown = [corners_and_shape(page) for page in pages(scene)]
    assert [turn for turn, _ in shown] == [turn for _, turn, _ in PAGES]
    assert [shape for _, shape in shown] == pytest.approx([shape for *_, shape in PAGES], rel=0.03)


@case("D12")
def test_a_wrong_table_is_mended_and_told(scene: Scene) -> None:
    whole = pdf_of(page_text("one"), page_text("two"))
    run = scene.build(with_papers(scene, [(content, "PDF") for content in (*with_wrong_tables(whole), whole)]))
    used(run)
    assert told(run, "FIL-04") == pointers(3)
    assert [said for page in texts(scene) for said in ("one", "two") if said in page] == ["one", "two"] * 4


@case("D13")
def test_half_a_gigabyte_is_not_read(scene: Scene) -> None:
    path = with_papers(scene, [(b"", "PDF")])
    with (path.parent / "papers" / "0.pdf").open("wb") as file:
        file.truncate(500_000_000)  # a hole: it takes no space
    limits = Limits(seconds=5, megabytes=300)
    scene.build(path).refused(5, ("attachment-size", "/attachments/0/path"), limits=limits)


@case("D14")
def test_a_font_that_is_not_in_the_file_is_told(scene: Scene) -> None:
    [document] = (scene.out / "of-another" / "documents").glob("*.pdf")
    run = scene.build(with_papers(scene, [(pdf_of(page_text("Helvetica")), "PDF"), (document.read_bytes(), "PDF")]))
    used(run)
    assert told(run, "OUT-05B") == ["/attachments/0/path"]


@case("D15")
def test_nothing_of_the_makers_of_a_paper_is_in_the_packet(scene: Scene) -> None:
    photo = encoded(quadrants(), "JPEG", exif=exif_with_place(), comment="CANARY")
    papers = [with_makers(), make_pdf_of(photo, 2), pdf_of(page_text("the paper")) + b"\nCANARY\n%%EOF\n"]
    assert all(b"CANARY" in expanded(paper) + paper for paper in papers)
    run = scene.build(with_papers(scene, [(paper, "PDF") for paper in papers]))
    used(run)
    assert told(run, "FIL-02") == ["/attachments/0/path"]
    assert [word for word in (b"CANARY", b"CanaryPhone", b"Exif") if word in everything(scene)] == []
    assert ["the paper" in page for page in texts(scene)] == [True, False, False, True]


@case("D17")
def test_an_earlier_bundle_is_no_paper_and_one_of_its_documents_is(scene: Scene) -> None:
    former = scene.out / "of-another"
    [document] = (former / "documents").glob("*.pdf")
    with_papers(scene, [((former / "bundle.pdf").read_bytes(), "PDF")], "bundle-in-bundle")
    with_papers(scene, [(document.read_bytes(), "PDF")])
    run = scene.build(scene.folder / "cases")
    run.ended({"bundle-in-bundle": 5, "case-a": 0})
    assert told(run, "attachment-own") == pointers(1)
