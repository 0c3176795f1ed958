"""Why an attachment cannot be used, in three languages (``data/messages.json``)."""

from __future__ import annotations

from typing import Any

from pipeline.errors import UnusableError
from pipeline.formats.messages import has_message, worded_problem

ROOM = "attachments"


def unusable(key: str, field: str = "path", /, **parts: Any) -> UnusableError:
    """Return the error of the entry ``key`` of the messages, filled with ``parts``.

    ``field`` is the field of the attachment's entry to correct.
    """
    problem = worded_problem(key if has_message(key, ROOM) else "attachment-broke", room=ROOM, **parts)
    return UnusableError(problem, field, key, parts)
