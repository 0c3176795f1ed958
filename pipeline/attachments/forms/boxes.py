"""Boxes of a form: ticks one by the name of its option, and compares where boxes are on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pikepdf

from pipeline.attachments.a4_pages import shown_matrix
from pipeline.attachments.forms.fields import OFF, UNDRAWN, Field, UnsuitableValueError, Widget, size_of, states_of
from pipeline.attachments.messages import FieldValue
from pipeline.packet.paper import FieldProblem

#: The code of a box or field that is not where the mapping says.
LAYOUT = "form-layout"


def tick(pdf: pikepdf.Pdf, each: Field, value: FieldValue) -> None:
    """Tick the box for a value. Raises UnsuitableValueError if no option suits, or if its box is at another place."""
    state = next(filter(None, (find_option(each, wanted) for wanted in (value.state or "", *value.alternatives))), None)
    if state is None:
        raise unknown_option(each)
    if value.place is not None and _place_of(pdf, each, state) != value.place:
        raise UnsuitableValueError(LAYOUT)
    _tick(pdf, each, state)


def find_option(each: Field, wanted: str) -> str | None:
    """Return the value of the option with that label, else the option with that value."""
    by_label = (value for value, label in each.options if label.strip() == wanted)
    return next(by_label, None) or next((value for value, _ in each.options if value.strip() == wanted), None)


def unknown_option(each: Field) -> UnsuitableValueError:
    """Return the error of an option that the form does not have."""
    options = ", ".join(label for _, label in each.options) or "none"
    return UnsuitableValueError("form-option/form", options=options)


def find_out_of_order(
    pdf: pikepdf.Pdf, fields: Mapping[str, Sequence[Field]], order: Sequence[str]
) -> Iterator[FieldProblem]:
    """Yield a problem for each of the fields in ``order`` if they do not follow one another from top to bottom."""
    firsts = [_in_reading_order(pdf, fields[name][0])[:1] for name in order if name in fields]
    rows = [(first[0].page, -first[0].middle) if first else (0, 0.0) for first in firsts]
    if any(above >= below for above, below in pairwise(rows)):
        yield from (FieldProblem(name, f"{LAYOUT}/order") for name in order if name in fields)


@dataclass(frozen=True, slots=True)
class _Box:
    """A box as a viewer shows it. ``middle`` is its height on the page in points."""

    states: frozenset[str]
    page: int
    middle: float
    left: float
    height: float


def _place_of(pdf: pikepdf.Pdf, each: Field, state: str) -> tuple[int, int] | None:
    """Return the place of the only box with that state among the boxes of its field, and their number."""
    boxes = _in_reading_order(pdf, each)
    places = [number for number, box in enumerate(boxes) if f"/{state}" in box.states]
    return (places[0], len(boxes)) if len(places) == 1 else None


def _in_reading_order(pdf: pikepdf.Pdf, each: Field) -> list[_Box]:
    """Return the boxes of a field row by row from the top, each row from the left."""
    boxes = sorted(_boxes(pdf, each), key=lambda box: (box.page, -box.middle))
    rows: list[list[_Box]] = []
    for box in boxes:
        if rows and rows[-1][0].page == box.page and rows[-1][0].middle - box.middle < box.height / 2:
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda box: box.left)]


def _boxes(pdf: pikepdf.Pdf, each: Field) -> Iterator[_Box]:
    for widget in each.widgets:
        if widget.page is not None:
            shown = shown_matrix(pdf.pages[widget.page - 1]).transform(pikepdf.Rectangle(widget.dictionary.Rect))
            states = frozenset(states_of(widget.dictionary))
            yield _Box(states, widget.page, (shown.lly + shown.ury) / 2, shown.llx, shown.height)


def _tick(pdf: pikepdf.Pdf, each: Field, state: str) -> None:
    name = pikepdf.Name(f"/{state}")
    each.dictionary.V = name
    for widget in each.widgets:
        if not states_of(widget.dictionary) and state == UNDRAWN:
            widget.dictionary.AP = pikepdf.Dictionary(N=pikepdf.Dictionary({str(name): _cross(pdf, widget)}))
        widget.dictionary.AS = name if str(name) in states_of(widget.dictionary) else pikepdf.Name(OFF)


def _cross(pdf: pikepdf.Pdf, widget: Widget) -> pikepdf.Stream:
    """Return a cross from corner to corner, for a box without an appearance."""
    width, height = size_of(widget.dictionary)
    left, right, low, high = 0.2 * width, 0.8 * width, 0.2 * height, 0.8 * height
    lines = f"q 1 w {left:g} {low:g} m {right:g} {high:g} l {left:g} {high:g} m {right:g} {low:g} l S Q"
    stream = pdf.make_stream(lines.encode())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    stream.BBox = pikepdf.Array([0, 0, width, height])
    return stream
