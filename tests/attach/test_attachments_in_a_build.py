"""Attachments through the command: place, exit code, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from built import make_pdf, make_pdf_of, make_picture, make_png_header, saved
from conftest import Command, Edit, assert_refused
from reading import JPEG, PNG

SCAN = make_pdf_of(make_picture("JPEG", (800, 1000), quality=90), 3)


def put(content: bytes | None, name: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        if content is not None:
            (folder / "papers" / name).write_bytes(content)
        return f"papers/{name}"

    return make


def link(folder: Path) -> str:
    (folder / "papers" / "link.png").symlink_to(folder / "papers" / "passport.png")
    return "papers/link.png"


def encrypted() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        return saved(pdf, encryption=pikepdf.Encryption(user="secret", owner="secret"))


class TestBuild:
    """The same through the command: place, exit code, nothing written."""

    @pytest.mark.parametrize(
        ("code", "make"),
        [
            ("attachment-missing", put(None, "none.pdf")),
            ("attachment-empty", put(b"", "a.pdf")),
            ("attachment-kind", put(PNG, "a.jpg")),
            ("attachment-kind", put("王晓明".encode(), "a.pdf")),
            ("attachment-kind", put(b"<html></html>", "a.pdf")),
            ("attachment-kind", put(b"GIF89a", "a.gif")),
            ("attachment-encrypted", put(encrypted(), "a.pdf")),
            ("attachment-damaged", put(SCAN[: len(SCAN) // 2], "a.pdf")),
            ("attachment-damaged", put(JPEG[:-40], "a.jpg")),
            ("attachment-pages", put(make_pdf(0), "a.pdf")),
            ("attachment-pixels", put(make_png_header(9000, 9000), "a.png")),
            ("attachment-outside", lambda _folder: "../papers/a.pdf"),
            ("attachment-outside", lambda _folder: "/etc/hostname"),
            ("attachment-outside", lambda _folder: "~/a.pdf"),
            ("attachment-outside", lambda _folder: "file:///etc/hostname"),
            ("attachment-outside", lambda _folder: "C:\\a.pdf"),
            ("attachment-outside", link),
        ],
    )
    def test_it_is_refused_with_its_place(
        self, case_folder: Path, edit: Edit, visa_packet: Command, code: str, make: Callable[[Path], str]
    ) -> None:
        path = make(case_folder)
        case = edit({"/attachments/2/path": path})
        out = case_folder / "out"
        run = visa_packet("build", case, "-o", out, "--json", "--as-of", "2026-11-22")
        (problem,) = [each for each in assert_refused(run, out, 5) if each["severity"] == "error"]
        assert (problem["code"], problem["pointer"]) == (code, "/attachments/2/path")
        assert problem["file"] == str(case)
        line = case.read_text(encoding="utf-8").splitlines()[problem["line"] - 1]
        assert line[problem["column"] - 1 :].startswith('"')
        assert line.lstrip().startswith('"path"')
        assert problem["message"].startswith("funds_proof of patient: ")
        assert path not in problem["message"]

    def test_all_of_them_are_told_at_once(self, case_folder: Path, edit: Edit, visa_packet: Command) -> None:
        case = edit({f"/attachments/{index}/path": f"none-{index}.pdf" for index in range(4)})
        out = case_folder / "out"
        problems = assert_refused(visa_packet("build", case, "-o", out, "--json", "--as-of", "2026-11-22"), out, 5)
        pointers = [problem["pointer"] for problem in problems if problem["code"] == "attachment-missing"]
        assert pointers == [f"/attachments/{index}/path" for index in range(4)]
