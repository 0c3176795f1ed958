"""Filling the fields of a PDF: values, and pictures of them with embedded fonts: every reader shows the same."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from pipeline.attachments.flatten import flattened, forget_outdated
from pipeline.attachments.forms.draft_stamp import stamp_draft
from pipeline.attachments.forms.fields import FILLABLE, OFF, UNDRAWN, Field, Widget, fields_of, states_of
from pipeline.attachments.forms.text_layout import DoesNotFitError, Placed, Style, lay_out
from pipeline.attachments.inherited_keys import inherited
from pipeline.attachments.notes import Notes
from pipeline.formats.fonts import UndrawableError
from pipeline.formats.pdf.geometry import to_shown
from pipeline.formats.pdf.typesetting import add_font, subset_for

_FONT_AND_SIZE = re.compile(rb"/\S+\s+(-?[\d.]+)\s+Tf")
_COLOUR = re.compile(rb"((?:[\d.]+\s+){1,4})(g|rg|k)\b")
_BLACK = b"0 g"


@dataclass(slots=True)
class Report:
    """What there is to tell of a form that was filled, by names of fields; ``wrong`` has code and words for each."""

    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    overflowing: list[str] = field(default_factory=list)
    undrawable: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Picture:
    widget: Any
    size: tuple[float, float]
    lines: list[Placed]
    colour: bytes


def fill_pdf(pdf: pikepdf.Pdf, form: Mapping[str, Any]) -> Report:
    """Fill ``pdf``. Raises UnusableError when it has no fields.

    ``form`` has ``values`` (dictionaries with field, and text and language, or state), and the names of all fields
    that are ``mapped`` and of those that are ``left_empty``.
    XFA is taken out, for it would show the empty form.
    """
    fields: dict[str, list[Field]] = {}
    for each in fields_of(pdf):
        fields.setdefault(each.name, []).append(each)
    report, pictures = Report(), []
    for value in form["values"]:
        for each in _fillable(value["field"], fields, report):
            pictures += _filled(pdf, each, value, report)
    named = {value["field"] for value in form["values"]} | set(form["mapped"]) | set(form["left_empty"])
    for name in form["left_empty"]:
        if name not in fields:
            report.wrong.append((name, "form-field", "the form has no field of this name"))
    report.unmapped = [
        name
        for name, same in fields.items()
        if name not in named and any(each.kind in FILLABLE and not each.read_only for each in same)
    ]
    forget_outdated(pdf)
    _draw(pdf, pictures)
    if "/XFA" in pdf.Root.AcroForm:
        del pdf.Root.AcroForm.XFA
    if form.get("draft"):
        stamp_draft(pdf)
    return report


def made_flat(pdf: pikepdf.Pdf) -> pikepdf.Pdf:
    """The PDF with what its fields show as parts of the pages, and without them; those that show nothing go too.

    Raises UnusableError when the form leaves to readers how a field looks that it was already filled in with.
    """
    flat = flattened(pdf, Notes())
    for page in flat.pages:
        left = [each for each in page.obj.get("/Annots", []) if each.get("/Subtype") != "/Widget"]
        page.obj.Annots = pikepdf.Array(left)
    if "/AcroForm" in flat.Root:
        del flat.Root.AcroForm
    return flat


def saved(pdf: pikepdf.Pdf) -> bytes:
    """Bytes of a PDF that was filled, without a password; the same each time."""
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _fillable(name: str, fields: Mapping[str, list[Field]], report: Report) -> list[Field]:
    same = fields.get(name, [])
    if not same:
        report.wrong.append((name, "form-field", "the form has no field of this name"))
    elif any(each.kind not in FILLABLE for each in same):
        report.wrong.append((name, "form-kind", f"this field is a {same[0].kind}, which is not filled from a case"))
    elif any(each.read_only for each in same):
        report.wrong.append((name, "form-read-only", "the form does not let this field be filled"))
    else:
        return same
    return []


def _filled(pdf: pikepdf.Pdf, each: Field, value: Mapping[str, Any], report: Report) -> list[_Picture]:
    """Set the value of a field; its pictures are drawn later, all with one font."""
    if value.get("state") == "":
        if each.kind != "checkbox":  # a box stays empty then
            message = "the options of the mapping do not name what the case says"
            report.wrong.append((each.name, "form-option", message))
        return []
    if each.kind in {"checkbox", "radio"}:
        if "state" in value:
            _tick(pdf, each, value["state"], report)
        else:
            report.wrong.append((each.name, "form-kind", "this field is a box; use choose and options"))
        return []
    option = _option(each, value.get("text", value.get("state", "")))
    if option is None:
        report.wrong.append((each.name, "form-option", _known(each)))
        return []
    return _written(each, *option, value.get("language", "ja"), report)


def _option(each: Field, text: str) -> tuple[str, str] | None:
    """Value and what is shown for it; None when a list does not have it."""
    if each.kind != "choice":
        return text, text
    known = next((option for option in each.options if text in option), None)
    return known or ((text, text) if each.editable else None)


def _written(each: Field, text: str, shown: str, language: Any, report: Report) -> list[_Picture]:
    try:
        pictures = [_picture(each, widget, shown, language) for widget in each.widgets]
    except DoesNotFitError:
        report.overflowing.append(each.name)
        return []
    except UndrawableError:
        report.undrawable.append(each.name)
        return []
    each.dictionary.V = pikepdf.String(text)
    for key in ("/RV", "/I"):  # the same as rich text, or as the number of the entry
        if key in each.dictionary:
            del each.dictionary[key]
    return pictures


def _known(each: Field) -> str:
    return f"the form does not have this option; it has: {', '.join(state for state, _ in each.options) or 'none'}"


def _tick(pdf: pikepdf.Pdf, each: Field, wanted: str, report: Report) -> None:
    state = next((state for state, shown in each.options if wanted in {state, shown}), None)
    if state is None:
        report.wrong.append((each.name, "form-option", _known(each)))
        return
    name = pikepdf.Name(f"/{state}")
    each.dictionary.V = name
    for widget in each.widgets:
        if not states_of(widget.dictionary) and state == UNDRAWN:
            widget.dictionary.AP = pikepdf.Dictionary(N=pikepdf.Dictionary({str(name): _cross(pdf, widget)}))
        widget.dictionary.AS = name if str(name) in states_of(widget.dictionary) else pikepdf.Name(OFF)


def _cross(pdf: pikepdf.Pdf, widget: Widget) -> pikepdf.Stream:
    """A cross from corner to corner, for a box of which the form has no picture."""
    width, height = _size(widget.dictionary)
    left, right, low, high = 0.2 * width, 0.8 * width, 0.2 * height, 0.8 * height
    lines = f"q 1 w {left:g} {low:g} m {right:g} {high:g} l {left:g} {high:g} m {right:g} {low:g} l S Q"
    stream = pdf.make_stream(lines.encode())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    stream.BBox = pikepdf.Array([0, 0, width, height])
    return stream


def _picture(each: Field, widget: Widget, text: str, language: Any) -> _Picture:
    if each.max_length is not None and len(text) > each.max_length:
        raise DoesNotFitError
    width, height = _size(widget.dictionary)
    appearance = bytes(inherited(widget.dictionary, "/DA") or b"")
    found = _FONT_AND_SIZE.search(appearance)
    colour = _COLOUR.search(appearance)
    style = Style(
        size=abs(float(found[1])) if found else 0,
        align=int(inherited(widget.dictionary, "/Q") or 0),
        kind="comb" if each.comb else "lines" if each.multiline else "line",
        cells=each.max_length or 0,
    )
    lines = lay_out(text, width, height, style, language)
    return _Picture(widget.dictionary, (width, height), lines, colour[0] if colour else _BLACK)


def _size(widget: Any) -> tuple[float, float]:
    """Width and height of the box as its text is read: turned when the box is."""
    left, bottom, right, top = (float(side) for side in widget.Rect)
    width, height = abs(right - left), abs(top - bottom)
    return (height, width) if _turn(widget) in {90, 270} else (width, height)


def _turn(widget: Any) -> int:
    look = widget.get("/MK")
    return int(look.get("/R", 0)) % 360 if isinstance(look, pikepdf.Dictionary) else 0


def _draw(pdf: pikepdf.Pdf, pictures: Iterable[_Picture]) -> None:
    """Give each widget its picture; all of them share one font for each face."""
    listed = list(pictures)
    lines = [placed.line for picture in listed for placed in picture.lines]
    faces = sorted({line.face for line in lines})
    fonts = {face: add_font(pdf, subset_for(line for line in lines if line.face == face)) for face in faces}
    names = {face: f"/F{number}" for number, face in enumerate(faces)}
    resources = pikepdf.Dictionary(Font=pikepdf.Dictionary({names[face]: font for face, font in fonts.items()}))
    for picture in listed:
        width, height = picture.size
        stream = pdf.make_stream(_frame(picture) + _content(picture, names))
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        stream.BBox = pikepdf.Array([0, 0, width, height])
        quarters = _turn(picture.widget) // 90
        stream.Matrix = to_shown(pikepdf.Rectangle(0, 0, width, height), -quarters).as_array()
        stream.Resources = resources
        picture.widget.AP = pikepdf.Dictionary(N=stream)


def _frame(picture: _Picture) -> bytes:
    """Ground and border, as the form describes them; they stood in the picture that is replaced."""
    look = picture.widget.get("/MK")
    width, height = picture.size
    out = []
    for key, operators, paint in (("/BG", ("g", "rg", "k"), "f"), ("/BC", ("G", "RG", "K"), "S")):
        colour = look.get(key) if isinstance(look, pikepdf.Dictionary) else None
        numbers = [float(part) for part in colour] if isinstance(colour, pikepdf.Array) else []
        if len(numbers) in {1, 3, 4}:
            operator = operators[{1: 0, 3: 1, 4: 2}[len(numbers)]]
            shown = " ".join(f"{number:g}" for number in numbers)
            out.append(f"q {shown} {operator} 0.5 0.5 {width - 1:g} {height - 1:g} re {paint} Q\n")
    return "".join(out).encode()


def _content(picture: _Picture, names: Mapping[str, str]) -> bytes:
    width, height = picture.size
    shown = b"".join(
        f"{names[placed.line.face]} {placed.size:g} Tf 1 0 0 1 {placed.x:.3f} {placed.y:.3f} Tm ".encode()
        + placed.line.codes
        + b" Tj\n"
        for placed in picture.lines
    )
    box = f"0 0 {width:g} {height:g} re W n".encode()
    return b"/Tx BMC q " + box + b" BT " + picture.colour + b"\n" + shown + b"ET Q EMC"
