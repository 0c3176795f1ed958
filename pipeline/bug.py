"""A bug, told without the text of its error, which may hold a value of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import Problem


def bug(error: BaseException) -> Problem:
    """The kind of the error and the last place in this package that it went through."""
    traceback: Any = error.__traceback__
    place = "unknown"
    while traceback is not None:
        file = Path(traceback.tb_frame.f_code.co_filename)
        if file.is_relative_to(Path(__file__).parent):
            place = f"{file.relative_to(Path(__file__).parents[1])}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    hint = "please report it with this line; it holds no personal data"
    return Problem("bug", "error", f"a bug in visa-packet: {type(error).__name__} at {place}", hint)
