"""Signed originals: a scan takes the place of its document, and a later change of the case is noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.documents.edited import text_sha256
from pipeline.errors import CaseError, Problem
from pipeline.formats.pdf.reading import read_pages, squeeze, text_of
from pipeline.formats.word.text import read_word
from pipeline.options import BuildOptions, CheckOptions
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from pipeline.run.published_packet import PublishedPacket
from pipeline.system.atomic import sha256
from tests.support.built import make_docx, make_part
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, Edit
from tests.support.run import Command

pytestmark = pytest.mark.slow

SCAN = "papers/hukou.pdf"
SIGNED: dict[str, Any] = {"role": "signed", "document": "letter-of-guarantee", "path": SCAN, "issued_on": "2026-11-20"}


def problems(case: Path) -> list[Problem]:
    with pytest.raises(CaseError) as error:
        check_case(case, CheckOptions(AS_OF))
    return [problem for problem in error.value.problems if problem.code.startswith("signed-")]


def manifest_of(built: PublishedPacket) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


@pytest.fixture(scope="module")
def printed(packet: Path) -> Mapping[str, str]:
    """Hash of the text of each document of the example's packet."""
    manifest = json.loads((packet / "manifest.json").read_text(encoding="utf-8"))
    return {row["document"]: row["text_sha256"] for row in manifest["documents"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, printed: Mapping[str, str]) -> PublishedPacket:
    """A packet with the signed letter of guarantee and the signed treatment schedule."""
    folder = tmp_path_factory.mktemp("signed")
    case = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    for document in ("letter-of-guarantee", "treatment-schedule"):
        case["attachments"].append({**SIGNED, "document": document, "printed_hash": printed[document]})
    shutil.copytree(EXAMPLES / "wang-xiaoming" / "papers", folder / "papers")
    (folder / "case.json").write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    return build_case(folder / "case.json", folder / "out", BuildOptions(AS_OF))


class TestBuilt:
    """A packet with the signed letter of guarantee and the signed treatment schedule."""

    def test_the_scan_stands_where_the_document_stood(self, built: PublishedPacket, packet: Path) -> None:
        before = json.loads((packet / "manifest.json").read_text(encoding="utf-8"))["bundles"][0]["page_map"]
        now = built.manifest.bundles[0].page_map
        assert [part.id.removeprefix("signed-") for part in now] == [part["id"] for part in before]
        signed = {part.id: part for part in now if part.kind == "signed"}
        assert set(signed) == {"signed-letter-of-guarantee", "signed-treatment-schedule"}
        assert signed["signed-letter-of-guarantee"].pages == 3

    def test_the_manifest_records_both(self, built: PublishedPacket, printed: Mapping[str, str]) -> None:
        manifest = manifest_of(built)
        rows = {row["document"]: row for row in manifest["documents"]}
        scan = sha256((EXAMPLES / "wang-xiaoming" / SCAN).read_bytes())
        assert rows["letter-of-guarantee"]["signed"] == scan
        assert rows["letter-of-guarantee"]["text_sha256"] == printed["letter-of-guarantee"]
        assert rows["invitation-letter"]["signed"] is None
        hashes = {output["path"]: output["sha256"] for output in manifest["outputs"]}
        made = built.folder / rows["letter-of-guarantee"]["path"]
        assert hashes[rows["letter-of-guarantee"]["path"]] == sha256(made.read_bytes())
        assert "身元保証書" in text_of(made.read_bytes())
        roles = [(each["role"], each["sha256"]) for each in manifest["inputs"]["attachments"]]
        assert roles.count(("signed", scan)) == 2

    def test_the_cover_sheet_shows_them_on_one_page(self, built: PublishedPacket) -> None:
        [cover] = read_pages((built.folder / "documents" / "01-cover-sheet.pdf").read_bytes())
        pages = {part.id: part.page for part in built.manifest.bundles[0].page_map}
        guarantee = next(line for line in cover.text.splitlines() if "Letter of guarantee" in line)
        assert guarantee.split()[-1] == f"{pages['signed-letter-of-guarantee']}（原本）"
        assert cover.text.count("原本") == 2
        invitation = next(line for line in cover.text.splitlines() if "Letter of invitation" in line)
        assert "原本" not in invitation

    def test_nothing_is_said_while_the_text_is_the_same(self, built: PublishedPacket) -> None:
        assert "DOC-17" not in {problem.code for problem in built.problems}


def test_without_originals_the_cover_sheet_says_nothing_of_them(packet: Path) -> None:
    assert "原本" not in text_of((packet / "documents" / "01-cover-sheet.pdf").read_bytes())


@pytest.mark.parametrize(
    ("edits", "changed"),
    [
        ({}, 0),
        ({"/patient/email": "another@mail.example"}, 0),
        ({"/treatment/visits/1/exit_date": "2027-03-17"}, 1),
        ({"/guarantor/representative/name/ja": "田中 一郎"}, 1),
    ],
)
def test_a_change_of_what_was_printed_is_found(
    edit: Edit, printed: Mapping[str, str], edits: dict[str, Any], changed: int
) -> None:
    entry = {**SIGNED, "printed_hash": printed["letter-of-guarantee"]}
    checked = check_case(edit({**edits, "/attachments/-": entry}), CheckOptions(AS_OF, allow_changed=True))
    found = [problem for problem in checked.problems if problem.code.startswith("DOC-17")]
    assert [(problem.code, problem.severity, problem.pointer) for problem in found] == (
        [("DOC-17B", "warning", "/attachments/6/printed_hash")] * changed
    )


class TestChanged:
    """A document that has changed since it was signed."""

    @pytest.fixture
    def changed(self, edit: Edit) -> Path:
        return edit({"/attachments/-": {**SIGNED, "printed_hash": "0" * 64}})

    @pytest.mark.parametrize("options", [CheckOptions(AS_OF), CheckOptions(AS_OF, allow_missing=True)])
    def test_it_blocks_the_build(self, changed: Path, options: CheckOptions) -> None:
        with pytest.raises(CaseError) as error:
            check_case(changed, options)
        [problem] = [problem for problem in error.value.problems if problem.severity == "error"]
        assert problem.code == "DOC-17"
        assert "Letter of guarantee" in problem.message
        assert "--allow-changed" in problem.cli_hint

    def test_a_draft_only_warns(self, changed: Path) -> None:
        found = {problem.code for problem in check_case(changed, CheckOptions(AS_OF, draft=True)).problems}
        assert found & {"DOC-17", "DOC-17B"} == {"DOC-17B"}

    def test_consent_is_on_the_cover_sheet_and_in_the_manifest(
        self, changed: Path, edit: Edit, tmp_path: Path, visa_packet: Command
    ) -> None:
        """One of the originals has changed; of the other, nobody noted what was printed."""
        documents = ("letter-of-guarantee", "invitation-letter", "working-cover", "tb-screening-checklist")
        part = str(make_part(tmp_path / "part", *documents))
        edit({"/attachments/-": {**SIGNED, "document": "invitation-letter"}})
        options = BuildOptions(AS_OF, part, allow_changed=True, strict=True)
        built = build_case(changed, tmp_path / "out", options)
        assert built.manifest.state == "ready_to_file"
        assert {("DOC-17B", "warning"), ("DOC-29", "warning")} <= {
            (found.rule, found.severity) for found in built.manifest.findings
        }
        cover = text_of((built.folder / "documents" / "03-working-cover.pdf").read_bytes())
        assert squeeze("署名後に変更された書類（署名済みのまま提出）") in cover
        assert cover.count("couldnotbecompared") == 1
        assert build_case(changed, tmp_path / "out", replace(options, strict=False)).is_current
        with pytest.raises(CaseError):
            build_case(changed, tmp_path / "out", BuildOptions(AS_OF, part))
        for words in ((), ("letter-of-guarantee",), ("invitation-letter",)):  # today's text was never signed
            run = visa_packet("signed", built.folder, *words, "--json")
            assert (run.code, run.report["results"]) == (2 if words else 0, [])
            assert {problem["code"] for problem in run.problems} == {"signed-changed"}
        assert run.err.count("invitation-letter") == 1

    def test_without_a_change_the_cover_sheet_says_nothing_of_it(self, packet: Path) -> None:
        assert "署名後に変更" not in text_of((packet / "documents" / "07-working-cover.pdf").read_bytes())


@pytest.mark.parametrize(
    ("entry", "code", "pointer", "hint"),
    [
        ({"document": "leter-of-guarantee"}, "signed-unknown", "document", "'letter-of-guarantee'"),
        ({"document": "list-of-applicants"}, "signed-unknown", "document", "invitation-letter"),
        ({"document": "cover-sheet"}, "signed-unknown", "document", "invitation-letter"),
        ({"document": "patient-guide"}, "signed-unknown", "document", "invitation-letter"),
        ({"person": "companion-1"}, "signed-unknown", "document", "none"),
        ({"role": "other"}, "signed-role", "document", "role"),
    ],
)
def test_an_entry_without_a_document_is_reported_with_its_place(
    edit: Edit, entry: dict[str, Any], code: str, pointer: str, hint: str
) -> None:
    [problem] = problems(edit({"/attachments/-": {**SIGNED, **entry}}))
    assert (problem.code, problem.pointer) == (code, f"/attachments/6/{pointer}")
    assert problem.line
    assert hint in problem.hint
    assert not any(value in problem.message + problem.hint for value in PERSONAL)


def test_two_originals_of_one_document_are_one_too_many(edit: Edit) -> None:
    path = edit({"/attachments/-": SIGNED})
    data = json.loads(path.read_text(encoding="utf-8"))
    data["attachments"].append(SIGNED)
    path.write_text(json.dumps(data), encoding="utf-8")
    [problem] = problems(path)
    assert (problem.code, problem.pointer) == ("signed-twice", "/attachments/7/document")


def test_an_entry_without_document_is_against_the_schema(edit: Edit) -> None:
    with pytest.raises(CaseError) as error:
        check_case(edit({"/attachments/-": {"role": "signed", "path": SCAN}}), CheckOptions(AS_OF))
    assert [(each.code, each.pointer) for each in error.value.problems] == [("schema-required", "/attachments/6")]


def test_an_old_original_is_too_old(edit: Edit) -> None:
    with pytest.raises(CaseError) as error:
        check_case(edit({"/attachments/-": {**SIGNED, "issued_on": "2026-09-01"}}), CheckOptions(AS_OF))
    assert "DOC-11" in {problem.code for problem in error.value.problems if problem.severity == "error"}


def test_the_hash_is_of_the_words_and_not_of_their_look() -> None:
    printed, other, joined = make_docx("一", "二"), make_docx("一", "二", font="Noto Sans CJK SC"), make_docx("一二")
    assert text_sha256(read_word(printed)) == text_sha256(read_word(other)) != text_sha256(read_word(joined))


def test_the_hash_in_the_manifest_is_that_of_the_word_file(packet: Path) -> None:
    """It is computed from what was filled, before the file is written."""
    rows = json.loads((packet / "manifest.json").read_text(encoding="utf-8"))["documents"]
    files = {row["path"]: (packet / row["path"]).with_suffix(".docx") for row in rows}
    assert [text_sha256(read_word(file.read_bytes())) for file in files.values()] == [
        row["text_sha256"] for row in rows
    ]


class TestCommand:
    """visa-packet signed"""

    def test_it_prints_entries_that_a_case_takes(
        self, packet: Path, edit: Edit, visa_packet: Command, printed: Mapping[str, str]
    ) -> None:
        run = visa_packet("signed", packet, "letter-of-guarantee")
        assert run.code == 0
        [entry] = json.loads(run.out)
        assert entry["printed_hash"] == printed["letter-of-guarantee"]
        checked = check_case(edit({"/attachments/-": {**entry, "path": SCAN}}), CheckOptions(AS_OF))
        assert [part.id for part in checked.packet.attachments if part.original_of] == ["signed-letter-of-guarantee"]

    def test_without_a_name_it_prints_all_that_is_to_be_signed(self, packet: Path, visa_packet: Command) -> None:
        documents = {entry["document"] for entry in visa_packet("signed", packet, "--json").report["results"]}
        assert {"invitation-letter", "letter-of-guarantee", "treatment-schedule"} <= documents
        assert not {"cover-sheet", "patient-guide", "visa-application-data-sheet"} & documents

    def test_an_unknown_document_is_wrong_use(self, packet: Path, visa_packet: Command) -> None:
        run = visa_packet("signed", packet, "letter", "--json")
        assert run.code == 2
        assert "letter-of-guarantee" in run.err

    def test_a_draft_is_not_to_be_signed(self, edit: Edit, tmp_path: Path, visa_packet: Command) -> None:
        built = build_case(edit({}), tmp_path / "out", BuildOptions(AS_OF, "short-term-visit", draft=True))
        run = visa_packet("signed", built.folder, "--json")
        assert run.code == 2
        assert run.problems[0]["code"] == "signed-draft"
