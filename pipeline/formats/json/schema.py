"""Checking data against the JSON Schemas. No ``$ref`` is ever fetched.

A compiled validator says whether data are valid; only if they are not, the slower one that can explain it is loaded.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from pipeline.errors import Problem
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


@cache
def _compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        json.loads(schema_text(name)), registry=_registry(), formats=FORMATS, validate_formats=True, offline=True
    )


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry(all_schemas())
