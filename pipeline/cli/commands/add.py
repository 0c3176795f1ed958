"""visa-packet add"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.case.filing import AttachmentRole
from pipeline.case.people import PATIENT
from pipeline.case.source import CASE_FILE, Source, find_case_id
from pipeline.cli.new_papers import Said, add_text, new_papers, signed_paper, traveller_text
from pipeline.cli.outcome import attempt
from pipeline.cli.output import CommandReport, OutputStyle, emit, print_problems, problem_to_json
from pipeline.cli.shared_options import (
    as_of_option,
    day_of,
    directory_option,
    json_option,
    lang_option,
    templates_option,
)
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import InputError, Problem
from pipeline.formats.files import is_folder, resolved
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.adding import (
    AddedPaper,
    NewPaper,
    add_papers,
    find_dropped,
    remove_sources,
    without_left_by_system,
)
from pipeline.run.case_folder.case_text import ROOM, CaseText, read_case_text
from pipeline.run.case_folder.deciding import ROLES, Given
from pipeline.run.case_folder.edited_file import AddedDocument, EditedFile, add_edited


@dataclass(frozen=True, slots=True)
class _Done:
    """The case as it was, the new papers with lines about them, the entries, and the problems of files that stay.

    ``skipped`` says of files why they are not added; ``edited`` is the document that was given back.
    """

    case: CaseText
    new: Sequence[tuple[NewPaper, tuple[str, ...]]]
    added: Sequence[AddedPaper]
    problems: Sequence[Problem] = ()
    edited: AddedDocument | None = None
    skipped: Sequence[Problem] = ()


@click.command(short_help="Add papers and signed scans to a case.")
@click.argument("case", type=click.Path(readable=False))
@click.argument("papers", nargs=-1, type=click.Path(path_type=Path, readable=False), metavar="[PAPER]...")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    metavar="ROLE",
    help=f"Which paper it is; by default as its place, name and content say. One of: {', '.join(ROLES)}.",
)
@click.option("--person", metavar="PERSON", help="Whose paper it is: patient, companion-1 and so on.")
@click.option(
    "--issued-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day on which the paper was issued or signed, or the photo taken, YYYY-MM-DD.",
)
@click.option("--signed", "document", metavar="DOCUMENT", help="The paper is the signed original of this document.")
@click.option(
    "--edited", metavar="DOCUMENT", help="PAPER is this document, edited in Word: it replaces the generated one."
)
@click.option(
    "--packet",
    type=click.Path(path_type=Path, readable=False),
    metavar="DIR",
    help="With --signed, the packet that was printed; by default out/<case id> here or near the case.",
)
@click.option("--move", is_flag=True, help="Move the files instead of copying them.")
@click.option(
    "--no-input", is_flag=True, help="Ask nothing: what is not certain is an error; a missing day stays open."
)
@templates_option
@directory_option
@as_of_option
@lang_option
@json_option
def add(
    case: str,
    papers: tuple[Path, ...],
    role: AttachmentRole | None,
    person: str | None,
    issued_on: datetime | None,
    document: str | None,
    edited: str | None,
    packet: Path | None,
    move: bool,
    no_input: bool,
    templates: str,
    directory: Path | None,
    as_of: datetime | None,
    language: Language,
    as_json: bool,
) -> int:
    """Copy each PAPER into its place in the folder of CASE, and write its entry into the case.

    Which paper it is, whose it is and when it was issued is read from name and content, and shown with the reason; what
    remains open is asked. Without PAPER, the files that lie in the places of papers (papers/01-passport/ and so on) are
    added. The case may still lack fields. Files that the case has already and lock files of Office are skipped. If any
    other file cannot be added, none is, and the case stays as it was.

    \b
    Example:
      visa-packet add cases/liu-yutong passport.jpg bank.pdf
      visa-packet add cases/liu-yutong photo.jpg --role photo --issued-on 2026-11-05
      visa-packet add cases/liu-yutong scan.pdf --signed invitation-letter
      visa-packet add cases/liu-yutong letter.docx --edited invitation-letter
    """
    day = issued_on.date() if issued_on else None
    asks = not (no_input or as_json) and sys.stdin is not None and sys.stdin.isatty()
    said = Said(Given(role, person), day, day_of(as_of), language, asks)

    def work() -> _Done:
        text = read_case_text(case, templates, directory)
        if edited is not None:
            options = CheckOptions(said.as_of, templates, directory)
            return _edited(text, papers, EditedFile(Path(), edited.replace("_", "-"), person or PATIENT), options)
        skipped: list[Problem] = []
        if document is None:
            found = list(dict.fromkeys(map(resolved, papers))) or find_dropped(text)
            new = new_papers(text, without_left_by_system(found, skipped), packet, said, skipped)
        else:
            new = [signed_paper(text, papers, document.replace("_", "-"), packet, said)]
        added = add_papers(text, [paper for paper, _ in new], move=move) if new else []
        return _Done(text, new, added, remove_sources(text, added) if move else [], skipped=skipped)

    outcome = attempt(work, OutputStyle(language))
    problems = outcome.problems if outcome.value is None else [*outcome.value.problems, *outcome.value.skipped]
    path = Path(outcome.value.case.json_file.name if outcome.value else case)
    path = path / CASE_FILE if is_folder(path) else path
    result = {
        "case": str(path),
        "case_id": find_case_id(Source(str(path), path.parent)),
        "exit_code": int(outcome.code),
        "added": [_to_json(each) for each in outcome.value.added] if outcome.value else [],
        "edited": None if outcome.value is None or outcome.value.edited is None else outcome.value.edited.entry,
        "problems": [problem_to_json(problem, language) for problem in problems],
    }
    emit(CommandReport("add", outcome.code, (), [result]), as_json=as_json)
    if outcome.value is not None and not as_json:
        print_problems(outcome.value.problems, OutputStyle(language))
        _print(outcome.value, language)
    return outcome.code


def _edited(case: CaseText, papers: Sequence[Path], file: EditedFile, options: CheckOptions) -> _Done:
    if len(papers) != 1:
        raise InputError(worded_problem("edited-one", room=ROOM))
    return _Done(case, [], [], edited=add_edited(case, replace(file, path=resolved(papers[0])), options))


def _print_edited(case: CaseText, added: AddedDocument, language: Language) -> None:
    person = traveller_text(added.entry.get("person", PATIENT), language)
    pages = add_text("pages_one" if added.pages == 1 else "pages", language, count=added.pages)
    print_line(Styled(f"→ {added.entry['path']}", bold=True))
    title = getattr(added.title, language)
    print_line(f"  {add_text('edited', language, title=title, person=person, pages=pages)}")
    if added.former is not None:
        print_line(f"  {add_text('former', language, path=added.former)}")
    print_line(add_text("edited_total", language, case=case.json_file.name))


def _to_json(added: AddedPaper) -> dict[str, Any]:
    return {"original": str(added.source), "entry": added.entry}


def _print(done: _Done, language: Language) -> None:
    if done.edited is not None:
        _print_edited(done.case, done.edited, language)
        return
    for (_, lines), added in zip(done.new, done.added, strict=True):
        print_line(Styled(f"{added.source.name} → {added.entry['path']}", bold=True))
        for line in lines:
            print_line(f"  {line}")
    for each in done.skipped:
        print_line(
            add_text("skipped", language, file=Path(each.file or "").name, why=each.in_language(language).message)
        )
    count, case = len(done.added), done.case.json_file.name
    if not count and not done.skipped:
        print_line(add_text("nothing", language, folder=Path(case).parent))
    else:
        print_line(add_text("total_one" if count == 1 else "total", language, count=count, case=case))
