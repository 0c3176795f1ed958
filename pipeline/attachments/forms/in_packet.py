"""Forms among the attachments of a case: what is asked to be filled in, and what is told of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.attachments.forms.field_mapping import Filling, filling_of, parsed
from pipeline.attachments.forms.field_values import names_for
from pipeline.attachments.safe_open import read_inside
from pipeline.case.base import Trilingual
from pipeline.case.model import Case
from pipeline.documents.context import document_context
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.packet.plan import AttachmentPart
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit

OVERFLOW_RULE, UNMAPPED_RULE, EMPTY_RULE = "FLD-01", "FLD-02", "FLD-03"
#: The rules that this module finds.
FORM_RULES = frozenset({OVERFLOW_RULE, UNMAPPED_RULE, EMPTY_RULE})
_MAX_MAPPING_BYTES = 1_000_000
_NAMED = 8  # so many fields are named in a finding


def filling_for(part: AttachmentPart, case: Case, as_of: date, folder: Path) -> Filling | None:
    """What goes into the form that an attachment is; None for every other one.

    Raises UnusableError when the mapping cannot be read, AttachmentError with every problem in it.
    """
    path = part.attachment.form_mapping
    if path is None:
        return None
    try:
        raw = read_inside(folder, path, _MAX_MAPPING_BYTES)
    except UnusableError as error:
        raise error.in_field("form_mapping") from None
    mapping = parsed(lambda: parse_json(raw, str(folder / path), folder))
    return filling_of(mapping, names_for(document_context(case, as_of, part.person)))


def check_report(filling: Filling, report: Mapping[str, Any]) -> None:
    """Raise AttachmentError with every entry of the mapping that does not suit the form."""
    wrong = [filling.wrong(name, code, message) for name, code, message in report["wrong"]]
    wrong += [
        filling.wrong(name, "form-glyph", "the shipped fonts have no glyph for a character of this text")
        for name in report["undrawable"]
    ]
    if wrong:
        raise AttachmentError(wrong)


def form_findings(report: Mapping[str, Any], filling: Filling, document: JsonFile, pointer: str) -> list[Problem]:
    """What the rules on forms say of one that was filled, at that place of ``document``."""
    names = {OVERFLOW_RULE: report["overflowing"], UNMAPPED_RULE: report["unmapped"], EMPTY_RULE: filling.empty}
    return [
        make_finding(rule_id, Hit(pointer, [_named(fields)]), document) for rule_id, fields in names.items() if fields
    ]


def _named(fields: Sequence[str]) -> Trilingual:
    listed = ", ".join(fields[:_NAMED]) + (f" … ({len(fields)})" if len(fields) > _NAMED else "")
    return Trilingual(listed, listed, listed)
