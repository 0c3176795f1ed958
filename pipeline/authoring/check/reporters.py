"""Report the result of the check as text, JSON, SARIF 2.1.0 or GitHub annotations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.authoring.check.sets import CheckedSet
from pipeline.errors import JsonPlace, Problem, Severity, WordPlace
from pipeline.resources import VERSION

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}

#: The other places of findings of one kind that are printed.
_MOST_PLACES = 3


def display_path(file: str) -> str:
    """Return a path for people and CI: relative if the file is below the working directory."""
    path = Path(file).absolute()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def group_findings(findings: Iterable[Problem]) -> list[list[Problem]]:
    """Return findings that differ only in their place in a file together, in the order of the first of each kind."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for finding in findings:
        place = finding.place if isinstance(finding.place, JsonPlace) else None
        groups.setdefault((finding.code, finding.file, finding.message, finding.hint, place), []).append(finding)
    return list(groups.values())


def format_more_places(findings: Sequence[Problem]) -> Iterator[str]:
    """Yield where else findings of one kind are: the first few in words, then the number of the others."""
    places = [place.describe() for finding in findings if (place := _word_place(finding))]
    yield from (f"  also: {place}" for place in places[:_MOST_PLACES])
    if len(places) > _MOST_PLACES:
        yield f"  and in {len(places) - _MOST_PLACES} more places"


def _reported(checked: Iterable[CheckedSet], *, notes: bool) -> list[Problem]:
    return [finding for each in checked for finding in each.findings if notes or finding.severity != "info"]


def format_lines(finding: Problem) -> Iterator[str]:
    """Yield a finding as lines of text: its place, message, the paragraphs around it, and the hint."""
    place = _word_place(finding)
    where = [display_path(finding.file)] if finding.file else []
    where += [str(number) for number in (finding.line, finding.column) if number is not None]
    cell = ", ".join(word for word in (place.part, place.cell) if word) if place else ""
    yield "  ".join(word for word in (finding.code, ":".join(where), cell, finding.pointer) if word)
    yield f"  {finding.message}"
    if place and place.text:
        around = ((" ", place.before), (">", place.text), (" ", place.after))
        yield from (f"  {sign} {text}" for sign, text in around if text)
    yield f"  hint: {finding.hint}"


def format_json(finding: Problem) -> dict[str, Any]:
    """Return a finding as a JSON object."""
    place = _word_place(finding)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "file": finding.file,
        "place": asdict(place) if place else None,
        "pointer": finding.pointer,
        "line": finding.line,
        "column": finding.column,
    }


def format_sarif(checked: Sequence[CheckedSet], *, notes: bool = False) -> dict[str, Any]:
    """Return the result as SARIF 2.1.0, the format of code scanning; without ``notes``, errors and warnings only."""
    findings = _reported(checked, notes=notes)
    codes = sorted({finding.code for finding in findings})
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "visa-packet",
                        "version": VERSION,
                        "rules": [{"id": code, "shortDescription": {"text": code}} for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(finding, codes) for finding in findings],
            }
        ],
    }


def _sarif_result(finding: Problem, codes: Sequence[str]) -> dict[str, Any]:
    place = _word_place(finding)
    described = place.describe() if place else ""
    text = "\n".join(line for line in (finding.message, described, f"Hint: {finding.hint}") if line)
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(display_path(finding.file or "."))},  # a relative URI reference
            "region": {"startLine": finding.line or 1, "startColumn": finding.column or 1},
        }
    }
    if described:
        location["logicalLocations"] = [{"fullyQualifiedName": described, "kind": "element"}]
    # Without line numbers, the fingerprint stays the same if paragraphs are inserted before the finding.
    identity = (finding.code, display_path(finding.file or ""), finding.message)
    paragraph = (place.part, place.text or "") if place else ("", "")
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {
            "visaPacketFinding/v1": hashlib.sha256("\0".join((*identity, *paragraph)).encode()).hexdigest()
        },
    }


def format_github(checked: Iterable[CheckedSet], *, notes: bool = False) -> Iterator[str]:
    """Yield the result as workflow commands, which annotate a pull request on GitHub; ``notes`` as for SARIF."""
    for finding in _reported(checked, notes=notes):
        place = _word_place(finding)
        lines = (place.describe() if place else "", finding.message, f"hint: {finding.hint}")
        properties = {
            "file": display_path(finding.file) if finding.file else None,
            "line": finding.line,
            "col": finding.column,
            "title": finding.code,
        }
        escaped = ",".join(f"{key}={_escape_property(str(value))}" for key, value in properties.items() if value)
        text = "\n".join(line for line in lines if line)
        yield f"::{_GITHUB_LEVELS[finding.severity]} {escaped}::{_escape(text)}"


def _word_place(finding: Problem) -> WordPlace | None:
    return finding.place if isinstance(finding.place, WordPlace) else None


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
