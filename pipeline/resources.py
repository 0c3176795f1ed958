"""The shipped files: templates, schemas and data, in a checkout and in an installed wheel."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


def shipped(folder: str) -> Path:
    """Return a folder such as ``templates`` or ``schemas``: in the installed package, or beside it."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


@cache
def read_data(name: str, room: str = "visa") -> Any:
    """Return table ``pipeline/<room>/data/<name>.json``, read once a process. Callers must not change it."""
    return json.loads((_PACKAGE / room / "data" / f"{name}.json").read_text(encoding="utf-8"))


def is_stale(name: str, as_of: date) -> bool:
    """Return True if a table is older on that day than its own limit.

    Its age begins with its ``as_of``, or with the day on which it was last ``compared`` with an older source.
    """
    table = read_data(name)
    compared = date.fromisoformat(table.get("compared", table["as_of"]))
    return (as_of - compared).days > int(table["stale_after_days"])


VERSION = "0.1.0"

#: The address below which the schemas have their ids.
SCHEMAS = "https://visa-packet.example/schemas/"
