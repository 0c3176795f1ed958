"""A form as a file of its own: its fields listed, or filled from a case."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.attachments.forms.field_mapping import OWN_FORM, filling_of, parsed
from pipeline.attachments.forms.field_values import names_for
from pipeline.attachments.forms.in_packet import check_report, form_findings
from pipeline.attachments.reader_client import ask
from pipeline.attachments.reading_limits import LIMITS
from pipeline.attachments.safe_open import read_inside
from pipeline.case.load import LoadedCase
from pipeline.documents.context import document_context
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.formats.json.reader import read_json


def inspect_form(path: Path) -> list[dict[str, Any]]:
    """The fields of the form at ``path``: name, kind, pages and what may stand there. Never a value.

    Raises AttachmentError.
    """
    answer, _ = _asked("inspect", path, {})
    fields: list[dict[str, Any]] = answer["fields"]
    return fields


def fill_form(
    path: Path, mapping: Path, loaded: LoadedCase, as_of: date, person: str, *, flatten: bool
) -> tuple[bytes, list[Problem]]:
    """The filled form, and findings. Raises AttachmentError, also when a value does not fit its field.

    With ``flatten``, what the fields show becomes part of the pages; else they can still be changed.
    """
    filling = filling_of(parsed(lambda: read_json(mapping)), names_for(document_context(loaded.case, as_of, person)))
    answer, pdf = _asked("fill", path, {**filling.asked(), "alone": {"flatten": flatten}})
    check_report(filling, answer["form"])
    found = form_findings(answer["form"], filling, filling.mapping, "")
    if any(problem.severity == "error" for problem in found):
        raise AttachmentError(found)
    return pdf, found


def is_own_form(content: bytes) -> bool:
    """Whether a form was filled here, and may be replaced."""
    return OWN_FORM.encode() in content


def _asked(task: str, path: Path, form: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        content = read_inside(path.parent, path.name)
        head = {"task": task, "kind": "PDF", "password": None, "form": form, "limits": asdict(LIMITS)}
        return ask(head, content, LIMITS)
    except UnusableError as error:
        raise AttachmentError(replace(error.problem, file=str(path))) from None
