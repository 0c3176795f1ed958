"""The row of a patient: state, what is next and by whom, how far the case is, and when it can be filed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.language import LANGUAGES
from pipeline.run.overview.patient_row import FilingDays, PatientRow, sorted_rows
from pipeline.run.overview.reminders import USUAL_LANGUAGES, reminders_of
from pipeline.run.overview.row_json import row_to_json
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, REMOVE, Edit
from tests.support.patients import STAGES, make_patients, row_of
from tests.support.shared import Shared


@pytest.fixture(scope="module")
def rows(shared: Shared) -> dict[str, PatientRow]:
    folder = shared.folder("patients", make_patients)
    return {name: row_of(folder / name / "case.json") for name in [*STAGES, "p-broken"]}


def duties(row: PatientRow) -> Counter[tuple[str, str]]:
    return Counter((duty.who, duty.action) for duty in row.duties)


def test_rows_at_every_stage(rows: dict[str, PatientRow]) -> None:
    assert {name: row.state for name, row in rows.items()} == {
        "p-asked": "unanswered",
        "p-blocked": "blocked",
        "p-lacking": "incomplete",
        "p-unsigned": "to_be_signed",
        "p-broken": "failed",
    }
    assert {name: (row.next.who, row.next.action) for name, row in rows.items()} == {
        "p-asked": ("patient", "answer"),
        "p-blocked": ("agency", "correct"),
        "p-lacking": ("patient", "supply"),
        "p-unsigned": ("hospital", "sign"),
        "p-broken": ("agency", "correct"),
    }
    assert [row.name for row in sorted_rows(rows.values())] == [
        "p-broken",
        "p-blocked",
        "p-asked",
        "p-lacking",
        "p-unsigned",
    ]


def test_the_fraction_says_what_it_counts(rows: dict[str, PatientRow]) -> None:
    asked, unsigned, broken = (rows[name].done for name in ("p-asked", "p-unsigned", "p-broken"))
    assert asked is not None
    assert unsigned is not None
    assert (asked.counted, asked.all - asked.done) == ("fields", 4)
    # Six papers that are there, and five letters that nobody has signed.
    assert (unsigned.counted, unsigned.done, unsigned.all) == ("papers", 6, 11)
    assert broken is None


def test_half_a_case_asks_for_papers_too(rows: dict[str, PatientRow]) -> None:
    assert duties(rows["p-asked"]) == {
        ("patient", "answer"): 2,
        ("hospital", "answer"): 1,
        ("agency", "answer"): 1,
        ("patient", "supply"): 5,
        ("hospital", "supply"): 1,
        ("guarantor", "supply"): 1,
    }


def test_who_supplies_and_who_signs(rows: dict[str, PatientRow]) -> None:
    found = duties(rows["p-lacking"])
    assert found == {
        ("patient", "supply"): 1,
        ("hospital", "supply"): 1,  # both complete the combined form
        ("guarantor", "supply"): 1,
        ("hospital", "sign"): 3,
        ("guarantor", "sign"): 2,
    }


def test_a_mistake_has_its_place_and_no_value(rows: dict[str, PatientRow]) -> None:
    words = [getattr(rows["p-broken"].next.what, language) for language in LANGUAGES]
    assert all(text.endswith("(case.json:4:18)") for text in words)
    assert len(set(words)) == 3
    everything = json.dumps([row_to_json(row, AS_OF) for row in rows.values()], ensure_ascii=False)
    assert [value for value in PERSONAL if value in everything] == []


def test_an_open_paper_is_not_counted_twice(edit: Edit, case_folder: Path) -> None:
    row = row_of(edit({"/attachments/2/issued_on": "2026-08-01"}))
    assert (row.state, row.next.who, row.next.action) == ("blocked", "patient", "renew")
    assert duties(row)["agency", "correct"] == 0
    (case_folder / "papers" / "hukou.pdf").write_bytes(b"no PDF")
    row = row_of(edit({"/attachments/2/issued_on": "2026-11-10"}))
    assert (row.state, row.next.who, row.next.action) == ("blocked", "agency", "replace")
    assert duties(row)["agency", "correct"] == 0


def test_a_document_of_a_companion_and_empty_fields(edit: Edit) -> None:
    row = row_of(EXAMPLES / "chen-lihua" / "case.json")
    fill = next(duty for duty in row.duties if duty.action == "fill")
    assert (fill.who, "plan number" in fill.what.en) == ("hospital", True)
    row = row_of(edit({"/treatment/visits/1/entry_date": REMOVE}))
    assert row.next.what.en == "visit 2: Which day does this stay begin?"
    assert row.state == "unanswered"


def test_half_a_case_with_a_mistake_has_not_failed(edit: Edit) -> None:
    row = row_of(edit({"/patient/phone": REMOVE, "/patient/passport/expiry_date": "2027-01-01"}))
    assert (row.state, row.next.who, row.next.action) == ("unanswered", "agency", "correct")
    assert duties(row)["patient", "answer"] == 1


def test_a_missing_reason_for_visits_is_asked_of_the_hospital(edit: Edit) -> None:
    row = row_of(edit({"/treatment/need_for_visits": REMOVE}))
    assert (row.state, row.next.who, row.next.action) == ("unanswered", "hospital", "answer")
    assert row.next.what.en.startswith("Why are several visits to Japan medically necessary?")
    assert duties(row)["agency", "correct"] == 0
    letters = {each.who: each for each in reminders_of(row, AS_OF, {**USUAL_LANGUAGES, "agency": "en"})}
    assert list(letters) == ["hospital"]  # nothing can be signed before the answer
    assert "複数回の来日が医学的に必要な理由は何でしょうか" in letters["hospital"].text
    row = row_of(edit({"/patient/passport/expiry_date": "2027-01-01"}))
    assert (row.state, row.next.who, row.next.action) == ("blocked", "agency", "correct")
    assert duties(row)["hospital", "answer"] == 1


def test_when_it_can_be_filed(rows: dict[str, PatientRow], edit: Edit) -> None:
    filing = rows["p-unsigned"].filing
    assert (filing.planned, filing.first, filing.last) == (date(2026, 12, 7), date(2026, 11, 24), date(2026, 12, 28))
    assert filing.days_left(AS_OF) == 36
    asked = rows["p-asked"].filing
    assert (asked.planned, asked.last, asked.is_known) == (None, filing.last, True)
    unknown = row_of(edit({"/visa/letter_date": REMOVE})).filing
    assert unknown == FilingDays(date(2026, 12, 7))
    assert (unknown.deadline, unknown.days_left(AS_OF)) == (date(2026, 12, 7), 15)
    assert unknown.days_left(date(2026, 12, 8)) is None
    assert rows["p-broken"].filing == FilingDays()


def test_a_window_without_days() -> None:
    closed = FilingDays(AS_OF + timedelta(1), is_known=True)
    assert (closed.deadline, closed.days_left(AS_OF)) == (None, None)


def test_a_case_without_an_id_has_the_name_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "wang").mkdir()
    (tmp_path / "wang" / "case.json").write_text("{", encoding="utf-8")
    row = row_of(tmp_path / "wang" / "case.json")
    assert (row.name, row.case_id, row.state) == ("wang", None, "failed")


def test_a_duty_names_the_paper_that_it_is_about(edit: Edit) -> None:
    """The bank certificate is too old."""
    row = row_of(edit({"/attachments/2/issued_on": "2026-01-10"}))
    assert [duty.pointer for duty in row.duties if duty.action == "renew"] == ["/attachments/2"]
