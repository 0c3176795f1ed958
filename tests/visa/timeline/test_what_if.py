"""Another day of a visit: what moves, what then speaks, and that the case stays as it is."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.case.source import Source
from pipeline.errors import InputError
from pipeline.visa.timeline.what_if import WhatIf, what_if
from tests.support.cases import EXAMPLES

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
AS_OF = date(2026, 11, 22)


def changes(**days: str) -> WhatIf:
    moves = {int(name.removeprefix("visit_")): date.fromisoformat(day) for name, day in days.items()}
    return what_if(Source(str(CASE), CASE.parent), AS_OF, moves)


def test_everything_of_the_visit_moves_with_it_and_nothing_of_the_other() -> None:
    before = CASE.read_bytes()
    found = changes(visit_1="2027-01-19")
    days = {moved.step.id: (moved.before, (moved.step.start, moved.step.end)) for moved in found.moved}
    entry, harvest = days["visit-1-entry"], days["visit-1-procedure-2"]
    assert entry == ((date(2027, 1, 12),) * 2, (date(2027, 1, 19),) * 2)
    assert harvest == ((date(2027, 1, 14),) * 2, (date(2027, 1, 21),) * 2)
    assert not [step for step in days if step.startswith("visit-2-procedure")]
    assert CASE.read_bytes() == before


def test_the_rules_that_then_speak() -> None:
    found = changes(visit_1="2027-02-21")
    assert "SCH-01" in {problem.code for problem in found.appearing}
    assert changes(visit_1="2027-02-21", visit_2="2027-05-18").appearing != found.appearing


def test_the_day_of_the_case_changes_nothing() -> None:
    found = changes(visit_1="2027-01-12")
    assert (found.moved, found.dropped, found.appearing, found.disappearing) == ((), (), (), ())


@pytest.mark.parametrize("visit", ["visit_0", "visit_3"])
def test_a_visit_that_the_case_does_not_have(visit: str) -> None:
    with pytest.raises(InputError) as error:
        changes(**{visit: "2027-05-01"})
    assert [problem.code for problem in error.value.problems] == ["no-visit"]
