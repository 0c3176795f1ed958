"""Claims that no document may make, looked for in every paragraph of the finished document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.documents.proof.finished import Finished, Found, source_of
from pipeline.visa.claims import claim_rules, free_texts, makes_claim

#: The words of a rule's message that fit a claim, for rules that say other things too.
CLAIM_DETAILS: Mapping[str, tuple[str, ...]] = {"DOC-15": ("amount",)}


def claims_on_page(page: Finished) -> Iterator[Found]:
    """Each claim with its place: the value of the case that makes it, else the template's own paragraph."""
    for rule_id in claim_rules(page.case):
        for paragraph in dict.fromkeys(page.filled.paragraphs):
            if makes_claim(rule_id, paragraph):
                yield from _placed(rule_id, paragraph, page)


def _placed(rule_id: str, paragraph: str, page: Finished) -> Iterator[Found]:
    details = CLAIM_DETAILS.get(rule_id, ())
    values = [
        pointer
        for pointer, value in page.values
        if value.strip() and value in paragraph and makes_claim(rule_id, value)
    ]
    # Statements of the case were looked at before the page was drawn.
    told = {pointer for pointer, _ in free_texts(page.case)}
    yield from (Found(rule_id, details, pointer) for pointer in values if pointer not in told)
    if not values:
        yield Found(rule_id, details, near=source_of(paragraph, page.own))
