"""Drafts of half a case: blanks in place of what is missing, and no invented value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.half_case import BLANK_TEXT, AbsentError, Blank, draft_case, or_blank
from pipeline.case.load import load_case, load_draft
from pipeline.case.source import Source
from pipeline.cli.output import OutputStyle, print_problems, problem_to_json
from pipeline.documents.blank_fields import leave_out_undrawable
from pipeline.documents.context import document_context
from pipeline.documents.fill import fill
from pipeline.errors import CaseError, Problem
from pipeline.formats.word.text import word_text
from pipeline.language import LANGUAGES, Language
from pipeline.options import BuildOptions, CheckOptions, DocumentOptions
from pipeline.packet.planned_case import PlannedCase, plan_case
from pipeline.publish.destination import Folder
from pipeline.publish.manifest import read_manifest
from pipeline.run.check import check_case, check_loaded, find_problems
from pipeline.run.one import build_packet
from pipeline.run.task import Task, run_task
from tests.support.built import make_part, make_set
from tests.support.cases import AS_OF, REMOVE, Edit

pytestmark = pytest.mark.slow

DRAFT = CheckOptions(AS_OF, draft=True)


def planned(path: Path) -> tuple[PlannedCase, list[Problem]]:
    return leave_out_undrawable(plan_case(load_draft(path), DRAFT), DocumentOptions(AS_OF))


def texts(plan: PlannedCase) -> Iterator[tuple[str, str]]:
    """The text of each document but the cover sheets."""
    for part in plan.packet.documents:
        if not part.is_cover:
            context = document_context(plan.loaded.case, AS_OF, part.person, plan.languages)
            filled = fill(plan.templates.templates[part.template], part.template, context)
            yield part.document, "\n".join(word_text(filled.word.xml).paragraphs)


@pytest.mark.parametrize(
    ("pointer", "left_out", "blank_in"),
    [
        ("/patient/passport/number", set(), {"invitation-letter", "letter-of-guarantee", "schedule-of-stay"}),
        ("/patient/occupation", set(), {"invitation-letter"}),
        ("/patient/birth_date", set(), {"invitation-letter"}),
        ("/condition/side", set(), {"invitation-letter"}),
        ("/condition/diagnosis/en", set(), {"invitation-letter"}),
        ("/treatment/visits/0/entry_date", {"schedule-of-stay"}, {"invitation-letter"}),
        ("/treatment/visits/0/hospitalised", {"invitation-letter", "schedule-of-stay"}, set()),
        ("/treatment/visits", {"invitation-letter", "schedule-of-stay"}, set()),
        ("/visa/mission", set(), {"invitation-letter"}),
        ("/visa/letter_date", set(), {"invitation-letter"}),
        ("/hospital/phone", set(), {"invitation-letter"}),
        ("/guarantor", set(), {"letter-of-guarantee", "schedule-of-stay"}),
        ("/companions", {"invitation-letter", "letter-of-guarantee"}, set()),
    ],
)
def test_a_missing_field_is_a_blank_or_its_document_is_left_out(
    edit: Edit, pointer: str, left_out: set[str], blank_in: set[str]
) -> None:
    plan, problems = planned(edit({pointer: REMOVE}))
    found = dict(texts(plan))
    everything = {part.document for part in plan_case(load_draft(edit({})), DRAFT).packet.documents}
    assert left_out <= everything - set(found)
    for document in blank_in:
        assert BLANK_TEXT in found[document], document
    assert {problem.code for problem in problems} <= {"draft-left-out"}
    assert all(problem.severity == "warning" and problem.pointer is not None for problem in problems)
    assert not any("Blank" in text for text in found.values())


def test_a_left_out_document_names_the_question_in_each_language(edit: Edit) -> None:
    _, [problem, *_] = planned(edit({"/treatment/visits/0/hospitalised": REMOVE}))
    assert "Treatment schedule" in problem.message
    assert problem.hint.endswith("Is the patient in hospital during this stay?")
    assert problem.in_language("ja").hint.endswith("この滞在中に入院しますか")
    assert problem.in_language("zh").message.endswith("治疗预定表")


def test_a_whole_case_is_drawn_as_before(edit: Edit) -> None:
    path = edit({})
    plan, problems = planned(path)
    assert problems == []
    assert plan.packet == plan_case(load_case(path), DRAFT).packet
    assert plan.loaded.questions == ()


def test_a_draft_is_built_and_a_final_packet_is_not(edit: Edit, tmp_path: Path) -> None:
    path = edit({"/patient/passport/expiry_date": REMOVE, "/visa/letter_date": REMOVE, "/treatment/visits": REMOVE})
    options = BuildOptions(AS_OF, draft=True)
    built = build_packet(load_draft(path), Folder(tmp_path / "out"), options)
    manifest = read_manifest((built.folder / "manifest.json").read_bytes())
    assert manifest.state == "draft"
    asked = [problem for problem in built.problems if "who" in problem.args]
    assert {problem.severity for problem in asked} == {"warning"}
    assert len(asked) == 3
    assert "draft-left-out" in {problem.code for problem in built.problems}
    again = build_packet(load_draft(path), Folder(tmp_path / "out"), options)
    assert again.is_current
    recorded = [problem_to_json(problem) for problem in again.problems]
    assert [each["code"] for each in recorded].count("schema-required") == 3
    with pytest.raises(CaseError):
        check_case(path, CheckOptions(AS_OF))
    assert check_loaded(load_draft(path), DRAFT).state == "draft"


def test_a_case_with_nothing_but_its_id_is_a_draft(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text('{ "case_id": "case-a" }', encoding="utf-8")
    plan, problems = planned(path)
    assert "cover-sheet" in {part.document for part in plan.packet.documents}
    assert "invitation-letter" not in {part.document for part in plan.packet.documents}
    assert "Who travels with the patient?" in problems[0].hint


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_draft_is_without_is_printed_on_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], language: Language
) -> None:
    path = tmp_path / "case.json"
    path.write_text('{ "case_id": "case-a" }', encoding="utf-8")
    _, problems = planned(path)
    assert len(problems) > 4
    print_problems(problems, OutputStyle(language))
    (line,) = capfd.readouterr().err.splitlines()
    assert {"en": "Letter of invitation", "ja": "招へい理由書", "zh": "邀请理由书"}[language] in line
    assert f"{len(problems)} " in line
    print_problems(problems[:1], OutputStyle(language))
    assert len(capfd.readouterr().err.splitlines()) == 3  # in full, with a hint


def test_a_draft_of_which_nothing_is_left_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text('{ "case_id": "case-a" }', encoding="utf-8")
    options = BuildOptions(AS_OF, str(make_part(tmp_path / "set", "invitation-letter")), draft=True)
    done = run_task(Task(Source(str(path), tmp_path), Folder(tmp_path / "out"), options))
    assert (done.status, int(done.code)) == ("failed", 3)
    assert [problem.code for problem in done.problems if problem.severity == "error"] == ["packet-empty"]
    assert not (tmp_path / "out").exists()


def test_what_needs_more_than_a_document_is_refused_with_the_questions(edit: Edit, tmp_path: Path) -> None:
    source = Source(str(edit({"/patient/passport/number": REMOVE})), tmp_path / "case")
    options = BuildOptions(AS_OF, str(make_set(tmp_path / "set")), draft=True, recipient_copy=True)
    done = run_task(Task(source, Folder(tmp_path / "out"), options))
    assert (done.status, int(done.code)) == ("failed", 3)
    assert [(problem.code, problem.severity) for problem in done.problems] == [("schema-required", "error")]
    assert not (tmp_path / "out").exists()


def test_a_missing_reason_for_visits_is_a_warning_only_in_a_draft(edit: Edit) -> None:
    path = edit({"/treatment/need_for_visits": REMOVE})
    for options in (DRAFT, CheckOptions(AS_OF, draft=True, strict=True)):
        checked = check_case(path, options)
        assert {problem.severity for problem in checked.problems if problem.code == "DOC-06"} == {"warning"}
    for options in (CheckOptions(AS_OF), CheckOptions(AS_OF, allow_missing=True)):
        with pytest.raises(CaseError) as error:
            check_case(path, options)
        assert {each.severity for each in error.value.problems if each.code == "DOC-06"} == {"error"}


def test_nobody_is_asked_for_an_optional_field_before_the_required_ones(edit: Edit) -> None:
    path = edit({"/treatment/need_for_visits": REMOVE})
    assert "DOC-06" in {problem.code for problem in find_problems(planned(path)[0], DRAFT).problems}
    path = edit({"/visa/letter_date": REMOVE})
    assert "DOC-06" not in {problem.code for problem in find_problems(planned(path)[0], DRAFT).problems}


def test_a_paper_that_may_be_needed_is_not_called_unnecessary(edit: Edit) -> None:
    def listed(path: Path) -> set[str]:
        return {asked.row.role for asked in planned(path)[0].packet.bundles[0].requirements}

    assert "certificate_of_eligibility" in listed(edit({}))
    assert "certificate_of_eligibility" not in listed(edit({"/treatment/visits/0/exit_date": REMOVE}))


def test_a_paper_without_a_file_is_left_out(edit: Edit) -> None:
    path = edit({"/attachments/1/path": REMOVE, "/patient/phone": REMOVE})
    assert "photo" not in {paper.role for paper in load_draft(path).case.attachments}
    plan, _ = planned(path)
    assert [row.role for row in plan.packet.bundles[0].missing] == ["photo"]


def test_what_is_wrong_is_wrong_in_a_draft_too(edit: Edit) -> None:
    for edits in ({"/patient/sex": "x", "/patient/phone": REMOVE}, {"/case_id": REMOVE}):
        with pytest.raises(CaseError):
            load_draft(edit(edits))


def test_a_blank_is_printed_and_nothing_else() -> None:
    case: Any = draft_case({})
    blank = case.patient.name.surname
    assert f"{blank} {blank}" == f"{BLANK_TEXT} {BLANK_TEXT}"
    assert blank != "LI"
    assert isinstance(or_blank(lambda: case.longest_stay), Blank)
    for use in (
        bool,
        len,
        list,
        hash,
        lambda value: value.replace("-", ""),
        lambda value: value == "LI",
        lambda value: value - date(2026, 1, 1),
    ):
        with pytest.raises(AbsentError) as error:
            use(blank)
        assert error.value.pointer == "/patient/name/surname"
