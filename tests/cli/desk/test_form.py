"""The form that is made from the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from pipeline.cli.desk.case_form import SECTIONS, CaseForm, FormField
from pipeline.language import LANGUAGES, Language
from pipeline.run.case_folder.offer import Offer
from tests.support.cases import EXAMPLES

OFFER = Offer.of(EXAMPLES / "directory")
WANG = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))


def fields_of(data: object, language: Language = "en") -> dict[str, FormField]:
    return {each.pointer: each for section in CaseForm(data, language, OFFER).sections() for each in _walk(section)}


def _walk(field: FormField) -> Iterator[FormField]:
    yield field
    for part in field.parts:
        yield from _walk(part)


def test_every_value_of_a_case_stands_in_an_input() -> None:
    shown = {field.value for field in fields_of(WANG).values()}
    assert {"王晓明", "1992-03-14", "male", "EJ0123456", "beijing", "2026-12-07"} <= shown


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [
        ("/patient/name/surname", "text"),
        ("/patient/birth_date", "date"),
        ("/patient/sex", "choice"),
        ("/patient/application/questions/deported", "choice"),
        ("/treatment/culture_and_release_days", "number"),
        ("/condition/background/zh", "long"),
        ("/treatment/visits", "list"),
        ("/treatment/remote_consultations", "values"),
        ("/hospital", "choice"),
    ],
)
def test_inputs_follow_the_schema(pointer: str, kind: str) -> None:
    assert fields_of(WANG | {"hospital": "aoba"})[pointer].input == kind


def test_a_hospital_that_is_no_entry_of_the_directory_has_its_fields() -> None:
    written = fields_of(WANG | {"hospital": {"name": {"ja": "架空病院"}}})
    assert written["/hospital/name/ja"].value == "架空病院"
    assert "aoba" in fields_of({})["/hospital"].choices
    nothing = Offer(EXAMPLES, (), ())
    [hospital] = [each for each in CaseForm({}, "en", nothing).sections() if each.pointer == "/hospital"]
    assert hospital.input == "group", "without a directory, too"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_words_in_every_language(language: Language) -> None:
    without = [pointer for pointer, field in fields_of(WANG, language).items() if not field.title]
    assert without == []


def test_an_empty_case_has_every_section() -> None:
    fields = fields_of({})
    assert all(f"/{section}" in fields for section in SECTIONS)
    assert fields["/patient/name/given_names"].is_usual, "optional, and yet shown at once"
    assert not fields["/patient/email"].is_usual


def test_ids_of_inputs_are_unique() -> None:
    ids = [field.id for field in fields_of(WANG).values()]
    assert len(ids) == len(set(ids))


def test_a_list_of_values_has_room_for_one_more() -> None:
    mrz = fields_of(WANG)["/patient/passport/mrz"]
    assert [part.value[:2] for part in mrz.parts] == ["P<", "EJ"], "two lines at most"
    assert [part.value for part in fields_of({})["/patient/passport/mrz"].parts] == ["", ""], "one line cannot be saved"
    assert [part.value for part in fields_of({})["/treatment/remote_consultations"].parts] == [""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_are_for_people_who_see_the_page(language: Language) -> None:
    texts = {pointer: field.about for pointer, field in fields_of(WANG | {"companions": [{}]}, language).items()}
    assert not {pointer: text for pointer, text in texts.items() if re.search("docs/|YYYY|visa-packet", text)}
