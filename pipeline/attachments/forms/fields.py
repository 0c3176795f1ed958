"""The fields of a fillable PDF: their names, kinds, options and places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pikepdf

from pipeline.attachments.appearances import PUSH_BUTTON
from pipeline.attachments.inherited_keys import find_inherited
from pipeline.attachments.unusable import unusable

Kind = Literal["text", "checkbox", "radio", "choice", "button", "signature"]
#: Kinds that can be filled from a case. People sign by hand, and a button is an action.
FILLABLE: frozenset[Kind] = frozenset({"text", "checkbox", "radio", "choice"})
OFF = "/Off"
#: The state of a check box without appearances.
UNDRAWN = "Yes"
MAX_FIELDS = 5_000

_READ_ONLY, _REQUIRED = 1 << 0, 1 << 1
_MULTILINE, _PASSWORD, _COMB = 1 << 12, 1 << 13, 1 << 24  # of text
_RADIO = 1 << 15  # of buttons
_EDITABLE = 1 << 18  # of choices: the text need not be an option
_DEEPEST = 20


class UnsuitableValueError(Exception):
    """A value does not suit its field."""

    def __init__(self, key: str, **parts: str) -> None:
        self.key, self.parts = key, parts
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class Widget:
    """A place of a field. ``page`` counts from 1, and is None if the widget is on no page."""

    dictionary: Any
    page: int | None


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``options`` are the states of a box or the entries of a list, each with its label."""

    name: str
    kind: Kind
    dictionary: Any
    widgets: tuple[Widget, ...]
    flags: int
    max_length: int | None
    options: tuple[tuple[str, str], ...]

    @property
    def read_only(self) -> bool:
        """True if the form does not permit changes."""
        return bool(self.flags & _READ_ONLY)

    @property
    def required(self) -> bool:
        """True if the form requires a value."""
        return bool(self.flags & _REQUIRED)

    @property
    def multiline(self) -> bool:
        """True if its text may have several lines."""
        return self.kind == "text" and bool(self.flags & _MULTILINE)

    @property
    def comb(self) -> bool:
        """True if it has a box for each character."""
        not_comb = self.flags & (_MULTILINE | _PASSWORD)
        return self.kind == "text" and bool(self.flags & _COMB) and not not_comb and bool(self.max_length)

    @property
    def editable(self) -> bool:
        """True for a choice that accepts text other than its options."""
        return self.kind == "choice" and bool(self.flags & _EDITABLE)

    @property
    def is_filled(self) -> bool:
        """True if it has a value."""
        value = find_inherited(self.dictionary, "/V")
        return value is not None and str(value) not in {"", OFF}


def find_fields(pdf: pikepdf.Pdf) -> list[Field]:
    """Return every field in the order of the form. Raises UnusableError if the PDF has none."""
    form = pdf.Root.get("/AcroForm")
    roots = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    pages = {
        annotation.objgen: number
        for number, page in enumerate(pdf.pages, start=1)
        for annotation in _entries(page.obj.get("/Annots"))
    }
    fields = [_field(name, each, widgets, pages) for name, each, widgets in _terminal(roots, "", _DEEPEST)]
    if fields and len(fields) <= MAX_FIELDS:
        return fields
    if fields:
        raise unusable("form-fields/many", count=f"{MAX_FIELDS:,}")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        raise unusable("form-xfa")
    raise unusable("form-fields")


def _entries(array: Any) -> list[Any]:
    return [each for each in array if isinstance(each, pikepdf.Dictionary)] if isinstance(array, pikepdf.Array) else []


def _terminal(array: Any, above: str, depth: int) -> Iterator[tuple[str, Any, list[Any]]]:
    """Yield name, dictionary and widgets of each field that has a value of its own."""
    for each in _entries(array) if depth else ():
        name = ".".join(part for part in (above, str(each.get("/T", ""))) if part)
        kids = _entries(each.get("/Kids"))
        if any("/T" in kid for kid in kids):
            yield from _terminal(each.Kids, name, depth - 1)
        elif name:
            yield name, each, kids or [each]


def _field(name: str, dictionary: Any, widgets: list[Any], pages: dict[tuple[int, int], int]) -> Field:
    flags = int(find_inherited(dictionary, "/Ff") or 0)
    kind = _kind(str(find_inherited(dictionary, "/FT")), flags)
    length = find_inherited(dictionary, "/MaxLen")
    places = tuple(Widget(widget, pages.get(widget.objgen)) for widget in widgets)
    options = _entries_of_list(dictionary) if kind == "choice" else _states(dictionary, widgets)
    if kind == "checkbox" and not options:  # some forms have no appearance for the tick
        options = ((UNDRAWN, UNDRAWN),)
    return Field(name, kind, dictionary, places, flags, None if length is None else int(length), options)


def _kind(type_: str, flags: int) -> Kind:
    if type_ == "/Btn":
        return "button" if flags & PUSH_BUTTON else "radio" if flags & _RADIO else "checkbox"
    kinds: dict[str, Kind] = {"/Tx": "text", "/Ch": "choice", "/Sig": "signature"}
    return kinds.get(type_, "button")


def states_of(widget: Any) -> list[str]:
    """Return the names of a box's appearances other than Off."""
    pictures = widget.get("/AP")
    normal = pictures.get("/N") if isinstance(pictures, pikepdf.Dictionary) else None
    if not isinstance(normal, pikepdf.Dictionary) or isinstance(normal, pikepdf.Stream):
        return []
    return [name for name in normal.keys() if name != OFF]  # noqa: SIM118 - a dictionary of pikepdf


def size_of(widget: Any) -> tuple[float, float]:
    """Return width and height of the box for its text, which is turned with the box."""
    left, bottom, right, top = (float(side) for side in widget.Rect)
    width, height = abs(right - left), abs(top - bottom)
    return (height, width) if turn_of(widget) in {90, 270} else (width, height)


def turn_of(widget: Any) -> int:
    """Return by how many degrees the widget is turned."""
    look = widget.get("/MK")
    return int(look.get("/R", 0)) % 360 if isinstance(look, pikepdf.Dictionary) else 0


def _states(dictionary: Any, widgets: list[Any]) -> tuple[tuple[str, str], ...]:
    """Return the states with their labels. A state that is a number is the place of its label in the form's list."""
    names = dict.fromkeys(name.removeprefix("/") for widget in widgets for name in states_of(widget))
    labels = _texts(find_inherited(dictionary, "/Opt"))
    places = {name: int(name) if name.isdecimal() else number for number, name in enumerate(names)}
    return tuple((name, labels[place].strip() if place < len(labels) else name) for name, place in places.items())


def _entries_of_list(dictionary: Any) -> tuple[tuple[str, str], ...]:
    options = find_inherited(dictionary, "/Opt")
    if not isinstance(options, pikepdf.Array):
        return ()
    pairs = (_texts(each) if isinstance(each, pikepdf.Array) else [str(each)] for each in options)
    return tuple((pair[0], pair[-1]) for pair in pairs if pair)


def _texts(array: Any) -> list[str]:
    return [str(each) for each in array] if isinstance(array, pikepdf.Array) else []
