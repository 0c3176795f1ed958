from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from built import make_pdf, saved
from conftest import REMOVE, Command, change

from pipeline.errors import VerificationError
from pipeline.manifest import sha256
from pipeline.verify import verify_path

DOCUMENT = "documents/01-cover-sheet.pdf"


@pytest.fixture
def spoilt(packet: Path, tmp_path: Path) -> Path:
    """A copy of the packet, free to be spoilt."""
    return Path(shutil.copytree(packet, tmp_path / "wang-xiaoming"))


def difference(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(VerificationError) as error:
        verify_path(path)
    for problem in error.value.problems:
        assert problem.hint == "build the packet again from its case"
        assert problem.file
    return [(problem.code, problem.message) for problem in error.value.problems]


def edit_manifest(folder: Path, edits: Mapping[str, Any]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest, edits)
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def replace_bundle(folder: Path, content: bytes) -> None:
    """Another bundle, with the hash of which the manifest agrees: only its inside can betray it."""
    (folder / "bundle.pdf").write_bytes(content)
    outputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    index = [output["path"] for output in outputs].index("bundle.pdf")
    edit_manifest(folder, {f"/outputs/{index}/sha256": sha256(content), "/bundles/0/sha256": sha256(content)})


def changed_bundle(folder: Path, spoil: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(folder / "bundle.pdf") as pdf:
        spoil(pdf)
        return saved(pdf)


@pytest.mark.parametrize("name", ["", "bundle.pdf", "manifest.json", DOCUMENT.rsplit("/", 1)[0] + "/../bundle.pdf"])
def test_an_untouched_packet_is_right(packet: Path, packet_with_companion: Path, name: str) -> None:
    for folder in (packet, packet_with_companion):
        assert verify_path(folder / name)["case_id"] == folder.name


def test_every_file_is_watched(spoilt: Path) -> None:
    for path in sorted(spoilt.rglob("*.*")):
        name = path.relative_to(spoilt).as_posix()
        if name == "manifest.json":
            continue
        content = path.read_bytes()
        for place in (0, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert ("verify-changed", f"{name} was changed after it was made") in difference(spoilt)
        path.write_bytes(content)
    assert verify_path(spoilt)


def test_a_changed_document_is_the_only_difference(spoilt: Path) -> None:
    (spoilt / DOCUMENT).write_bytes((spoilt / DOCUMENT).read_bytes() + b"\n")
    assert difference(spoilt) == [("verify-changed", f"{DOCUMENT} was changed after it was made")]


def test_a_missing_file_is_found(spoilt: Path) -> None:
    (spoilt / DOCUMENT).unlink()
    assert difference(spoilt) == [("verify-missing", f"{DOCUMENT} is missing")]


def test_a_missing_bundle_is_found(spoilt: Path) -> None:
    (spoilt / "bundle.pdf").unlink()
    assert difference(spoilt) == [("verify-missing", "bundle.pdf is missing")]


def test_a_link_is_no_file_of_a_packet(spoilt: Path, packet: Path) -> None:
    (spoilt / DOCUMENT).unlink()
    (spoilt / DOCUMENT).symlink_to(packet / DOCUMENT)
    assert difference(spoilt) == [("verify-missing", f"{DOCUMENT} is missing")]


@pytest.mark.parametrize("name", ["extra.pdf", "documents/extra.docx", ".hidden", "deep/er/x"])
def test_an_extra_file_is_found(spoilt: Path, name: str) -> None:
    (spoilt / name).parent.mkdir(parents=True, exist_ok=True)
    (spoilt / name).write_bytes(b"x")
    assert difference(spoilt) == [("verify-unlisted", f"{name} is not in the manifest")]


def test_a_missing_manifest_is_found(spoilt: Path) -> None:
    (spoilt / "manifest.json").unlink()
    assert difference(spoilt) == [("verify-manifest", "there is no manifest.json")]


@pytest.mark.parametrize("text", ["", "{", "null x", "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")])
def test_a_manifest_that_is_not_json_is_found(spoilt: Path, text: str | bytes) -> None:
    (spoilt / "manifest.json").write_bytes(text.encode() if isinstance(text, str) else text)
    assert difference(spoilt) == [("verify-manifest", "manifest.json is not JSON")]


@pytest.mark.parametrize(
    "edits",
    [
        {"/manifest_version": 2},
        {"/bundles": REMOVE},
        {"/outputs/0/path": "../bundle.pdf"},
        {"/outputs/0/path": "/etc/hostname"},
        {"/outputs/0/sha256": "abc"},
        {"/bundles/0/page_map/0/page": 0},
        {"/bundles": []},
        {"/bundles/0/page_map": []},
        {"/unknown": 1},
    ],
)
def test_a_manifest_of_another_form_is_found(spoilt: Path, edits: Mapping[str, Any]) -> None:
    edit_manifest(spoilt, edits)
    message = "manifest.json does not have the form of this version's manifests"
    assert difference(spoilt) == [("verify-manifest", message)]


def test_a_manifest_that_is_a_list_is_found(spoilt: Path) -> None:
    (spoilt / "manifest.json").write_text("[]", encoding="utf-8")
    assert difference(spoilt)[0][0] == "verify-manifest"


def test_a_changed_hash_in_the_manifest_is_found(spoilt: Path) -> None:
    edit_manifest(spoilt, {"/bundles/0/sha256": "0" * 64})
    assert difference(spoilt) == [("verify-changed", "bundle.pdf is not the one that the manifest describes")]


@pytest.mark.parametrize(
    ("edits", "codes"),
    [
        ({"/bundles/0/page_map/1/page": 40}, ["verify-outline"]),
        ({"/bundles/0/page_map/1/title": "x"}, ["verify-outline"]),
        ({"/bundles/0/page_map/1/pages": 40}, ["verify-pages"]),
        ({"/bundles/0/pages": 99}, ["verify-pages"]),
    ],
)
def test_a_wrong_page_map_is_found(spoilt: Path, edits: Mapping[str, Any], codes: list[str]) -> None:
    edit_manifest(spoilt, edits)
    assert [code for code, _ in difference(spoilt)] == codes


def test_a_changed_outline_is_found(spoilt: Path) -> None:
    def rename(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root[0].title = "another title"

    replace_bundle(spoilt, changed_bundle(spoilt, rename))
    assert [code for code, _ in difference(spoilt)] == ["verify-outline"]


def test_a_lost_page_is_found(spoilt: Path) -> None:
    def drop(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[-1]

    replace_bundle(spoilt, changed_bundle(spoilt, drop))
    assert [code for code, _ in difference(spoilt)] == ["verify-pages", "verify-outline"]


@pytest.mark.parametrize("content", [b"", b"text", b"%PDF-1.7\n%%EOF\n"])
def test_a_bundle_that_cannot_be_read_is_found(spoilt: Path, content: bytes) -> None:
    replace_bundle(spoilt, content)
    assert [code for code, _ in difference(spoilt)] == ["verify-unreadable"]


def test_a_bundle_without_an_outline_is_found(spoilt: Path) -> None:
    with pikepdf.open(io.BytesIO((spoilt / "bundle.pdf").read_bytes())) as pdf:
        pages = len(pdf.pages)
    replace_bundle(spoilt, make_pdf(pages))
    assert [code for code, _ in difference(spoilt)] == ["verify-outline"]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert difference(tmp_path / "none") == [("verify-missing", "there is no such packet")]
    assert difference(tmp_path) == [("verify-manifest", "there is no manifest.json")]


def test_a_link_to_a_bundle_is_no_file_of_a_packet(spoilt: Path) -> None:
    os.link(spoilt / "bundle.pdf", spoilt.parent / "kept.pdf")
    (spoilt / "bundle.pdf").unlink()
    (spoilt / "bundle.pdf").symlink_to(spoilt.parent / "kept.pdf")
    assert difference(spoilt / "bundle.pdf") == [("verify-missing", "this is not a file of a packet")]


def test_an_unreadable_packet_is_told(spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", fail)
    assert difference(spoilt) == [("verify-unreadable", "the packet cannot be read: permission denied")]


class TestCommand:
    """The same through the command."""

    def test_right(self, packet: Path, visa_packet: Command) -> None:
        run = visa_packet("verify", packet, "--json")
        assert (run.code, run.err) == (0, "")
        assert run.report["results"] == [{"path": str(packet), "ok": True, "problems": []}]
        run = visa_packet("verify", packet / "bundle.pdf")
        assert run.code == 0
        assert "right (23 files" in run.out

    def test_wrong(self, spoilt: Path, visa_packet: Command) -> None:
        (spoilt / DOCUMENT).unlink()
        run = visa_packet("verify", spoilt, "--json")
        assert run.code == 8
        (result,) = run.report["results"]
        assert result["ok"] is False
        (problem,) = result["problems"]
        assert (problem["code"], problem["message"], problem["file"]) == (
            "verify-missing",
            f"{DOCUMENT} is missing",
            str(spoilt),
        )
        assert problem["message"] in run.err
        assert visa_packet("verify", spoilt).out == ""

    def test_not_there(self, tmp_path: Path, visa_packet: Command) -> None:
        assert visa_packet("verify", tmp_path / "none", "--json").code == 8
