"""The tasks of the reader process for forms: to list the fields, and to fill them."""

from __future__ import annotations

import pikepdf

from pipeline.attachments.a4_pages import shown_size
from pipeline.attachments.decompression import check_streams
from pipeline.attachments.forms.fields import Field, find_fields
from pipeline.attachments.forms.fill_form import fill_fields, flatten_form, save
from pipeline.attachments.messages import FORM_CREATOR, FieldDescription, FormRequest, Request
from pipeline.attachments.notes import Notes
from pipeline.attachments.pdf_file import note_repairs, open_pdf
from pipeline.attachments.placement import Placement
from pipeline.attachments.second_reader import PageProof, compare_readers
from pipeline.packet.paper import FillReport

#: For a form that stays a file of its own. A form that goes into a bundle is cleaned as every attachment.
_CLEANER = (
    pikepdf.sanitize.Sanitizer()
    .remove_javascript()
    .remove_external_access()
    .remove_attachments()
    .remove_multimedia()
    .remove_private_app_data()
)


def fill_form(request: Request, form: FormRequest) -> tuple[bytes, FillReport]:
    """Return the filled PDF and a report. Raises UnusableError, or any error of a library if the file is broken."""
    with _open(request) as pdf:
        _compare_readers(request, pdf)
        report = fill_fields(pdf, form)
        if form.flatten is None:
            return save(pdf), report
        filled = flatten_form(pdf) if form.flatten else pdf
        _CLEANER.apply(filled)
        filled.docinfo["/Creator"] = FORM_CREATOR
        return save(filled), report


def inspect_form(request: Request) -> tuple[FieldDescription, ...]:
    """Return each field, without its value. Raises as ``fill_form`` does."""
    with _open(request) as pdf:
        return tuple(map(_describe, find_fields(pdf)))


def _open(request: Request) -> pikepdf.Pdf:
    pdf = open_pdf(request.content, request.password, Notes())
    check_streams(pdf, request.limits)
    note_repairs(pdf, Notes())
    return pdf


def _compare_readers(request: Request, pdf: pikepdf.Pdf) -> None:
    """Raise UnusableError if pdfium reads another form than qpdf, which writes the filled one."""
    sizes = [shown_size(page) for page in pdf.pages]
    compare_readers(
        request.content, request.password, save(pdf), [PageProof(each, Placement(0, 0, *each)) for each in sizes]
    )


def _describe(field: Field) -> FieldDescription:
    return FieldDescription(
        name=field.name,
        kind=field.kind,
        pages=tuple(sorted({widget.page for widget in field.widgets if widget.page is not None})),
        max_length=field.max_length,
        options=field.options,
        multiline=field.multiline,
        comb=field.comb,
        read_only=field.read_only,
        required=field.required,
        filled=field.is_filled,
    )
