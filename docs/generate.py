"""Writes the pages that are made from the program: commands, rules, filters, errors, cases with their tests.

``python docs/generate.py`` writes them, ``--check`` fails when one is stale. The tests run the check.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path

import click
from error_reference import error_page
from licence_list import licence_page
from tested_cases import case_table

from pipeline.cli.main import COMMANDS, cli
from pipeline.documents.filters import FILTERS
from pipeline.errors import ExitCode
from pipeline.visa.rules.catalogue import Rule, UncheckedRule, all_rules, catalogue, catalogue_date, unchecked

HERE = Path(__file__).parent
_NOTE = "<!-- Made by docs/generate.py. Change the program, then run `make docs`. -->\n\n"
_WIDTH = 100


def command_reference() -> str:
    """docs/cli.md: the help of every command, and the exit codes."""
    parts = ["# Command reference\n", _help([])]
    parts += [f"## visa-packet {' '.join(path)}\n\n{_help(path)}" for name in COMMANDS for path in _paths(name)]
    return _NOTE + "\n".join(parts)


def _paths(name: str) -> list[list[str]]:
    """The command itself, and those of a group after it."""
    command = cli.get_command(click.Context(cli), name)
    return [[name], *([name, inner] for inner in getattr(command, "commands", ()))]


def _help(path: list[str]) -> str:
    context = click.Context(cli, info_name="visa-packet", terminal_width=_WIDTH, max_content_width=_WIDTH)
    command: click.Command = cli
    for name in path:
        found = command.get_command(context, name) if isinstance(command, click.Group) else None
        if found is None:
            raise KeyError(name)
        command = found
        context = click.Context(command, info_name=name, parent=context, terminal_width=_WIDTH)
    return f"```text\n{command.get_help(context)}\n```\n"


def rule_reference() -> str:
    """docs/rules.md: every rule with severity, text, source and date; first those that are checked."""
    checked, others = list(catalogue().values()), list(unchecked().values())
    head = (
        "# Rules\n\n"
        f"The {len(checked)} rules that a case is checked against, as of {catalogue_date()}, "
        f"and {len(others)} that the program does not check. "
        "An error forbids to build; a warning or a note does not (with `--strict` a warning does). "
        "A rule whose source is weak (confidence low) never blocks. `visa-packet rules ID` prints one of them, with "
        "`--lang` in English, Japanese or Chinese.\n\n"
        "## Checked\n\n"
        "| rule | severity | what it asks |\n|---|---|---|\n"
    )
    table = "".join(
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity} | {rule.texts['en'].title} |\n" for rule in checked
    )
    middle = (
        "\n## Not checked by the program\n\n"
        "What these rules ask is left to people, or holds by the way the program is made.\n\n"
        "| rule | what it asks | why it is not checked |\n|---|---|---|\n"
    )
    rest = "".join(
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.texts['en'].title} | {rule.not_checked} |\n" for rule in others
    )
    details = "\n## Each rule\n" + "".join(_rule(rule) for rule in all_rules().values())
    return _NOTE + head + table + middle + rest + details


def _rule(rule: Rule | UncheckedRule) -> str:
    rows = [f"Severity: {rule.severity}; confidence: {rule.confidence}"]
    if isinstance(rule, Rule):
        rows.append(f"Message: {rule.texts['en'].filled('…').message}")
    else:
        rows.append(f"Not checked: {rule.not_checked}")
    hint = rule.texts["en"].filled("…").hint if isinstance(rule, Rule) else rule.texts["en"].hint
    rows += [f"What to do: {hint}", f"Source: {rule.source} (as of {rule.as_of})"]
    if isinstance(rule, Rule) and rule.note is not None:
        rows.append(f"Note: {rule.note}")
    return f"\n### {rule.id}\n\n{rule.texts['en'].title}.\n\n" + "".join(f"- {row}\n" for row in rows)


def filter_reference() -> str:
    """docs/filters.md: the filters that a template may use, by their docstrings."""
    rows = "".join(f"| `{name}` | {_first_line(function)} |\n" for name, function in FILTERS.items())
    head = "# Filters\n\nFor the tags of a Word template, as in `{{ visa.letter_date|date_reiwa }}`.\n\n"
    return _NOTE + head + "| filter | what it prints |\n|---|---|\n" + rows


def _first_line(function: object) -> str:
    line = (inspect.getdoc(function) or "").splitlines()[0]
    return line.replace("``", "`").replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "filters.md": filter_reference,
    "cli.md": command_reference,
    "rules.md": rule_reference,
    "errors.md": lambda: _NOTE + error_page(),
    "licences.md": lambda: _NOTE + licence_page(),
    "security-tests.md": lambda: _NOTE + case_table(),
}


def stale_pages() -> list[str]:
    """Names of the pages that are not what the program says now."""
    return [name for name, make in PAGES.items() if not _same(HERE / name, make())]


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Write the pages, or with --check only say which are stale."""
    if "--check" in sys.argv[1:]:
        stale = stale_pages()
        for name in stale:
            print(f"docs/{name} is stale: run `make docs`")
        return ExitCode.VERIFY if stale else ExitCode.OK
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), encoding="utf-8")
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
