"""Rules on finished documents: what a page says is compared with the case, and searched for claims.

The rules on the case alone stand in ``pipeline/visa/rules``; these need the filled Word file and its PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.documents.proof.finished import Finished, Found
from pipeline.documents.proof.foreign_values import foreign_values, quoted
from pipeline.documents.proof.page_claims import claims_on_page
from pipeline.documents.proof.required_content import SHOWN_RULES, missing_from_page, wrong_paper_size
from pipeline.errors import Problem
from pipeline.formats.json.reader import JsonFile
from pipeline.visa.rules.catalogue import catalogue
from pipeline.visa.rules.checks import finding, set_finding
from pipeline.visa.rules.registry import Hit

#: The rules of the theme "pages".
PAGE_RULES = frozenset({"FRM-08", "OUT-01", *SHOWN_RULES.values()})

_CHECKS: tuple[Callable[[Finished], Iterator[Found]], ...] = (
    claims_on_page,
    foreign_values,
    missing_from_page,
    wrong_paper_size,
)


def check_page(page: Finished, document: JsonFile) -> tuple[Problem, ...]:
    """Findings of every rule on one finished document; ``document`` is the case's file, for places in it."""
    # The same words may stand in several paragraphs: they are told once.
    found = dict.fromkeys(hit for check in _CHECKS for hit in check(page))
    return tuple(_problem(hit, page.template_name, document) for hit in found)


def _problem(found: Found, template: str, document: JsonFile) -> Problem:
    if found.pointer is not None:
        return finding(catalogue()[found.rule_id], Hit(found.pointer, found.details), document)
    near = None if found.near is None else quoted(found.near)
    return set_finding(found.rule_id, found.details, template, near)
