from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from conftest import AS_OF, EXAMPLES, REMOVE, Edit, change

from pipeline.case import Case, Role
from pipeline.context import PagePlan, cover_context
from pipeline.load import load_case
from pipeline.plan import CONDITIONS, AttachmentPart, DocumentPart, missing_papers, passport_name, plan_packet
from pipeline.template_set import ConditionName, load_template_set

SET = load_template_set("medical-stay")


@pytest.fixture
def case_with_companion(tmp_path: Path) -> Any:
    """The case chen-lihua after edits."""

    def edited(edits: Mapping[str, Any]) -> Path:
        data = json.loads((EXAMPLES / "chen-lihua" / "case.json").read_text(encoding="utf-8"))
        change(data, edits)
        path = tmp_path / "two.json"
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return path

    return edited


def planned(path: Path) -> Case:
    return load_case(path).case


def ids(case: Case) -> list[str]:
    return [part.id for part in plan_packet(case, SET).parts]


def missing(case: Case) -> dict[str, tuple[str, ...]]:
    return {row.row.role: row.missing_for for row in plan_packet(case, SET).requirements if row.missing_for}


def test_every_condition_has_a_function() -> None:
    assert set(CONDITIONS) == set(get_args(ConditionName))


@pytest.mark.parametrize(
    ("condition", "edits", "expected"),
    [
        ("always", {}, True),
        ("multiple_entry", {"/visa/entries": "multiple"}, True),
        ("multiple_entry", {"/visa/entries": "single"}, False),
        ("single_entry", {"/visa/entries": "single"}, True),
        ("single_entry", {"/visa/entries": "multiple"}, False),
        ("companions", {}, False),
        ("stay_over_90_days", {"/treatment/visits/0/exit_date": "2027-04-11"}, False),
        ("stay_over_90_days", {"/treatment/visits/0/exit_date": "2027-04-12"}, True),
        ("stay_over_90_days", {}, False),
        ("registered_elsewhere", {"/patient/household_province": "北京"}, False),
        ("registered_elsewhere", {"/patient/household_province": "四川"}, True),
        ("registered_elsewhere", {"/patient/household_province": REMOVE}, False),
    ],
)
def test_conditions(edit: Edit, condition: str, edits: Mapping[str, Any], expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert CONDITIONS[condition](planned(edit(edits))) is expected


def test_a_companion_is_a_condition() -> None:
    assert CONDITIONS["companions"](planned(EXAMPLES / "chen-lihua" / "case.json"))


def test_the_cover_is_first_and_the_only_one(edit: Edit) -> None:
    parts = plan_packet(planned(edit({})), SET).parts
    covers = [part for part in parts if isinstance(part, DocumentPart) and part.is_cover]
    assert covers == [parts[0]]


def test_ids_are_unique(case_with_companion: Any) -> None:
    extra = {"/attachments/-": {"role": "other", "path": "papers/hukou.pdf"}}
    found = ids(planned(case_with_companion(extra)))
    assert len(found) == len(set(found))
    assert found[-1] == "attachment-11-other"


def test_papers_come_by_role_then_person_then_order_in_the_case(case_with_companion: Any) -> None:
    added = {"role": "funds_proof", "path": "papers/more.pdf"}
    case = planned(case_with_companion({"/attachments/-": added}))
    papers = [part for part in plan_packet(case, SET).parts if isinstance(part, AttachmentPart)]
    order = [entry.attachments for entry in SET.packet.contents if entry.attachments]
    keys = [(order.index(part.attachment.role), part.person, part.index) for part in papers]
    assert keys == sorted(keys, key=lambda key: (key[0], key[1] != "patient", key[1], key[2]))
    assert len(papers) == len(case.attachments)


@pytest.mark.parametrize("role", get_args(Role))
def test_every_role_has_a_place_in_the_bundle(edit: Edit, role: str) -> None:
    case = planned(edit({"/attachments": [{"role": role, "path": "papers/hukou.pdf"}]}))
    papers = [part for part in plan_packet(case, SET).parts if isinstance(part, AttachmentPart)]
    assert [part.attachment.role for part in papers] == [role]
    assert papers[0].title.ja
    assert papers[0].issuer.ja


def test_only_a_photo_has_a_print_size(case_with_companion: Any) -> None:
    papers = [
        part for part in plan_packet(planned(case_with_companion({})), SET).parts if isinstance(part, AttachmentPart)
    ]
    sizes = {(part.attachment.role, part.print_size_mm) for part in papers if part.print_size_mm}
    assert sizes == {("photo", (45.0, 45.0))}


def test_what_is_missing_for_one_person(edit: Edit) -> None:
    case = planned(edit({"/attachments": []}))
    assert missing(case) == dict.fromkeys(
        (
            "passport",
            "photo",
            "visa_application",
            "combined_form",
            "funds_proof",
            "identity_document",
        ),
        ("patient",),
    )


def test_what_is_missing_for_two_persons(case_with_companion: Any) -> None:
    assert missing(planned(case_with_companion({}))) == {}
    found = missing(planned(case_with_companion({"/attachments": []})))
    assert found["passport"] == ("patient", "companion-1")
    assert found["funds_proof"] == ("patient",)


def test_the_paper_of_a_companion_is_not_the_patients(case_with_companion: Any) -> None:
    case = planned(case_with_companion({"/attachments/0/person": "companion-1"}))
    assert missing(case)["passport"] == ("patient",)


def test_a_missing_paper_is_a_warning_with_source_and_place(edit: Edit) -> None:
    path = edit({})
    loaded = load_case(path)
    problems = missing_papers(plan_packet(loaded.case, SET), loaded.document)
    assert [problem.code for problem in problems] == ["DOC-01", "DOC-01"]
    for problem in problems:
        assert (problem.severity, problem.pointer) == ("warning", "/attachments")
        assert problem.source
        assert problem.as_of
        line = path.read_text(encoding="utf-8").splitlines()[(problem.line or 0) - 1]
        assert '"attachments"' in line


def test_a_paper_missing_for_a_companion_has_its_own_rule(case_with_companion: Any) -> None:
    loaded = load_case(case_with_companion({"/attachments": []}))
    problems = missing_papers(plan_packet(loaded.case, SET), loaded.document)
    of_companion = [problem for problem in problems if problem.code == "DOC-02"]
    assert {problem.code for problem in problems} == {"DOC-01", "DOC-02"}
    assert {row.row.role for row in plan_packet(loaded.case, SET).requirements if "companion-1" in row.missing_for} == {
        role for role in get_args(Role) for problem in of_companion if f"role {role})" in problem.message
    }
    assert all("companion-1" in problem.message for problem in of_companion)


def test_a_document_gives_way_to_the_paper_of_the_user(edit: Edit) -> None:
    assert "treatment-schedule" in ids(planned(edit({})))
    supplied = {"role": "treatment_schedule", "path": "papers/hukou.pdf"}
    case = planned(edit({"/attachments/-": supplied}))
    assert "treatment-schedule" not in ids(case)
    assert ids(case)[-1] == "attachment-5-treatment-schedule"
    assert "treatment_schedule" not in missing(case)


def test_a_paper_of_another_role_takes_no_place(edit: Edit) -> None:
    case = planned(edit({"/attachments/-": {"role": "other", "path": "papers/hukou.pdf"}}))
    assert "treatment-schedule" in ids(case)


def test_a_document_answers_its_row_only_when_it_is_made(edit: Edit) -> None:
    rows = {row.row.letter: row for row in plan_packet(planned(edit({})), SET).requirements}
    assert (rows["ク"].needed, rows["ク"].missing_for) == (True, ())
    others = tuple(entry for entry in SET.packet.contents if entry.document != "treatment-schedule")
    without = dataclasses.replace(SET, packet=msgspec.structs.replace(SET.packet, contents=others))
    rows = {row.row.letter: row for row in plan_packet(planned(edit({})), without).requirements}
    assert (rows["ク"].needed, rows["ク"].missing_for) == (True, ("patient",))


def test_documents_of_a_single_entry_with_and_without_companions(edit: Edit, case_with_companion: Any) -> None:
    alone = ids(planned(edit({"/visa/entries": "single"})))
    assert not {"treatment-schedule", "list-of-applicants"} & set(alone)
    assert {"schedule-of-stay", "regenerative-medicine-sheet"} <= set(alone)
    assert "list-of-applicants" in ids(planned(case_with_companion({})))


class TestCover:
    """What the cover sheet may read."""

    def names(self, path: Path) -> dict[str, Any]:
        case = planned(path)
        packet = plan_packet(case, SET)
        first = {part.id: page for page, part in enumerate(packet.parts, start=1)}
        names: dict[str, Any] = cover_context(case, AS_OF, SET, packet, PagePlan(first, len(first)))["packet"]
        return names

    def test_every_paper_is_listed_once(self, case_with_companion: Any) -> None:
        path = case_with_companion({"/attachments/-": {"role": "other", "path": "papers/more.pdf"}})
        names = self.names(path)
        pages = [page["page"] for row in names["required"] for page in row["pages"]]
        pages += [row["page"] for row in names["enclosed"]]
        parts = plan_packet(planned(path), SET).parts
        assert sorted(pages) == list(range(2, len(parts) + 1))
        assert names["page_count"] == len(parts)

    def test_pages_of_several_travellers_are_labelled(self, case_with_companion: Any, edit: Edit) -> None:
        path = case_with_companion({})
        people = [passport_name(person) for _, person in planned(path).travellers.values()]
        rows = {row["letter"]: row for row in self.names(path)["required"]}
        assert [page["label"] for page in rows["ア"]["pages"]] == people
        assert [page["label"] for page in rows["オ"]["pages"]] == [""]
        alone = {row["letter"]: row for row in self.names(edit({}))["required"]}
        assert [page["label"] for page in alone["ア"]["pages"]] == [""]

    def test_a_row_that_a_document_answers_shows_its_page(self, edit: Edit) -> None:
        path = edit({})
        place = 1 + ids(planned(path)).index("treatment-schedule")
        rows = {row["letter"]: row for row in self.names(path)["required"]}
        assert rows["ク"]["present"] is True
        assert rows["ク"]["pages"] == [{"label": "", "page": place}]
        assert "Treatment schedule" not in [row["title"].en for row in self.names(path)["enclosed"]]

    def test_a_row_is_ticked_when_nobody_lacks_the_paper(self, case_with_companion: Any) -> None:
        path = case_with_companion({"/attachments/6/role": "other"})
        rows = {row["letter"]: row for row in self.names(path)["required"]}
        assert (rows["ア"]["present"], len(rows["ア"]["pages"])) == (False, 1)
        assert rows["イ"]["present"] is True
        assert [row["person"] for row in self.names(path)["missing"]] == [passport_name(planned(path).companions[0])]
