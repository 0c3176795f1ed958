"""visa-packet answer"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from pipeline.case.source import Source, find_case_id
from pipeline.cli.case_questions import CaseQuestions
from pipeline.cli.output import CommandReport, OutputStyle, emit, print_problems, problem_to_json
from pipeline.cli.prompts import prompt_text
from pipeline.cli.shared_options import (
    as_of_option,
    case_files,
    day_of,
    directory_option,
    json_option,
    lang_option,
    templates_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode, InputError
from pipeline.formats.json.reader import read_json
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import WHO, change_case, open_fields, refresh_places
from pipeline.run.case_folder.case_text import ROOM
from pipeline.run.case_folder.fields import find_field, value_at


@click.command(short_help="Answer the open questions of a case, or set its fields.")
@click.argument("case", type=click.Path(readable=False))
@click.argument("fields", nargs=-1)
@click.option("--who", type=click.Choice(WHO), help="Ask only what this person knows.")
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Set a field by its JSON pointer, such as patient/passport/number=EK0234567, and ask nothing. Repeatable.",
)
@click.option("--remove", multiple=True, metavar="FIELD", help="Remove a field, and ask nothing. Repeatable.")
@as_of_option
@directory_option
@templates_option
@lang_option
@json_option
def answer(
    case: str,
    fields: tuple[str, ...],
    who: str | None,
    values: tuple[str, ...],
    remove: tuple[str, ...],
    as_of: datetime | None,
    directory: Path | None,
    templates: str,
    language: Language,
    as_json: bool,
) -> int:
    """Ask for what CASE lacks, check each answer and save it, or set fields.

    With FIELDS, such as patient/phone, only these are asked, also if the case has them already. Enter alone leaves a
    question for later; Ctrl-C ends, and every answer so far is saved. The rest of case.json keeps its formatting.

    \b
    Example:
      visa-packet answer case-2026-0001 --who patient
      visa-packet answer case-2026-0001 patient/phone patient/email
      visa-packet answer case-2026-0001 --set patient/sex=female --set patient/birth_date=1987-06-23
    """
    options = CheckOptions(day_of(as_of), templates, directory)
    path = _path(case)
    if values or remove:
        if fields or who:
            raise click.UsageError("--set and --remove ask nothing: leave out FIELDS and --who")
        changed = {
            **{_removable(path, name): None for name in remove},
            **dict(_assigned(value) for value in values),
        }
        found = change_case(path, changed, options)
        print_problems(found, OutputStyle(language))
        if not as_json:
            print_line(prompt_text("saved", language, count=len(changed), file=path))
    else:
        found = CaseQuestions(path, options, language).ask([find_field(name).pointer for name in fields], who)
    refresh_places(path, options)
    rest = open_fields(path, options)
    if not as_json:
        _print_rest(path, len(rest.fields), rest.filled, rest.required, language)
    result = {
        "case": str(path),
        "case_id": find_case_id(Source(str(path), path.parent)),
        "open": [field.pointer for field in rest.fields],
        **({"fields": {"filled": rest.filled, "required": rest.required}} if rest.required else {}),
        "problems": [problem_to_json(problem, language) for problem in found],
    }
    emit(CommandReport("answer", ExitCode.OK, (), [result]), as_json=as_json)
    return ExitCode.OK


def _path(case: str) -> Path:
    found = case_files([case])
    if len(found) != 1 or found[0].raw is not None:
        raise InputError(replace(worded_problem("no-case/one", room=ROOM), file=case))
    return Path(found[0].file)


def _removable(path: Path, name: str) -> str:
    """Return the pointer of a field to remove. Raise InputError if the case does not have it."""
    pointer = find_field(name).pointer
    if value_at(read_json(path).data, pointer) is None:
        raise InputError(replace(worded_problem("field-absent"), file=name))
    return pointer


def _assigned(text: str) -> tuple[str, object]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError("--set needs a field and a value: --set patient/sex=female")
    field = find_field(name)
    return field.pointer, field.value_of(value)


def _print_rest(path: Path, count: int, filled: int | None, required: int | None, language: Language) -> None:
    if required:
        print_line(prompt_text("filled", language, filled=filled, required=required))
    if count:
        print_line(prompt_text("left", language, count=count))
    else:
        print_line(Styled(prompt_text("complete", language), fg="green"))
        print_line(f"  visa-packet status {path.parent}")
