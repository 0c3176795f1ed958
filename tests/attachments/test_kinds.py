"""Kinds of files: what a name and the first bytes must say."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.attachments import safe_open as inside
from tests.support.built import make_pdf, make_picture
from tests.support.reading import JPEG, PNG, pages_by_another_parser, paper, refusal


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", make_pdf()),
            ("A.PDF", make_pdf()),
            ("a.jpg", JPEG),
            ("a.jpeg", JPEG),
            ("A.JPG", JPEG),
            ("a.png", PNG),
            ("a.tif", make_picture("TIFF")),
            ("a.TIFF", make_picture("TIFF")),
            ("a.webp", make_picture("WEBP")),
            ("中文 名.png", PNG),
        ],
    )
    def test_what_its_name_says_is_accepted(self, tmp_path: Path, name: str, content: bytes) -> None:
        found = paper(tmp_path, name, content)
        assert pages_by_another_parser(found.pdf) == found.pages
        assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.jpg", PNG, "the file name says JPEG, but the content is PNG"),
            ("a.png", JPEG, "the file name says PNG, but the content is JPEG"),
            ("a.pdf", PNG, "the file name says PDF, but the content is PNG"),
            ("a.png", make_pdf(), "the file name says PNG, but the content is PDF"),
            ("a.pdf", b"plain text", "the file name says PDF, but the content is something else"),
            ("a.pdf", b"<!DOCTYPE html><html></html>", "the file name says PDF, but the content is something else"),
            ("a.gif", b"GIF89a", "files of this kind are not accepted"),
            ("a.tif", PNG, "the file name says TIFF, but the content is PNG"),
            ("a.webp", JPEG, "the file name says WebP, but the content is JPEG"),
            ("a.heic", b"\0\0\0\x18ftypheic", "HEIC pictures are not accepted"),
            ("a.jpg", b"\0\0\0\x18ftypmif1", "HEIC pictures are not accepted"),
            ("a.docx", b"PK", "files of this kind are not accepted"),
            ("a", PNG, "files of this kind are not accepted"),
        ],
    )
    def test_what_its_name_does_not_say_is_refused(
        self, tmp_path: Path, name: str, content: bytes, message: str
    ) -> None:
        error = refusal(tmp_path, name, content)
        assert (error.code, error.message) == ("attachment-kind", message)

    def test_the_accepted_kinds_are_named(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.bmp", b"BM").hint == "accepted: PDF, JPEG, PNG, TIFF, WebP"

    def test_an_empty_file_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.pdf", b"").code == "attachment-empty"

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.pdf").code == "attachment-missing"

    def test_a_file_that_is_too_large_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inside, "MAX_BYTES", len(PNG))
        assert paper(tmp_path, "a.png", PNG).pages == 1
        assert refusal(tmp_path, "a.png", PNG + b"\0").code == "attachment-size"
