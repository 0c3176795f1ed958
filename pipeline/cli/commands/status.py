"""visa-packet status"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from wcwidth import ljust, width

from pipeline.cli.output import (
    CommandReport,
    OutputStyle,
    fields_to_json,
    print_problems,
    print_verdict,
    problem_to_json,
)
from pipeline.cli.patient_table import print_patient, print_patients
from pipeline.cli.read_patients import read_patients
from pipeline.cli.results import results_of_command
from pipeline.cli.shared_options import (
    as_of_option,
    case_files,
    cases_argument,
    day_of,
    directory_option,
    json_options,
    lang_option,
    letter_languages_option,
    read_scans_option,
    templates_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.language import SEPARATORS, Language
from pipeline.options import CheckOptions
from pipeline.publish.folder import check_file_target, publish_file
from pipeline.run.overview.patient_row import PatientRow, sorted_rows
from pipeline.run.overview.patients_page import PATIENTS_PAGE, draw_patients_page
from pipeline.run.overview.row_json import row_to_json
from pipeline.run.status import OPEN, Status, status_to_json
from pipeline.visa.labels import describe_state, label
from pipeline.visa.timeline.ics import is_own_ics, to_office_ics


@click.command(short_help="Show the state of one case, or all patients at a glance.")
@cases_argument
@as_of_option
@templates_option
@directory_option
@read_scans_option
@letter_languages_option
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the overview as a page, to filter and sort in a browser. It contains case ids and no names.",
)
@click.option(
    "--ics",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write one calendar file (iCalendar) with the dates of all cases, and alarms before the last days.",
)
@lang_option
@json_options
def status(
    cases: tuple[str, ...],
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    read_scans: bool,
    letter_languages: tuple[Language, ...] | None,
    page: Path | None,
    ics: Path | None,
    language: Language,
    as_json: bool,
) -> int:
    """Show the state of one CASE, or of all patients of a folder in one line each.

    Of one case, list every paper and document of each traveller: missing, too old on the filing date, not yet signed,
    or complete. Of several, print the state, what is done, the filing window with the days left, and what is to be
    done next and by whom. Cases with mistakes come first, then those with the fewest days left.

    The exit code is 0 even if items are open. Another code means that a case cannot be read or lacks fields.

    \b
    Example:
      visa-packet status examples/wang-xiaoming/case.json
      visa-packet status cases/ --lang zh
      visa-packet status cases/ --html patients.html --ics patients.ics
    """
    options = CheckOptions(
        day_of(as_of), templates, directory, read_scans=read_scans, letter_languages=letter_languages
    )
    for path, is_own in ((page, PATIENTS_PAGE.is_own), (ics, is_own_ics)):
        if path is not None:
            check_file_target(path, is_own)
    results, files = results_of_command(), case_files(cases)
    results.begin("status", len(files))
    rows = read_patients(files, options)
    ordered = sorted_rows(rows)
    dated = [row.timeline for row in ordered if row.timeline is not None]
    if page is not None:
        publish_file(draw_patients_page(ordered, options.as_of, language), page, PATIENTS_PAGE.is_own)
    if ics is not None:
        publish_file(to_office_ics(dated, language), ics, is_own_ics)
    if as_json:
        _print_failures(rows, language)
    else:
        _print_rows(ordered, options.as_of, language)
        for path in filter(None, (page, ics)):
            print_line(Styled(str(path), bold=True))
        if ics is not None and len(dated) < len(rows):
            names = SEPARATORS[language].join(row.name for row in ordered if row.timeline is None)
            print_line(label("undated", "glance", language).format(names=names))
    for row in rows:
        results.add(_result(row, options.as_of, language))
    return results.finish(CommandReport("status", results.overall()))


def _result(row: PatientRow, as_of: date, language: Language) -> dict[str, Any]:
    problems = () if row.status else row.problems
    return {
        "case": row.source,
        "case_id": row.case_id,
        "exit_code": int(row.code),
        "details": status_to_json(row.status) if row.status else None,
        "summary": row_to_json(row, as_of),
        **fields_to_json(problems),
        "problems": [problem_to_json(problem, language) for problem in problems],
    }


def _print_rows(rows: Sequence[PatientRow], as_of: date, language: Language) -> None:
    if len(rows) > 1:
        print_patients(rows, as_of, language)
        return
    _print_failures(rows, language)
    for row in rows:
        if row.status is not None:
            _print(row.status, language)
        if row.done is not None:
            print_patient(row, as_of, language)
        if row.status is not None:
            _print_verdict(row.status, language)


def _print_failures(rows: Sequence[PatientRow], language: Language) -> None:
    for row in rows:
        if row.status is None:
            print_problems([each for each in row.problems if each.severity != "info"], OutputStyle(language))


def _print(overview: Status, language: Language) -> None:
    head = _text("head", language, case=overview.case_id, filing=overview.filing_date, open=len(overview.open))
    print_line(Styled(head, bold=True))
    words = {item.standing: label(item.standing, "standing", language) for item in overview.items}
    columns = max(map(width, words.values()), default=0)
    person = None
    for item in overview.items:
        if item.person != person:
            person = item.person
            print_line(f"  {person}")
        word = Styled(ljust(words[item.standing], columns), "red" if item.standing in OPEN else None)
        until = Styled(f"  {_text('until', language, day=item.until)}" if item.until else "", dim=True)
        print_line("    ", word, f"  {item.letter or '　'}  {getattr(item.title, language)}", until)


def _print_verdict(overview: Status, language: Language) -> None:
    if overview.builds is None:
        result = Styled(_text("nothing", language, codes=", ".join(overview.errors)), fg="red")
    else:
        state = describe_state(overview.builds, language)
        permission = _text("permission", language) if overview.builds == "incomplete" else ""
        colour = "green" if overview.builds == "ready_to_file" else "yellow"
        result = Styled(_text("builds", language, state=state) + permission, fg=colour)
    print_verdict(result, overview.problems, language)


def _text(name: str, language: Language, **parts: object) -> str:
    return label(name, "status", language).format(**parts)
