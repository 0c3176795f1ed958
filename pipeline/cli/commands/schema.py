"""visa-packet schema"""

from __future__ import annotations

import json
from difflib import get_close_matches

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import complete, json_option
from pipeline.cli.terminal import print_json, print_line
from pipeline.errors import ExitCode
from pipeline.formats.json.schema_files import bundled_schema, schema_names, schema_text
from pipeline.resources import shipped


@click.command(short_help="List the JSON Schemas, or print one.")
@click.argument("name", required=False, shell_complete=lambda _ctx, _param, word: complete(schema_names(), word))
@click.option("--bundle", is_flag=True, help="Print it with what it needs of others, as one that refers to none.")
@click.option("--list", "_", is_flag=True, help="List the schemas, as without NAME.")
@json_option
def schema(name: str | None, bundle: bool, as_json: bool, **_: bool) -> int:
    """List the JSON Schemas, or print the one called NAME.

    The document that a command prints with --json is described by `report`, a line of --jsonl by `line`.

    \b
    Example:
      visa-packet schema
      visa-packet schema patient
      visa-packet schema report --bundle
    """
    if bundle and (name is None or as_json):
        raise click.UsageError("--bundle needs the name of a schema, and prints the schema itself: leave out --json")
    names = schema_names() if name is None else [_known(name)]
    if name is not None and bundle:
        print_json(bundled_schema(name), indent=2)
        return ExitCode.OK
    if name is not None and not as_json:
        for line in schema_text(name).splitlines():
            print_line(line)
        return ExitCode.OK
    results = [
        {
            "name": each,
            "title": json.loads(schema_text(each))["title"],
            "path": str(shipped("schemas") / f"{each}.schema.json"),
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
