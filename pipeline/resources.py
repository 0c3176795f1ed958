"""Where the shipped files are: templates, schemas and data, in a checkout and in an installed wheel."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


def shipped(folder: str) -> Path:
    """Folder ``templates`` or ``schemas``: inside the package when installed, beside it in a checkout."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


@cache
def read_data(name: str) -> Any:
    """Table ``pipeline/data/<name>.json``, read once a process. Callers must not change it."""
    return json.loads((_PACKAGE / "data" / f"{name}.json").read_text(encoding="utf-8"))
