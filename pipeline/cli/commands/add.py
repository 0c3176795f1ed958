"""visa-packet add"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.case.filing import BLANK_FORM, SIGNED, AttachmentRole
from pipeline.case.people import PATIENT
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
from pipeline.errors import AttachmentError, InputError, Problem
from pipeline.formats.files import resolved
from pipeline.formats.messages import worded_problem, words
from pipeline.language import SEPARATORS, Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.adding import (
    AddedPaper,
    NewPaper,
    add_papers,
    find_dropped,
    find_repeated,
    remove_sources,
    without_left_by_system,
    without_repeated,
)
from pipeline.run.case_folder.case_text import ROOM, CaseText, read_case_text
from pipeline.run.case_folder.deciding import ROLES, Decision, Given, decide, read_files, role_problem
from pipeline.run.case_folder.edited_file import AddedDocument, EditedFile, add_edited
from pipeline.run.case_folder.paper_guess import Reason, question_of_day, travellers
from pipeline.run.case_folder.places import find_place
from pipeline.run.case_folder.signed_scan import find_packet, printed_document
from pipeline.visa.labels import label


@dataclass(frozen=True, slots=True)
class _Said:
    """What the command line says: about the files, and how to ask and answer."""

    given: Given
    issued_on: date | None
    as_of: date
    language: Language
    asks: bool


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
    said = _Said(Given(role, person), day, day_of(as_of), language, asks)

    def work() -> _Done:
        text = read_case_text(case, templates, directory)
        if edited is not None:
            options = CheckOptions(said.as_of, templates, directory)
            return _edited(text, papers, EditedFile(Path(), edited.replace("_", "-"), person or PATIENT), options)
        skipped: list[Problem] = []
        if document is None:
            found = list(dict.fromkeys(map(resolved, papers))) or find_dropped(text)
            new = _papers(text, without_left_by_system(found, skipped), packet, said, skipped)
        else:
            new = [_signed(text, papers, document.replace("_", "-"), packet, said)]
        added = add_papers(text, [paper for paper, _ in new], move=move) if new else []
        return _Done(text, new, added, remove_sources(text, added) if move else [], skipped=skipped)

    outcome = attempt(work, OutputStyle(language))
    problems = outcome.problems if outcome.value is None else [*outcome.value.problems, *outcome.value.skipped]
    result = {
        "case": case,
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


def _papers(
    case: CaseText, paths: Sequence[Path], packet: Path | None, said: _Said, skipped: list[Problem]
) -> list[tuple[NewPaper, tuple[str, ...]]]:
    """Return the papers to add, each with what was decided in words. Raises with the problems of all files.

    Why a file is not added although it can be used is appended to ``skipped``.
    """
    decisions, problems = [], list[Problem]()
    for file in without_repeated(case, read_files(paths, said.given, case), skipped):
        try:
            decision = decide(case, file, said.given, said.as_of)
            decisions.append(_asked(case, decision, said))
        except AttachmentError as error:
            problems += error.problems
    if problems:
        raise AttachmentError(problems)
    return [_printed(case, *_new(case, decision, said), packet) for decision in decisions]


def _printed(
    case: CaseText, paper: NewPaper, lines: tuple[str, ...], packet: Path | None
) -> tuple[NewPaper, tuple[str, ...]]:
    """Return a paper, with the hash of what was printed if it is a signed original. Raises InputError."""
    if paper.role != SIGNED or paper.document is None:
        return paper, lines
    entry = printed_document(case, find_packet(case, packet), paper.document, paper.person)
    return replace(paper, printed_hash=entry["printed_hash"]), lines


def _asked(case: CaseText, decision: Decision, said: _Said) -> Decision:
    """Return a decision with a role and a person, asked for if necessary. Raises AttachmentError."""
    if decision.role is None:
        if not said.asks:
            raise AttachmentError(role_problem(decision))
        roles = list(dict.fromkeys([*decision.candidates, *ROLES]))
        titles = [_title(case, role, decision.person, said.language) for role in roles]
        role = roles[_choose("ask_role", decision.file.name, titles, said.language)]
        decision = replace(decision, role=role, reasons=(Reason("asked", {}), *decision.reasons))
    if not decision.is_sure_person and said.asks:
        people = list(travellers(case.json_file.fields))
        named = [_traveller(person, said.language) for person in people]
        person = people[_choose("ask_person", decision.file.name, named, said.language)]
        return replace(decision, person=person, is_sure_person=True)
    return decision


def _new(case: CaseText, decision: Decision, said: _Said) -> tuple[NewPaper, tuple[str, ...]]:
    """Return the paper of a decision, and the lines that say why, and on which day it was issued."""
    role: AttachmentRole = decision.role or "other"
    language = said.language
    reasons = decision.reasons if decision.is_sure_person else (*decision.reasons, Reason("default_person", {}))
    lines = [
        _text(
            "line",
            language,
            title=_title(case, role, decision.person, language, decision.document),
            person=_traveller(decision.person, language),
            reasons=SEPARATORS[language].join(_reason(reason, language) for reason in reasons),
        )
    ]
    if decision.looks_like is not None:
        lines.append(_text("looks_like", language, role=_title(case, decision.looks_like, decision.person, language)))
    day, about_day = _day(decision, role, said)
    paper = NewPaper(decision.file, role, decision.person, day, decision.document)
    return paper, (*lines, *about_day)


def _day(decision: Decision, role: str, said: _Said) -> tuple[date | None, list[str]]:
    """Return the day of issue, and a line about it; asked for if the role needs one."""
    asked, language = question_of_day(role), said.language
    if said.issued_on is not None:
        return said.issued_on, [_text("issued_given", language, day=said.issued_on)]
    if asked is None:
        return None, []
    question = words("days", asked, room=ROOM)[language]
    if said.asks:
        day = _ask_day(decision, question, said)
        return day, [] if day is None else [_text("issued_given", language, day=day)]
    if decision.day is not None and decision.is_labelled:
        return decision.day, [_text("issued_read", language, day=decision.day)]
    return None, [_text("no_day", language, question=question)]


def _ask_day(decision: Decision, question: str, said: _Said) -> date | None:
    text = _text("ask_day", said.language, file=decision.file.name, question=question)
    while True:
        answer = str(click.prompt(text, default=decision.day or "", show_default=decision.day is not None))
        if not answer.strip():
            return None
        try:
            day = date.fromisoformat(answer.strip())
        except ValueError:
            day = date.max
        if day <= said.as_of:
            return day
        print_line(_text("bad_day", said.language))


def _choose(question: str, name: str, choices: Sequence[str], language: Language) -> int:
    """Ask for one of several choices, which are numbered. Return its index."""
    for number, choice in enumerate(choices, start=1):
        print_line(f"  {number:>2}  {choice}")
    text = _text(question, language, file=name)
    return int(click.prompt(text, type=click.IntRange(1, len(choices)))) - 1


def _signed(
    case: CaseText, papers: Sequence[Path], document: str, packet: Path | None, said: _Said
) -> tuple[NewPaper, tuple[str, ...]]:
    """Return the signed original of a document. Raises InputError or AttachmentError."""
    if len(papers) != 1:
        raise InputError(worded_problem("add-signed/one", room=ROOM))
    person = said.given.person or PATIENT
    folder = find_packet(case, packet)
    entry = printed_document(case, folder, document, person)
    [file] = read_files([resolved(papers[0])], Given(SIGNED, person))
    repeated = find_repeated(case, [file])
    if repeated:
        raise AttachmentError(repeated)
    reason = Reason("signed", {"document": document, "packet": str(folder)})
    decision = Decision(file, SIGNED, person, is_sure_person=True, reasons=(reason,), document=document)
    paper, lines = _new(case, decision, said)
    return replace(paper, printed_hash=entry["printed_hash"]), lines


def _edited(case: CaseText, papers: Sequence[Path], file: EditedFile, options: CheckOptions) -> _Done:
    if len(papers) != 1:
        raise InputError(worded_problem("edited-one", room=ROOM))
    return _Done(case, [], [], edited=add_edited(case, replace(file, path=resolved(papers[0])), options))


def _print_edited(case: CaseText, added: AddedDocument, language: Language) -> None:
    person = _traveller(added.entry.get("person", PATIENT), language)
    pages = _text("pages_one" if added.pages == 1 else "pages", language, count=added.pages)
    print_line(Styled(f"→ {added.entry['path']}", bold=True))
    title = getattr(added.title, language)
    print_line(f"  {_text('edited', language, title=title, person=person, pages=pages)}")
    if added.former is not None:
        print_line(f"  {_text('former', language, path=added.former)}")
    print_line(_text("edited_total", language, case=case.json_file.name))


def _title(case: CaseText, role: str, person: str, language: Language, document: str | None = None) -> str:
    place = find_place(case.places, role, person, document)
    if role == BLANK_FORM:
        return words("roles", role, room=ROOM)[language]
    return role if place is None else getattr(place.title, language)


def _traveller(person: str, language: Language) -> str:
    kind, _, number = person.partition("-")
    word = label(kind, "traveller", language)
    return f"{word.lower()} {number}".strip() if language == "en" else f"{word}{number}"


def _reason(reason: Reason, language: Language) -> str:
    return words("reasons", reason.name, room=ROOM, **reason.parts)[language]


def _text(name: str, language: Language, **parts: object) -> str:
    return words("add", name, room=ROOM, **parts)[language]


def _to_json(added: AddedPaper) -> dict[str, Any]:
    return {"source": str(added.source), "entry": added.entry}


def _print(done: _Done, language: Language) -> None:
    if done.edited is not None:
        _print_edited(done.case, done.edited, language)
        return
    for (_, lines), added in zip(done.new, done.added, strict=True):
        print_line(Styled(f"{added.source.name} → {added.entry['path']}", bold=True))
        for line in lines:
            print_line(f"  {line}")
    for each in done.skipped:
        print_line(_text("skipped", language, file=Path(each.file or "").name, why=each.in_language(language).message))
    count, case = len(done.added), done.case.json_file.name
    if not count and not done.skipped:
        print_line(_text("nothing", language, folder=Path(case).parent))
    else:
        print_line(_text("total_one" if count == 1 else "total", language, count=count, case=case))
