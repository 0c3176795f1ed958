from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pipeline.formats.files import NotRegularError, OutsideError, is_file, is_folder, read


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


def test_sockets_and_devices_are_rejected(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "socket", Path("/dev/zero"), Path("/dev/null")):
            with pytest.raises(NotRegularError):
                read(path, 9)


def test_a_path_that_the_system_refuses_to_look_at_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    paths = (tmp_path, tmp_path / "a", Path("a" * 300), Path("a" * 300, "b"), Path("/".join(["a" * 200] * 30)))
    assert [is_folder(path) for path in paths] == [True, False, False, False, False]
    assert [is_file(path) for path in paths] == [False, True, False, False, False]


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


@pytest.mark.parametrize("moment", ["papers", "2026", "a"])
def test_a_folder_swapped_for_a_link_while_its_file_is_opened_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The swap happens just before ``moment`` is opened, by then each folder before it has been looked at."""
    inside, outside = tmp_path / "case" / "papers", tmp_path / "outside"
    for folder, content in ((inside, b"inside"), (outside, b"outside")):
        (folder / "2026").mkdir(parents=True)
        (folder / "2026" / "a").write_bytes(content)
    real_open = os.open

    def swap_then_open(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == moment:
            inside.rename(tmp_path / "moved")
            inside.symlink_to(outside)
        return real_open(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", swap_then_open)
    if moment == "papers":
        with pytest.raises(OutsideError):
            read(Path("papers/2026/a"), 9, below=tmp_path / "case")
    else:
        assert read(Path("papers/2026/a"), 9, below=tmp_path / "case") == b"inside"


@pytest.mark.parametrize("path", ["papers/2026/a", "papers/missing", "papers/a/b", "."])
def test_no_folder_on_the_way_stays_open(tmp_path: Path, path: str) -> None:
    (tmp_path / "papers" / "2026").mkdir(parents=True)
    (tmp_path / "papers" / "a").write_bytes(b"x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match=r"No such|Not a directory|regular|directory"):
        read(Path(path), 9, below=tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_link_is_followed_when_no_folder_is_given(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read(tmp_path / "link", 9) == b"x"
