"""The overview of all patients as a page for a browser: one file that works offline, and shows no name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipeline.language import Language
from pipeline.run.overview.duties import PEOPLE, Action, Duty
from pipeline.run.overview.patient_row import FAILED, PATIENT_STATES, PatientRow
from pipeline.run.overview.row_texts import days_left_text, done_text, duty_text, window_text
from pipeline.run.report.finding_rows import FindingRows
from pipeline.run.report.summary import ReportHeader
from pipeline.run.report.web_page import PageKind, page_words, render_page, to_script_json
from pipeline.visa.labels import label

PATIENTS_PAGE = PageKind("patients", "state")
_QUESTIONS: tuple[Action, ...] = ("answer", "fill")
_MISSING: tuple[Action, ...] = ("supply", "replace", "renew")
_UNSIGNED: tuple[Action, ...] = ("sign", "compare")


def draw_patients_page(rows: Sequence[PatientRow], as_of: date, language: Language) -> bytes:
    """Return the page for rows in the order in which they are listed."""
    findings = FindingRows(language)
    listed = [_row(number, row, as_of, language, findings) for number, row in enumerate(rows, start=1)]
    tiles = Counter(_tile(row) for row in rows)
    people = {who: label(who, "person", language) for who in PEOPLE}
    counts: dict[str, int] = {state: tiles[state] for state in PATIENT_STATES if state != "blocked"}
    head = ReportHeader("", as_of.isoformat(), language, {})
    before, after = render_page(PATIENTS_PAGE, head, counts, people=people)
    data = {
        "rows": listed,
        "texts": findings.texts.all,
        "rules": findings.rules,
        "words": page_words(PATIENTS_PAGE, language),
        "states": {state: label(state, "patient_state", language) for state in PATIENT_STATES},
        "people": people,
        "language": language,
    }
    return before + to_script_json(data) + after


def _row(number: int, row: PatientRow, as_of: date, language: Language, findings: FindingRows) -> dict[str, Any]:
    filing = row.filing
    left = filing.days_left(as_of)
    refer = findings.texts.refer
    return {
        "number": number,
        "id": row.case_id,
        "state": row.state,
        "tile": _tile(row),
        "who": row.next.who,
        "next": refer(duty_text(row.next, language)),
        "more": len(row.duties) - 1,
        "day": filing.deadline.isoformat() if filing.deadline else None,
        "left": left,
        "leftText": None if left is None else days_left_text(left, language),
        "isKnown": filing.is_known,
        "window": window_text(filing, language),
        "planned": filing.planned.isoformat() if filing.planned else None,
        "done": done_text(row, language),
        "share": row.done.done / max(row.done.all, 1) if row.done else 0,
        "questions": _count(row, _QUESTIONS),
        "missing": _count(row, _MISSING),
        "unsigned": _count(row, _UNSIGNED),
        "duties": [[who, _texts(row.duties, who, language, findings)] for who in PEOPLE],
        "findings": findings.rows(problem for problem in row.problems if "who" not in problem.args),
    }


def _tile(row: PatientRow) -> str:
    return FAILED[0] if row.state in FAILED else row.state


def _count(row: PatientRow, actions: Sequence[Action]) -> int:
    return sum(duty.action in actions for duty in row.duties)


def _texts(duties: Sequence[Duty], who: str, language: Language, findings: FindingRows) -> list[int | str]:
    """Return what a person has to do; mistakes are among the findings."""
    return [
        findings.texts.refer(duty_text(duty, language))
        for duty in duties
        if duty.who == who and duty.action != "correct"
    ]
