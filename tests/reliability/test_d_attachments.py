"""Cases D, E and F01, F02 as a user meets them: a paper that cannot be used, its place, and nothing left of the run.

What becomes of each kind of file in detail, also of those that are accepted, is in tests/attach.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from attachments import flate_bomb, locked, lzw_bomb, page_many_times, public_key_locked, run_length_bomb
from built import make_pdf, make_picture, make_png_header
from common_expectation import Limits, Scene, Watched
from tools import needs_strace

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
