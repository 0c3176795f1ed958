"""visa-packet reminders"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click

from pipeline.cli.output import CommandReport, OutputStyle, print_problems, problem_to_json
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
    templates_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode
from pipeline.language import LANGUAGES, Language
from pipeline.options import CheckOptions
from pipeline.publish.folder import check_file_target, publish_files
from pipeline.run.overview.duties import PEOPLE, Person
from pipeline.run.overview.eml import is_own_eml, to_eml
from pipeline.run.overview.patient_row import PatientRow
from pipeline.run.overview.reminders import USUAL_LANGUAGES, Reminder, reminders_of
from pipeline.visa.labels import label


class PersonLanguageType(click.ParamType[tuple[Person, Language]]):
    """The language of the letters to a person, such as patient=en."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Person, Language]:
        """Return the person and the language in ``value``."""
        who, _, language = str(value).partition("=")
        if who not in PEOPLE or language not in LANGUAGES:
            self.fail(f"give PERSON=LANGUAGE: {', '.join(PEOPLE)} and {', '.join(LANGUAGES)}", param, ctx)
        return who, language


@click.command(short_help="Write drafts of e-mails to everyone who has something to do for a case.")
@cases_argument
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reminders"),
    show_default=True,
    help="Folder for the drafts.",
)
@click.option(
    "--to",
    "people",
    type=click.Choice(get_args(Person)),
    multiple=True,
    help="Write only to this person; may be repeated.  [default: everyone]",
)
@click.option(
    "--write",
    "languages",
    type=PersonLanguageType(),
    multiple=True,
    metavar="PERSON=LANGUAGE",
    help="Language of the letters to a person, such as patient=en. By default Chinese for the patient, Japanese for "
    "hospital and guarantor, that of --lang for the agency.",
)
@click.option(
    "--sender",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Text file (UTF-8) with your name and telephone number, for the end of each letter.",
)
@as_of_option
@templates_option
@directory_option
@lang_option
@json_options
def reminders(
    cases: tuple[str, ...],
    out: Path,
    people: tuple[Person, ...],
    languages: tuple[tuple[Person, Language], ...],
    sender: Path | None,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    language: Language,
    as_json: bool,
) -> int:
    """Write a draft of an e-mail (.eml) to each person who has something to do for a CASE.

    Each letter lists, in the language of its reader, the questions, papers and signatures that are open, and says
    when the application is to be filed. The address is that of the case or of the directory. The letters name the
    patient, and contain no identity number. Nothing is sent: open a draft in your mail program, check it, and send it.

    Drafts of an earlier run are replaced, or removed if nothing is open any more.

    \b
    Example:
      visa-packet reminders cases/ -o reminders
      visa-packet reminders cases/p-101 --to hospital --sender me.txt
    """
    options = CheckOptions(day_of(as_of), templates, directory)
    ending = _read_sender(sender) if sender else None
    results, sources = results_of_command(), case_files(cases)
    results.begin("reminders", len(sources))
    rows = read_patients(sources, options)
    chosen = {**USUAL_LANGUAGES, "agency": language, **dict(languages)}
    written = {
        row.source: [
            each for each in reminders_of(row, options.as_of, chosen, ending) if not people or each.who in people
        ]
        for row in rows
    }
    _publish(rows, written, out, people or PEOPLE)
    for row in rows:
        if row.case is None:
            print_problems(row.problems, OutputStyle(language, notes=False))
    if not as_json:
        _print(rows, written, out, language)
    for row in rows:
        results.add(_result(row, written[row.source], out, language))
    return results.finish(CommandReport("reminders", results.overall()))


def _read_sender(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"--sender: {file} is not a text file in UTF-8") from None


def _publish(
    rows: Iterable[PatientRow], written: Mapping[str, list[Reminder]], out: Path, people: Iterable[Person]
) -> None:
    """Write the drafts, and remove earlier ones of people who have nothing to do any more."""
    files = {_file(row, each.who): to_eml(each) for row in rows for each in written[row.source]}
    for name in files:
        check_file_target(out / name, is_own_eml)
    if files:
        publish_files(files, out)
    for row in rows:
        for who in people:
            former = out / _file(row, who)
            if row.case is not None and former.name not in files and former.is_file():
                with former.open("rb") as file:
                    is_own = is_own_eml(file.read(1000))
                if is_own:
                    former.unlink()


def _file(row: PatientRow, who: Person) -> str:
    return f"{row.case_id}-{who}.eml"


def _code(row: PatientRow) -> ExitCode:
    """Return the exit code of a case: a case that lacks fields has letters, so nothing has failed."""
    return row.code if row.case is None else ExitCode.OK


def _result(row: PatientRow, letters: Iterable[Reminder], out: Path, language: Language) -> dict[str, Any]:
    problems = row.problems if row.case is None else ()
    return {
        "case": row.source,
        "case_id": row.case_id,
        "exit_code": int(_code(row)),
        "letters": [
            {
                "to": each.who,
                "path": str(out / _file(row, each.who)),
                "language": each.language,
                "has_address": bool(each.to),
                "duties": len(each.duties),
            }
            for each in letters
        ],
        "problems": [problem_to_json(problem, language) for problem in problems],
    }


def _print(rows: Iterable[PatientRow], written: Mapping[str, list[Reminder]], out: Path, language: Language) -> None:
    count = 0
    for row in rows:
        for each in written[row.source]:
            count += 1
            number = label("open", "reminders", language).format(number=len(each.duties))
            missing = "" if each.to else f"  {label('no_address', 'reminders', language)}"
            who = label(each.who, "person", language)
            print_line(Styled(str(out / _file(row, each.who)), bold=True), f"  {who}  {number}{missing}")
    key = "done" if count else "nothing"
    print_line(label(key, "reminders", language).format(number=count))
