from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.system import cache
from pipeline.system.cache import cache_folder, cache_key, cached


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


def names() -> list[str]:
    return sorted(file.name for file in folder().iterdir() if file.name != ".cleaned")


def never() -> bytes:
    raise AssertionError


def test_it_is_made_once_and_is_private(empty: Path) -> None:
    assert cached("a", lambda: b"one") == b"one"
    assert cached("a", never) == b"one"
    assert names() == ["a"]
    file = folder() / "a"
    assert file.parent == empty / "cache" / "visa-packet"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("content", [b"", b"one", bytes(100)])
def test_a_damaged_file_is_computed_again(content: bytes) -> None:
    cached("a", lambda: b"one")
    (folder() / "a").write_bytes(content)
    assert cached("a", lambda: b"two") == b"two"
    assert cached("a", never) == b"two"


def test_a_failure_is_not_cached() -> None:
    with pytest.raises(ZeroDivisionError):
        cached("a", lambda: bytes(1 // 0))
    assert names() == []


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
    assert [cached("a", lambda: b"one"), cached("a", lambda: b"two")] == [b"one", b"two"]


def test_a_cache_that_is_deleted_meanwhile_is_no_fault() -> None:
    folder().rmdir()
    assert cached("a", lambda: b"one") == b"one"


def test_a_full_disk_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache, "write_private", full)
    assert cached("a", lambda: b"one") == b"one"
    assert names() == []


def test_old_files_go_once_a_day_when_a_new_one_is_made() -> None:
    for name in ("old", "new"):
        cached(name, lambda: b"one")
    os.utime(folder() / "old", (0, 0))
    assert cached("old", never) == b"one"
    cached("newer", lambda: b"one")
    assert names() == ["new", "newer", "old"]
    yesterday = time.time() - 25 * 3600
    os.utime(folder() / ".cleaned", (yesterday, yesterday))
    cached("newest", lambda: b"one")
    assert names() == ["new", "newer", "newest"]


def test_a_key_changes_with_the_content_the_libraries_and_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    key = cache_key(b"x")
    assert (cache_key(b"x"), cache_key(b"y") != key) == (key, True)
    changes = ((cache, "_DISTRIBUTIONS", ("jinja2",)), (Path, "read_bytes", lambda file: file.name.encode()))
    for place, attribute, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(place, attribute, value)
            cache._code_digest.cache_clear()
            assert cache_key(b"x") != key
        cache._code_digest.cache_clear()
    assert cache_key(b"x") == key
