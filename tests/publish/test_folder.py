from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OutputError, Problem
from pipeline.publish.folder import publish, publish_file
from pipeline.system import atomic
from pipeline.system.atomic import sweep, work_folder
from tests.support.built import names_in, snapshot

FILES = {"bundle.pdf": b"new", "documents/01-a.docx": b"a", "manifest.json": b"{}"}
FORMER = {"bundle.pdf": b"old", "manifest.json": b"{}", "documents/99-z.pdf": b"z"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "case-1"


@pytest.fixture
def former(folder: Path) -> Path:
    """The folder with an earlier packet in it."""
    publish(FORMER, folder)
    return folder


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture(params=["one step", "two steps"])
def swap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's exchange of two folders, and without."""
    if request.param == "two steps":
        monkeypatch.setattr(atomic, "_exchange", lambda _one, _other: False)


def refused(folder: Path, files: dict[str, bytes] | None = None) -> Problem:
    with pytest.raises(OutputError) as error:
        publish(files or FILES, folder)
    (problem,) = error.value.problems
    assert problem.code == "output"
    assert problem.hint
    return problem


def modes(folder: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [folder, *folder.rglob("*")]}


def fault(error: OSError, after: int = 0) -> Callable[..., Any]:
    """A function that fails with ``error`` from its call number ``after`` on."""
    calls = iter(range(10_000))

    def fail(*arguments: Any, **named: Any) -> Any:
        if next(calls) >= after:
            raise error
        return REAL_FSYNC(*arguments, **named)

    return fail


REAL_FSYNC = os.fsync


def test_it_writes_a_new_folder(folder: Path) -> None:
    publish(FILES, folder)
    assert snapshot(folder) == FILES
    assert names_in(folder.parent) == [folder.name]


@pytest.mark.usefixtures("umask")
def test_only_the_owner_may_read(folder: Path) -> None:
    publish(FILES, folder)
    assert modes(folder) == {(True, 0o700), (False, 0o600)}
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    publish(FORMER, folder)
    assert modes(folder) == {(True, 0o700), (False, 0o600)}


@pytest.mark.usefixtures("swap")
def test_it_replaces_the_former_packet_completely(former: Path) -> None:
    publish(FILES, former)
    assert snapshot(former) == FILES
    assert names_in(former.parent) == [former.name]


@pytest.mark.usefixtures("swap")
def test_it_replaces_an_empty_folder(folder: Path) -> None:
    folder.mkdir(parents=True)
    publish(FILES, folder)
    assert snapshot(folder) == FILES


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="the exchange of two folders is Linux's")
def test_the_exchange_is_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for place in (one, other):
        place.mkdir()
        (place / "name").write_text(place.name, encoding="utf-8")
    assert atomic._exchange(one, other)
    assert [(place / "name").read_text(encoding="utf-8") for place in (one, other)] == ["other", "one"]
    assert not atomic._exchange(one, tmp_path / "nothing")


def test_a_system_without_the_exchange_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.system.atomic.ctypes.CDLL", lambda *_arguments, **_named: object())
    assert not atomic._exchange(tmp_path, tmp_path)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_full_or_broken_disk_leaves_the_former_packet(
    former: Path, monkeypatch: pytest.MonkeyPatch, code: int, after: int
) -> None:
    monkeypatch.setattr("pipeline.system.atomic.os.fsync", fault(OSError(code, os.strerror(code)), after))
    problem = refused(former)
    assert problem.message == f"the output cannot be written: {os.strerror(code).lower()}"
    assert problem.file == str(former)
    assert snapshot(former) == FORMER
    assert names_in(former.parent) == [former.name]


def test_a_failing_open_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def fail(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.EACCES, "Permission denied")
        return real(path, flags, *arguments, **named)

    monkeypatch.setattr("pipeline.system.atomic.os.open", fail)
    assert refused(folder).message == "the output cannot be written: permission denied"
    assert not folder.parent.exists()  # it was made for this packet


def test_a_failing_rename_leaves_the_former_packet(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "_exchange", lambda _one, _other: False)
    monkeypatch.setattr("pathlib.Path.rename", fault(OSError(errno.EIO, "Input/output error")))
    refused(former)
    assert snapshot(former) == FORMER
    assert names_in(former.parent) == [former.name]


def test_a_failing_second_rename_gives_the_former_packet_back(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename
    calls: list[Path] = []

    def second_fails(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(atomic, "_exchange", lambda _one, _other: False)
    monkeypatch.setattr("pathlib.Path.rename", second_fails)
    refused(former)
    assert snapshot(former) == FORMER
    assert names_in(former.parent) == [former.name]


def test_a_published_packet_is_not_called_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems cannot flush a folder; then the rename has been done all the same."""
    folders = 2
    monkeypatch.setattr(
        "pipeline.system.atomic.os.fsync", fault(OSError(errno.EINVAL, "Invalid argument"), after=len(FILES) + folders)
    )
    publish(FILES, folder)
    assert snapshot(folder) == FILES


def test_an_interrupt_leaves_the_former_packet(former: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.system.atomic.os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(FILES, former)
    assert snapshot(former) == FORMER
    assert names_in(former.parent) == [former.name]


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "sub/notes.txt"])
def test_a_folder_with_other_files_is_not_replaced(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_bytes(b"mine")
    assert refused(folder).message.endswith("the folder is not empty and is not a packet")
    assert snapshot(folder) == {name: b"mine"}
    assert names_in(folder.parent) == [folder.name]


def test_a_file_in_the_way_is_not_replaced(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_bytes(b"mine")
    assert refused(folder).message.endswith("a file of this name is in the way")
    assert folder.read_bytes() == b"mine"


def test_a_file_in_place_of_the_parent_folder_is_reported(folder: Path) -> None:
    folder.parent.write_bytes(b"mine")
    assert refused(folder).file == str(folder.parent)
    assert folder.parent.read_bytes() == b"mine"


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_not_followed(tmp_path: Path, folder: Path, exists: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    target = tmp_path / "target"
    if exists:
        publish(FORMER, target)
    folder.parent.mkdir()
    folder.symlink_to(target)
    assert refused(folder).message.endswith("is a symbolic link")
    assert folder.is_symlink()
    assert target.exists() == exists
    if exists:
        assert snapshot(target) == FORMER


@pytest.mark.usefixtures("ordinary_user")
def test_a_folder_without_write_permission_is_reported(folder: Path) -> None:
    folder.parent.mkdir(mode=0o500)
    assert refused(folder).message == "the output cannot be written: permission denied"
    assert names_in(folder.parent) == []


def test_what_a_killed_run_left_is_swept_and_a_running_one_keeps_its_folder(folder: Path) -> None:
    dead = folder.parent / f".{folder.name}.abc.partial"
    other = folder.parent / ".other.abc.partial"
    for left in (dead, other):
        left.mkdir(parents=True)
    with work_folder(folder.parent, folder.name) as alive:
        publish({"manifest.json": b"{}"}, folder)
        assert names_in(folder.parent) == sorted([folder.name, alive.name, other.name])


@pytest.mark.process
def test_what_a_zombie_left_is_swept(folder: Path) -> None:
    """As in a container whose PID 1 does not reap zombies."""
    folder.parent.mkdir()
    program = (
        "import os, pathlib, signal, sys; from pipeline.system.atomic import work_folder\n"
        "with work_folder(pathlib.Path(sys.argv[1]), 'packet'): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(folder.parent)]) as killed:
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
        assert len(names_in(folder.parent)) == 1
        sweep(folder.parent)
        assert names_in(folder.parent) == []


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_new_folders_on_the_way_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        publish({"documents/a.pdf": b"x", "manifest.json": b"{}"}, tmp_path / "a" / "b" / "packet")
    finally:
        os.umask(before)
    made = [tmp_path / "a", *(tmp_path / "a").rglob("*")]
    assert {(path.is_dir(), path.stat().st_mode & 0o777) for path in made} == {(True, 0o700), (False, 0o600)}


class TestOneFile:
    """``publish_file``"""

    @staticmethod
    def publish(path: Path, content: bytes = b"own: new") -> None:
        publish_file(content, path, lambda found: found.startswith(b"own: "))

    def test_it_is_private_and_replaces_its_own(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "file"
        for content in (b"own: one", b"own: two"):
            self.publish(path, content)
            assert path.read_bytes() == content
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [each.name for each in path.parent.iterdir()] == ["file"]

    def test_another_file_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"mine")
        with pytest.raises(OutputError, match="was not written by visa-packet"):
            self.publish(path)
        assert path.read_bytes() == b"mine"

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "target")
        with pytest.raises(OutputError, match="symbolic link"):
            self.publish(tmp_path / "link")
        assert not (tmp_path / "target").exists()

    def test_a_folder_is_in_the_way(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="in the way"):
            self.publish(tmp_path)

    def test_what_fails_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("pipeline.publish.folder.write_file", full)
        with pytest.raises(OutputError, match="no space left") as error:
            self.publish(tmp_path / "new" / "file")
        assert "-o" not in error.value.problems[0].hint
        assert list(tmp_path.iterdir()) == []
