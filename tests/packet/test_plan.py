from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec import structs

from pipeline.case.filing import Role
from pipeline.case.load import load_case
from pipeline.case.model import Case
from pipeline.documents.context_cover import CoverHeading, PagePlan, cover_context
from pipeline.documents.context_types import ListOfPapers
from pipeline.errors import CaseError
from pipeline.packet.conditions import CONDITIONS
from pipeline.packet.packet_parts import AttachmentPart, DocumentPart, Packet, State
from pipeline.packet.paper_rules import missing_papers
from pipeline.packet.plan import plan_packet, state_of
from pipeline.packet.set_files import load_template_set
from pipeline.packet.template_set import ConditionName, Field, TemplateSet
from pipeline.resources import read_data
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, ROOT, WITHOUT_FORMS, Edit, change

SET = load_template_set("medical-stay")


#: The documents of wang-xiaoming that somebody signs.
SIGNED_DOCUMENTS = (
    "invitation-letter",
    "letter-of-guarantee",
    "schedule-of-stay",
    "regenerative-medicine-sheet",
    "treatment-schedule",
)


def _with_originals(edit: Edit, *documents: str) -> Path:
    """The case with the signed originals of those documents as well."""
    for document in documents:
        path = edit({"/attachments/-": {"role": "signed", "document": document, "path": "papers/hukou.pdf"}})
    return path


def _without_originals(path: Path) -> list[Any]:
    """The attachments of a case without the signed originals."""
    attachments: list[Any] = json.loads(path.read_text(encoding="utf-8"))["attachments"]
    return [entry for entry in attachments if entry["role"] != "signed"]


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
    return [part.id for bundle in plan_packet(case, SET).bundles for part in bundle.parts]


def missing(case: Case) -> dict[str, tuple[str, ...]]:
    """Who lacks the paper of which role."""
    found: dict[str, tuple[str, ...]] = {}
    for bundle in plan_packet(case, SET).bundles:
        for row in bundle.missing:
            found[row.role] = (*found.get(row.role, ()), bundle.person)
    return found


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
        ("costs", {}, True),
        ("costs", {"/costs": REMOVE}, False),
        ("athlete", {}, False),
        ("athlete", {"/athlete": False}, False),
        ("athlete", {"/athlete": True}, True),
        ("no_tb_screening", {}, True),
    ],
)
def test_conditions(edit: Edit, condition: str, edits: Mapping[str, Any], expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert CONDITIONS[condition](planned(edit(edits)), "patient") is expected


def test_a_companion_is_a_condition() -> None:
    assert CONDITIONS["companions"](planned(EXAMPLES / "chen-lihua" / "case.json"), "patient")


def test_the_household_of_each_person_counts(edit: Edit) -> None:
    companion = load_case(EXAMPLES / "chen-lihua" / "case.json").case.companions[0]
    elsewhere = msgspec.structs.replace(companion, household_province="四川")
    case = msgspec.structs.replace(planned(edit({})), companions=(companion, elsewhere))
    registered = [CONDITIONS["registered_elsewhere"](case, person) for person in case.travellers]
    assert registered == [False, False, True]


class TestWorkingFile:
    """What the office keeps, apart from what is filed."""

    def test_a_bundle_is_the_cover_the_papers_of_the_list_and_the_letters(self, edit: Edit) -> None:
        [bundle] = plan_packet(planned(edit({})), SET).bundles
        roles = [str(part.attachment.role) for part in bundle.parts if isinstance(part, AttachmentPart)]
        listed = [str(row.role) for row in SET.packet.official_list]
        assert sorted(roles, key=listed.index) == roles
        documents = [part.document for part in bundle.parts if isinstance(part, DocumentPart)]
        assert documents == [
            "cover-sheet",
            "treatment-schedule",
            "invitation-letter",
            "letter-of-guarantee",
            "schedule-of-stay",
            "regenerative-medicine-sheet",
        ]
        assert bundle.parts[1 + len(roles)].id == "treatment-schedule"

    def test_it_has_the_sheets_of_all_travellers_and_a_cover(self, case_with_companion: Any) -> None:
        working = plan_packet(planned(case_with_companion({"/athlete": True})), SET).working
        assert working is not None
        assert working.name == "working-file.pdf"
        assert [part.id for part in working.parts] == [
            "working-cover",
            "visa-application-data-sheet",
            "combined-form-data-sheet",
            "tb-screening-checklist",
            "note-for-athletes",
            "companion-1-visa-application-data-sheet",
        ]

    def test_nothing_in_it_is_awaited_for_filing(self, edit: Edit) -> None:
        packet = plan_packet(planned(edit({})), SET)
        assert packet.working is not None
        assert "cost-estimate" in [part.document for part in packet.working.documents]
        assert packet.working.unsigned == ()

    def test_an_entry_belongs_to_it_under_its_condition_only(self, edit: Edit) -> None:
        entries = tuple(
            msgspec.structs.replace(entry, working_when="companions")
            if entry.document == "tb-screening-checklist"
            else entry
            for entry in SET.packet.contents
        )
        own = dataclasses.replace(SET, packet=msgspec.structs.replace(SET.packet, contents=entries))
        assert "tb-screening-checklist" in [part.id for part in plan_packet(planned(edit({})), own).bundles[0].parts]

    def test_a_cover_alone_is_no_file(self, edit: Edit) -> None:
        entries = tuple(entry for entry in SET.packet.contents if entry.is_cover or entry.working_when is None)
        own = dataclasses.replace(SET, packet=msgspec.structs.replace(SET.packet, contents=entries))
        packet = plan_packet(planned(edit({})), own)
        assert packet.working is None
        assert packet.files == packet.bundles


def test_the_cover_is_first_and_the_only_one(edit: Edit) -> None:
    parts = plan_packet(planned(edit({})), SET).bundles[0].parts
    covers = [part for part in parts if isinstance(part, DocumentPart) and part.is_cover]
    assert covers == [parts[0]]


def test_ids_are_unique(case_with_companion: Any) -> None:
    extra = {"/attachments/-": {"role": "other", "path": "papers/hukou.pdf"}}
    found = ids(planned(case_with_companion(extra)))
    assert len(found) == len(set(found))
    assert "attachment-11-other" in found


def test_papers_come_by_person_then_role_then_order_in_the_case(case_with_companion: Any) -> None:
    added = {"role": "funds_proof", "path": "papers/more.pdf"}
    case = planned(case_with_companion({"/attachments/-": added}))
    papers = plan_packet(case, SET).attachments
    order = [entry.attachments for entry in SET.packet.contents if entry.attachments]
    roles = [str(role) for role in order]
    keys = [(part.person != "patient", part.person, roles.index(part.attachment.role), part.index) for part in papers]
    assert keys == sorted(keys)
    assert len(papers) == len(case.attachments)


@pytest.mark.parametrize("role", get_args(Role))
def test_every_role_has_a_place_in_the_bundle(edit: Edit, role: str) -> None:
    case = planned(edit({"/attachments": [{"role": role, "path": "papers/hukou.pdf"}]}))
    papers = plan_packet(case, SET).attachments
    assert [part.attachment.role for part in papers] == [role]
    assert papers[0].title.ja
    assert papers[0].issuer.ja


def test_a_photo_has_the_size_of_its_mission(edit: Edit) -> None:
    missions = read_data("photo")["missions"]
    assert set(missions) == set(read_data("missions")["missions"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(missions, "shanghai", missions["shanghai"] | {"size_mm": [35, 45]})
        case = planned(edit({"/visa/mission": "shanghai"}))
        assert sizes_in(plan_packet(case, SET)) == {("photo", (35, 45))}
        contents = tuple(
            structs.replace(entry, print_size_mm=(50.0, 50.0)) if entry.attachments == "photo" else entry
            for entry in SET.packet.contents
        )
        other = dataclasses.replace(SET, packet=structs.replace(SET.packet, contents=contents))
        assert sizes_in(plan_packet(case, other)) == {("photo", (50.0, 50.0))}


def test_each_size_of_a_photo_has_its_origin() -> None:
    for entry in read_data("photo")["missions"].values():
        assert date.fromisoformat(entry["as_of"])
        assert entry["source"]
        assert entry["confidence"] in {"high", "medium", "low"}


def sizes_in(packet: Packet) -> set[tuple[str, tuple[float, float]]]:
    return {(part.attachment.role, part.print_size_mm) for part in packet.attachments if part.print_size_mm}


def test_only_a_photo_has_a_print_size(case_with_companion: Any) -> None:
    assert sizes_in(plan_packet(planned(case_with_companion({})), SET)) == {("photo", (45.0, 45.0))}


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


def test_a_missing_paper_is_an_error_with_source_and_place(edit: Edit) -> None:
    path = edit(WITHOUT_FORMS)
    loaded = load_case(path)
    problems = missing_papers(plan_packet(loaded.case, SET), loaded.json_file)
    assert [problem.code for problem in problems] == ["DOC-01", "DOC-01"]
    for problem in problems:
        assert (problem.severity, problem.pointer) == ("error", "/attachments")
        assert problem.source
        assert problem.as_of
        line = path.read_text(encoding="utf-8").splitlines()[(problem.line or 0) - 1]
        assert '"attachments"' in line


class TestState:
    """The state of a packet: draft, incomplete, to be signed, ready to file."""

    def state(self, path: Path, *, draft: bool = False, templates: TemplateSet = SET) -> State:
        return state_of(plan_packet(planned(path), templates), draft=draft)

    def test_a_draft_is_one_whatever_else_is_open(self, edit: Edit) -> None:
        assert self.state(edit({}), draft=True) == "draft"
        assert self.state(edit(WITHOUT_FORMS), draft=True) == "draft"

    def test_without_a_paper_it_is_incomplete(self, edit: Edit) -> None:
        assert self.state(edit(WITHOUT_FORMS)) == "incomplete"

    @pytest.mark.parametrize("field", ["plan_title", "visits/1/lodging"])
    def test_with_an_empty_field_it_is_incomplete(self, edit: Edit, field: str) -> None:
        _with_originals(edit, *SIGNED_DOCUMENTS)
        path = edit({f"/treatment/{field}": REMOVE})
        assert self.state(path) == "ready_to_file"  # the fields of signed originals were filled in by hand
        assert self.state(edit({"/attachments": _without_originals(path)})) == "incomplete"

    def test_until_every_original_is_in_it_is_to_be_signed(self, edit: Edit) -> None:
        assert self.state(edit({})) == "to_be_signed"
        first, *others = SIGNED_DOCUMENTS
        assert self.state(_with_originals(edit, first)) == "to_be_signed"
        assert self.state(_with_originals(edit, *others)) == "ready_to_file"

    def test_a_set_without_signed_documents_is_ready(self, edit: Edit) -> None:
        contents = tuple(entry for entry in SET.packet.contents if entry.signed_by is None)
        rows = tuple(row for row in SET.packet.official_list if row.document is None)
        packet = msgspec.structs.replace(SET.packet, contents=contents, official_list=rows)
        assert self.state(edit({}), templates=dataclasses.replace(SET, packet=packet)) == "ready_to_file"

    def test_a_filled_form_is_not_signed_until_the_case_says_so(self, edit: Edit) -> None:
        _with_originals(edit, *SIGNED_DOCUMENTS)
        assert self.state(edit({"/attachments/4/form_mapping": "mapping.json"})) == "to_be_signed"
        assert self.state(edit({"/attachments/4/signed": False})) == "to_be_signed"
        assert self.state(edit({"/attachments/4/signed": True})) == "ready_to_file"

    @pytest.mark.parametrize("lacks", ["issued_on", "form_mapping"])
    def test_that_a_form_is_signed_needs_a_date_and_a_mapping(self, edit: Edit, lacks: str) -> None:
        edit({"/attachments/4/form_mapping": "mapping.json", "/attachments/4/signed": True})
        with pytest.raises(CaseError, match=lacks):
            planned(edit({f"/attachments/4/{lacks}": REMOVE}))

    def test_every_state_has_words(self) -> None:
        for table in ("state", "state_meaning"):
            assert set(read_data("labels")[table]) == set(get_args(State))


def test_a_paper_missing_for_a_companion_has_its_own_rule(case_with_companion: Any) -> None:
    loaded = load_case(case_with_companion({"/attachments": []}))
    problems = missing_papers(plan_packet(loaded.case, SET), loaded.json_file)
    of_companion = [problem for problem in problems if problem.code == "DOC-02"]
    assert {problem.code for problem in problems} == {"DOC-01", "DOC-02"}
    assert {role for role, people in missing(loaded.case).items() if "companion-1" in people} == {
        role for role in get_args(Role) for problem in of_companion if f"role {role})" in problem.message
    }
    assert all("companion-1" in problem.message for problem in of_companion)


def test_a_document_gives_way_to_the_paper_of_the_user(edit: Edit) -> None:
    assert "treatment-schedule" in ids(planned(edit({})))
    supplied = {"role": "treatment_schedule", "path": "papers/hukou.pdf"}
    case = planned(edit({"/attachments/-": supplied}))
    assert "treatment-schedule" not in ids(case)
    assert ids(case)[ids(case).index("invitation-letter") - 1] == "attachment-7-treatment-schedule"
    assert "treatment_schedule" not in missing(case)


def test_a_paper_of_another_role_takes_no_place(edit: Edit) -> None:
    case = planned(edit({"/attachments/-": {"role": "other", "path": "papers/hukou.pdf"}}))
    assert "treatment-schedule" in ids(case)


def test_a_document_answers_its_row_only_when_it_is_made(edit: Edit) -> None:
    rows = {row.row.letter: row for row in plan_packet(planned(edit({})), SET).bundles[0].requirements}
    assert (rows["ク"].needed, rows["ク"].missing) == (True, False)
    others = tuple(entry for entry in SET.packet.contents if entry.document != "treatment-schedule")
    without = dataclasses.replace(SET, packet=msgspec.structs.replace(SET.packet, contents=others))
    rows = {row.row.letter: row for row in plan_packet(planned(edit({})), without).bundles[0].requirements}
    assert (rows["ク"].needed, rows["ク"].missing) == (True, True)


def test_documents_of_a_single_entry_with_and_without_companions(edit: Edit, case_with_companion: Any) -> None:
    alone = ids(planned(edit({"/visa/entries": "single"})))
    assert not {"treatment-schedule", "list-of-applicants"} & set(alone)
    assert {"schedule-of-stay", "regenerative-medicine-sheet"} <= set(alone)
    assert "list-of-applicants" in ids(planned(case_with_companion({})))


class TestCover:
    """What the cover sheet may read."""

    def names(self, path: Path, person: int = 0) -> ListOfPapers:
        case = planned(path)
        bundle = plan_packet(case, SET).bundles[person]
        first = {part.id: page for page, part in enumerate(bundle.parts, start=1)}
        heading = CoverHeading(SET.packet.title, "to_be_signed", (bundle,))
        return cover_context(case, AS_OF, heading, bundle, PagePlan(first, len(first)))["packet"]

    @pytest.mark.parametrize("person", [0, 1])
    def test_every_paper_is_listed_once(self, case_with_companion: Any, person: int) -> None:
        path = case_with_companion({"/attachments/-": {"role": "other", "path": "papers/more.pdf"}})
        names = self.names(path, person)
        pages = [page["page"] for row in names["required"] for page in row["pages"]]
        pages += [row["page"] for row in names["enclosed"]]
        parts = plan_packet(planned(path), SET).bundles[person].parts
        assert sorted(pages) == list(range(2, len(parts) + 1))
        assert names["page_count"] == len(parts)

    def test_a_supplied_paper_shows_its_dates(self, edit: Edit) -> None:
        rows = {
            row["letter"]: row for row in self.names(edit({"/attachments/0/valid_until": "2032-05-18"}))["required"]
        }
        [passport], [photo] = rows["ア"]["pages"], rows["イ"]["pages"]
        assert (passport["issued_on"], passport["valid_until"]) == (None, date(2032, 5, 18))
        assert (photo["issued_on"], photo["valid_until"]) == (date(2026, 11, 5), None)

    def test_a_row_that_a_document_answers_shows_its_page(self, edit: Edit) -> None:
        path = edit({})
        place = 1 + ids(planned(path)).index("treatment-schedule")
        rows = {row["letter"]: row for row in self.names(path)["required"]}
        assert rows["ク"]["present"] is True
        assert rows["ク"]["pages"] == [
            {"page": place, "original": False, "unsigned": True, "issued_on": None, "valid_until": None}
        ]
        assert "Treatment schedule" not in [row["title"].en for row in self.names(path)["enclosed"]]

    def test_each_bundle_has_the_papers_of_one_person(self, case_with_companion: Any) -> None:
        path = case_with_companion({"/attachments/6/role": "other"})
        rows = {row["letter"]: row for row in self.names(path)["required"]}
        assert rows["ア"]["present"] is True
        own = {row["letter"]: row for row in self.names(path, 1)["required"]}
        assert set(own) == set("アイウカ")
        assert (own["ア"]["present"], own["ア"]["pages"]) == (False, [])
        assert own["イ"]["present"] is True
        assert [row["letter"] for row in self.names(path, 1)["missing"]] == ["ア"]

    def test_each_cover_names_the_others(self, case_with_companion: Any, edit: Edit) -> None:
        path = case_with_companion({})
        case = planned(path)
        assert [fellow["person"] for fellow in self.names(path)["fellows"]] == list(case.companions)
        [patient] = self.names(path, 1)["fellows"]
        assert (patient["role"].en, patient["person"]) == ("Patient", case.patient)
        assert self.names(edit({}))["fellows"] == []


def test_a_paper_of_a_companion_that_only_the_patient_needs_is_not_lost(case_with_companion: Any) -> None:
    bundles = plan_packet(planned(case_with_companion({"/attachments/4/person": "companion-1"})), SET).bundles
    assert "attachment-5-funds-proof" in [part.id for part in bundles[1].parts]
    assert [row.role for row in bundles[0].missing] == ["funds_proof"]


def test_a_document_for_everyone_is_made_for_each(case_with_companion: Any) -> None:
    [patient, companion] = plan_packet(planned(case_with_companion({})), SET).bundles
    of_patient = {part.id: part.person for part in patient.parts if isinstance(part, DocumentPart)}
    of_companion = {part.id: part.person for part in companion.parts if isinstance(part, DocumentPart)}
    assert of_patient["cover-sheet"] == "patient"
    assert of_companion["companion-1-cover-sheet"] == "companion-1"
    assert "companion-1-invitation-letter" not in of_companion


def test_a_document_apart_is_in_no_bundle(case_with_companion: Any) -> None:
    entries = tuple(
        msgspec.structs.replace(entry, apart=True) if entry.document == "schedule-of-stay" else entry
        for entry in SET.packet.contents
    )
    apart = dataclasses.replace(SET, packet=msgspec.structs.replace(SET.packet, contents=entries))
    packet = plan_packet(planned(case_with_companion({})), apart)
    assert [part.id for part in packet.apart] == ["schedule-of-stay", "patient-guide", "companion-1-companion-guide"]
    assert "schedule-of-stay" not in [part.id for bundle in packet.bundles for part in bundle.parts]
    assert packet.documents[-3:] == packet.apart


def test_a_document_whose_fields_are_all_empty_is_not_made(case_with_companion: Any, edit: Edit) -> None:
    sheet = "regenerative-medicine-sheet"
    assert sheet not in ids(planned(case_with_companion({})))
    signed = {"role": "signed", "document": sheet, "path": "papers/hukou.pdf"}
    assert f"signed-{sheet}" in ids(planned(case_with_companion({"/attachments/-": signed})))
    assert sheet in ids(planned(edit({"/treatment/plan_title": REMOVE})))


def test_every_field_has_a_name_and_a_place() -> None:
    assert set(read_data("labels")["field"]) == set(get_args(Field))
    enum = json.loads((ROOT / "schemas" / "packet.schema.json").read_text("utf-8"))["$defs"]["document_entry"]
    assert set(enum["properties"]["fields"]["items"]["enum"]) == set(get_args(Field))
