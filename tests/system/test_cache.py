from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.system import cache
from pipeline.system.cache import cache_folder, kept, stamped


@pytest.fixture(autouse=True)
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where an empty cache of this test alone may be made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    cache_folder.cache_clear()
    yield tmp_path
    cache_folder.cache_clear()


def folder() -> Path:
    found = cache_folder()
    assert found is not None
    return found


def never() -> bytes:
    raise AssertionError


def test_it_is_made_once_and_is_private(empty: Path) -> None:
    assert kept("a", lambda: b"one") == b"one"
    assert kept("a", never) == b"one"
    (file,) = folder().iterdir()
    assert file.parent == empty / "cache" / "visa-packet"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("content", [b"", b"one", bytes(100)])
def test_what_was_damaged_is_made_anew(content: bytes) -> None:
    kept("a", lambda: b"one")
    (folder() / "a").write_bytes(content)
    assert kept("a", lambda: b"two") == b"two"
    assert kept("a", never) == b"two"


def test_a_failure_is_not_kept() -> None:
    with pytest.raises(ZeroDivisionError):
        kept("a", lambda: bytes(1 // 0))
    assert list(folder().iterdir()) == []


def test_without_a_home_it_is_with_the_temporary_files(empty: Path) -> None:
    (empty / "cache").write_bytes(b"")
    assert folder().parent == empty / "temporary"


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_a_folder_that_others_may_write_to_is_not_used(empty: Path, mode: int) -> None:
    folder().chmod(mode)
    cache_folder.cache_clear()
    assert folder().parent == empty / "temporary"


def test_a_link_is_not_followed(empty: Path) -> None:
    (empty / "elsewhere").mkdir()
    (empty / "cache").mkdir()
    (empty / "cache" / "visa-packet").symlink_to(empty / "elsewhere")
    assert folder().parent == empty / "temporary"


def test_without_any_folder_it_is_made_each_time(empty: Path) -> None:
    (empty / "cache").write_bytes(b"")
    (empty / "temporary").rmdir()
    (empty / "temporary").write_bytes(b"")
    assert cache_folder() is None
    assert [kept("a", lambda: b"one"), kept("a", lambda: b"two")] == [b"one", b"two"]


def test_a_cache_that_is_deleted_meanwhile_is_no_fault() -> None:
    folder().rmdir()
    assert kept("a", lambda: b"one") == b"one"


def test_a_full_disk_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache, "write_private", full)
    assert kept("a", lambda: b"one") == b"one"
    assert list(folder().iterdir()) == []


def test_old_files_go_when_a_new_one_is_made() -> None:
    for name in ("old", "new"):
        kept(name, lambda: b"one")
    os.utime(folder() / "old", (0, 0))
    assert kept("old", never) == b"one"
    kept("newer", lambda: b"one")
    assert sorted(file.name for file in folder().iterdir()) == ["new", "newer"]


def test_a_name_changes_with_content_and_makers(monkeypatch: pytest.MonkeyPatch) -> None:
    first = stamped(b"x")
    assert (stamped(b"x"), stamped(b"y") != first) == (first, True)
    for attribute, value in (("_MAKERS", ("jinja2",)), ("_CODE", ("documents/environment.py",))):
        with monkeypatch.context() as patch:
            patch.setattr(cache, attribute, value)
            cache._stamp.cache_clear()
            assert stamped(b"x") != first
        cache._stamp.cache_clear()
    assert stamped(b"x") == first
