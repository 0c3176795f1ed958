"""visa-packet schema"""

from __future__ import annotations

import json
from difflib import get_close_matches

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import complete, json_option
from pipeline.cli.terminal import print_line
from pipeline.errors import ExitCode
from pipeline.formats.json.schema_files import schema_names, schema_text
from pipeline.resources import shipped


@click.command(short_help="List the JSON Schemas, or print one.")
@click.argument("name", required=False, shell_complete=lambda _ctx, _param, word: complete(schema_names(), word))
@json_option
def schema(name: str | None, as_json: bool) -> int:
    """List the JSON Schemas, or print the one called NAME.

    \b
    Example:
      visa-packet schema
      visa-packet schema patient
    """
    names = schema_names() if name is None else [_known(name)]
    if name is not None and not as_json:
        for line in schema_text(name).splitlines():
            print_line(line)
        return ExitCode.OK
    results = [
        {
            "name": each,
            "title": json.loads(schema_text(each))["title"],
            "file": str(shipped("schemas") / f"{each}.schema.json"),
        }
        for each in names
    ]
    emit(CommandReport("schema", ExitCode.OK, (), results), as_json=as_json)
    if not as_json:
        for result in results:
            print_line(f"{result['name']:<21}{result['title']}")
    return ExitCode.OK


def _known(name: str) -> str:
    names = schema_names()
    if name not in names:
        near = get_close_matches(name, names, n=1)
        suggestion = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(names)}"
        raise click.UsageError(f"unknown schema {name!r}; {suggestion}")
    return name
