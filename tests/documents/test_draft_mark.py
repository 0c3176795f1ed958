"""The mark of a draft: on every page that is made, in the Word file and in the PDF, and never on the text."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from docx.shared import Mm
from pypdf import PdfReader

from pipeline.case.load import load_case
from pipeline.documents.document import DocumentSource, draw
from pipeline.documents.draft_mark import add_draft_mark, find_unmarked_pages
from pipeline.documents.engines.engine import load_engine
from pipeline.errors import CaseError, EngineError, ExitCode
from pipeline.formats.pdf.overlap import pages_with_overlaps
from pipeline.formats.pdf.reading import page_count, read_pages
from pipeline.formats.word.text import read_word
from pipeline.options import BuildOptions, CheckOptions
from pipeline.packet.paper_rules import MISSING_RULES, UNFILLED_RULES
from pipeline.packet.plan import DRAFT_MARK
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from tests.support.built import make_docx, make_part, make_set
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, WITHOUT_FORMS, Edit
from tests.support.draft_letters import clearance, filled, with_first_page, with_letterhead
from tests.support.run import Command
from tests.support.word_files import paragraph, reference, word_file

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "chen-lihua" / "case.json"
NOTHING: dict[str, object] = {}
#: Fields of the two forms that stay empty.
EMPTY_FIELDS = dict.fromkeys(
    ("/hospital/fax", "/guarantor/fax", "/patient/application/birth_place", "/patient/application/questions"), REMOVE
)


@pytest.mark.parametrize(
    ("engine", "documents"),
    [
        ("typst", ()),
        ("office2pdf", ("cover-sheet", "invitation-letter", "schedule-of-stay")),
    ],
)
def test_every_page_that_is_made_bears_it_and_no_other(
    engine: str, documents: tuple[str, ...], tmp_path: Path, packet_with_companion: Path
) -> None:
    """With the default engine each page of the shipped set, with the other some of its documents.

    In test_libreoffice.py, the test of few starts has the same of LibreOffice.
    """
    templates = str(make_part(tmp_path / "set", *documents)) if documents else "medical-stay"
    options = BuildOptions(AS_OF, templates, engine, draft=True)
    draft, clean = build_case(CASE, tmp_path / "draft", options).folder, packet_with_companion
    if documents:
        clean = build_case(CASE, tmp_path / "clean", BuildOptions(AS_OF, templates, allow_missing=True)).folder
    names = sorted(path.name for path in (draft / "documents").glob("*.pdf"))
    assert names == sorted(path.name for path in (clean / "documents").glob("*.pdf"))
    for name in names:
        pdf, without = ((folder / "documents" / name).read_bytes() for folder in (draft, clean))
        assert find_unmarked_pages(read_pages(pdf)) == []
        assert len(find_unmarked_pages(read_pages(without))) == page_count(pdf) == page_count(without)
        assert clearance(pdf) >= 0, f"the mark of {name} touches the text"
    for path in (draft / "documents").glob("*.docx"):
        assert any(DRAFT_MARK in paragraph for paragraph in read_word(path.read_bytes()).paragraphs)
    manifest = json.loads((draft / "manifest.json").read_text(encoding="utf-8"))
    parts = manifest["bundles"][0]["page_map"]
    unmarked = set(find_unmarked_pages(read_pages((draft / "bundle.pdf").read_bytes())))
    supplied = [part for part in parts if part["kind"] == "attachment"]
    assert unmarked == {part["page"] + number for part in supplied for number in range(part["pages"])}
    assert manifest["state"] == "draft"
    assert _title(draft / "bundle.pdf").endswith("（案）")


def _title(pdf: Path) -> str:
    metadata = PdfReader(pdf).metadata
    assert metadata
    return str(metadata.title)


def _marks(docx: bytes) -> list[str]:
    return [text for text in read_word(docx).paragraphs if text.strip().startswith(DRAFT_MARK)]


class TestHeaders:
    """Whatever headers a template has, each of its pages bears the mark once."""

    @pytest.mark.parametrize("engine", ["typst", "office2pdf"])
    def test_a_header_of_its_own_stays_and_the_first_page_and_even_pages_have_it_too(self, engine: str) -> None:
        pdfs = [load_engine(engine).convert(docx) for docx in (with_letterhead(), with_first_page(even_pages=False))]
        assert [page_count(pdf) > pages for pdf, pages in zip(pdfs, (1, 2), strict=True)] == [True, True]
        assert [find_unmarked_pages(read_pages(pdf)) for pdf in pdfs] == [[], []]
        texts = [page.extract_text() for page in PdfReader(io.BytesIO(pdfs[0])).pages]
        assert all("Letterhead" in text for text in texts)

    def test_a_later_section_keeps_the_header_of_the_one_before(self) -> None:
        document = Document(io.BytesIO(make_docx("手紙")))
        document.sections[0].header.paragraphs[0].text = "Letterhead"
        document.add_section(WD_SECTION.NEW_PAGE)
        docx = filled(document)
        assert len(_marks(docx)) == 1
        assert Document(io.BytesIO(docx)).sections[1].header.is_linked_to_previous
        pdf = load_engine("office2pdf").convert(docx)
        assert find_unmarked_pages(read_pages(pdf)) == []

    def test_a_section_with_another_header_has_its_own(self) -> None:
        document = Document(io.BytesIO(make_docx("手紙")))
        section = document.add_section(WD_SECTION.NEW_PAGE)
        section.header.is_linked_to_previous = False
        section.header.paragraphs[0].text = "Second"
        assert len(_marks(filled(document))) == 2

    def test_a_narrow_margin_grows_rather_than_the_text_is_covered(self) -> None:
        document = Document(io.BytesIO(make_docx("手紙")))
        document.sections[0].top_margin = Mm(3)
        pdf = load_engine("office2pdf").convert(filled(document))
        assert find_unmarked_pages(read_pages(pdf)) == []
        assert clearance(pdf) >= 0

    def test_the_header_of_a_letter_does_not_move_onto_its_text(self) -> None:
        section = reference("header", "header1")
        letter = word_file(paragraph("text"), section, header1=paragraph("head"))
        pdf = load_engine("office2pdf").convert(add_draft_mark(letter))
        assert (find_unmarked_pages(read_pages(pdf)), pages_with_overlaps(pdf)) == ([], [])

    def test_without_draft_nothing_is_added(self) -> None:
        assert _marks(filled(Document(io.BytesIO(make_docx("手紙"))), draft=False)) == []


def test_a_draft_without_its_mark_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.documents.fill.add_draft_mark", lambda template: template)
    case = load_case(CASE).json_file
    with pytest.raises(EngineError) as error:
        draw(DocumentSource(make_docx("手紙"), "letter.docx", {}, draft=True), load_engine("office2pdf"), case)
    [problem] = error.value.problems
    assert (problem.code, problem.file) == ("engine-draft-mark", "letter.docx")
    assert "page 1" in problem.message


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A template set that is quick to build."""
    return str(make_set(tmp_path_factory.mktemp("sets") / "small"))


class TestState:
    """What may be built when papers are missing, and how it is called."""

    @pytest.mark.parametrize(
        ("options", "state"),
        [
            (BuildOptions(AS_OF, draft=True), "draft"),
            (BuildOptions(AS_OF, allow_missing=True), "incomplete"),
            (BuildOptions(AS_OF, draft=True, strict=True), "draft"),
        ],
    )
    def test_missing_papers_may_be_allowed(
        self, edit: Edit, small: str, tmp_path: Path, options: BuildOptions, state: str
    ) -> None:
        built = build_case(edit(WITHOUT_FORMS), tmp_path / "out", replace(options, templates=small))
        assert built.manifest.state == state
        found = {(problem.code, problem.severity) for problem in built.problems if problem.code in MISSING_RULES}
        assert found == {("DOC-01", "warning")}
        assert {paper.role for paper in built.manifest.missing} == {"visa_application", "combined_form"}

    def test_otherwise_they_forbid_to_build(self, edit: Edit, small: str, tmp_path: Path) -> None:
        with pytest.raises(CaseError) as error:
            build_case(edit(WITHOUT_FORMS), tmp_path / "out", BuildOptions(AS_OF, small))
        missing = [problem for problem in error.value.problems if problem.code == "DOC-01"]
        assert [problem.severity for problem in missing] == ["error", "error"]
        assert all("--allow-missing" in problem.cli_hint and "--draft" in problem.cli_hint for problem in missing)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        "options", [CheckOptions(AS_OF, draft=True), CheckOptions(AS_OF, allow_missing=True, strict=True)]
    )
    def test_what_a_missing_form_lacks_may_be_missing_too(self, edit: Edit, options: CheckOptions) -> None:
        path = edit({**WITHOUT_FORMS, **EMPTY_FIELDS})
        severities = {problem.code: problem.severity for problem in check_case(path, options).problems}
        assert {code: severities[code] for code in UNFILLED_RULES} == dict.fromkeys(UNFILLED_RULES, "warning")
        with pytest.raises(CaseError) as error:
            check_case(path, CheckOptions(AS_OF))
        refused = {problem.code: problem.severity for problem in error.value.problems}
        assert {code: refused[code] for code in UNFILLED_RULES} == dict.fromkeys(UNFILLED_RULES, "error")

    def test_a_set_that_asks_for_no_form_only_warns_of_its_fields(self, edit: Edit) -> None:
        path = edit({**WITHOUT_FORMS, **EMPTY_FIELDS})
        checked = check_case(path, CheckOptions(AS_OF, "short-term-visit"))
        severities = {problem.code: problem.severity for problem in checked.problems}
        assert {code: severities[code] for code in UNFILLED_RULES} == dict.fromkeys(UNFILLED_RULES, "warning")

    def test_with_the_forms_nothing_of_them_is_asked(self, edit: Edit) -> None:
        checked = check_case(edit(EMPTY_FIELDS), CheckOptions(AS_OF))
        assert not UNFILLED_RULES & {problem.code for problem in checked.problems}
        assert checked.state == "to_be_signed"

    @pytest.mark.parametrize("options", [CheckOptions(AS_OF, draft=True), CheckOptions(AS_OF, allow_missing=True)])
    def test_no_other_error_is_allowed(self, edit: Edit, options: CheckOptions) -> None:
        with pytest.raises(CaseError):
            check_case(edit({"/patient/passport/expiry_date": "2027-01-01"}), options)

    def test_a_title_has_the_state(self, edit: Edit, small: str, tmp_path: Path) -> None:
        out = tmp_path / "out"
        titles = []
        for edits in (NOTHING, WITHOUT_FORMS):
            folder = build_case(edit(edits), out, BuildOptions(AS_OF, small, allow_missing=True)).folder
            titles.append(_title(folder / "bundle.pdf"))
        assert titles[1] == f"{titles[0]}（不足あり）"

    def test_a_packet_of_another_state_is_built_again(
        self, edit: Edit, small: str, tmp_path: Path, visa_packet: Command
    ) -> None:
        def build(case: Path, *options: str) -> tuple[str, str | None]:
            arguments = ("build", case, "--templates", small, "-o", tmp_path / "out", "--as-of", "2026-11-22", "--json")
            [result] = visa_packet(*arguments, *options).report["results"]
            return result["status"], result["state"]

        case = edit({})
        assert build(case, "--draft") == ("built", "draft")
        assert build(case, "--draft") == ("current", "draft")
        assert build(case) == ("built", "ready_to_file")
        assert build(case, "--allow-missing") == ("current", "ready_to_file")
        case = edit(WITHOUT_FORMS)
        assert build(case, "--allow-missing") == ("built", "incomplete")
        assert build(case, "--allow-missing") == ("current", "incomplete")
        assert build(case) == ("failed", None)

    @pytest.mark.parametrize(
        ("edits", "options", "code", "state", "line"),
        [
            ({}, [], 0, "to_be_signed", "to be signed"),
            (WITHOUT_FORMS, [], 3, None, "Only papers or fields are missing"),
            (WITHOUT_FORMS, ["--allow-missing"], 0, "incomplete", "incomplete"),
            (WITHOUT_FORMS, ["--draft"], 0, "draft", "draft"),
            ({**WITHOUT_FORMS, "/visa/letter_date": "2026-12-08"}, [], 3, None, "cannot be built  (errors: "),
        ],
    )
    def test_validate_reports_the_state_of_a_build(
        self,
        edit: Edit,
        visa_packet: Command,
        edits: dict[str, object],
        options: list[str],
        code: int,
        state: str | None,
        line: str,
    ) -> None:
        case = edit(edits)
        run = visa_packet("validate", case, "--as-of", "2026-11-22", *options)
        assert run.code == code
        assert line in run.out
        [result] = visa_packet("validate", case, "--as-of", "2026-11-22", "--json", *options).report["results"]
        assert (result["exit_code"], result["state"]) == (ExitCode(code), state)
