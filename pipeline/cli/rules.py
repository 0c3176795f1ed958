"""visa-packet rules"""

from __future__ import annotations

from difflib import get_close_matches

import click
import msgspec

from pipeline.cli.options import complete, json_option
from pipeline.cli.report import Report, emit
from pipeline.errors import ExitCode
from pipeline.rules.catalogue import Rule, catalogue


@click.command(short_help="List the visa's rules, or explain one with its source.")
@click.argument(
    "rule_id",
    metavar="[ID]",
    required=False,
    shell_complete=lambda _ctx, _param, word: complete(catalogue(), word.upper()),
)
@json_option
def rules(rule_id: str | None, as_json: bool) -> int:
    """List the rules that a case is checked against, or explain the one with that ID.

    \b
    Example:
      visa-packet rules
      visa-packet rules ID-02
    """
    found = list(catalogue().values()) if rule_id is None else [_known(rule_id)]
    emit(Report("rules", ExitCode.OK, (), [msgspec.to_builtins(rule) for rule in found]), as_json=as_json)
    if not as_json:
        for rule in found:
            if rule_id is None:
                click.echo(f"{rule.id:<8}{rule.severity:<9}{rule.title}")
            else:
                _explain(rule)
    return ExitCode.OK


def _known(rule_id: str) -> Rule:
    entries = catalogue()
    wanted = rule_id.upper()
    if wanted not in entries:
        near = get_close_matches(wanted, entries, n=1)
        suggestion = f"did you mean {near[0]}?" if near else "`visa-packet rules` lists them"
        raise click.UsageError(f"there is no rule {rule_id!r}; {suggestion}")
    return entries[wanted]


def _explain(rule: Rule) -> None:
    click.secho(f"{rule.id}  {rule.title}", bold=True)
    for name, text in (
        ("severity", rule.severity),
        ("message", rule.message.format(detail="…")),
        ("hint", rule.hint.format(detail="…")),
        ("source", f"{rule.source} (as of {rule.as_of})"),
        ("confidence", rule.confidence),
    ):
        click.echo(f"  {name:<12}{text}")
