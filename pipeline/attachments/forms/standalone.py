"""A form that stays a file of its own: lists its fields, or fills them from a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.attachments.forms.editions import mapping_of_edition, shipped_editions
from pipeline.attachments.forms.field_mapping import make_filling, problems_of_an_attachment
from pipeline.attachments.forms.field_values import mapping_names
from pipeline.attachments.forms.in_packet import form_findings
from pipeline.attachments.messages import FORM_CREATOR, FieldDescription, FormRequest, ReaderAnswer, Request, Task
from pipeline.attachments.reader_client import READER
from pipeline.attachments.safe_open import read_inside
from pipeline.errors import AttachmentError, Problem, UnusableError
from pipeline.formats.json.reader import JsonFile, read_json


def inspect_form(path: Path) -> tuple[FieldDescription, ...]:
    """Return the fields of the form at ``path``, without their values. Raises AttachmentError."""
    return _ask("inspect", path).fields


def fill_form(
    path: Path, mapping: str | None, context: Mapping[str, Any], *, flatten: bool
) -> tuple[bytes, list[Problem]]:
    """Return the filled form, and findings. Raises AttachmentError, also if a value does not fit its field.

    ``mapping`` is the name of a shipped mapping, or the path of a file; None stands for that of the recognised edition.
    ``context`` has the names of a document. With ``flatten``, the fields become parts of the pages; otherwise they can
    still be changed.
    """
    json_file = _find_mapping(path, mapping)
    filling = make_filling(json_file, mapping_names(context))
    answer = _ask("fill", path, filling.request(flatten=flatten))
    assert answer.form is not None  # noqa: S101 - the task "fill" reports
    filling.check(answer.form)
    findings = form_findings(answer.form, filling, json_file, "")
    if any(problem.severity == "error" for problem in findings):
        raise AttachmentError(findings)
    return answer.pdf, findings


def _find_mapping(path: Path, mapping: str | None) -> JsonFile:
    """Return the mapping for the form at ``path``. Raises AttachmentError."""
    if mapping is None:
        names = [field.name for field in inspect_form(path)]
        try:
            return mapping_of_edition(names)
        except UnusableError as error:
            raise AttachmentError(replace(error.problem, file=str(path))) from None
    if mapping in shipped_editions():
        return shipped_editions()[mapping].json_file
    with problems_of_an_attachment():
        return read_json(Path(mapping))


def is_own_form(content: bytes) -> bool:
    """Return True if visa-packet filled this form, and may replace it."""
    return FORM_CREATOR.encode() in content


def _ask(task: Task, path: Path, form: FormRequest | None = None) -> ReaderAnswer:
    try:
        return READER.ask(Request(read_inside(path.parent, path.name), task=task, form=form))
    except UnusableError as error:
        raise AttachmentError(replace(error.problem, file=str(path))) from None
