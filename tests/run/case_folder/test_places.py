"""Each paper of a case has a place; a file there is that paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.half_case import half_case
from pipeline.packet.set_files import load_template_set
from pipeline.run.case_folder.places import PaperPlace, find_place, make_places, place_at, places
from tests.support.cases import EXAMPLES, REMOVE, change

SET = load_template_set("medical-stay")


def places_of(edits: dict[str, Any], example: str = "chen-lihua") -> tuple[PaperPlace, ...]:
    data = json.loads((EXAMPLES / example / "case.json").read_text(encoding="utf-8"))
    change(data, edits)
    return places(half_case(data), SET)


def need_of(found: tuple[PaperPlace, ...], role: str, person: str = "patient") -> str:
    place = find_place(found, role, person)
    assert place is not None
    return place.need


def test_the_places_are_in_the_order_of_the_official_list() -> None:
    found = [place for place in places_of({}) if place.person == "patient" and place.row]
    assert [place.role for place in found] == [row.role for row in SET.packet.official_list]
    assert [str(place.folder) for place in found][:3] == [
        "papers/01-passport",
        "papers/02-photo",
        "papers/03-visa-application",
    ]


@pytest.mark.parametrize(
    ("role", "edits", "need"),
    [
        ("passport", {}, "needed"),
        ("residence_permit", {}, "not_needed"),
        ("residence_permit", {"/patient/household_province": "四川"}, "needed"),
        ("residence_permit", {"/visa": REMOVE}, "unknown"),
        ("certificate_of_eligibility", {}, "not_needed"),
        ("certificate_of_eligibility", {"/treatment/visits": REMOVE}, "unknown"),
        ("treatment_schedule", {"/visa/entries": "multiple"}, "not_needed"),  # it is generated
        ("parental_consent", {}, "not_needed"),
    ],
)
def test_a_paper_is_needed_or_not_or_it_is_not_known_yet(role: str, edits: dict[str, Any], need: str) -> None:
    assert need_of(places_of(edits), role) == need


def test_a_companion_has_places_for_their_own_papers() -> None:
    found = places_of({})
    passport = find_place(found, "passport", "companion-1")
    assert passport is not None
    assert str(passport.folder) == "papers/companion-1/01-passport"
    assert need_of(found, "funds_proof", "companion-1") == "not_needed"


def test_a_case_without_companions_or_anything_else_has_the_patient_only() -> None:
    assert {place.person for place in places(half_case({"case_id": "x"}), SET)} == {"patient"}


def test_a_signed_original_has_the_place_of_its_document() -> None:
    found = places_of({})
    place = find_place(found, "signed", "patient", "invitation-letter")
    assert place is not None
    assert str(place.folder) == "papers/signed/invitation-letter"
    assert find_place(found, "signed", "patient", "cover-sheet") is None
    assert place.need == "needed"
    estimate = find_place(places_of({}, "wang-xiaoming"), "signed", "patient", "cost-estimate")
    assert estimate
    assert estimate.need == "optional", "it is in the working file, and the packet is ready without a seal on it"


def test_the_blank_application_form_belongs_to_the_place_of_the_application() -> None:
    found = places_of({})
    assert find_place(found, "application_form", "patient") == find_place(found, "visa_application", "patient")


@pytest.mark.parametrize(
    ("path", "role", "person"),
    [
        ("papers/01-passport/scan 1.pdf", "passport", "patient"),
        ("papers/01-passport/pages/1.png", "passport", "patient"),
        ("papers/companion-1/02-photo/me.jpg", "photo", "companion-1"),
        ("papers/signed/invitation-letter/scan.pdf", "signed", "patient"),
        ("papers/scan.pdf", None, None),
        ("papers/01-passport", None, None),
        ("papers/01-passport-old/scan.pdf", None, None),
    ],
)
def test_a_file_is_the_paper_of_its_place(path: str, role: str | None, person: str | None) -> None:
    place = place_at(places_of({}), path)
    assert (place and place.role, place and place.person) == (role, person)


def test_folders_are_made_for_what_is_or_may_be_needed(tmp_path: Path) -> None:
    make_places(tmp_path, places_of({"/treatment/visits": REMOVE}))
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.glob("papers/*")}
    assert "papers/01-passport" in made
    assert "papers/08-certificate-of-eligibility" in made
    assert not {path for path in made if "consent" in path or "schedule" in path}
    assert (tmp_path / "papers/signed/invitation-letter").is_dir()
    assert not (tmp_path / "papers/signed/treatment-schedule").exists()
    make_places(tmp_path, places_of({}))  # again


def test_a_paper_that_a_set_does_not_file_has_no_place() -> None:
    data = json.loads((EXAMPLES / "chen-lihua" / "case.json").read_text(encoding="utf-8"))
    found = places(half_case(data), load_template_set("short-term-visit"))
    assert find_place(found, "combined_form", "patient") is None
    assert find_place(found, "passport", "patient") is not None
