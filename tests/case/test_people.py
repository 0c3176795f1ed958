"""Names of travellers, also of those whose passport has one name only."""

from __future__ import annotations

import pytest

from pipeline.case.load import load_case
from pipeline.case.people import PersonName
from pipeline.documents.filters import given_names_first, surname_first
from pipeline.errors import CaseError
from tests.support.cases import REMOVE, Edit

ONE, TWO = PersonName("扎西", "ZHAXI"), PersonName("王晓明", "WANG", "XIAOMING")


def test_the_order_of_names() -> None:
    assert (surname_first(TWO), given_names_first(TWO)) == ("WANG XIAOMING", "XIAOMING WANG")
    assert surname_first(ONE) == given_names_first(ONE) == "ZHAXI"


@pytest.mark.parametrize("given", ["", REMOVE])
def test_given_names_may_be_absent_or_empty(edit: Edit, given: object) -> None:
    case = load_case(edit({"/patient/name/given_names": given})).case
    assert case.patient.name.given_names == ""


@pytest.mark.parametrize(("field", "value"), [("given_names", " "), ("given_names", "Xiao"), ("surname", "")])
def test_a_name_is_never_blank_or_in_small_letters(edit: Edit, field: str, value: str) -> None:
    with pytest.raises(CaseError) as error:
        load_case(edit({f"/patient/name/{field}": value}))
    assert [problem.pointer for problem in error.value.problems] == [f"/patient/name/{field}"]
