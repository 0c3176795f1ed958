"""Claims that no document may make, searched in every paragraph of the finished document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.documents.proof.finished import FinishedDocument, find_source
from pipeline.documents.proof.foreign_values import quote
from pipeline.errors import Problem
from pipeline.visa.claims import claim_rules, free_texts, makes_claim
from pipeline.visa.rules.checks import make_finding, make_template_finding
from pipeline.visa.rules.registry import Hit

#: The detail of the message for a claim, for rules that have several.
CLAIM_DETAILS: Mapping[str, tuple[str, ...]] = {"DOC-15": ("amount",)}


def find_claims(document: FinishedDocument) -> Iterator[Problem]:
    """Yield a problem for each claim, at the value of the case that makes it, or at the template's paragraph."""
    for rule_id in claim_rules(document.case):
        for paragraph in dict.fromkeys(document.filled.paragraphs):
            if makes_claim(rule_id, paragraph):
                yield from _problems(rule_id, paragraph, document)


def _problems(rule_id: str, paragraph: str, document: FinishedDocument) -> Iterator[Problem]:
    details = CLAIM_DETAILS.get(rule_id, ())
    values = [
        pointer
        for pointer, value in document.values
        if value.strip() and value in paragraph and makes_claim(rule_id, value)
    ]
    # Claims in statements of the case were reported before the page was drawn.
    reported = {pointer for pointer, _ in free_texts(document.case)}
    for pointer in values:
        if pointer not in reported:
            yield make_finding(rule_id, Hit(pointer, details), document.case_file)
    if not values:
        source = None if document.is_edited else find_source(paragraph, document.own)
        yield make_template_finding(rule_id, details, document.template_name, source and quote(source))
