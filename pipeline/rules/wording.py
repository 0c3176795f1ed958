"""Words of the case that go into the documents: claims that nobody may make, and purposes that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case import Case, Trilingual
from pipeline.resources import read_data
from pipeline.rules.registry import Hit, rule


@rule("REG-08")
def no_approval(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from _claims(case, "approval")


@rule("SPO-03")
def no_sports_approval(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from _claims(case, "doping")


@rule("SCH-06")
def concrete_purpose(case: Case, _as_of: date) -> Iterator[Hit]:
    vague = set(read_data("wordings")["vague_purposes"])
    for index, visit in enumerate(case.treatment.visits):
        for pointer, text in _in_languages(f"/treatment/visits/{index}/purpose", visit.purpose):
            if re.sub(r"[\W_]+", " ", text).strip().lower() in vague:
                yield Hit(pointer)


def _claims(case: Case, kind: str) -> Iterator[Hit]:
    words = re.compile("|".join(read_data("wordings")["forbidden"][kind]), re.IGNORECASE)
    return (Hit(pointer) for pointer, text in _texts(case) if words.search(text))


def _texts(case: Case) -> Iterator[tuple[str, str]]:
    """Every free text of the case that a letter may print, with its place."""
    yield from _in_languages("/condition/diagnosis", case.condition.diagnosis)
    yield from _in_languages("/condition/background", case.condition.background)
    yield from _in_languages("/treatment/product", case.treatment.product)
    if case.treatment.need_for_visits is not None:
        yield from _in_languages("/treatment/need_for_visits", case.treatment.need_for_visits)
    for index, visit in enumerate(case.treatment.visits):
        yield from _in_languages(f"/treatment/visits/{index}/purpose", visit.purpose)


def _in_languages(pointer: str, text: Trilingual) -> Iterator[tuple[str, str]]:
    yield f"{pointer}/ja", text.ja
    yield f"{pointer}/en", text.en
    yield f"{pointer}/zh", text.zh
