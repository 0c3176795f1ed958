"""Public functions on what the program knows: the rules of the visa, and the schemas of its files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pipeline.errors import InputError
from pipeline.formats.json.schema_files import schema_names, schema_text
from pipeline.formats.messages import worded_problem
from pipeline.run.public.arguments import public
from pipeline.visa.rules.catalogue import Rule, UncheckedRule, all_rules


@public
def read_rules() -> dict[str, Rule | UncheckedRule]:
    """Return every rule of the visa by its id, each with its texts, source and date.

    >>> rule = read_rules()["ID-02"]
    >>> rule.severity, rule.texts["en"].title, rule.source
    ('error', 'The machine-readable zone is not valid', 'ICAO Doc 9303, part 4 (TD3)')
    """
    return all_rules()


@public
def read_schema(name: str) -> dict[str, Any]:
    """Return a JSON Schema of the program's files, such as ``case``, ``patient`` or ``report``.

    >>> read_schema("patient")["required"][:3]
    ['name', 'sex', 'birth_date']
    """
    if name not in schema_names():
        problem = worded_problem("usage/schema", room="run", known=", ".join(schema_names()))
        raise InputError(replace(problem, file=name))
    schema: dict[str, Any] = json.loads(schema_text(name))
    return schema
