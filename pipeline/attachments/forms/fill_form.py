"""Fills the fields of a PDF: sets their values, and draws them with embedded fonts, the same in every viewer."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from pipeline.attachments.flatten import delete_outdated, flatten
from pipeline.attachments.forms.boxes import find_option, find_out_of_order, tick, unknown_option
from pipeline.attachments.forms.draft_stamp import stamp_pages
from pipeline.attachments.forms.fields import (
    FILLABLE,
    Field,
    UnsuitableValueError,
    Widget,
    find_fields,
    size_of,
    turn_of,
)
from pipeline.attachments.forms.text_layout import DoesNotFitError, FieldStyle, PlacedLine, lay_out
from pipeline.attachments.inherited_keys import find_inherited
from pipeline.attachments.messages import FieldValue, FormRequest
from pipeline.attachments.notes import Notes
from pipeline.formats.fonts import UndrawableError
from pipeline.formats.pdf.geometry import to_shown
from pipeline.formats.pdf.typesetting import add_font, subset_for
from pipeline.language import Language
from pipeline.packet.paper import FieldProblem, FillReport

_FONT_AND_SIZE = re.compile(rb"/\S+\s+(-?[\d.]+)\s+Tf")
_COLOUR = re.compile(rb"((?:[\d.]+\s+){1,4})(g|rg|k)\b")
_BLACK = b"0 g"


@dataclass(frozen=True, slots=True)
class _Appearance:
    """The lines of a widget, drawn into a box of that size."""

    widget: Any
    size: tuple[float, float]
    lines: list[PlacedLine]
    colour: bytes


def fill_fields(pdf: pikepdf.Pdf, form: FormRequest) -> FillReport:
    """Fill ``pdf``. Raises UnusableError if it has no fields. XFA data is removed: it would show the empty form."""
    fields: dict[str, list[Field]] = {}
    for each in find_fields(pdf):
        fields.setdefault(each.name, []).append(each)
    report = FillReport(list(find_out_of_order(pdf, fields, form.order)))
    misplaced = {problem.field for problem in report.problems}
    appearances: list[_Appearance] = []
    for value in form.values:
        if value.field in misplaced:
            continue
        for each in _fillable(value.field, fields, report):
            try:
                appearances += _fill(pdf, each, value)
            except UnsuitableValueError as error:
                report.problems.append(FieldProblem(each.name, error.key, error.parts))
            except DoesNotFitError:
                report.overflowing.append(each.name)
    for name in form.left_empty:
        if name not in fields:
            report.problems.append(FieldProblem(name, "form-field"))
    mentioned = {value.field for value in form.values} | set(form.mapped) | set(form.left_empty)
    report.unmapped = [
        name
        for name, same in fields.items()
        if name not in mentioned and any(each.kind in FILLABLE and not each.read_only for each in same)
    ]
    delete_outdated(pdf)
    _draw(pdf, appearances)
    _delete_other_forms(pdf.Root)
    if form.mark:
        stamp_pages(pdf, form.mark)
    return report


def flatten_form(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """Return the PDF with the visible content of its fields in the pages, and without fields.

    Raises UnusableError if a field was filled before and has no stored appearance.
    """
    flat = flatten(pdf, Notes())
    for page in flat.pages:
        left = [each for each in page.obj.get("/Annots", []) if each.get("/Subtype") != "/Widget"]
        page.obj.Annots = pikepdf.Array(left)
    if "/AcroForm" in flat.Root:
        del flat.Root.AcroForm
    return flat


def save(pdf: pikepdf.Pdf) -> bytes:
    """Return the bytes of a filled PDF, without a password. The same PDF gives the same bytes."""
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _delete_other_forms(root: Any) -> None:
    """Delete what would make viewers draw or say something else.

    That is the form in XFA, the order to draw each field again, and the seal of the blank form that permits a reader to
    save it, which is broken now.
    """
    for holder, key in ((root.AcroForm, "/XFA"), (root.AcroForm, "/NeedAppearances"), (root, "/Perms")):
        if key in holder:
            del holder[key]


def _fillable(name: str, fields: Mapping[str, list[Field]], report: FillReport) -> list[Field]:
    same = fields.get(name, [])
    if not same:
        problem = FieldProblem(name, "form-field")
    elif any(each.kind not in FILLABLE for each in same):
        problem = FieldProblem(name, "form-kind", {"kind": same[0].kind})
    elif any(each.read_only for each in same):
        problem = FieldProblem(name, "form-read-only")
    else:
        return same
    report.problems.append(problem)
    return []


def _fill(pdf: pikepdf.Pdf, each: Field, value: FieldValue) -> list[_Appearance]:
    """Set the value of a field. Return its appearances, which are drawn later with one font for all fields."""
    if value.state == "":
        if each.kind != "checkbox":  # a check box stays empty
            raise UnsuitableValueError("form-option")
        return []
    if each.kind in {"checkbox", "radio"}:
        if value.state is None:
            raise UnsuitableValueError("form-kind/box")
        tick(pdf, each, value)
        return []
    chosen, appearances = _first_that_fits(each, value)
    each.dictionary.V = pikepdf.String(chosen)
    for key in ("/RV", "/I"):  # the value as rich text, or as the number of an entry
        if key in each.dictionary:
            del each.dictionary[key]
    return appearances


def _first_that_fits(each: Field, value: FieldValue) -> tuple[str, list[_Appearance]]:
    """Return the first text that suits a field, and how it is drawn.

    Raises the error of the first text if none does: UnsuitableValueError or DoesNotFitError.
    """
    errors: list[Exception] = []
    for text in (value.text or value.state or "", *value.alternatives):
        try:
            chosen, label = _option(each, text)
            return chosen, [_appearance(each, widget, label, value.language) for widget in each.widgets]
        except UndrawableError:
            errors.append(UnsuitableValueError("form-glyph"))
        except (UnsuitableValueError, DoesNotFitError) as error:
            errors.append(error)
    raise errors[0]


def _option(each: Field, text: str) -> tuple[str, str]:
    """Return the value and its label. Raises UnsuitableValueError if a list does not have it."""
    if each.kind != "choice":
        return text, text
    known = find_option(each, text)
    if known is None and not each.editable:
        raise unknown_option(each)
    return (text, text) if known is None else (known, dict(each.options)[known])


def _appearance(each: Field, widget: Widget, text: str, language: Language) -> _Appearance:
    if each.max_length is not None and len(text) > each.max_length:
        raise DoesNotFitError
    width, height = size_of(widget.dictionary)
    appearance = bytes(find_inherited(widget.dictionary, "/DA") or b"")
    found = _FONT_AND_SIZE.search(appearance)
    colour = _COLOUR.search(appearance)
    style = FieldStyle(
        size=abs(float(found[1])) if found else 0,
        align=int(find_inherited(widget.dictionary, "/Q") or 0),
        kind="comb" if each.comb else "lines" if each.multiline else "line",
        cells=each.max_length or 0,
    )
    lines = lay_out(text, width, height, style, language)
    return _Appearance(widget.dictionary, (width, height), lines, colour[0] if colour else _BLACK)


def _draw(pdf: pikepdf.Pdf, appearances: Sequence[_Appearance]) -> None:
    """Give each widget its appearance. All of them share one font for each face."""
    lines = [placed.line for appearance in appearances for placed in appearance.lines]
    faces = sorted({line.face for line in lines})
    fonts = {face: add_font(pdf, subset_for(line for line in lines if line.face == face)) for face in faces}
    names = {face: f"/F{number}" for number, face in enumerate(faces)}
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary({names[face]: font for face, font in fonts.items()}))
    for each in appearances:
        width, height = each.size
        stream = pdf.make_stream(_frame(each) + _content(each, names))
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        stream.BBox = pikepdf.Array([0, 0, width, height])
        quarters = turn_of(each.widget) // 90
        stream.Matrix = to_shown(pikepdf.Rectangle(0, 0, width, height), -quarters).as_array()
        stream.Resources = resources
        each.widget.AP = pikepdf.Dictionary(N=stream)


def _frame(appearance: _Appearance) -> bytes:
    """Return the background and the border of the widget: the appearance that is replaced had them."""
    look = appearance.widget.get("/MK")
    width, height = appearance.size
    out = []
    for key, operators, paint in (("/BG", ("g", "rg", "k"), "f"), ("/BC", ("G", "RG", "K"), "S")):
        colour = look.get(key) if isinstance(look, pikepdf.Dictionary) else None
        numbers = [float(part) for part in colour] if isinstance(colour, pikepdf.Array) else []
        if len(numbers) in {1, 3, 4}:
            operator = operators[{1: 0, 3: 1, 4: 2}[len(numbers)]]
            operands = " ".join(f"{number:g}" for number in numbers)
            out.append(f"q {operands} {operator} 0.5 0.5 {width - 1:g} {height - 1:g} re {paint} Q\n")
    return "".join(out).encode()


def _content(appearance: _Appearance, names: Mapping[str, str]) -> bytes:
    width, height = appearance.size
    text = b"".join(
        f"{names[placed.line.face]} {placed.size:g} Tf 1 0 0 1 {placed.x:.3f} {placed.y:.3f} Tm ".encode()
        + placed.line.codes
        + b" Tj\n"
        for placed in appearance.lines
    )
    box = f"0 0 {width:g} {height:g} re W n".encode()
    return b"/Tx BMC q " + box + b" BT " + appearance.colour + b"\n" + text + b"ET Q EMC"
