"""What the file of a PDF stores of the look of an annotation, and what is missing there."""

from __future__ import annotations

from typing import Any

import pikepdf

from pipeline.attachments.inherited_keys import find_inherited

PUSH_BUTTON = 1 << 16  # field flag

#: Annotations that pdfium draws if the file has no appearance for them, and those that only other viewers draw then.
_DRAWN = frozenset(["/Text", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Ink", "/Square", "/Circle"])
_DRAWN_BY_OTHERS = frozenset(["/FreeText", "/Line", "/PolyLine", "/Polygon", "/Stamp"])
_WITH_TEXT = frozenset(["/Tx", "/Ch"])
_OFF = "/Off"

_TEXT = frozenset(["Tj", "TJ", "'", '"'])
#: Operators that draw a value which is not text: a picture, or the outlines of letters. A frame has no curves.
_VALUE = _TEXT | {"c", "v", "y", "sh", "INLINE IMAGE"}
_ANYTHING = _VALUE | {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s"}


def needs_drawing(annotation: Any) -> bool:
    """Return True if a viewer would draw it although the file has no appearance for it, or an empty one."""
    drawn = _stored(annotation)
    if is_box(annotation) and (state := _state_of(annotation)) != _OFF:
        is_shown = str(annotation.get("/AS")) == state  # viewers do not look for the state in the field
        return not is_shown or not _draws(_of_state(drawn, state), _ANYTHING)
    if is_filled(annotation):
        return not _draws(drawn, _VALUE)
    kind = str(annotation.get("/Subtype"))
    return drawn is None and (kind in _DRAWN | _DRAWN_BY_OTHERS or is_field(annotation))


def can_be_drawn(annotation: Any) -> bool:
    """Return True if pdfium draws it, with fonts that every viewer has."""
    if str(annotation.get("/Subtype")) != "/Widget":
        return str(annotation.get("/Subtype")) in _DRAWN
    if is_box(annotation):
        return _state_of(annotation) == _OFF
    return _stored(annotation) is None and _is_latin(_value(annotation))


def has_content(annotation: Any) -> bool:
    """Return True if it has a value, or draws something in any state."""
    stored = _stored(annotation)
    states = stored.values() if isinstance(stored, pikepdf.Dictionary) else [stored]
    return is_filled(annotation) or any(_draws(each, _ANYTHING) for each in states)


def is_field(annotation: Any) -> bool:
    """Return True for a field of text, choices, boxes or buttons."""
    return str(find_inherited(annotation, "/FT")) in _WITH_TEXT | {"/Btn"}


def is_box(annotation: Any) -> bool:
    """Return True for a check box or a radio button."""
    is_button = str(find_inherited(annotation, "/FT")) == "/Btn"
    return is_button and not int(find_inherited(annotation, "/Ff") or 0) & PUSH_BUTTON


def is_filled(annotation: Any) -> bool:
    """Return True for a field of text or choices that has a value."""
    return str(find_inherited(annotation, "/FT")) in _WITH_TEXT and bool(_value(annotation).strip())


def _value(annotation: Any) -> str:
    """Return the value of a field as text."""
    value = find_inherited(annotation, "/V")
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    values = value if isinstance(value, pikepdf.Array) else [value]
    return " ".join(str(each) for each in values if isinstance(each, (str, pikepdf.String)))


def _stored(annotation: Any) -> Any:
    """Return the normal appearance: a stream, a dictionary with one for each state, or None."""
    pictures = annotation.get("/AP")
    normal = pictures.get("/N") if isinstance(pictures, pikepdf.Dictionary) else None
    return normal if isinstance(normal, (pikepdf.Stream, pikepdf.Dictionary)) else None


def _of_state(drawn: Any, state: str) -> Any:
    return drawn.get(state) if isinstance(drawn, pikepdf.Dictionary) else drawn  # one for all states


def _state_of(annotation: Any) -> str:
    """Return the state of a box, which only its field has in some files."""
    states = _stored(annotation)
    value = annotation.get("/AS", find_inherited(annotation, "/V"))
    is_known = "/AS" in annotation or not isinstance(states, pikepdf.Dictionary) or str(value) in states
    return str(value) if isinstance(value, pikepdf.Name) and is_known else _OFF


def _draws(drawn: Any, operators: frozenset[str]) -> bool:
    """Return True if an appearance, or a form in it, has one of these operators, and text that is not blank."""
    waiting, seen = [drawn], set()
    while waiting:
        each = waiting.pop()
        if not isinstance(each, pikepdf.Stream) or each.objgen in seen:
            continue
        seen.add(each.objgen)
        if each.get("/Subtype") == "/Image":
            return True
        objects = each.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
        for instruction in pikepdf.parse_content_stream(each):
            name, operands = str(instruction.operator), instruction.operands
            if name in operators and (name not in _TEXT or any(_has_text(operand) for operand in operands)):
                return True
            if name == "Do":
                waiting += [objects.get(str(operand)) for operand in operands]
    return False


def _has_text(operand: Any) -> bool:
    if isinstance(operand, pikepdf.Array):
        return any(_has_text(each) for each in operand)
    return isinstance(operand, pikepdf.String) and bool(bytes(operand).strip(b" \0"))


def _is_latin(text: str) -> bool:
    """Return True if a viewer can draw the text with the standard fonts."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
