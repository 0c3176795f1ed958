"""Attachments through the command: place, exit code, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from tests.support.attachments import SCRIPT, add_page, page_text
from tests.support.built import make_pdf, make_pdf_of, make_picture, make_png_header, saved, snapshot
from tests.support.cases import Edit
from tests.support.reading import JPEG, PNG, expanded
from tests.support.run import Command, assert_refused

pytestmark = pytest.mark.slow

DAY = ("--as-of", "2026-11-22")
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

    def test_all_of_them_are_reported_at_once(self, case_folder: Path, edit: Edit, visa_packet: Command) -> None:
        case = edit({f"/attachments/{index}/path": f"none-{index}.pdf" for index in range(4)})
        out = case_folder / "out"
        problems = assert_refused(visa_packet("build", case, "-o", out, "--json", "--as-of", "2026-11-22"), out, 5)
        pointers = [problem["pointer"] for problem in problems if problem["code"] == "attachment-missing"]
        assert pointers == [f"/attachments/{index}/path" for index in range(4)]


class TestFindings:
    """What is found in a file that can be used goes its way: place, languages, manifest."""

    @pytest.fixture
    def script(self, case_folder: Path) -> str:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("paper"))
            pdf.Root.OpenAction = SCRIPT
            (case_folder / "papers" / "a.pdf").write_bytes(saved(pdf))
        return "papers/a.pdf"

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "a script"), ("ja", "スクリプト"), ("zh", "脚本")], ids=["en", "ja", "zh"]
    )
    def test_it_is_reported_at_its_place_in_each_language(
        self, edit: Edit, visa_packet: Command, script: str, language: str, words: str
    ) -> None:
        case = edit({"/attachments/2/path": script})
        run = visa_packet("validate", case, "--json", "--lang", language, *DAY)
        [problem] = [each for each in run.problems if each["code"] == "FIL-01"]
        assert (problem["pointer"], problem["severity"]) == ("/attachments/2/path", "warning")
        assert words in problem["message"]
        assert problem["line"]

    def test_it_stands_in_the_manifest(self, edit: Edit, visa_packet: Command, tmp_path: Path, script: str) -> None:
        case = edit({"/attachments/2/path": script})
        run = visa_packet("build", case, "-o", tmp_path / "out", "--json", *DAY)
        assert run.code == 0
        folder = next((tmp_path / "out").glob("*/manifest.json")).parent
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        found = [each for each in manifest["findings"] if each["rule"] == "FIL-01"]
        assert [each["pointer"] for each in found] == ["/attachments/2/path"]
        assert b"app.alert" not in expanded((folder / "bundle.pdf").read_bytes())

    def test_strict_refuses_it(self, edit: Edit, visa_packet: Command, script: str) -> None:
        run = visa_packet("validate", edit({"/attachments/2/path": script}), "--json", "--strict", *DAY)
        assert run.code == 3


class TestPassword:
    def test_an_invalid_one_is_reported_at_its_field(self, case_folder: Path, edit: Edit, visa_packet: Command) -> None:
        (case_folder / "papers" / "a.pdf").write_bytes(encrypted())
        (case_folder / "papers" / "word.txt").write_text("CANARY-wrong", encoding="utf-8")
        case = edit({"/attachments/2/path": "papers/a.pdf", "/attachments/2/password_file": "papers/word.txt"})
        run = visa_packet("validate", case, "--json", *DAY)
        [problem] = [each for each in run.problems if each["code"] == "attachment-password"]
        assert (run.code, problem["pointer"]) == (5, "/attachments/2/password_file")
        assert "CANARY" not in run.out + run.err

    def test_the_right_one_opens_it_and_is_nowhere_in_the_packet(
        self, case_folder: Path, edit: Edit, visa_packet: Command, tmp_path: Path
    ) -> None:
        (case_folder / "papers" / "a.pdf").write_bytes(encrypted())
        (case_folder / "papers" / "word.txt").write_text("secret\n", encoding="utf-8")
        case = edit({"/attachments/2/path": "papers/a.pdf", "/attachments/2/password_file": "papers/word.txt"})
        run = visa_packet("build", case, "-o", tmp_path / "out", "--json", *DAY)
        assert run.code == 0
        assert all(b"word.txt" not in content for content in snapshot(tmp_path / "out").values())
