"""Where the printed values come from, and where they are on the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pypdfium2
import pytest

from pipeline.case.half_case import draft_case
from pipeline.case.load import LoadedCase, load_case
from pipeline.case.model import Case
from pipeline.case.people import PATIENT
from pipeline.documents.context import document_context
from pipeline.documents.document import DocumentSource
from pipeline.documents.origins import PrintedText, trace
from pipeline.documents.printed_places import find_places
from pipeline.run.case_folder.fields import value_at
from tests.support.built import MEDICAL_STAY, make_docx
from tests.support.cases import AS_OF, EXAMPLES

#: Each template of the set that an example prints a page of, apart from the cover sheet.
DOCUMENTS = ("invitation-letter", "visa-application-data-sheet", "patient-guide", "cost-estimate", "schedule-of-stay")


@pytest.fixture(scope="module")
def loaded() -> LoadedCase:
    return load_case(EXAMPLES / "wang-xiaoming" / "case.json")


def traced(case: Case, template: bytes) -> tuple[PrintedText, ...]:
    return trace(DocumentSource(template, "letter.docx", document_context(case, AS_OF, PATIENT, {"ja", "en"})), case)


def pointers(case: Case, *tags: str) -> list[str | None]:
    return [each.pointer for each in traced(case, make_docx(*tags))]


def test_a_field_is_named_however_it_is_written_and_reached(loaded: LoadedCase) -> None:
    found = pointers(
        loaded.case,
        "{{ patient.name.chinese }}",
        "{{ applicant.birth_date|date_ja }}",
        "{{ patient.sex|label('sex', 'ja') }}",
        "{{ home.address }}",
        "{% for visit in treatment.visits %}{{ visit.entry_date|date_en }}{% endfor %}",
        "{% for stay in stays %}{{ stay.exit_date|date_zh }}{% endfor %}",
        "{{ patient.phone if patient.phone else hospital.phone }}",
        "{{ patient.name|surname_first }}",
        "{{ hospital.name['ja'] if false else hospital.name.ja }}",
    )
    assert found == [
        "/patient/name/chinese",
        "/patient/birth_date",
        "/patient/sex",
        "/patient/address/text",
        "/treatment/visits/0/entry_date",
        "/treatment/visits/1/entry_date",
        "/treatment/visits/0/exit_date",
        "/treatment/visits/1/exit_date",
        "/patient/phone",
        "/patient/name",
        "/hospital/name/ja",
    ]


def test_what_is_computed_comes_from_no_field(loaded: LoadedCase) -> None:
    found = pointers(
        loaded.case,
        "{{ patient.birth_date|age_on(visa.letter_date) }}",
        "{{ mission.ja }}",
        "{{ treatment.visits|length }}",
        "{{ treatment.visits[0].days }}",
        "{{ as_of|date_ja }}",
        "{{ 'fixed' }}",
        "{{ patient.name.surname ~ patient.name.given_names }}",
    )
    assert found == [None] * 7


def test_a_blank_leads_to_what_is_missing(loaded: LoadedCase) -> None:
    fields: dict[str, Any] = dict(loaded.json_file.fields)
    fields["patient"] = {name: value for name, value in fields["patient"].items() if name != "phone"}
    fields["visa"] = {name: value for name, value in fields["visa"].items() if name != "mission"}
    assert pointers(draft_case(fields), "{{ patient.phone }}", "{{ mission.ja }}", "{{ patient.name.chinese }}") == [
        "/patient/phone",
        "/visa/mission",
        "/patient/name/chinese",
    ]


def test_a_text_that_two_fields_share_leads_to_neither(loaded: LoadedCase) -> None:
    case = loaded.case
    visa = msgspec.structs.replace(case.visa, agency=case.patient.phone)
    shared = msgspec.structs.replace(case, visa=visa)
    assert pointers(shared, "{{ home.phone }}", "{{ visa.agency }}") == [None, "/visa/agency"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_value_of_a_shipped_letter_is_that_of_its_field_and_has_its_place(
    loaded: LoadedCase, packet: Path, document: str
) -> None:
    printed = traced(loaded.case, (MEDICAL_STAY / f"{document}.docx").read_bytes())
    fields = [each for each in printed if each.pointer]
    assert len(fields) > len(printed) / 3
    for each in fields:
        value = value_at(loaded.json_file.data, str(each.pointer))
        assert value is not None, each.pointer
        if isinstance(value, str) and not value.isascii():  # others may be a code or a day, with a word for it
            assert value == each.text, each.pointer
    [file] = packet.glob(f"documents/*{document}.pdf")
    places = find_places(pypdfium2.PdfDocument(file), printed)
    found = {place.pointer for place in places}
    assert len(found) >= 0.9 * len({each.pointer for each in fields})
    assert all(place.box[0] < place.box[2] <= 595.5 and 0 < place.box[1] < place.box[3] < 842 for place in places)
