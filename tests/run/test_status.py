"""Open items of a case: all that require an action, and no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import CaseError
from pipeline.language import LANGUAGES
from pipeline.options import CheckOptions
from pipeline.run.check import load_or_ask
from pipeline.run.status import Status, status_of, status_to_json
from tests.support.cases import AS_OF, EXAMPLES, GOOD_EXAMPLES, PERSONAL, REMOVE, WITHOUT_FORMS, Edit
from tests.support.forms_made import Form
from tests.support.run import Command

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
GUARANTEE: dict[str, Any] = {"role": "signed", "document": "letter-of-guarantee", "path": "papers/hukou.pdf"}


def status(path: Path, as_of: date = AS_OF) -> Status:
    options = CheckOptions(as_of)
    return status_of(load_or_ask(path, options), options)


def standings(found: Status, person: str = "patient") -> dict[str, str]:
    return {item.id: item.standing for item in found.items if item.person == person}


def test_every_paper_and_document_has_a_standing() -> None:
    found = status(CASE)
    assert standings(found) == {
        "passport": "enclosed",
        "photo": "enclosed",
        "visa_application": "enclosed",
        "combined_form": "enclosed",
        "funds_proof": "enclosed",
        "identity_document": "enclosed",
        "residence_permit": "not_needed",
        "certificate_of_eligibility": "not_needed",
        "invitation-letter": "unsigned",
        "letter-of-guarantee": "unsigned",
        "schedule-of-stay": "unsigned",
        "regenerative-medicine-sheet": "unsigned",
        "cost-estimate": "made",
        "tb-screening-checklist": "made",
        "visa-application-data-sheet": "made",
        "combined-form-data-sheet": "made",
        "treatment-schedule": "unsigned",
    }
    assert (found.builds, found.errors) == ("to_be_signed", ())
    assert len(found.open) == 5
    assert [item.letter for item in found.items if item.id == "treatment-schedule"] == ["ク"]


def test_what_is_missing_or_too_old_is_open(edit: Edit) -> None:
    found = status(edit(WITHOUT_FORMS))
    assert {item.id for item in found.open if item.standing == "missing"} == {"visa_application", "combined_form"}
    assert (found.builds, found.errors) == ("incomplete", ())
    found = status(edit({"/attachments/2/issued_on": "2026-09-06"}))
    assert standings(found)["funds_proof"] == "expired"
    assert (found.builds, found.errors) == (None, ("DOC-11",))
    found = status(edit({"/attachments/2/issued_on": "2026-09-07"}))
    assert standings(found)["funds_proof"] == "enclosed"


def test_until_when_a_paper_may_be_filed() -> None:
    until = {item.id: item.until for item in status(CASE).items}
    assert until["funds_proof"] == date(2027, 2, 10)
    assert until["letter-of-guarantee"] == date(2027, 2, 20)
    assert until["passport"] is None


def test_a_file_that_cannot_be_used(edit: Edit, case_folder: Path) -> None:
    (case_folder / "papers" / "hukou.pdf").write_bytes(b"no PDF")
    found = status(edit({}))
    assert standings(found)["identity_document"] == "unusable"
    assert (found.builds, found.errors) == (None, ("attachment-kind",))


def test_a_signed_original(edit: Edit, packet_of: Callable[..., Path]) -> None:
    unknown = status(edit({"/attachments/-": GUARANTEE}))
    assert standings(unknown)["letter-of-guarantee"] == "uncompared"
    assert "letter-of-guarantee" in {item.id for item in unknown.open}
    assert (unknown.builds, unknown.errors) == (None, ("DOC-29",))
    manifest = json.loads((packet_of("wang-xiaoming") / "manifest.json").read_text(encoding="utf-8"))
    [printed] = [row["text_sha256"] for row in manifest["documents"] if row["document"] == "letter-of-guarantee"]
    signed = status(edit({"/attachments/6/printed_hash": printed}))
    assert (standings(signed)["letter-of-guarantee"], signed.errors) == ("signed", ())
    changed = status(edit({"/attachments/6/printed_hash": "0" * 64}))
    assert standings(changed)["letter-of-guarantee"] == "changed"
    assert "letter-of-guarantee" in {item.id for item in changed.open}
    assert (changed.builds, changed.errors) == (None, ("DOC-17",))
    old = status(edit({"/attachments/6/issued_on": "2026-08-01"}))
    assert standings(old)["letter-of-guarantee"] == "expired"


def test_each_traveller_has_items_of_their_own() -> None:
    found = status(EXAMPLES / "chen-lihua" / "case.json")
    assert standings(found, "companion-1") == {
        "passport": "enclosed",
        "photo": "enclosed",
        "visa_application": "enclosed",
        "identity_document": "enclosed",
        "visa-application-data-sheet": "made",
    }


def test_a_document_with_empty_fields_is_open(edit: Edit) -> None:
    found = status(edit({"/treatment/plan_title": REMOVE}))
    assert standings(found)["regenerative-medicine-sheet"] == "unfilled"
    assert (found.builds, found.errors) == ("incomplete", ())
    not_made = status(EXAMPLES / "chen-lihua" / "case.json")
    assert standings(not_made)["regenerative-medicine-sheet"] == "unfilled"
    assert not_made.builds == "to_be_signed"


def test_a_filled_form_is_open(edit: Edit, case_folder: Path) -> None:
    form = Form()
    form.add("Case", (60, 700, 260, 720))
    (case_folder / "form.pdf").write_bytes(form.saved())
    (case_folder / "mapping.json").write_text('{"fields": {"Case": {"text": "{{ case_id }}"}}}', encoding="utf-8")
    found = status(edit({"/attachments/4/path": "form.pdf", "/attachments/4/form_mapping": "mapping.json"}))
    assert standings(found)["visa_application"] == "filled"
    signed = status(edit({"/attachments/4/signed": True}))
    assert standings(signed)["visa_application"] == "enclosed"


def test_an_error_blocks_the_build(edit: Edit) -> None:
    found = status(edit({"/patient/passport/expiry_date": "2027-01-01"}))
    assert found.builds is None
    assert "ID-06" in found.errors


def test_a_case_that_cannot_be_read_has_no_status(edit: Edit) -> None:
    with pytest.raises(CaseError):
        status(edit({"/visa/entries": "many"}))


class TestCommand:
    """visa-packet status"""

    @pytest.mark.parametrize("example", GOOD_EXAMPLES)
    def test_the_json_meets_its_schema(self, visa_packet: Command, example: str) -> None:
        path = EXAMPLES / example / "case.json"
        run = visa_packet("status", path, "--as-of", "2026-11-22", "--json")
        assert run.code == 0
        [result] = run.report["results"]
        assert result["details"] == status_to_json(status(path))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_is_reported_in_three_languages(self, visa_packet: Command, language: str) -> None:
        run = visa_packet("status", CASE, "--as-of", "2026-11-22", "--lang", language)
        assert run.code == 0
        words = {"en": ("unsigned", "to be signed"), "ja": ("未署名", "署名待ち"), "zh": ("未签章", "待签章")}
        assert all(word in run.out for word in words[language])
        assert not any(value in run.out for value in PERSONAL)

    def test_one_bad_case_does_not_stop_the_others(self, visa_packet: Command, edit: Edit) -> None:
        run = visa_packet(
            "status", edit({"/case_id": "p-1", "/visa/entries": "many"}), CASE, "--as-of", "2026-11-22", "--json"
        )
        assert run.code == 9
        assert [result["exit_code"] for result in run.report["results"]] == [3, 0]
        assert run.report["results"][0]["details"] is None
