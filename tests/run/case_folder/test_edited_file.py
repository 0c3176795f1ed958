"""A document that was edited in Word takes the place of the generated one, and must agree with the case."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.load import load_case
from pipeline.documents.edited import check_edited, fill_document
from pipeline.errors import CaseError, InputError, OutputError
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.zip_archive import pack, read_parts
from pipeline.language import LANGUAGES
from pipeline.options import BuildOptions, CheckOptions
from pipeline.packet.planned_case import plan_case
from pipeline.run.case_folder.case_text import read_case_text
from pipeline.run.case_folder.edited_file import AddedDocument, EditedFile, add_edited
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from pipeline.system.atomic import sha256
from pipeline.system.cache import cache_folder
from tests.support.built import make_docx, make_part
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, change
from tests.support.run import Command

LETTER, SHEET = "invitation-letter", "visa-application-data-sheet"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A set with the letter, the covers, and a sheet that is not filed."""
    return str(make_part(tmp_path_factory.mktemp("few") / "set", LETTER, "cover-sheet", "working-cover", SHEET))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "wang"
    shutil.copytree(EXAMPLES / "wang-xiaoming", made)
    return made


@pytest.fixture(scope="module")
def generated() -> bytes:
    """The letter as the packet has it."""
    planned = plan_case(load_case(EXAMPLES / "wang-xiaoming" / "case.json"), CheckOptions(AS_OF))
    [part] = [part for part in planned.packet.documents if part.document == LETTER]
    return fill_document(planned, part, AS_OF).docx


def edited(generated: bytes, words: Mapping[str, str]) -> bytes:
    parts = read_parts(generated)
    for old, new in words.items():
        assert old.encode() in parts[MAIN_PART]
        parts[MAIN_PART] = parts[MAIN_PART].replace(old.encode(), new.encode())
    return pack(parts)


def give_back(folder: Path, content: bytes, templates: str = "medical-stay") -> AddedDocument:
    (folder.parent / "letter.docx").write_bytes(content)
    case = read_case_text(str(folder), templates)
    return add_edited(case, EditedFile(folder.parent / "letter.docx", LETTER), CheckOptions(AS_OF, templates))


def set_fields(folder: Path, edits: Mapping[str, Any]) -> None:
    data = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    change(data, edits)
    (folder / "case.json").write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")


def codes_of(folder: Path, templates: str) -> list[tuple[str, str | None]]:
    try:
        problems = check_case(folder / "case.json", CheckOptions(AS_OF, templates)).problems
    except CaseError as error:
        problems = error.problems
    return [(problem.code, problem.pointer) for problem in problems if problem.code in {"DOC-30", "DOC-31", "DOC-17"}]


OTHER_WORDS = {"招へい理由書": "招へいの理由について"}


@pytest.mark.slow
def test_it_is_drawn_marked_and_kept(folder: Path, few: str, generated: bytes) -> None:
    built = build_case(folder / "case.json", folder.parent / "out", BuildOptions(AS_OF, few))
    added = give_back(folder, edited(generated, OTHER_WORDS), few)
    assert (added.entry["path"], added.former) == (f"edited/{LETTER}.docx", None)
    content = (folder / "edited" / f"{LETTER}.docx").read_bytes()
    again = build_case(folder / "case.json", folder.parent / "out", BuildOptions(AS_OF, few))
    rows = {row.document: row for row in again.manifest.documents}
    assert rows[LETTER].edited == sha256(content)
    assert rows[LETTER].text_sha256 not in {row.text_sha256 for row in built.manifest.documents}
    assert rows["cover-sheet"].edited is None
    texts = {path.name[3:]: squeeze(text_of(path.read_bytes())) for path in again.folder.rglob("*.pdf")}
    assert "招へいの理由について" in texts[f"{LETTER}.pdf"]
    assert "手作業で直した書類Editedbyhand" in texts["working-cover.pdf"]
    assert "手作業" not in texts["cover-sheet.pdf"]
    assert build_case(folder / "case.json", folder.parent / "out", BuildOptions(AS_OF, few)).folder == again.folder
    cached = cache_folder()
    assert cached is not None
    words = "招へいの理由について".encode()
    assert not [file for file in cached.iterdir() if file.is_file() and words in file.read_bytes()]
    set_fields(folder, {"/visa/letter_date": "2026-11-21"})
    assert codes_of(folder, few) == [
        ("DOC-30", "/visa/letter_date"),
        ("DOC-31", "/edited_documents/0/printed_hash"),
    ]


def test_what_contradicts_the_case_is_refused(folder: Path, generated: bytes) -> None:
    before = (folder / "case.json").read_bytes()
    with pytest.raises(CaseError) as error:
        give_back(folder, edited(generated, {"EJ0123456": "EJ0123457"}))
    assert [(problem.code, problem.pointer) for problem in error.value.problems] == [
        ("DOC-30", "/patient/passport/number")
    ]
    for problem in error.value.problems:
        for language in LANGUAGES:
            assert not any(value in problem.in_language(language).message for value in PERSONAL)
    with pytest.raises(InputError, match="same text"):
        give_back(folder, generated)
    assert (folder / "case.json").read_bytes() == before
    assert not (folder / "edited").exists()


def test_a_number_that_is_added_must_be_of_the_case(folder: Path, generated: bytes) -> None:
    with pytest.raises(CaseError) as error:
        give_back(folder, edited(generated, {"招へい理由書": "招へい理由書 E87654321"}))
    assert [problem.code for problem in error.value.problems] == ["FRM-08"]
    assert "E87654321" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"no archive", "edited-unusable", "whole Word document"),
        (make_docx("{{ patient.name.chinese }}"), "edited-tags", "{{"),
        (make_docx("a {% b"), "edited-tags", "{%"),
        (make_docx("案 / DRAFT　提出不可"), "edited-draft", "mark of a draft"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: bytes, code: str, words: str) -> None:
    with pytest.raises(CaseError) as error:
        check_edited(content)
    [problem] = error.value.problems
    assert problem.code == code
    assert words in problem.message
    assert set(problem.translations) == set(LANGUAGES)


def test_tracked_changes_are_named(generated: bytes) -> None:
    run = "<w:r><w:t>x</w:t></w:r>"
    insertion = f'<w:p><w:ins w:id="1" w:author="a" w:date="2026-11-20T00:00:00Z">{run}</w:ins></w:p><w:sectPr'
    with pytest.raises(CaseError, match="tracked changes"):
        check_edited(edited(generated, {"<w:sectPr": insertion}))


def test_entries_without_a_document_are_named(folder: Path, few: str) -> None:
    entry = {"document": "letter", "path": "a.docx", "printed_hash": "0" * 64, "template_hash": "0" * 64}
    named = {**entry, "document": LETTER}
    set_fields(folder, {"/edited_documents": [entry, named, named]})
    with pytest.raises(CaseError) as error:
        check_case(folder / "case.json", CheckOptions(AS_OF, few))
    found = [(problem.code, problem.pointer) for problem in error.value.problems if problem.code.startswith("edited")]
    assert found == [
        ("edited-unknown", "/edited_documents/0/document"),
        ("edited-twice", "/edited_documents/2/document"),
        ("edited-file", "/edited_documents/1/path"),
    ]


@pytest.mark.slow
def test_an_edit_in_the_packet_is_not_overwritten(
    folder: Path, few: str, generated: bytes, visa_packet: Command
) -> None:
    out = folder.parent / "out"
    built = build_case(folder / "case.json", out, BuildOptions(AS_OF, few))
    [word] = built.folder.rglob(f"*-{LETTER}.docx")
    word.write_bytes(edited(generated, OTHER_WORDS))
    with pytest.raises(OutputError) as error:
        build_case(folder / "case.json", out, BuildOptions(AS_OF, few))
    assert [problem.code for problem in error.value.problems] == ["output-edited"]
    assert "--force" not in error.value.problems[0].hint
    assert "--force" in error.value.problems[0].cli_hint
    run = visa_packet(
        *("add", folder, word, "--edited", "invitation_letter", "--templates", few, "--as-of", str(AS_OF)), "--json"
    )
    assert run.report["results"][0]["edited"]["document"] == LETTER
    again = build_case(folder / "case.json", out, BuildOptions(AS_OF, few))
    assert any(row.edited for row in again.manifest.documents)


def test_a_second_edit_leaves_the_first_file(folder: Path, generated: bytes) -> None:
    give_back(folder, edited(generated, OTHER_WORDS))
    same = give_back(folder, edited(generated, OTHER_WORDS))
    assert (same.entry["path"], same.former) == (f"edited/{LETTER}.docx", None)
    other = give_back(folder, edited(generated, {"招へい理由書": "理由書"}))
    assert (other.entry["path"], other.former) == (f"edited/{LETTER}-2.docx", f"edited/{LETTER}.docx")
    data = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    assert [entry["path"] for entry in data["edited_documents"]] == [f"edited/{LETTER}-2.docx"]
    assert len(list((folder / "edited").iterdir())) == 2
