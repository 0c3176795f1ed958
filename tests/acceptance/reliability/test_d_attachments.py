"""Cases D, E and F01, F02 as a user meets them: papers that cannot be used, and PDFs that are used and told of.

Pictures that are used are in test_e_pictures.py; each kind of file in every detail is in tests/attach.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import chdir
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
from tests.support.expectation import Limits, Scene, Watched
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
HEADER_ONLY = b"%PDF-1.7\n"
HUGE = [make_png_header(side, side) for side in (13_000, 60_000)]


def with_paper(scene: Scene, name: str, content: bytes) -> Watched:
    """A run over a case with this paper."""
    path = scene.case(edits={"/attachments/0/path": f"papers/{name}"})
    (path.parent / "papers" / name).write_bytes(content)
    return scene.build(path)


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        pytest.param("a.pdf", lambda: b"", "attachment-empty", marks=case("D01"), id="empty"),
        pytest.param("a.pdf", lambda: b"<html></html>", "attachment-kind", marks=case("D01"), id="html"),
        pytest.param("a.pdf", lambda: PNG, "attachment-kind", marks=case("D01"), id="png"),
        pytest.param("a.pdf", lambda: HEADER_ONLY, "attachment-damaged", marks=case("D01"), id="header"),
        pytest.param("a.pdf", lambda: PDF[: len(PDF) // 2], "attachment-damaged", marks=case("D01"), id="cut"),
        pytest.param("a.pdf", lambda: locked(PDF, "open"), "attachment-encrypted", marks=case("D03"), id="locked"),
        pytest.param("a.pdf", public_key_locked, "attachment-encrypted", marks=case("D03"), id="certificate"),
        pytest.param("a.pdf", lambda: flate_bomb(300_000_000, 2), "attachment-bomb", marks=case("D05"), id="flate"),
        pytest.param("a.pdf", lambda: lzw_bomb(300_000_000), "attachment-bomb", marks=case("D05"), id="lzw"),
        pytest.param("a.pdf", lambda: run_length_bomb(300_000_000), "attachment-bomb", marks=case("D05"), id="runs"),
        pytest.param("a.pdf", lambda: page_many_times(2_000), "attachment-pages", marks=case("D13"), id="pages"),
        pytest.param("a.jpg", lambda: JPEG[: len(JPEG) // 2], "attachment-damaged", marks=case("E01"), id="half"),
        pytest.param("a.jpg", lambda: PNG, "attachment-kind", marks=case("E01"), id="png as jpg"),
        pytest.param("a.png", lambda: HUGE[0], "attachment-pixels", marks=case("E02"), id="large"),
        pytest.param("a.png", lambda: HUGE[1], "attachment-pixels", marks=case("E02"), id="huge"),
        pytest.param("a.heic", lambda: b"\0\0\0\x18ftypheic", "attachment-kind", marks=case("E08"), id="heic"),
    ],
)
def test_a_paper_that_cannot_be_used_costs_its_case_alone(
    scene: Scene, name: str, make: Callable[[], bytes], code: str
) -> None:
    run = with_paper(scene, name, make())
    [problem] = run.refused(5, (code, "/attachments/0/path"), limits=Limits(seconds=8, megabytes=500))
    assert problem["line"]
    assert problem["hint"]
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


@case("F01")
@pytest.mark.parametrize("path", ["../../secret.pdf", "/etc/hostname", "~/secret.pdf", "C:\\secret.pdf"])
def test_a_path_out_of_the_folder_of_the_case(scene: Scene, path: str) -> None:
    (scene.folder / "secret.pdf").write_bytes(PDF)
    scene.build(scene.case(edits={"/attachments/0/path": path})).refused(
        5, ("attachment-outside", "/attachments/0/path")
    )


@case("F02")
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("link", "attachment-outside"),
        ("loop", "attachment-outside"),
        ("pipe", "attachment-kind"),
        ("folder", "attachment-kind"),
        ("socket", "attachment-unreadable"),
    ],
)
def test_what_is_no_file_is_not_waited_for(scene: Scene, kind: str, code: str) -> None:
    path = scene.case(edits={"/attachments/0/path": "papers/a.pdf"})
    place = path.parent / "papers" / "a.pdf"
    make_no_file(place, kind)
    scene.build(path).refused(5, (code, "/attachments/0/path"))


def make_no_file(place: Path, kind: str) -> None:
    if kind == "link":
        place.symlink_to("/etc/hostname")
    elif kind == "loop":
        place.symlink_to(place)
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        with socket.socket(socket.AF_UNIX) as listening, chdir(place.parent):  # its path may not be long
            listening.bind(place.name)
