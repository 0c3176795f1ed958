"""Duties on the page: what is to be done in its words, and the screen on which it is done."""

from __future__ import annotations

import re

from pipeline.cli.desk.field_words import field_words, with_titles
from pipeline.language import Language
from pipeline.run.overview.duties import Duty
from pipeline.run.overview.row_texts import duty_text

#: The place of a mistake in a file.
_PLACE = re.compile(r" \([^()]*:\d+:\d+\)")
_OF_THE_FORM = frozenset({"correct", "answer", "fill"})


def duty_words(duty: Duty, language: Language) -> str:
    """Return a duty in words, with the field of a mistake in place of the line of the file."""
    text = with_titles(_PLACE.sub("", duty_text(duty, language)), language)
    field = field_words(duty.pointer, language) if duty.action == "correct" else ""
    return f"{text} ({field})" if field else text


def duty_link(duty: Duty) -> str:
    """Return where a duty is done, after the address of the case."""
    pointer = duty.pointer or ""
    if pointer.startswith("/attachments/"):
        return f"/papers#paper-{pointer.split('/')[2]}"
    if duty.action in _OF_THE_FORM and not pointer.startswith("/attachments"):
        return f"#{pointer}" if pointer else ""
    return "/done" if duty.action in {"sign", "file"} else "/papers"
