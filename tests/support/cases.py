"""The example cases, and changes to a copy of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
#: Examples without errors.
GOOD_EXAMPLES = ("wang-xiaoming", "chen-lihua", "xu-wenjing", "sun-yifan", "gao-zhiyuan")
AS_OF = date(2026, 11, 22)
REMOVE = object()
#: Changes by which the example wang-xiaoming lacks two papers of the official list: both forms.
WITHOUT_FORMS: dict[str, Any] = {
    "/attachments": [
        {"role": "passport", "path": "papers/passport.png"},
        {"role": "photo", "path": "papers/photo.jpg", "issued_on": "2026-11-05"},
        {"role": "funds_proof", "path": "papers/bank-certificate.pdf", "issued_on": "2026-11-10"},
        {"role": "identity_document", "path": "papers/hukou.pdf"},
    ]
}
#: Values that only the patient's own file contains: none of them may stand in a message or a log.
PERSONAL = (
    "王晓明",
    "XIAOMING",
    "EJ0123456",
    "110105199203140032",
    "虚构路",
    "wang.xiaoming@",
    "1992-03-14",
    "膝骨关节炎",
)

Edit = Callable[[Mapping[str, Any]], Path]


def change(data: Any, edits: Mapping[str, Any]) -> None:
    """Set the value at each JSON pointer, or remove it where the value is REMOVE; ``/-`` appends."""
    for pointer, value in edits.items():
        *steps, last = pointer.lstrip("/").split("/")
        target = data
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        if isinstance(target, list):
            target.append(value) if last == "-" else target.__setitem__(int(last), value)
        elif value is REMOVE:
            del target[last]
        else:
            target[last] = value


def strings(data: Any) -> Iterator[str]:
    """Yield every string value of a JSON document."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)
