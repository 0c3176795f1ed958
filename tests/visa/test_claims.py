"""Prohibited claims: found in three languages and word orders, without false positives (claim_sentences.json)."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.resources import read_data
from pipeline.visa.claims import makes_claim
from pipeline.visa.rules.catalogue import checked_rules

_SENTENCES = json.loads(Path(__file__).with_name("claim_sentences.json").read_text(encoding="utf-8"))
REFUSED: dict[str, list[str]] = _SENTENCES["refused"]
ALLOWED: dict[str, list[str]] = _SENTENCES["allowed"]


def test_a_claim_is_found() -> None:
    assert [(rule, text) for rule, texts in REFUSED.items() for text in texts if not makes_claim(rule, text)] == []


def test_what_denies_the_claim_or_says_something_else_is_none() -> None:
    """No allowed sentence makes any other claim either."""
    allowed = [text for texts in ALLOWED.values() for text in texts]
    assert [(rule, text) for rule in ALLOWED for text in allowed if makes_claim(rule, text)] == []


def test_every_claim_has_samples_and_a_rule() -> None:
    known = set(read_data("wordings")["claims"])
    assert known == set(REFUSED) == set(ALLOWED)
    assert known <= set(checked_rules())


def test_each_sentence_is_there_once() -> None:
    for table in (REFUSED, ALLOWED):
        sentences = [text for texts in table.values() for text in texts]
        assert len(sentences) == len(set(sentences))
