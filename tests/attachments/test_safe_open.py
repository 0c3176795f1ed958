"""Paths of attachments: where they may lead."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from pipeline.attachments.read_paper import read_paper
from tests.support.reading import PNG, paper, refusal


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "../a.png",
            "papers/../../a.png",
            "papers/../a.png",
            "/etc/hostname",
            "~/a.png",
            "~root/a.png",
            "~",
            "file:///etc/hostname",
            "https://example.com/a.png",
            "C:\\a.png",
            "C:/a.png",
            "papers\\a.png",
            "\\\\server\\share\\a.png",
            "a\0.png",
            "//server/a.png",
            "papers/./../../a.png",
        ],
    )
    @pytest.mark.case("F01")
    def test_a_path_out_of_the_folder_is_refused(self, tmp_path: Path, path: str) -> None:
        folder = tmp_path / "case"
        (folder / "papers").mkdir(parents=True)
        for place in (tmp_path / "a.png", folder / "a.png"):
            place.write_bytes(PNG)
        assert refusal(folder, path).code == "attachment-outside"

    @pytest.mark.case("F01")
    @pytest.mark.parametrize("path", ["%2e%2e/a.png", "．．/a.png", "‥/a.png", "..%2fa.png", "papers/%2e%2e%2f/a.png"])
    def test_what_only_looks_like_a_way_out_is_a_name_like_others(self, tmp_path: Path, path: str) -> None:
        folder = tmp_path / "case"
        folder.mkdir()
        (tmp_path / "a.png").write_bytes(PNG)
        assert refusal(folder, path).code == "attachment-missing"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(PNG)
        assert read_paper(folder, path).pages == 1

    @pytest.mark.parametrize("path", ["a.png", "./a.png", "papers/deep/a.png", "a..b.png"])
    def test_a_path_inside_is_read(self, tmp_path: Path, path: str) -> None:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(PNG)
        assert read_paper(tmp_path, path).pages == 1

    @pytest.mark.parametrize("target", ["inside", "outside"])
    @pytest.mark.case("F02")
    def test_a_link_to_a_file_is_refused(self, tmp_path: Path, target: str) -> None:
        folder = tmp_path / "case"
        folder.mkdir()
        real = (folder if target == "inside" else tmp_path) / "real.png"
        real.write_bytes(PNG)
        (folder / "a.png").symlink_to(real)
        assert refusal(folder, "a.png").code == "attachment-outside"

    @pytest.mark.parametrize("target", ["inside", "outside"])
    @pytest.mark.case("F02")
    def test_a_link_to_a_folder_is_refused(self, tmp_path: Path, target: str) -> None:
        folder = tmp_path / "case"
        real = (folder if target == "inside" else tmp_path) / "real"
        real.mkdir(parents=True)
        (real / "a.png").write_bytes(PNG)
        (folder).mkdir(exist_ok=True)
        (folder / "papers").symlink_to(real)
        assert refusal(folder, "papers/a.png").code == "attachment-outside"

    @pytest.mark.case("F02")
    def test_a_link_in_a_loop_and_a_dangling_one_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").symlink_to("a.png")
        (tmp_path / "b.png").symlink_to("nowhere.png")
        assert refusal(tmp_path, "a.png").code == "attachment-outside"
        assert refusal(tmp_path, "b.png").code == "attachment-outside"

    def test_the_folder_of_the_case_may_itself_be_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "case").symlink_to("real")
        assert paper(tmp_path / "case", "a.png", PNG).pages == 1

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    @pytest.mark.case("F02")
    def test_a_named_pipe_is_refused_without_waiting(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.pdf")
        assert refusal(tmp_path, "a.pdf").message == "this is not a regular file"

    @pytest.mark.case("F02")
    def test_a_socket_is_refused_without_waiting(self, tmp_path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as listening, chdir(tmp_path):
            listening.bind("a.pdf")
            assert refusal(tmp_path, "a.pdf").code in {"attachment-kind", "attachment-unreadable"}

    @pytest.mark.case("F02")
    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a device")
    def test_a_device_is_refused_without_waiting(self, tmp_path: Path) -> None:
        try:
            os.mknod(tmp_path / "a.pdf", 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero
        except PermissionError:
            pytest.skip("this root may make no device")
        assert refusal(tmp_path, "a.pdf").code in {"attachment-kind", "attachment-unreadable"}

    def test_a_folder_is_refused_and_nothing_stays_open(self, tmp_path: Path) -> None:
        (tmp_path / "a.pdf").mkdir()
        first = os.open(tmp_path, os.O_RDONLY)
        os.close(first)
        assert refusal(tmp_path, "a.pdf").message == "this is not a regular file"
        assert refusal(tmp_path, ".").message == "this is not a regular file"
        second = os.open(tmp_path, os.O_RDONLY)
        os.close(second)
        assert second == first

    def test_a_name_that_no_system_takes_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a" * 300 + ".pdf").code == "attachment-unreadable"

    @pytest.mark.usefixtures("ordinary_user")
    def test_an_unreadable_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(PNG)
        (tmp_path / "a.png").chmod(0)
        assert refusal(tmp_path, "a.png").code == "attachment-unreadable"

    def test_an_error_while_reading_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_arguments: Any, **_named: Any) -> int:
            raise PermissionError(13, "Permission denied")

        (tmp_path / "a.png").write_bytes(PNG)
        monkeypatch.setattr(os, "open", broken)
        error = refusal(tmp_path, "a.png")
        assert (error.code, error.message) == ("attachment-unreadable", "the file cannot be read: Permission denied")
