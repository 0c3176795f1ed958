"""Generates docs/errors.md: every problem code that is not a rule, as described in docs/problems.json."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from pipeline.errors import ExitCode
from pipeline.visa.rules.catalogue import all_rules

ROOT = Path(__file__).parents[1]
#: A code, and the case of it that has a message of its own.
_CODE = re.compile(r"([a-z]+(-[a-z]+)*)(/[a-z-]+)?")
_MAKERS = ("Problem", "problem", "Finding")
#: Names of tables in the program that look like codes.
_NO_CODES = {"glyph-variants", "font-cache", "form-mapping", "no-effect", "no-store", "no-referrer"}
#: Keywords that only contain others, or have a code of another name.
_WITHOUT_CODE = {
    *("$ref", "$dynamicRef", "allOf", "if", "items", "prefixItems", "properties", "patternProperties", "propertyNames"),
    *("additionalProperties", "required", "contains"),
}


@cache
def described() -> dict[str, dict[str, Any]]:
    """Return the description of each code."""
    return {code: entry for group in _groups() for code, entry in group["codes"].items()}


def codes_in_source() -> set[str]:
    """Return the codes of problems in the source, and every word that begins like one: ``file-size`` as ``file-…``."""
    families = {code.split("-")[0] for code in described() if "-" in code}
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "pipeline").rglob("*.py")]
    alike = {word for tree in trees for word in _words(tree) if "-" in word and word.split("-")[0] in families}
    return (alike - _NO_CODES) | {word for tree in trees for word in _first_arguments(tree)}


def schema_codes() -> set[str]:
    """Return the codes of the keywords that the schemas use and a document can violate."""
    texts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "schemas").glob("*.schema.json"))
    keywords = {*Draft202012Validator.VALIDATORS, "maxContains"} - _WITHOUT_CODE
    return {f"schema-{keyword}" for keyword in keywords if f'"{keyword}":' in texts}


def error_page() -> str:
    """Return the page."""
    parts = [_HEAD]
    for group in _groups():
        parts.append(f"\n## {group['title']}\n\n| code | exit code | meaning | remedy |\n|---|---|---|---|\n")
        parts += [_row(code, entry) for code, entry in group["codes"].items()]
    return "".join(parts)


def current_codes() -> set[str]:
    """Return a line for each code on which programs may depend."""
    schema = json.loads((ROOT / "schemas" / "line.schema.json").read_text(encoding="utf-8"))["$defs"]
    events = [part["properties"]["event"]["const"] for part in schema.values() if "properties" in part]
    return {
        *(f"exit code {int(code)} {code.name}" for code in ExitCode),
        *(f"problem {code}" for code in described()),
        *(f"rule {rule}" for rule in all_rules()),
        *(f"event {name}" for name in (*events, "result", "report")),
        *(f"stage {name}" for name in schema["stage"]["enum"]),
    }


def promised_codes() -> set[str]:
    """Return the lines of docs/codes.txt: every code that was ever listed."""
    lines = (ROOT / "docs" / "codes.txt").read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def code_list() -> str:
    """Return docs/codes.txt with the new codes. None is removed: a person does that, and says so in CHANGELOG.md."""
    head = "# Codes on which programs may depend. `make docs` adds new ones, and removes none.\n"
    return head + "".join(f"{line}\n" for line in sorted(promised_codes() | current_codes()))


def _row(code: str, entry: dict[str, Any]) -> str:
    exits = ", ".join(map(str, entry["exit"]))
    return f'| <a id="{code}"></a>`{code}` | {exits} | {entry["means"]} | {entry["way_out"]} |\n'


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
            yield node.value.partition("/")[0]


def _first_arguments(tree: ast.Module) -> Iterator[str]:
    """Yield the first arguments of calls that create a problem."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(_MAKERS):
            first = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and not first.value.endswith("-"):
                yield first.value.partition("/")[0]


def _groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = json.loads((ROOT / "docs" / "problems.json").read_text(encoding="utf-8"))
    return groups


_HEAD = """# Errors and warnings

Every problem has a code, a place, a message and a hint. A message never contains a value of the case. Codes in
capitals, such as ID-02, are rules: [rules.md](rules.md). Codes such as DTL104 are findings of docxtpl-lint on the tags
of a template. This page lists all other codes, with the exit code of the run ([exit-codes.md](exit-codes.md)); 0 means
that the problem does not block a build.

## Stability

A code keeps its name and its meaning: a program may decide by it, as by an exit code; messages and hints may change.
[codes.txt](codes.txt) lists all codes, with the rules, and with the events and stages of
[`--jsonl`](batch.md#for-programs); a test fails if one of them is missing.
"""
