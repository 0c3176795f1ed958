"""One result of the check, told as text, SARIF 2.1.0 or GitHub annotations. JSON is the report of every command."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.authoring.check.finding import Finding
from pipeline.authoring.check.sets import CheckedSet
from pipeline.errors import Severity
from pipeline.resources import VERSION

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_GITHUB_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def shown_path(file: str) -> str:
    """A file as people and CI name it: relative to the folder of the run, when it is below that."""
    path = Path(file).absolute()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.as_posix()


def lines_of(finding: Finding) -> Iterator[str]:
    """A finding as lines of text: what and where, the text before and after it, what to do."""
    place = finding.place
    where = [shown_path(finding.file)] if finding.file else []
    where += [str(number) for number in (finding.line, finding.column) if number is not None]
    cell = ", ".join(word for word in (place.part, place.cell) if word) if place else ""
    yield "  ".join(word for word in (finding.code, ":".join(where), cell, finding.pointer) if word)
    yield f"  {finding.message}"
    if place and place.text:
        around = ((" ", place.before), (">", place.text), (" ", place.after))
        yield from (f"  {sign} {text}" for sign, text in around if text)
    yield f"  hint: {finding.hint}"


def sarif(checked: Sequence[CheckedSet]) -> dict[str, Any]:
    """The result as SARIF 2.1.0, which code scanning reads."""
    findings = [finding for each in checked for finding in each.findings]
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


def _sarif_result(finding: Finding, codes: Sequence[str]) -> dict[str, Any]:
    told = finding.place.describe() if finding.place else ""
    words = "\n".join(word for word in (finding.message, told, f"Hint: {finding.hint}") if word)
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding)},
            "region": {"startLine": finding.line or 1, "startColumn": finding.column or 1},
        }
    }
    if told:
        location["logicalLocations"] = [{"fullyQualifiedName": told, "kind": "element"}]
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": words},
        "locations": [location],
        "partialFingerprints": {"visaPacketFinding/v1": _fingerprint(finding)},
    }


def _uri(finding: Finding) -> str:
    """A relative reference, as SARIF wants it, with what a URI may not hold written as %XX."""
    return quote(shown_path(finding.file or "."))


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding, also when paragraphs are put in before it."""
    place = finding.place
    words = (finding.code, shown_path(finding.file or ""), finding.message, place.part if place else "")
    return hashlib.sha256("\0".join((*words, (place.text if place else "") or "")).encode()).hexdigest()


def github(checked: Iterable[CheckedSet]) -> Iterator[str]:
    """The result as workflow commands, which annotate a pull request on GitHub."""
    for finding in (finding for each in checked for finding in each.findings):
        place = finding.place.describe() if finding.place else ""
        words = "\n".join(word for word in (place, finding.message, f"hint: {finding.hint}") if word)
        named = {"file": shown_path(finding.file)} if finding.file else {}
        named |= {"line": str(finding.line)} if finding.line else {}
        named |= {"col": str(finding.column)} if finding.column else {}
        named["title"] = finding.code
        properties = ",".join(f"{key}={_property(value)}" for key, value in named.items())
        yield f"::{_GITHUB_LEVELS[finding.severity]} {properties}::{_data(words)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
