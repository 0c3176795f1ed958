from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.formats.files import NotRegularError, OutsideError, read


def test_a_file_is_cut_one_byte_after_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read(tmp_path / "a", 5) == b"12345"
    assert read(tmp_path / "a", 4) == b"12345"
    assert read(tmp_path / "a", 2) == b"123"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("below", [True, False])
def test_a_named_pipe_is_rejected_without_waiting(tmp_path: Path, *, below: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegularError):
        read(Path("pipe"), 9, below=tmp_path) if below else read(tmp_path / "pipe", 9)


def test_a_folder_and_a_nul_are_errors_of_the_system(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "directory"), (Path("a\0b"), "bad path")):
        with pytest.raises(OSError, match=reason):
            read(path, 9)


@pytest.mark.parametrize("path", ["../a", "papers/../../a", "/etc/hostname", "link", "linked/a"])
def test_nothing_outside_of_the_folder_is_read(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "case"
    (folder / "papers").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"x")
    (folder / "link").symlink_to(tmp_path / "a")
    (folder / "linked").symlink_to(tmp_path)
    with pytest.raises(OutsideError):
        read(Path(path), 9, below=folder)


def test_a_link_put_there_between_check_and_opening_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    monkeypatch.setattr(Path, "is_symlink", lambda _path: False)
    with pytest.raises(OSError, match="symbolic links"):
        read(Path("link"), 9, below=tmp_path)


def test_a_link_is_followed_when_no_folder_is_given(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read(tmp_path / "link", 9) == b"x"
