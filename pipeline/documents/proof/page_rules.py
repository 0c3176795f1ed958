"""Rules on finished documents: each compares a page with the case, or searches it for claims.

The rules on the case alone are in ``pipeline/visa/rules``; these need the filled Word file and its PDF.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.documents.proof.finished import FinishedDocument
from pipeline.documents.proof.foreign_values import find_foreign_values
from pipeline.documents.proof.page_claims import find_claims
from pipeline.documents.proof.required_content import CONTENT_RULES, find_missing_content, find_wrong_size
from pipeline.errors import Problem

#: The rules of the theme "pages".
PAGE_RULES = frozenset({"FRM-08", "OUT-01", *CONTENT_RULES.values()})

_CHECKS: tuple[Callable[[FinishedDocument], Iterator[Problem]], ...] = (
    find_claims,
    find_foreign_values,
    find_missing_content,
    find_wrong_size,
)


def check_page(document: FinishedDocument) -> tuple[Problem, ...]:
    """Return the findings of every rule on one finished document, each once."""
    return tuple(dict.fromkeys(problem for check in _CHECKS for problem in check(document)))
