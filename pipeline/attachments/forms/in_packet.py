"""Forms among the attachments of a case: the values for their fields, and findings after filling them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import structs

from pipeline.attachments.forms.editions import mapping_of_edition
from pipeline.attachments.forms.field_mapping import Filling, make_filling
from pipeline.attachments.forms.field_values import mapping_names
from pipeline.attachments.messages import FormRequest, Request
from pipeline.attachments.read_paper import with_form
from pipeline.attachments.reader_client import READER
from pipeline.attachments.safe_open import read_inside
from pipeline.case.base import Trilingual
from pipeline.case.filing import Attachment
from pipeline.case.model import Case
from pipeline.documents.context import document_context
from pipeline.errors import Problem, UnusableError
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.packet.packet_parts import AttachmentPart
from pipeline.packet.paper import FillReport
from pipeline.visa.rules.checks import make_finding
from pipeline.visa.rules.registry import Hit

OVERFLOW_RULE, UNMAPPED_RULE, EMPTY_RULE = "FLD-01", "FLD-02", "FLD-03"
#: Of a tentative mapping: fields that do not suit it, and that it was not tried on the form itself.
MISFIT_RULE, TENTATIVE_RULE = "FLD-04", "FLD-05"
#: Of a form in Latin letters: fields with other letters.
LETTERS_RULE = "FLD-06"
#: The rules that this module checks.
FORM_RULES = frozenset({OVERFLOW_RULE, UNMAPPED_RULE, EMPTY_RULE, MISFIT_RULE, TENTATIVE_RULE, LETTERS_RULE})
_MAX_MAPPING_BYTES = 1_000_000
_MOST_NAMES = 8  # a finding names at most so many fields


def mapping_for(attachment: Attachment, folder: Path, request: Request) -> JsonFile | None:
    """Return the mapping of the form that an attachment is: its own, or that of its edition.

    None for every other attachment. Raises UnusableError if there is none, or CaseError if it cannot be read.
    ``request`` is the one to read the attachment.
    """
    path = attachment.form_mapping
    if path is not None:
        try:
            raw = read_inside(folder, path, _MAX_MAPPING_BYTES)
        except UnusableError as error:
            raise error.in_field("form_mapping") from None
        return parse_json(raw, str(folder / path), folder)
    if not attachment.is_filled_in:
        return None
    fields = READER.ask(structs.replace(with_form(request, FormRequest()), task="inspect")).fields
    return mapping_of_edition(field.name for field in fields)


def filling_for(mapping: JsonFile, part: AttachmentPart, case: Case, as_of: date) -> Filling:
    """Return the values for a form. Raises AttachmentError with every problem of its mapping."""
    return make_filling(mapping, mapping_names(document_context(case, as_of, part.person)))


def form_findings(report: FillReport, filling: Filling, json_file: JsonFile, pointer: str) -> list[Problem]:
    """Return the findings of the rules on forms, at that place of ``document``."""
    fields = {OVERFLOW_RULE: report.overflowing, UNMAPPED_RULE: report.unmapped, EMPTY_RULE: filling.empty}
    fields[LETTERS_RULE] = filling.not_latin
    if filling.is_tentative:
        fields |= {MISFIT_RULE: filling.misfits(report), TENTATIVE_RULE: [filling.title]}
    return [
        make_finding(rule_id, Hit(pointer, [_list_names(names)]), json_file)
        for rule_id, names in fields.items()
        if names
    ]


def _list_names(names: Sequence[str]) -> Trilingual:
    listed = ", ".join(names[:_MOST_NAMES]) + (f" … ({len(names)})" if len(names) > _MOST_NAMES else "")
    return Trilingual(listed, listed, listed)
