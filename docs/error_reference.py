"""docs/errors.md: every code of a problem that is no rule, with what docs/problems.json says of it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_MAKERS = ("Problem", "problem", "UnusableError", "Finding")
#: Words that look like codes and are none: tables of the program.
_NO_CODES = {"glyph-variants", "font-cache", "form-mapping"}
#: Keywords that only lead to others, or have a code of another name.
_NOT_BROKEN_ITSELF = {
    *("$ref", "$dynamicRef", "allOf", "if", "items", "prefixItems", "properties", "patternProperties", "propertyNames"),
    *("additionalProperties", "required", "contains"),
}


@cache
def described() -> dict[str, dict[str, Any]]:
    """What is said of each code."""
    return {code: entry for group in _groups() for code, entry in group["codes"].items()}


def codes_in_source() -> set[str]:
    """The codes of problems in the source, and every word there that begins like one: ``file-size`` as ``file-…``."""
    families = {code.split("-")[0] for code in described() if "-" in code}
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "pipeline").rglob("*.py")]
    alike = {word for tree in trees for word in _words(tree) if "-" in word and word.split("-")[0] in families}
    return (alike - _NO_CODES) | {word for tree in trees for word in _told(tree)}


def schema_codes() -> set[str]:
    """The codes of the keywords that the schemas use and a document can break."""
    texts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "schemas").glob("*.schema.json"))
    keywords = {*Draft202012Validator.VALIDATORS, "maxContains"} - _NOT_BROKEN_ITSELF
    return {f"schema-{keyword}" for keyword in keywords if f'"{keyword}":' in texts}


def error_page() -> str:
    """The page."""
    parts = [_HEAD]
    for group in _groups():
        parts.append(f"\n## {group['title']}\n\n| code | exit | what it means | the way out |\n|---|---|---|---|\n")
        parts += [_row(code, entry) for code, entry in group["codes"].items()]
    return "".join(parts)


def _row(code: str, entry: dict[str, Any]) -> str:
    exits = ", ".join(map(str, entry["exit"]))
    return f'| <a id="{code}"></a>`{code}` | {exits} | {entry["means"]} | {entry["way_out"]} |\n'


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
            yield node.value


def _told(tree: ast.Module) -> Iterator[str]:
    """First arguments of what makes a problem."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(_MAKERS):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def _groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = json.loads((ROOT / "docs" / "problems.json").read_text(encoding="utf-8"))
    return groups


_HEAD = """# Errors and warnings

Every problem is told with a code, a place, a message and a hint; a message never holds a value of the case.
Codes in capitals, such as ID-02, are rules: [rules.md](rules.md). Codes such as DTL104 are findings of docxtpl-lint
on the tags of a template. Here are all others, with the exit code that they end with
([exit-codes.md](exit-codes.md)); 0 for what does not forbid to build.
"""
