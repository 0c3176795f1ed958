"""Events about the stages of a build, for whoever listens."""

from __future__ import annotations

import pytest

from pipeline.run.stages import STAGES, StageEvent, enter, observed


def names(events: list[StageEvent]) -> list[tuple[str, bool]]:
    return [(event.stage, event.seconds is not None) for event in events]


def test_a_stage_ends_where_the_next_one_starts() -> None:
    events: list[StageEvent] = []
    with observed(events.append):
        enter("load")
        enter("plan")
    enter("check")
    assert names(events) == [("load", False), ("load", True), ("plan", False), ("plan", True)]
    assert all(event.seconds >= 0 for event in events if event.seconds is not None)


def test_a_stage_that_fails_ends_too() -> None:
    events: list[StageEvent] = []

    def fail() -> None:
        enter("draw")
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"), observed(events.append):
        fail()
    assert names(events) == [("draw", False), ("draw", True)]


def test_an_inner_listener_does_not_end_the_outer_one() -> None:
    outer: list[StageEvent] = []
    inner: list[StageEvent] = []
    with observed(outer.append):
        with observed(inner.append):
            enter("load")
        with observed(None):
            enter("plan")
        enter("check")
    assert [event.stage for event in inner] == ["load", "load"]
    assert [event.stage for event in outer] == ["check", "check"]


def test_the_stages_are_in_order() -> None:
    assert STAGES == ("load", "plan", "check", "papers", "draw", "assemble", "verify", "publish")
