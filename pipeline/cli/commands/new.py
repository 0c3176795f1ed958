"""visa-packet new"""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from pipeline.case.directory import find_directory
from pipeline.case.treatment import ConditionKind, Route, TreatmentKind
from pipeline.cli.output import CommandReport, emit
from pipeline.cli.prompts import prompt_text
from pipeline.cli.shared_options import directory_option, json_option, lang_option, templates_option
from pipeline.cli.start_questions import MOST_COMPANIONS, MOST_VISITS, StartQuestions
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode, InputError
from pipeline.formats.messages import worded_problem
from pipeline.language import SEPARATORS, Language
from pipeline.packet.set_files import load_template_set
from pipeline.run.case_folder.case_text import ROOM
from pipeline.run.case_folder.fields import find_field, value_at
from pipeline.run.case_folder.offer import Offer
from pipeline.run.case_folder.readme import README
from pipeline.run.case_folder.samples import DIRECTORY, EXAMPLE, copy_sample
from pipeline.run.case_folder.start import CaseStart, case_id_for, complete_start, first_fields, start_case
from pipeline.visa.labels import COLONS

#: What follows from the answers, and is worth a line.
_FOLLOWING = ("/visa/mission", "/visa/entries", "/treatment/kind", "/treatment/plan_number", "/treatment/risk_class")


def _one_of(kinds: object) -> str:
    return f"One of: {', '.join(get_args(kinds))}."


@click.command(short_help="Start a case: its folder, with places for the papers.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--name", "chinese_name", default="", metavar="汉字", help="Name of the patient in Chinese characters.")
@click.option("--surname", default="", metavar="LETTERS", help="Surname in passport letters.")
@click.option("--given-names", default="", metavar="LETTERS", help="Given names in passport letters.")
@click.option("--address", metavar="TEXT", help="Full home address in Chinese. It says which mission is responsible.")
@click.option("--province", metavar="省", help="Province, if the address does not begin with it.")
@click.option("--companions", type=click.IntRange(0, MOST_COMPANIONS), help="Number of people who travel too.")
@click.option("--condition", type=click.Choice(get_args(ConditionKind)), metavar="KIND", help=_one_of(ConditionKind))
@click.option("--treatment", type=click.Choice(get_args(TreatmentKind)), metavar="KIND", help=_one_of(TreatmentKind))
@click.option("--route", type=click.Choice(get_args(Route)), metavar="ROUTE", help=_one_of(Route))
@click.option("--hospital", metavar="ID", help="Hospital in the directory; its plan follows if only one fits.")
@click.option("--visits", type=click.IntRange(1, MOST_VISITS), help="Number of stays in Japan.")
@click.option("--guarantor", metavar="ID", help="Guarantor in the directory.")
@click.option("--case-id", metavar="ID", help="Id of the case; by default the name of the folder.")
@click.option("--no-input", is_flag=True, help="Ask nothing, as with --json: what the options do not say stays open.")
@click.option("--example", is_flag=True, help="Copy a complete example as FOLDER, by default `example`, to look at.")
@click.option(
    "--sample-directory",
    is_flag=True,
    help="Copy a sample of a directory as FOLDER, by default `directory`, to replace with your hospitals.",
)
@directory_option
@templates_option
@lang_option
@json_option
def new(
    folder: Path | None,
    case_id: str | None,
    no_input: bool,
    example: bool,
    sample_directory: bool,
    directory: Path | None,
    templates: str,
    language: Language,
    as_json: bool,
    **known: Any,
) -> int:
    """Start a case in FOLDER, by default case-YEAR-0001 or the next number that is free.

    The command asks the few things that decide about the others, or takes them as options. It writes case.json with
    the answers and what follows from them, a folder for each paper, and README.md in your language, which says what to
    collect. What stays open is asked by `visa-packet answer`. An existing case is never replaced.

    \b
    Example:
      visa-packet new
      visa-packet new case-2026-0007 --province 上海 --visits 2 --no-input
      visa-packet new --sample-directory
    """
    if example or sample_directory:
        if example and sample_directory:
            raise click.UsageError("--example and --sample-directory exclude each other")
        name = EXAMPLE if example else DIRECTORY
        return _copy(name, folder or Path("example" if example else DIRECTORY), language, as_json=as_json)
    folder, case_id = case_id_for(folder, case_id, date.today())  # noqa: DTZ011 - the user's local day
    offer = Offer.of(find_directory(folder, directory))
    start = complete_start(CaseStart(case_id, **known), offer)
    if not (no_input or as_json):
        start = complete_start(_ask(start, offer, language), offer)
    file = start_case(folder, start, load_template_set(templates), language)
    fields = first_fields(start)
    if not as_json:
        _print(file, fields, language)
    result = {"folder": str(folder), "case_id": case_id, "files": [str(file), str(folder / README)]}
    emit(CommandReport("new", ExitCode.OK, (), [result]), as_json=as_json)
    return ExitCode.OK


def _ask(start: CaseStart, offer: Offer, language: Language) -> CaseStart:
    try:
        return StartQuestions(offer, language).ask(start)
    except click.Abort:
        raise InputError(worded_problem("usage/ended", room=ROOM)) from None


def _print(file: Path, fields: dict[str, Any], language: Language) -> None:
    print_line(Styled(prompt_text("made", language, file=file), bold=True))
    facts = []
    for pointer in _FOLLOWING:
        value = value_at(fields, pointer)
        if value is not None:
            field = find_field(pointer)
            facts.append(f"{field.title(language)}{COLONS[language]}{field.choices(language).get(value, value)}")
    if facts:
        print_line(prompt_text("follows", language, facts=SEPARATORS[language].join(facts)))
    print_line(prompt_text("next", language, readme=file.parent / README))
    print_line(f"  visa-packet answer {shlex.quote(str(file.parent))}")


def _copy(name: str, folder: Path, language: Language, *, as_json: bool) -> int:
    files = copy_sample(name, folder)
    if not as_json:
        print_line(prompt_text("copied", language, folder=folder))
    result = {"folder": str(folder), "case_id": None, "files": [str(file) for file in files]}
    emit(CommandReport("new", ExitCode.OK, (), [result]), as_json=as_json)
    return ExitCode.OK
