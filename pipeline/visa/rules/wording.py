"""Texts of the case that are printed: prohibited claims, and purposes that are too vague.

Finished documents are searched for the same claims: pipeline/documents/proof/page_claims.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.resources import read_data
from pipeline.visa.claims import claim_rules, free_texts, makes_claim
from pipeline.visa.rules.registry import Hit, rule


@rule("REG-08")
def no_approval(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "REG-08")


@rule("REG-14")
def no_promised_result(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "REG-14")


@rule("VIS-16")
def no_promised_visa(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "VIS-16")


@rule("REG-09")
def newer_term(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "REG-09")


@rule("SPO-03")
def no_sports_approval(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "SPO-03")


@rule("TB-03")
def no_duty_to_be_screened(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "TB-03")


@rule("VIS-06")
def no_online_filing(case: Case, _as_of: date) -> Iterator[Hit]:
    yield from claims_of(case, "VIS-06")


@rule("SCH-06")
def concrete_purpose(case: Case, _as_of: date) -> Iterator[Hit]:
    vague = set(read_data("wordings")["vague_purposes"])
    for index, visit in enumerate(case.treatment.visits):
        for pointer, text in _in_languages(f"/treatment/visits/{index}/purpose", visit.purpose):
            if re.sub(r"[\W_]+", " ", text).strip().lower() in vague:
                yield Hit(pointer)


def claims_of(case: Case, rule_id: str, *details: str) -> Iterator[Hit]:
    """Yield the texts of the case that make the claim which the rule prohibits."""
    if rule_id in claim_rules(case):
        for pointer, text in free_texts(case):
            if makes_claim(rule_id, text):
                yield Hit(pointer, details)


def _in_languages(pointer: str, text: Trilingual) -> Iterator[tuple[str, str]]:
    yield f"{pointer}/ja", text.ja
    yield f"{pointer}/en", text.en
    yield f"{pointer}/zh", text.zh
