from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import pipeline
from pipeline.errors import CellPlace, JsonPlace, PagePlace, Place, Problem, TemplateError, UnusableError, WordPlace

PACKAGE = Path(pipeline.__file__).parent


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (None, (None, None, None, None)),
        (JsonPlace("/patient", 3, 5), ("/patient", 3, 5, None)),
        (JsonPlace(line=3), (None, 3, None, None)),
        (CellPlace("Cases!B7", 7, 2, "/patient/sex"), ("/patient/sex", 7, 2, "Cases!B7")),
        (WordPlace("body", 4), (None, None, None, None)),
        (PagePlace("bundle.pdf", 3), (None, None, None, None)),
    ],
)
def test_a_problem_has_the_pointer_line_column_and_cell_of_its_place(
    place: Place | None, values: tuple[object, ...]
) -> None:
    problem = Problem("code", "error", "message", "hint", place=place)
    assert (problem.pointer, problem.line, problem.column, problem.cell) == values
    assert pickle.loads(pickle.dumps(problem)) == problem  # noqa: S301 - from the line itself


def test_places_that_have_no_numbers_are_described_before_the_message() -> None:
    word = WordPlace("body", 4, "table 2, row 1, column 3", "before", "Passport no.", "after")
    for place, text in (
        (JsonPlace("/patient"), "wrong"),
        (word, "body, table 2, row 1, column 3, near “Passport no.”: wrong"),
        (WordPlace("header 1", 2), "header 1, paragraph 2: wrong"),
        (PagePlace("bundle.pdf", 3), "bundle.pdf, page 3: wrong"),
    ):
        problem = Problem("code", "error", "wrong", "hint", place=place)
        assert problem.located_message == str(TemplateError(problem)) == text


def test_an_unusable_attachment_names_the_field_to_correct() -> None:
    problem = Problem("attachment-password", "error", "no password", "add one")
    error = UnusableError(problem, "path", "attachment-password", {})
    assert error.problem.args == {"field": "path"}
    assert error.in_field("password_file").problem.args == {"field": "password_file"}


def test_no_message_has_the_name_of_an_exception() -> None:
    """Except for bugs, which are reported to the developers. The engine's crash has no type that can be imported."""
    modules = [path for path in PACKAGE.rglob("*.py") if "type(error).__name__" in path.read_text("utf-8")]
    assert sorted(path.name for path in modules) == ["errors.py", "office2pdf.py"]
