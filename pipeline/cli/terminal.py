"""The one way to a terminal: what is printed cannot control it, wherever the text comes from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import click

from pipeline.formats.characters import visible


class Styled(NamedTuple):
    """Text in a colour or style."""

    text: str
    fg: str | None = None
    bold: bool | None = None
    dim: bool | None = None


def print_line(*parts: str | Styled, err: bool = False) -> None:
    """Print the parts of a line, with escapes in place of control and invisible characters, such as a line break."""
    click.echo("".join(_rendered(part) for part in parts), err=err)


def print_json(value: Any, indent: int | None = None) -> None:
    """Print a value as JSON, in which the same characters are escaped."""
    _print_as_json(json.dumps(value, ensure_ascii=False, indent=indent))


def print_json_list(values: Sequence[Any]) -> None:
    """Print values as a JSON list with a line for each."""
    lines = ",\n  ".join(json.dumps(value, ensure_ascii=False) for value in values)
    _print_as_json(f"[\n  {lines}\n]" if values else "[]")


def _print_as_json(text: str) -> None:
    for line in text.split("\n"):
        click.echo(visible(line, lambda character: json.dumps(character)[1:-1]))


def _rendered(part: str | Styled) -> str:
    if isinstance(part, str):
        return visible(part)
    return click.style(visible(part.text), fg=part.fg, bold=part.bold, dim=part.dim)
