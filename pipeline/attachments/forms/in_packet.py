"""Forms among the attachments of a case: the values for their fields, and findings after filling them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.attachments.forms.field_mapping import Filling, make_filling, problems_of_an_attachment
from pipeline.attachments.forms.field_values import mapping_names
from pipeline.attachments.safe_open import read_inside
from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.documents.context import document_context
from pipeline.errors import Problem, UnusableError
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.packet.paper import FillReport
from pipeline.packet.plan import AttachmentPart
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit

OVERFLOW_RULE, UNMAPPED_RULE, EMPTY_RULE = "FLD-01", "FLD-02", "FLD-03"
#: The rules that this module checks.
FORM_RULES = frozenset({OVERFLOW_RULE, UNMAPPED_RULE, EMPTY_RULE})
_MAX_MAPPING_BYTES = 1_000_000
_MOST_NAMES = 8  # a finding names at most so many fields


def filling_for(part: AttachmentPart, case: Case, as_of: date, folder: Path) -> Filling | None:
    """Return the values for the form that an attachment is; None for every other attachment.

    Raises UnusableError if the mapping cannot be read, AttachmentError with every problem in it.
    """
    path = part.attachment.form_mapping
    if path is None:
        return None
    try:
        raw = read_inside(folder, path, _MAX_MAPPING_BYTES)
    except UnusableError as error:
        raise error.in_field("form_mapping") from None
    with problems_of_an_attachment():
        mapping = parse_json(raw, str(folder / path), folder)
    return make_filling(mapping, mapping_names(document_context(case, as_of, part.person)))


def form_findings(report: FillReport, filling: Filling, json_file: JsonFile, pointer: str) -> list[Problem]:
    """Return the findings of the rules on forms, at that place of ``document``."""
    fields = {OVERFLOW_RULE: report.overflowing, UNMAPPED_RULE: report.unmapped, EMPTY_RULE: filling.empty}
    return [
        make_finding(rule_id, Hit(pointer, [_list_names(names)]), json_file)
        for rule_id, names in fields.items()
        if names
    ]


def _list_names(names: Sequence[str]) -> Trilingual:
    listed = ", ".join(names[:_MOST_NAMES]) + (f" … ({len(names)})" if len(names) > _MOST_NAMES else "")
    return Trilingual(listed, listed, listed)
