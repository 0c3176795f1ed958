"""visa-packet doctor"""

from __future__ import annotations

from dataclasses import asdict

import click

from pipeline.cli.options import json_option
from pipeline.cli.report import Report, emit
from pipeline.doctor import examine
from pipeline.errors import ExitCode

_MARKS = {"ok": ("ok", "green"), "warning": ("warn", "yellow"), "missing": ("missing", "red")}


@click.command(short_help="Check engine, fonts, templates and versions on this machine.")
@json_option
def doctor(as_json: bool) -> int:
    """Check engine, fonts, templates and versions; say what is missing and how to get it.

    \b
    Example:
      visa-packet doctor
    """
    checks = list(examine())
    code = ExitCode.ENGINE if any(check.status == "missing" for check in checks) else ExitCode.OK
    emit(Report("doctor", code, (), [asdict(check) for check in checks]), as_json=as_json)
    if not as_json:
        for check in checks:
            word, colour = _MARKS[check.status]
            click.echo(f"{click.style(f'{word:<8}', fg=colour)}{check.name:<26}{check.version or '':<12}{check.detail}")
            if check.hint:
                click.echo(f"        hint: {check.hint}")
    return code
