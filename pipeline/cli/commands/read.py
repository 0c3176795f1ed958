"""visa-packet read"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from wcwidth import ljust, width

from pipeline.attachments.proposed_values import ProposedValue
from pipeline.attachments.read_values import read_values
from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import as_of_option, day_of, json_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode

_PERSON = re.compile(r"patient|companion-([1-9][0-9]?)")


class Person(click.ParamType[str]):
    """A person of a case: patient, companion-1 and so on; their JSON pointer."""

    name = "person"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the JSON pointer of the person."""
        person = _PERSON.fullmatch(str(value))
        if person is None:
            self.fail("give patient, companion-1 and so on", param, ctx)
        return f"/companions/{int(person[1]) - 1}" if person[1] else "/patient"


@click.command(short_help="Propose values for a new case from a scan or PDF of a paper.")
@click.argument("paper", type=click.Path(path_type=Path))
@click.option(
    "--person",
    type=Person(),
    default="patient",
    show_default=True,
    help="Person of the paper: patient, companion-1 and so on.",
)
@as_of_option
@json_option
def read(paper: Path, person: str, as_of: datetime | None, as_json: bool) -> int:
    """Read PAPER, such as the scan of a passport, and print values for a new case. Nothing is written.

    Each value has its JSON pointer, its place on the A4 page (from the upper left corner) and the confidence of the
    reader. Check digits prove some of them; compare all others with the paper. Of a paper without text, which needs the
    extra `read`, the first six pages are read. The exit code is 0 even if no value was found.

    \b
    Example:
      visa-packet read examples/wang-xiaoming/papers/passport.png
      visa-packet read passport.pdf --person companion-1 --json
    """
    values = read_values(paper, person, day_of(as_of))
    emit(CommandReport("read", ExitCode.OK, (), [_document(each) for each in values]), as_json=as_json)
    if not as_json:
        _print(values)
    return ExitCode.OK


def _print(values: list[ProposedValue]) -> None:
    if not values:
        print_line("no value was found: a straight scan of 200 dots per inch in good light is read best")
        return
    columns = [max(width(text) for text in texts) for texts in zip(*map(_texts, values), strict=True)]
    for each in values:
        cells = (ljust(text, columns[index]) for index, text in enumerate(_texts(each)))
        proof = "proved by check digits" if each.is_proved else f"confidence {each.line.confidence:.0%}"
        print_line("  ".join(cells), "  ", Styled(proof, fg="green" if each.is_proved else None))
    print_line(Styled("Compare each value with the paper before you use it.", dim=True))


def _texts(each: ProposedValue) -> tuple[str, str, str]:
    left, top, _, _ = each.line.box_mm
    return each.pointer, each.value, f"page {each.line.page}, {left:.0f} mm from the left, {top:.0f} mm from the top"


def _document(each: ProposedValue) -> dict[str, Any]:
    return {
        "pointer": each.pointer,
        "value": each.value,
        "page": each.line.page,
        "box_mm": list(each.line.box_mm),
        "confidence": round(each.line.confidence, 3),
        "proved": each.is_proved,
    }
