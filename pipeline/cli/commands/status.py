"""visa-packet status"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from wcwidth import ljust, width

from pipeline.case.source import Source
from pipeline.cli.outcome import attempt, overall
from pipeline.cli.output import CommandReport, OutputStyle, emit, fields_to_json, print_verdict, problem_to_json
from pipeline.cli.shared_options import (
    as_of_option,
    case_files,
    cases_argument,
    day_of,
    directory_option,
    json_option,
    lang_option,
    letter_languages_option,
    read_scans_option,
    templates_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.status import OPEN, Status, status_of, status_to_json
from pipeline.visa.labels import describe_state, label


@click.command(short_help="List missing, expired and unsigned documents of each case.")
@cases_argument
@as_of_option
@templates_option
@directory_option
@read_scans_option
@letter_languages_option
@lang_option
@json_option
def status(
    cases: tuple[str, ...],
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    read_scans: bool,
    letter_languages: tuple[Language, ...] | None,
    language: Language,
    as_json: bool,
) -> int:
    """List every paper and document of each CASE: missing, too old on the filing date, not yet signed, or complete.

    The exit code is 0 even if items are open. Another code means that a case cannot be read.

    \b
    Example:
      visa-packet status examples/wang-xiaoming/case.json
      visa-packet status cases/ --lang zh
    """
    options = CheckOptions(
        day_of(as_of), templates, directory, read_scans=read_scans, letter_languages=letter_languages
    )
    results = [_status_one(source, options, language, as_json=as_json) for source in case_files(cases)]
    code = overall(result["exit_code"] for result in results)
    emit(CommandReport("status", code, (), results), as_json=as_json)
    return code


def _status_one(source: Source, options: CheckOptions, language: Language, *, as_json: bool) -> dict[str, Any]:
    outcome = attempt(lambda: status_of(source, options), OutputStyle(language, notes=False))
    if outcome.value is not None and not as_json:
        _print(outcome.value, language)
    return {
        "case": source.name,
        "case_id": outcome.value.case_id if outcome.value else None,
        "exit_code": int(outcome.code),
        "status": status_to_json(outcome.value) if outcome.value else None,
        **fields_to_json(outcome.problems),
        "problems": [problem_to_json(problem, language) for problem in outcome.problems],
    }


def _print(overview: Status, language: Language) -> None:
    def text(name: str, **parts: object) -> str:
        return label(name, "status", language).format(**parts)

    head = text("head", case=overview.case_id, filing=overview.filing_date, open=len(overview.open))
    print_line(Styled(head, bold=True))
    words = {item.standing: label(item.standing, "standing", language) for item in overview.items}
    columns = max(map(width, words.values()), default=0)
    person = None
    for item in overview.items:
        if item.person != person:
            person = item.person
            print_line(f"  {person}")
        word = Styled(ljust(words[item.standing], columns), "red" if item.standing in OPEN else None)
        until = Styled(f"  {text('until', day=item.until)}" if item.until else "", dim=True)
        print_line("    ", word, f"  {item.letter or '　'}  {getattr(item.title, language)}", until)
    if overview.builds is None:
        result = Styled(text("nothing", codes=", ".join(overview.errors)), fg="red")
    else:
        state = describe_state(overview.builds, language)
        permission = text("permission") if overview.builds == "incomplete" else ""
        colour = "green" if overview.builds == "ready_to_file" else "yellow"
        result = Styled(text("builds", state=state) + permission, fg=colour)
    print_verdict(result, overview.problems, language)
