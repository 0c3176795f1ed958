"""The diagnosis, compared with the kind of condition and the side of the body that the case states."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.base import PAGE_LANGUAGES
from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.rules.registry import Hit, rule

_OTHER_SIDE = {"left": "right", "right": "left"}


@rule("CON-01")
def diagnosis_of_the_kind(case: Case, _as_of: date) -> Iterator[Hit]:
    words = read_data("wordings")["conditions"].get(case.condition.kind)
    for language in PAGE_LANGUAGES if words else ():
        if not re.search(words[language], getattr(case.condition.diagnosis, language), re.IGNORECASE):
            yield Hit(f"/condition/diagnosis/{language}")


@rule("CON-02")
def diagnosis_of_the_side(case: Case, _as_of: date) -> Iterator[Hit]:
    side, words = case.condition.side, read_data("wordings")["sides"]
    for field in ("diagnosis", "background") if side in _OTHER_SIDE else ():
        for language in PAGE_LANGUAGES:
            text = getattr(getattr(case.condition, field), language)
            if re.search(words[_OTHER_SIDE[side]], text, re.IGNORECASE) and not re.search(
                words[side], text, re.IGNORECASE
            ):
                yield Hit(f"/condition/{field}/{language}")
