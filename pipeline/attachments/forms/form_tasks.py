"""What the process that reads papers does with a form: list its fields, or fill it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pikepdf

from pipeline.attachments.decompression import check_streams, limit_decoder
from pipeline.attachments.forms.field_mapping import OWN_FORM
from pipeline.attachments.forms.fields import Field, fields_of
from pipeline.attachments.forms.fill_form import fill_pdf, made_flat, saved
from pipeline.attachments.notes import Notes
from pipeline.attachments.pdf_file import opened
from pipeline.attachments.reading_limits import Limits

#: For a form that stays a file of its own; what goes into a bundle is cleaned as every attachment is.
_CLEANER = (
    pikepdf.sanitize.Sanitizer()
    .remove_javascript()
    .remove_external_access()
    .remove_attachments()
    .remove_multimedia()
    .remove_private_app_data()
)


def filled(
    content: bytes, password: str | None, form: Mapping[str, Any], limits: Limits
) -> tuple[bytes, dict[str, Any]]:
    """The filled PDF, and what there is to tell. Raises UnusableError, or anything when the file is broken.

    ``form`` is what ``fill_pdf`` takes, and under ``alone`` how a file of its own is wanted: cleaned, and with its
    fields as parts of the pages when ``flatten`` says so.
    """
    with _form(content, password, limits) as pdf:
        alone = form.get("alone")
        report = fill_pdf(pdf, form)
        made = made_flat(pdf) if alone and alone["flatten"] else pdf
        if alone:
            _CLEANER.apply(made)
            made.docinfo["/Creator"] = OWN_FORM
        return saved(made), asdict(report)


def inspected(content: bytes, password: str | None, limits: Limits) -> list[dict[str, Any]]:
    """Each field, without its value. Raises as ``filled`` does."""
    with _form(content, password, limits) as pdf:
        return [_described(field) for field in fields_of(pdf)]


def _form(content: bytes, password: str | None, limits: Limits) -> pikepdf.Pdf:
    limit_decoder(limits)
    pdf = opened(content, password, Notes())
    check_streams(pdf, limits)
    return pdf


def _described(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind,
        "pages": sorted({widget.page for widget in field.widgets if widget.page is not None}),
        "max_length": field.max_length,
        "options": [list(option) for option in field.options],
        "multiline": field.multiline,
        "comb": field.comb,
        "read_only": field.read_only,
        "required": field.required,
        "filled": field.filled,
    }
