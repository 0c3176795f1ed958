"""Checking data against the JSON Schemas. No ``$ref`` is ever fetched.

A compiled validator says whether data are valid; only if they are not, the slower one that can explain it is loaded.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from pipeline.errors import Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.json.schema_files import FORMATS, all_schemas, schema_text


def is_valid(data: Any, name: str) -> bool:
    """Return True if data are valid by the schema ``name``."""
    return _compiled(name).is_valid(data)


def check_schema(json_file: JsonFile, name: str) -> list[Problem]:
    """Return the violations of schema ``name`` in a file, in the order of its lines."""
    if is_valid(json_file.data, name):
        return []
    from pipeline.formats.json.violations import find_violations  # noqa: PLC0415 - see above

    return find_violations(json_file, name)


def missing_fields(data: Any, name: str) -> list[str] | None:
    """Return the pointer of each required field that is missing, or None if anything else violates the schema."""
    found = []
    for error in _compiled(name).iter_errors(data):
        if not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
            return None
        steps = (*error.instance_path, error.kind.property)
        found.append("".join(f"/{escape(str(step))}" for step in steps))
    return found


@cache
def _compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        json.loads(schema_text(name)), registry=_registry(), formats=FORMATS, validate_formats=True, offline=True
    )


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry(all_schemas())
