"""The patients of a folder on a terminal: one line each, or a few short ones where the terminal is narrow."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from wcwidth import clip, iter_graphemes, ljust, width

from pipeline.cli.terminal import Styled, print_line
from pipeline.formats.characters import visible
from pipeline.language import SEPARATORS, Language
from pipeline.run.overview.patient_row import FAILED, PATIENT_STATES, PatientRow
from pipeline.run.overview.row_texts import days_left_text, done_text, duty_text, glance_text, window_text
from pipeline.visa.labels import COLONS, label

_GAP = "  "
#: Columns for what is to be done next. With fewer, a patient has several lines.
_LEAST = 24
_NARROWEST = 20
#: No line ends with one of the first, or begins with one of the second.
_OPENING = "（「『“‘(["
_CLOSING = "、。，．：；！？）」』”’ー,.:;!?)]"


class _Cells(NamedTuple):
    """The texts of a line, in the order of its columns."""

    case: str
    state: str
    done: str
    window: str
    left: str
    who: str
    next: str
    more: str


def print_patients(rows: Sequence[PatientRow], as_of: date, language: Language) -> None:
    """Print a line for each row, and the number of patients by state."""
    columns = _columns()
    lines = [_cells(row, as_of, language) for row in rows]
    head = _Cells._make([*(glance_text(name, language) for name in _Cells._fields[:-1]), ""])
    widths = [max(map(width, texts)) for texts in zip(head, *lines, strict=True)][:-2]
    rest = None if columns is None else columns - sum(widths) - len(_GAP) * len(widths)
    if rest is None or rest >= _LEAST:
        _print_table([head, *lines], rows, widths, rest)
    else:
        for row, cells in zip(rows, lines, strict=True):
            _print_block(row, cells, max(columns or 0, _NARROWEST), as_of, language)
    states = Counter(row.state for row in rows)
    counts = (
        glance_text("of_state", language, state=label(state, "patient_state", language), number=states[state])
        for state in PATIENT_STATES
        if states[state]
    )
    total = glance_text("total", language, number=len(rows), day=as_of, states=SEPARATORS[language].join(counts))
    print_line()
    for line in (total, *(glance_text(name, language) for name in ("counted", "one"))):
        for part in wrapped(line, columns) if columns else [line]:
            print_line(part)


def print_patient(row: PatientRow, as_of: date, language: Language) -> None:
    """Print how far one case is, when it can be filed, and what is to be done next."""
    cells = _cells(row, as_of, language)
    when = window_text(row.filing, language)
    left = row.filing.days_left(as_of)
    details = {
        "done": cells.done,
        "window": when if left is None else f"{when}{_GAP}{days_left_text(left, language)}",
        "next": f"{cells.next} – {cells.who}{_GAP}{cells.more}".rstrip(),
    }
    for name, detail in details.items():
        print_line(f"{glance_text(name, language)}{COLONS[language]}{detail}")
    for duty in row.duties if row.status is None else ():
        if duty.action not in {"correct", "answer"}:  # these are printed with their places
            print_line(f"{_GAP}{duty_text(duty, language)} – {label(duty.who, 'person', language)}")


def _columns() -> int | None:
    """Return the width of the terminal; None if the output goes elsewhere."""
    if "COLUMNS" not in os.environ and not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns


def _cells(row: PatientRow, as_of: date, language: Language) -> _Cells:
    left = row.filing.days_left(as_of)
    texts = (
        row.name,
        label(row.state, "patient_state", language),
        done_text(row, language),
        window_text(row.filing, language),
        "–" if left is None else str(left),
        label(row.next.who, "person", language),
        duty_text(row.next, language),
        _more(row, language),
    )
    return _Cells(*map(visible, texts))


def _print_table(lines: Sequence[_Cells], rows: Sequence[PatientRow], widths: Sequence[int], rest: int | None) -> None:
    for row, cells in zip([None, *rows], lines, strict=True):
        case, state, *others = map(ljust, cells, widths)
        last = _shortened(cells.next, cells.more, rest)
        colour = Styled(state, _colour(row)) if row else Styled(state, bold=True)
        print_line(
            Styled(case, bold=row is None), _GAP, colour, Styled(_GAP.join(["", *others, last]), bold=row is None)
        )


def _shortened(text: str, more: str, columns: int | None) -> str:
    """Return what is to be done next, and how much more, in so many columns."""
    after = f"{_GAP}{more}" if more else ""
    if columns is None or width(text + after) <= columns:
        return text + after
    return f"{clip(text, 0, columns - width(after) - 1).rstrip()}…{after}"


def _print_block(row: PatientRow, cells: _Cells, columns: int, as_of: date, language: Language) -> None:
    """Print a patient in several lines of at most so many columns."""
    print_line(Styled(cells.case, bold=True))
    left = row.filing.days_left(as_of)
    when = cells.window if left is None else f"{cells.window}{_GAP}{days_left_text(left, language)}"
    first = f"{cells.state}{_GAP}{cells.done}"
    texts = (first, f"{cells.who}{_GAP}{cells.next}{_GAP}{cells.more}", when)
    for number, text in enumerate(texts):
        for line in wrapped(text, columns - len(_GAP)):
            print_line(_GAP, Styled(line, _colour(row) if number == 0 else None))


def wrapped(text: str, columns: int) -> list[str]:
    """Return the lines of a text. Chinese and Japanese break between any two characters, but not before a comma."""
    lines, line, end = [], "", 0  # the line can be broken at ``end``
    for grapheme in iter_graphemes(text):
        is_between = line[-1:].isspace() or width(line[-1:]) > 1 or width(grapheme) > 1
        if grapheme.isspace() or (is_between and grapheme not in _CLOSING and line[-1:] not in _OPENING):
            end = len(line)
        if width(line + grapheme) > columns and line.strip():
            end = end or len(line)
            lines.append(line[:end].rstrip())
            line, end = line[end:].lstrip(), 0
        line += grapheme if line or not grapheme.isspace() else ""
    return [*lines, line.rstrip()]


def _more(row: PatientRow, language: Language) -> str:
    number = len(row.duties) - 1
    return glance_text("more", language, number=number) if number else ""


def _colour(row: PatientRow) -> str:
    if row.state in FAILED:
        return "red"
    return "green" if row.state == "ready_to_file" else "yellow"
