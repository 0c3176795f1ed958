from __future__ import annotations

import msgspec
import pytest

from pipeline.case.load import load_case
from pipeline.case.masking import identity_numbers, mask, mask_case
from pipeline.case.model import Case
from tests.support.cases import EXAMPLES, GOOD_EXAMPLES, strings


def _case(example: str) -> Case:
    return load_case(EXAMPLES / example / "case.json").case


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_no_identity_number_is_left(example: str) -> None:
    case = _case(example)
    numbers = list(identity_numbers(case))
    assert len(numbers) >= 2
    left = "\n".join(strings(msgspec.to_builtins(mask_case(case))))
    assert [number for number in numbers if number in left] == []


def test_companions_and_certificates_are_masked_too() -> None:
    case = _case("sun-yifan")
    companion = mask_case(case).companions[0]
    assert companion.passport.number.startswith("******")
    assert companion.resident_id is None or companion.resident_id.startswith("*")
    assert (mask_case(_case("gao-zhiyuan")).visa.certificate_of_eligibility or "").startswith("*")


def test_nothing_else_is_changed() -> None:
    case = _case("sun-yifan")
    hidden = mask_case(case)
    assert hidden.patient.name == case.patient.name
    assert hidden.treatment == case.treatment
    assert hidden.patient.passport.expiry_date == case.patient.passport.expiry_date


def test_the_end_stays_for_a_person_to_recognise() -> None:
    assert mask("EJ0123456") == "******456"
    assert mask("110105199203140032") == "***************032"


def test_a_short_number_is_hidden_whole() -> None:
    assert mask("123456") == "******"
    assert mask("") == ""
