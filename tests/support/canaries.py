"""Values that are nowhere else: planted in every string of a case, and looked for in all that a run leaves behind."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pikepdf

from pipeline.case.model import Case
from pipeline.documents.engines.office2pdf import Office2Pdf
from pipeline.formats.json.reader import JsonFile, texts
from pipeline.formats.json.schema import check_schema
from pipeline.visa.rules.checks import check_rules
from tests.support.built import make_docx
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, change

#: In the name, on the page and in the metadata of the attachment that every such case has; and in the passport.
ALWAYS = ("QZNAME", "QZPAGE", "QZAUTHOR", "XIAOMING")
PAPER = "papers/QZNAME-护照.pdf"
#: Numbers that are no examples of a schema, which a hint may give.
_OWN: dict[str, Any] = {
    "/case_id": "case-a",
    "/attachments": [{"role": "passport", "path": PAPER}],
    "/patient/birth_date": "1991-03-15",
    "/patient/resident_id": "110105199103150073",
    "/patient/passport/number": "EJ0765432",
    "/patient/passport/mrz": REMOVE,
}
#: What no marker is put into: it is said in messages, or it is not the patient's.
_PUBLIC = ("/$schema", "/case_id", "/attachments")
_MARKER = re.compile(r"QZ([A-Z]{3})\b")
_RECENT_DATE = re.compile(r"20[2-9][0-9]-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Planted:
    """A case that may be built, with what must not be found elsewhere."""

    data: dict[str, Any]
    canaries: frozenset[str]

    def found_in(self, text: str | bytes) -> set[str]:
        """The canaries that stand in ``text``, plain or in the escapes of JSON, of Python and of strace."""
        told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return {canary for canary in self.canaries if any(form in told for form in _forms(canary))}


@cache
def _forms(canary: str) -> tuple[str, ...]:
    octal = "".join(f"\\{byte:o}" for byte in canary.encode()) if not canary.isascii() else canary
    return canary, json.dumps(canary)[1:-1], ascii(canary)[1:-1], octal


@cache
def planted() -> Planted:
    """The example wang-xiaoming with a marker in every string that may hold one, and one attachment."""
    data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    change(data, _OWN)
    plain = {pointer: text for pointer, text in _values(data) if not pointer.startswith(_PUBLIC)}
    marked: dict[str, str] = {}
    for marker in (_letters, _han):
        wanted = {pointer: text + marker(n) for n, (pointer, text) in enumerate(plain.items()) if pointer not in marked}
        marked |= _accepted(data, marked | wanted)
    change(data, marked)
    own = {marked[pointer].removeprefix(text).strip() for pointer, text in plain.items() if pointer in marked}
    kept = {text for pointer, text in plain.items() if pointer not in marked and _is_telling(text)}
    return Planted(data, frozenset(own | kept | set(ALWAYS)))


def markers_in_place_of(data: dict[str, Any], number: int) -> tuple[dict[str, str], set[str]]:
    """Edits by which every string with a marker gets one that only the case of this number has, and those markers."""
    mark = "".join(chr(65 + number // 26**power % 26) for power in (1, 0))
    edits = {pointer: _MARKER.sub(rf"QZ{mark}\1", text) for pointer, text in _values(data) if _MARKER.search(text)}
    return edits, {found for text in edits.values() for found in re.findall(r"QZ[A-Z]{5}", text)}


def _letters(number: int) -> str:
    return " QZ" + "".join(chr(65 + number // 26**power % 26) for power in (2, 1, 0))


def _han(number: int) -> str:
    return chr(0x9D00 + number) + chr(0x9E00 + number)


def _accepted(data: dict[str, Any], wanted: dict[str, str]) -> dict[str, str]:
    """Those of the wanted values with which the case is still good, found by leaving out what is refused."""
    while True:
        tried = copy.deepcopy(data)
        change(tried, wanted)
        refused = set(_refused(tried))
        if not refused:
            return wanted
        assert any(pointer.startswith(tuple(refused)) for pointer in wanted), refused
        wanted = {pointer: text for pointer, text in wanted.items() if not pointer.startswith(tuple(refused))}


def _refused(data: dict[str, Any]) -> Iterator[str]:
    json_file = JsonFile("case.json", Path(), json.dumps(data), "", data)
    problems = list(check_schema(json_file, "case"))
    if not problems:
        found = check_rules(msgspec.convert(json_file.fields, Case), AS_OF, json_file)
        problems = [problem for problem in found if problem.severity == "error"]
    for problem in problems:
        assert problem.pointer is not None
        yield problem.pointer


def _values(data: Any) -> Iterable[tuple[str, str]]:
    return ((pointer, text) for pointer, text, is_key in texts(data) if not is_key)


def _is_telling(text: str) -> bool:
    """Whether a value that took no marker is one of its own: a number, a name; no word of a list, no date to come."""
    if text.isascii():
        return len(text) >= 6 and any(sign in "0123456789@" for sign in text) and not _RECENT_DATE.fullmatch(text)
    return len(text) >= 3


def write_paper(folder: Path) -> None:
    """The attachment of such a case."""
    path = folder / PAPER
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_paper())


@cache
def _paper() -> bytes:
    with pikepdf.open(io.BytesIO(Office2Pdf().convert(make_docx("QZPAGE")))) as pdf:
        pdf.docinfo["/Author"] = "QZAUTHOR"
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()
