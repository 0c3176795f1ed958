"""Destinations of packets: a folder, and an address of fsspec in memory whose calls can be made to fail."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import msgspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from pipeline.errors import InputError, OutputError
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.destination import Folder, destination_of
from pipeline.publish.manifest import Manifest, OutputFile, read_manifest
from pipeline.publish.remote import Remote
from pipeline.system.atomic import sha256
from tests.support.built import make_set, snapshot
from tests.support.cases import EXAMPLES
from tests.support.run import Command

pytestmark = pytest.mark.slow

FORMER = {"bundle.pdf": b"former", "documents/01-old.pdf": b"old", MANIFEST_NAME: b"{}"}
FILES = {"documents/01-a.pdf": b"a", "bundle.pdf": b"bundle", MANIFEST_NAME: b'{"new": 1}'}


class Shelf(MemoryFileSystem):  # type: ignore[misc]
    """A store that lasts longer than a command: as long as the tests."""

    protocol = "shelf"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        stripped: str = super()._strip_protocol(path.removeprefix("shelf://"))
        return stripped


@pytest.fixture
def store() -> Iterator[Any]:
    """The store of ``shelf://``, empty at first."""
    fsspec.register_implementation("shelf", Shelf, clobber=True)
    system = fsspec.filesystem("shelf")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def contents(store: Any) -> dict[str, bytes]:
    return {path: store.cat_file(path) for path in store.find("/")}


def manifest_of(packet: Path, files: dict[str, bytes]) -> Manifest:
    """The manifest of ``packet`` with these files in place of its own."""
    listed = {path: content for path, content in files.items() if path != MANIFEST_NAME}
    outputs = tuple(OutputFile(path, sha256(content), len(content)) for path, content in listed.items())
    built = read_manifest((packet / MANIFEST_NAME).read_bytes())
    return msgspec.structs.replace(built, outputs=outputs)


@pytest.mark.usefixtures("store")
def test_what_the_option_names() -> None:
    assert isinstance(destination_of("out"), Folder)
    assert not destination_of("out").is_shared
    shared = destination_of("file:///mnt/out")
    assert (shared.is_shared, shared.folder("a")) == (True, Path("/mnt/out/a"))
    remote = destination_of("shelf://bucket/out/")
    assert remote.address(remote.folder("a") / "bundle.pdf") == "shelf://bucket/out/a/bundle.pdf"


def test_an_address_that_nothing_reaches() -> None:
    for address in ("nonsense://bucket", "s3://bucket/out"):
        with pytest.raises(InputError) as error:
            destination_of(address)
        assert error.value.exit_code == 2
        assert "s3fs" in error.value.problems[0].hint


@pytest.mark.parametrize("address", ["memory://bucket/out", "memory://", "simplecache::memory://out"])
def test_a_store_that_ends_with_the_command_is_refused(visa_packet: Command, address: str) -> None:
    run = visa_packet("build", EXAMPLES / "xu-wenjing", "-o", address, "--json")
    assert (run.code, [problem["code"] for problem in run.problems]) == (2, ["output-address"])
    assert "would be lost when it ends" in run.problems[0]["message"]


@pytest.mark.timeout(10)
def test_a_pipe_in_place_of_a_manifest_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / MANIFEST_NAME)
    with pytest.raises(OSError, match="not a regular file"):
        Folder(tmp_path).manifest("a")


class TestPublishing:
    def test_a_packet_takes_the_place_of_the_former(self, store: Any) -> None:
        remote = Remote("shelf://out")
        remote.publish("a", FORMER)
        remote.publish("b", FORMER)
        remote.publish("a", FILES)
        wanted = {f"/out/a/{path}": content for path, content in FILES.items()}
        assert contents(store) == wanted | {f"/out/b/{path}": content for path, content in FORMER.items()}
        assert remote.manifest("a") == FILES[MANIFEST_NAME]

    def test_a_packet_is_whole_if_names_and_contents_match_its_manifest(self, store: Any, packet: Path) -> None:
        remote = Remote("shelf://out")
        remote.publish("a", FILES)
        assert remote.is_whole("a", manifest_of(packet, FILES))
        assert not remote.is_whole("a", manifest_of(packet, FORMER))
        for content in (b"longer than it was", b"BUNDLE"):
            store.pipe_file("/out/a/bundle.pdf", content)
            assert not remote.is_whole("a", manifest_of(packet, FILES))

    @pytest.mark.parametrize("step", ["pipe_file", "cp_file"])
    def test_what_the_store_changes_is_found_before_the_manifest_is_there(
        self, store: Any, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        """The size is the same."""
        remote, original = Remote("shelf://out"), getattr(type(store), step)
        remote.publish("a", FORMER)

        def change(self: Any, *given: Any, **named: Any) -> None:
            original(self, *given, **named)
            path = given[0] if step == "pipe_file" else given[1]
            if path.endswith("bundle.pdf"):
                self.store[self._strip_protocol(path)].getbuffer()[-1] ^= 1

        monkeypatch.setattr(type(store), step, change)
        with pytest.raises(OutputError, match="the store has another content than was sent"):
            remote.publish("a", FILES)
        there = contents(store)
        assert ("/out/a/manifest.json" in there) == (step == "pipe_file")
        assert step == "cp_file" or there["/out/a/bundle.pdf"] == FORMER["bundle.pdf"]

    @pytest.mark.parametrize("name", ["ETag", "md5Hash"])
    @pytest.mark.parametrize("is_right", [True, False])
    def test_a_digest_of_the_store_saves_reading_back(
        self, store: Any, monkeypatch: pytest.MonkeyPatch, name: str, *, is_right: bool
    ) -> None:
        """Any other digest proves nothing: a file that was sent in parts has one of another kind."""
        info, read = type(store).info, type(store).cat_file
        read_back: list[str] = []

        def with_digest(self: Any, path: str, **named: Any) -> dict[str, Any]:
            found: dict[str, Any] = info(self, path, **named)
            if found["type"] == "directory":
                return found
            digest = hashlib.md5(read(self, path) if is_right else b"", usedforsecurity=False)
            given = f'"{digest.hexdigest()}"' if name == "ETag" else base64.b64encode(digest.digest()).decode()
            return {**found, name: given}

        def counted(self: Any, path: str, *given: Any, **named: Any) -> Any:
            read_back.append(path)
            return read(self, path, *given, **named)

        monkeypatch.setattr(type(store), "info", with_digest)
        monkeypatch.setattr(type(store), "cat_file", counted)
        Remote("shelf://out").publish("a", FILES)
        assert len(read_back) == (0 if is_right else 2 * len(FILES))

    def test_a_missing_packet_is_reported(self, store: Any) -> None:
        with pytest.raises(OSError, match="none"):
            Remote("shelf://out").manifest("none")
        assert contents(store) == {}

    @pytest.mark.parametrize("name", ["pipe_file", "cp_file", "rm_file", "rm"])
    def test_at_every_step_the_former_packet_the_new_one_or_none(
        self, store: Any, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """Never a manifest beside files that it does not list."""
        steps = {"pipe_file": 3, "cp_file": 3, "rm_file": 2, "rm": 1}[name]
        original = getattr(type(store), name)
        for last in range(steps):
            remote = Remote("shelf://out")
            remote.publish("a", FORMER)
            calls: list[str] = []

            def failing(self: Any, *given: Any, _last: int = last, _calls: list[str] = calls, **named: Any) -> Any:
                if len(_calls) == _last:
                    raise ConnectionError("the line is cut")
                _calls.append("")
                return original(self, *given, **named)

            with monkeypatch.context() as patch:
                patch.setattr(type(store), name, failing)
                with pytest.raises(OutputError) as error:
                    remote.publish("a", FILES)
            assert error.value.problems[0].file == "shelf://out/a"
            there = {
                path.removeprefix("/out/a/"): content for path, content in contents(store).items() if "/a/" in path
            }
            there = {path: content for path, content in there.items() if ".partial" not in path}
            assert there in (FORMER, FILES) or MANIFEST_NAME not in there
            assert name != "pipe_file" or there == FORMER
            remote.publish("a", FILES)
            assert contents(store) == {f"/out/a/{path}": content for path, content in FILES.items()}


@pytest.mark.usefixtures("inline_pools")
def test_built_to_an_address(store: Any, visa_packet: Command, tmp_path: Path) -> None:
    """The bytes are the same as in a folder, a second run changes nothing, and the page is beside the packets."""
    small = make_set(tmp_path / "small", "{{ patient.name.chinese }}")
    cases = [EXAMPLES / name / "case.json" for name in ("xu-wenjing", "sun-yifan")]
    options = ("--templates", small, "--as-of", "2026-11-22", "--json")
    visa_packet("build", *cases, "-o", tmp_path / "out", *options)
    run = visa_packet("build", *cases, "-o", "shelf://bucket/out", *options)
    assert run.code == 0, run.err
    found = {path.removeprefix("/bucket/out/"): content for path, content in contents(store).items()}
    wanted = snapshot(tmp_path / "out")
    assert found.pop("report.html").startswith(b"<!doctype html>")
    del wanted["report.html"]
    assert found == wanted
    assert run.report["results"][0]["bundles"][0]["path"] == "shelf://bucket/out/xu-wenjing/bundle.pdf"
    assert run.report["html"] == "shelf://bucket/out/report.html"
    again = visa_packet("build", *cases, "-o", "shelf://bucket/out", *options)
    assert again.report["counts"] == {"cases": 2, "built": 0, "current": 2, "failed": 0}
    one = visa_packet("build", cases[0], "-o", "shelf://bucket/out", *options)
    assert [result["status"] for result in one.report["results"]] == ["current"]
    assert json.loads(store.cat_file("/bucket/out/xu-wenjing/manifest.json"))["case_id"] == "xu-wenjing"
