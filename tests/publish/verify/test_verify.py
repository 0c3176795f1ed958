from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pipeline.bundle.merge import merge
from pipeline.bundle.page_numbers import number_text
from pipeline.bundle.piece import Piece
from pipeline.errors import VerificationError
from pipeline.formats.pdf.reading import split_texts, squeeze
from pipeline.options import BuildOptions
from pipeline.publish.manifest import RulesUsed, read_manifest
from pipeline.publish.published_files import read_packet
from pipeline.publish.signing.sign import load_signer, sign_bundle
from pipeline.publish.verify import changes
from pipeline.publish.verify.changes import CurrentInputs
from pipeline.publish.verify.verify import verify_path
from pipeline.run.one import build_case
from pipeline.system.atomic import sha256
from tests.support.attachments import pdf_of
from tests.support.authority import PASSWORD, Authority
from tests.support.built import MEDICAL_STAY, make_part, make_pdf, make_set, saved
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit, change
from tests.support.run import Command
from tests.support.shared import Shared

pytestmark = pytest.mark.slow

DOCUMENT = "documents/01-cover-sheet.pdf"
CASE = EXAMPLES / "wang-xiaoming" / "case.json"


@pytest.fixture(scope="module")
def case_of_few(shared: Shared) -> Path:
    """The example with its passport alone."""

    def write(folder: Path) -> None:
        shutil.copytree(CASE.parent, folder)
        case = folder / "case.json"
        data = json.loads(case.read_text(encoding="utf-8"))
        data["attachments"] = [paper for paper in data["attachments"] if paper["role"] == "passport"]
        case.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    return shared.folder("passport-alone", write) / "case.json"


@pytest.fixture(scope="module")
def few(shared: Shared, case_of_few: Path) -> Path:
    """Folder of a packet of four documents and one paper: quicker to look into than the whole one."""

    def build(folder: Path) -> None:
        documents = ("cover-sheet", "invitation-letter", "letter-of-guarantee", "schedule-of-stay")
        templates = str(make_part(folder / "set", *documents))
        build_case(case_of_few, folder / "out", BuildOptions(AS_OF, templates, allow_missing=True))

    return shared.folder("four-documents", build) / "out" / "wang-xiaoming"


@pytest.fixture
def spoilt(few: Path, tmp_path: Path) -> Path:
    """A copy of it, free to be spoilt."""
    return Path(shutil.copytree(few, tmp_path / "wang-xiaoming"))


def differences(path: Path, **given: Any) -> list[tuple[str, str]]:
    with pytest.raises(VerificationError) as error:
        verify_path(path, **given)
    return [(problem.code, problem.located_message) for problem in error.value.problems]


def difference(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(VerificationError) as error:
        verify_path(path)
    for problem in error.value.problems:
        assert problem.hint.startswith("build the packet again from its case")
        assert problem.file
    return [(problem.code, problem.located_message) for problem in error.value.problems]


def edit_manifest(folder: Path, edits: Mapping[str, Any]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest, edits)
    del manifest["sha256"]
    path.write_bytes(written(manifest | {"sha256": sha256(written(manifest))}))


def written(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


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
def test_a_packet_is_verified_by_the_name_of_a_file_in_it_too(few: Path, name: str) -> None:
    assert verify_path(few / name).manifest.case_id == few.name


def test_untouched_packets_are_verified(packet: Path, packet_with_companion: Path) -> None:
    for folder in (packet, packet_with_companion):
        assert verify_path(folder).manifest.case_id == folder.name


def test_every_file_is_watched(spoilt: Path) -> None:
    """All of them at once, by a bit at the beginning, in the middle and at the end."""
    whole = {path: path.read_bytes() for path in spoilt.rglob("*.*") if path.name != "manifest.json"}
    names = [path.relative_to(spoilt).as_posix() for path in whole]
    for share in (0, 0.5, 1):
        for path, content in whole.items():
            place = int(share * (len(content) - 1))
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        found = difference(spoilt)
        assert [name for name in names if ("verify-changed", f"{name} has changed since the build") not in found] == []
    for path, content in whole.items():
        path.write_bytes(content)
    assert verify_path(spoilt)


def test_a_changed_document_is_the_only_difference(spoilt: Path) -> None:
    (spoilt / DOCUMENT).write_bytes((spoilt / DOCUMENT).read_bytes() + b"\n")
    assert difference(spoilt) == [("verify-changed", f"{DOCUMENT} has changed since the build")]


def test_a_missing_file_is_found(spoilt: Path) -> None:
    (spoilt / DOCUMENT).unlink()
    assert difference(spoilt) == [("verify-missing", f"{DOCUMENT} is missing")]


def test_a_missing_bundle_is_found(spoilt: Path) -> None:
    (spoilt / "bundle.pdf").unlink()
    assert difference(spoilt) == [("verify-missing", "bundle.pdf is missing")]


def test_a_link_is_no_file_of_a_packet(spoilt: Path, few: Path) -> None:
    (spoilt / DOCUMENT).unlink()
    (spoilt / DOCUMENT).symlink_to(few / DOCUMENT)
    assert difference(spoilt) == [("verify-missing", f"{DOCUMENT} is missing")]


def test_each_extra_file_and_folder_is_found(spoilt: Path) -> None:
    files = ("extra.pdf", "documents/extra.docx", ".hidden", "deep/er/x")
    folders = ("extra", "documents/extra", ".hidden-folder", "empty/er")
    for name in files:
        (spoilt / name).parent.mkdir(parents=True, exist_ok=True)
        (spoilt / name).write_bytes(b"x")
    for name in folders:
        (spoilt / name).mkdir(parents=True)
    found = [("verify-unlisted", f"{name} is not in the manifest") for name in (*files, *folders)]
    assert sorted(difference(spoilt)) == sorted(found)


def test_an_extra_link_or_pipe_is_found(spoilt: Path) -> None:
    (spoilt / "link").symlink_to("documents")
    os.mkfifo(spoilt / "pipe")
    found = [("verify-unlisted", f"{name} is not in the manifest") for name in ("link", "pipe")]
    assert difference(spoilt) == found


def test_a_missing_manifest_is_found(spoilt: Path) -> None:
    (spoilt / "manifest.json").unlink()
    assert difference(spoilt) == [("verify-manifest", "manifest.json is missing")]


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
        {"/bundles/0/page_map/0/page": 2**70},
        {"/bundles/0/bytes": 2**70},
        {"/outputs/0/bytes": -1},
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
    assert difference(spoilt) == [("verify-changed", "the manifest has two different hashes of bundle.pdf")]


@pytest.mark.parametrize(
    ("edits", "codes"),
    [
        ({"/bundles/0/page_map/1/page": 40}, ["verify-pages", "verify-outline", "verify-destinations", "verify-text"]),
        ({"/bundles/0/page_map/1/section": None}, ["verify-outline"]),
        ({"/bundles/0/page_map/1/id": "x"}, ["verify-destinations"]),
        ({"/bundles/0/blank_pages": [3]}, ["verify-pages"]),
        ({"/bundles/0/pdf_a": False}, ["verify-metadata"]),
        ({"/bundles/0/page_map/1/title": "x"}, ["verify-outline"]),
        ({"/bundles/0/page_map/1/pages": 40}, ["verify-pages", "verify-text"]),
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
    found = [code for code, _ in difference(spoilt)]
    assert found[:3] == ["verify-pages", "verify-outline", "verify-destinations"]
    assert "verify-numbers" in found[3:]  # which say how many pages there are


@pytest.mark.parametrize("content", [b"", b"text", b"%PDF-1.7\n%%EOF\n"])
def test_a_bundle_that_cannot_be_read_is_found(spoilt: Path, content: bytes) -> None:
    replace_bundle(spoilt, content)
    assert [code for code, _ in difference(spoilt)] == ["verify-unreadable"]


def test_a_bundle_without_an_outline_is_found(spoilt: Path) -> None:
    with pikepdf.open(io.BytesIO((spoilt / "bundle.pdf").read_bytes())) as pdf:
        pages = len(pdf.pages)
    replace_bundle(spoilt, make_pdf(pages))
    found = [code for code, _ in difference(spoilt)]
    assert {"verify-outline", "verify-labels", "verify-destinations", "verify-metadata"} <= set(found)
    assert found.count("verify-numbers") == pages


def test_a_missing_packet_is_reported(tmp_path: Path) -> None:
    assert difference(tmp_path / "none") == [("verify-missing", "the packet does not exist")]
    assert difference(tmp_path) == [("verify-manifest", "manifest.json is missing")]


def test_a_link_to_a_bundle_is_no_file_of_a_packet(spoilt: Path) -> None:
    os.link(spoilt / "bundle.pdf", spoilt.parent / "other.pdf")
    (spoilt / "bundle.pdf").unlink()
    (spoilt / "bundle.pdf").symlink_to(spoilt.parent / "other.pdf")
    assert difference(spoilt / "bundle.pdf") == [("verify-missing", "this is not a file of a packet")]


def test_an_unreadable_packet_is_reported(spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object, **_named: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipeline.publish.published_files.read", fail)
    assert difference(spoilt) == [("verify-unreadable", "the packet cannot be read: permission denied")]


class TestCommand:
    """The same through the command."""

    def test_verified(self, packet: Path, visa_packet: Command) -> None:
        run = visa_packet("verify", packet, "--json")
        assert (run.code, run.err) == (0, "")
        (result,) = run.report["results"]
        assert (result["path"], result["ok"], result["problems"]) == (str(packet), True, [])
        run = visa_packet("verify", packet / "bundle.pdf")
        assert run.code == 0
        assert "verified: 26 files, 16 pages to file" in run.out
        assert visa_packet("verify", packet, "--case", CASE).code == 0

    def test_different(self, spoilt: Path, visa_packet: Command) -> None:
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

    def test_missing(self, tmp_path: Path, visa_packet: Command) -> None:
        assert visa_packet("verify", tmp_path / "none", "--json").code == 8


def test_a_damaged_manifest_is_found(spoilt: Path) -> None:
    path = spoilt / "manifest.json"
    content = path.read_bytes()
    for damaged in (
        content.replace(b'"as_of"', b'"as_of" ', 1),  # the same JSON, written otherwise
        content.replace(b"2026-11-22", b"2026-11-23", 1),
        content.rstrip(),
    ):
        assert damaged != content
        path.write_bytes(damaged)
        assert difference(spoilt) == [("verify-manifest", "manifest.json has changed since the build")]


class Changed:
    """Bundles that were changed, with a manifest that agrees with their hashes: only their inside can betray them."""

    @staticmethod
    def number(pdf: pikepdf.Pdf) -> None:
        pdf.pages[2].Contents = pikepdf.Array([*pdf.pages[2].Contents][:-1])

    @staticmethod
    def text(pdf: pikepdf.Pdf) -> None:
        pdf.pages[3].Contents = pikepdf.Array([pdf.pages[2].Contents[1], *[*pdf.pages[3].Contents][-1:]])
        pdf.pages[3].Resources = pdf.pages[2].Resources

    @staticmethod
    def labels(pdf: pikepdf.Pdf) -> None:
        del pdf.Root.PageLabels

    @staticmethod
    def destination(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Names.Dests.Names[1] = pikepdf.Array([pdf.pages[1].obj, pikepdf.Name.Fit])

    @staticmethod
    def link(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Annots[0].Dest = pikepdf.String("nowhere")

    @staticmethod
    def not_embedded(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[1].Resources.Font["/f1"].DescendantFonts[0].FontDescriptor.FontFile3

    @staticmethod
    def title(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = "another"

    @staticmethod
    def script(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    @staticmethod
    def named_script(pdf: pikepdf.Pdf) -> None:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.Names.JavaScript = pikepdf.Dictionary(Names=["a", pdf.make_indirect(script)])

    @staticmethod
    def attached_file(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["a.txt"] = b"attached"


@pytest.mark.parametrize(
    ("change_it", "code", "words"),
    [
        (Changed.number, "verify-numbers", "bundle.pdf, page 3: the page does not show its number"),
        (Changed.text, "verify-text", "the text of schedule-of-stay differs from its own file"),
        (Changed.labels, "verify-labels", "page labels"),
        (Changed.destination, "verify-destinations", "named destinations"),
        (Changed.link, "verify-destinations", "a link on the cover sheet"),
        (Changed.not_embedded, "verify-pdf-a", "a font is not embedded"),
        (Changed.title, "verify-metadata", "the title or language"),
        (Changed.script, "verify-pdf-a", "an action /JavaScript"),
        (Changed.script, "verify-active", "bundle.pdf contains an action"),
        (Changed.named_script, "verify-active", "bundle.pdf contains an action"),
        (Changed.attached_file, "verify-active", "bundle.pdf contains an action"),
    ],
)
def test_what_is_inside_a_bundle_is_watched(
    spoilt: Path, change_it: Callable[[pikepdf.Pdf], None], code: str, words: str
) -> None:
    replace_bundle(spoilt, changed_bundle(spoilt, change_it))
    found = difference(spoilt)
    assert code in [found_code for found_code, _ in found]
    assert any(words in message for found_code, message in found if found_code == code)


def test_a_document_that_says_something_else_is_found_with_its_case(packet: Path, tmp_path: Path) -> None:
    """Bundle, document and manifest agree with one another; only the case shows that the text is another one."""
    current = CurrentInputs(CASE)
    spoilt = Path(shutil.copytree(packet, tmp_path / packet.name))
    edit_manifest(spoilt, {"/bundles/0/page_map/8/text": "0" * 64})
    assert verify_path(spoilt)
    with pytest.raises(VerificationError) as error:
        verify_path(spoilt, current)
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == (
        "verify-text",
        "bundle.pdf: the text of invitation-letter is not the one that was built from the case",
    )


def test_another_case_id_is_found_on_the_pages_of_the_working_file(packet: Path, tmp_path: Path) -> None:
    spoilt = Path(shutil.copytree(packet, tmp_path / packet.name))
    edit_manifest(spoilt, {"/case_id": "another"})
    pages = json.loads((packet / "manifest.json").read_bytes())["bundles"][1]["pages"]
    assert [code for code, _ in difference(spoilt)] == ["verify-numbers"] * pages


def test_hashes_of_texts_are_under_a_key_of_the_case(packet: Path) -> None:
    """Who knows all of a page but a number of eight digits must not find that number by trying."""
    from pipeline.bundle.bundle_text import text_hash, text_key  # noqa: PLC0415 - what a forger would use
    from pipeline.formats.pdf.reading import text_of  # noqa: PLC0415 - as above

    (described, _) = json.loads((packet / "manifest.json").read_bytes())["bundles"]
    text = text_of((packet / DOCUMENT).read_bytes())
    case = CurrentInputs(CASE).loaded
    assert case is not None
    assert described["page_map"][0]["text"] == text_hash(text, text_key(case.json_file))
    assert sha256(text.encode()) != described["page_map"][0]["text"]


@pytest.mark.parametrize(
    ("edits", "codes"),
    [
        ({"/patient/phone": "+86 10 0000 0124"}, ["verify-case"]),
        ({"/case_id": "another-case"}, ["verify-case"]),
        ({"/attachments/0/issued_on": "2026-11-01"}, ["verify-case"]),
    ],
)
def test_a_changed_case_is_reported(packet: Path, edit: Edit, edits: Mapping[str, Any], codes: list[str]) -> None:
    with pytest.raises(VerificationError) as error:
        verify_path(packet, CurrentInputs(edit(edits)))
    assert [problem.code for problem in error.value.problems] == codes


def test_a_changed_or_lost_paper_is_reported(packet: Path, edit: Edit, case_folder: Path) -> None:
    case = edit({})
    shutil.copy(CASE, case)
    assert verify_path(packet, CurrentInputs(case))
    (case_folder / "papers" / "photo.jpg").unlink()
    with (case_folder / "papers" / "hukou.pdf").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(VerificationError) as error:
        verify_path(packet, CurrentInputs(case))
    assert [(problem.code, problem.message) for problem in error.value.problems] == [
        ("verify-papers", "identity_document of patient has changed since the build"),
        ("verify-papers", "photo of patient has changed since the build"),
    ]


def test_changed_templates_and_rules_are_reported(
    packet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = shutil.copytree(MEDICAL_STAY, tmp_path / "set")
    text = (changed / "packet.json").read_text(encoding="utf-8")
    (changed / "packet.json").write_text(text.replace("Letter of invitation", "Invitation"), encoding="utf-8")
    assert verify_path(packet, CurrentInputs())
    with pytest.raises(VerificationError) as error:
        verify_path(packet, CurrentInputs(templates=str(changed)))
    assert [problem.code for problem in error.value.problems] == ["verify-templates"]
    monkeypatch.setattr(changes, "rules_used", lambda: RulesUsed(AS_OF, "0" * 64))
    with pytest.raises(VerificationError) as error:
        verify_path(packet, CurrentInputs())
    assert [problem.code for problem in error.value.problems] == ["verify-rules"]


def test_a_changed_entry_of_the_directory_is_reported(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLES, tmp_path / "examples")
    example = folder / "sun-yifan" / "case.json"
    options = BuildOptions(AS_OF, str(make_set(tmp_path / "set")), allow_missing=True)
    built = build_case(example, tmp_path / "out", options).folder
    assert verify_path(built, CurrentInputs(example))
    for entry in (folder / "directory").rglob("*.json"):
        entry.write_text(entry.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(VerificationError) as error:
        verify_path(built, CurrentInputs(example))
    assert [problem.code for problem in error.value.problems] == ["verify-directory"]


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory, case_of_few: Path) -> dict[str, tuple[Path, str | None]]:
    """Packets of each kind by name, with their passwords."""
    folder = tmp_path_factory.mktemp("protected")
    small = str(make_set(folder / "small"))
    sealed = str(make_part(folder / "sealed", "letter-of-guarantee"))
    kinds = {
        "divided": BuildOptions(AS_OF, small, max_bytes=20_000, recipient_copy=True, allow_missing=True),
        "encrypted": BuildOptions(AS_OF, small, password="secret", allow_missing=True),  # noqa: S106 - of a test
        "signed": BuildOptions(AS_OF, sealed, signature_fields=True, allow_missing=True),
    }
    built = {name: build_case(case_of_few, folder / name, options).folder for name, options in kinds.items()}
    bundle, signer = built["signed"] / "bundle.pdf", load_signer(Authority().p12("Mihon K.K."), PASSWORD)
    bundle.write_bytes(sign_bundle(bundle.read_bytes(), "guarantor", signer)[0])
    assert len(list(built["divided"].glob("bundle-*.pdf"))) > 1
    return {name: (path, kinds[name].password) for name, path in built.items()}


def test_packets_of_each_kind_are_verified(protected: dict[str, tuple[Path, str | None]]) -> None:
    for path, password in protected.values():
        for known in {None, password}:
            assert verify_path(path, password=known).manifest.case_id == CASE.parent.name


@pytest.mark.parametrize("extra", ["with the extra", "without it"])
@settings(
    max_examples=settings().max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_damage_goes_unseen_and_none_is_a_crash(
    protected: dict[str, tuple[Path, str | None]], tmp_path: Path, extra: str, data: st.DataObject
) -> None:
    """Bytes of any file are flipped, cut out, or put in; files are removed, added and linked. Verifying says what."""
    packet, password = protected[data.draw(st.sampled_from(sorted(protected)))]
    password = data.draw(st.sampled_from([None, password]))
    names = sorted(path.relative_to(packet).as_posix() for path in packet.rglob("*") if path.is_file())
    bundles = [name for name in names if name.startswith("bundle")]
    name = data.draw(st.sampled_from([*names, *bundles * 3, "manifest.json"]))
    content = (packet / name).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "end", "insert", "append", "remove", "add", "link"]))
    contents = {
        "flip": content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :],
        "cut": content[:place] + content[place + data.draw(st.integers(1, 4000)) :],
        "end": content[:place],
        "insert": content[:place] + data.draw(st.binary(min_size=1, max_size=40)) + content[place:],
        "append": content + data.draw(st.binary(min_size=1, max_size=4)),
        "add": b"",
    }
    assume(contents.get(kind) != content)
    copy = Path(shutil.copytree(packet, tmp_path / "copy", copy_function=os.link))
    changed = copy / (f"{name}.more" if kind == "add" else name)
    changed.unlink(missing_ok=True)
    if kind == "link":
        changed.symlink_to(packet / name)
    elif kind != "remove":
        changed.write_bytes(contents[kind])
    with pytest.MonkeyPatch.context() as patch:
        if extra == "without it":
            patch.setitem(sys.modules, "pyhanko", None)
        found = differences(copy, password=password)
    shutil.rmtree(copy)
    expected = {"remove": {"verify-missing"}, "link": {"verify-missing"}, "add": {"verify-unlisted"}}
    codes = expected.get(kind, {"verify-changed", "verify-added", "verify-signature"})
    if name == "manifest.json" and kind != "add":
        codes = {"verify-manifest"}
    assert codes & {code for code, _ in found}


@pytest.mark.parametrize("library", ["pyhanko", "fsspec"])
def test_a_changed_bundle_is_reported_whatever_cannot_be_compared(
    protected: dict[str, tuple[Path, str | None]], tmp_path: Path, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library, a case, a template set or certificates that are missing do not hide the change."""
    packet = Path(shutil.copytree(protected["divided"][0], tmp_path / "copy"))
    with (packet / "bundle.pdf").open("ab") as file:
        file.write(b"\n")
    (tmp_path / "case.json").write_text("{", encoding="utf-8")
    monkeypatch.setitem(sys.modules, library, None)
    other, no_set = CurrentInputs(tmp_path / "case.json"), CurrentInputs(templates=str(tmp_path / "none"))
    assert [code for code, _ in differences(packet, current=other, roots=b"none")] == ["verify-added"]
    assert [code for code, _ in differences(packet, current=no_set)] == ["verify-added"]


def test_without_the_library_an_unsigned_packet_is_verified(packet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    assert verify_path(packet, roots=Authority().pem)


def test_a_file_that_is_too_large_for_the_memory_is_found(spoilt: Path) -> None:
    os.truncate(spoilt / DOCUMENT, 10**12)
    assert difference(spoilt) == [("verify-changed", f"{DOCUMENT} has changed since the build")]
    os.truncate(spoilt / "bundle.pdf", 10**12)
    assert sum(map(len, read_packet(spoilt, read_manifest((spoilt / "manifest.json").read_bytes())).values())) < 2e7
    os.truncate(spoilt / "manifest.json", 10**12)
    assert [code for code, _ in differences(spoilt)] == ["verify-manifest"]


@pytest.mark.parametrize("right_to_left", [False, True])
def test_a_number_is_found_beside_text_of_any_direction(right_to_left: bool) -> None:  # noqa: FBT001 - as above
    """A reader mixes the words of a line on which both directions meet."""
    letters = "\u0645\u0631\u062d\u0628\u0627" if right_to_left else "hello"
    with pikepdf.open(io.BytesIO(pdf_of(b"BT /F1 8 Tf 300 21 Td (abcde 12) Tj ET"))) as pdf:
        texts = {ord("a") + number: letter for number, letter in enumerate(letters)}
        texts |= {ord(letter): letter for letter in " 12"}
        rows = "".join(f"<{code:02X}> <{ord(letter):04X}>\n" for code, letter in texts.items())
        cmap = f"1 begincodespacerange <00> <FF> endcodespacerange {len(texts)} beginbfchar\n{rows}endbfchar"
        pdf.pages[0].Resources.Font.F1.ToUnicode = pdf.make_stream(cmap.encode())
        page = saved(pdf)
    bundle = merge([Piece("a", "a", page, 1)], "t", "ja", "case-1").pdf
    [(text, number)] = split_texts(bundle)
    assert sorted(squeeze(text)) == sorted(letters + "12")
    assert squeeze(number) == squeeze(number_text("case-1", 1, 1))
