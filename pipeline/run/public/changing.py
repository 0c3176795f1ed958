"""Public functions that change a case: starting it, answering its questions, adding its papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pipeline.case.directory import find_directory
from pipeline.case.filing import SIGNED, AttachmentRole
from pipeline.case.people import PATIENT
from pipeline.case.treatment import ConditionKind, Route, TreatmentKind
from pipeline.errors import AttachmentError, Problem
from pipeline.formats.files import resolved
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.set_files import load_template_set
from pipeline.run.case_folder import samples
from pipeline.run.case_folder.adding import (
    AddedPaper,
    NewPaper,
    find_dropped,
    find_repeated,
    remove_sources,
    without_left_by_system,
    without_repeated,
)
from pipeline.run.case_folder.adding import add_papers as add_together
from pipeline.run.case_folder.answers import OpenFields, change_case, open_fields, refresh_places
from pipeline.run.case_folder.case_text import CaseText, read_case_text
from pipeline.run.case_folder.deciding import Decision, Given, decide, read_files, role_problem
from pipeline.run.case_folder.edited_file import AddedDocument, EditedFile
from pipeline.run.case_folder.edited_file import add_edited as add_file
from pipeline.run.case_folder.fields import find_field
from pipeline.run.case_folder.offer import Offer
from pipeline.run.case_folder.paper_guess import question_of_day
from pipeline.run.case_folder.signed_scan import find_packet, printed_document
from pipeline.run.case_folder.start import CaseStart, case_id_for, complete_start, start_case
from pipeline.run.public.arguments import StrPath, check_range, day_of, file_of, path_of, plain, public, texts_of

MOST_COMPANIONS, MOST_VISITS = 9, 12


@public
def create_case(
    folder: StrPath,
    *,
    case_id: str | None = None,
    chinese_name: str = "",
    surname: str = "",
    given_names: str = "",
    address: str | None = None,
    province: str | None = None,
    companions: int | None = None,
    condition: ConditionKind | None = None,
    treatment: TreatmentKind | None = None,
    route: Route | None = None,
    hospital: str | None = None,
    visits: int | None = None,
    guarantor: str | None = None,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
    language: Language = "en",
) -> Path:
    """Start a case in a folder: case.json with what is known, and a place for each paper. Return the file.

    What follows from the arguments is filled in, such as the mission from the province; what is not given stays open.
    ``language`` is that of README.md. Nothing is replaced: OutputError if there is a case.

    >>> case = create_case("cases/p-101", chinese_name="赵若彤", province="上海", visits=2)
    >>> json.loads(case.read_bytes())["visa"]
    {'entries': 'multiple', 'mission': 'shanghai'}
    """
    check_range("companions", companions, 0, MOST_COMPANIONS)
    check_range("visits", visits, 1, MOST_VISITS)
    path, name = case_id_for(Path(folder), case_id, day_of(None))
    known = CaseStart(
        name,
        chinese_name,
        surname,
        given_names,
        province,
        address,
        companions,
        condition,
        treatment,
        route,
        hospital,
        visits=visits,
        guarantor=guarantor,
    )
    start = complete_start(known, Offer.of(find_directory(path, path_of(directory))))
    return start_case(path, start, load_template_set(str(templates)), language)


@public
def copy_sample(folder: StrPath, *, sample: Literal["example", "directory"] = "example") -> list[Path]:
    """Copy a complete example, or a sample of a directory of hospitals and guarantors. Return the JSON files.

    >>> sorted(path.name for path in copy_sample("directory", sample="directory"))[:2]
    ['aoba.json', 'hibari.json']
    """
    return samples.copy_sample(samples.EXAMPLE if sample == "example" else samples.DIRECTORY, Path(folder))


@public
def list_questions(
    case: StrPath,
    *,
    as_of: date | None = None,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
) -> OpenFields:
    """Return the fields that a case lacks, each with who knows it, in the order in which to ask.

    >>> questions = list_questions("cases/p-101")
    >>> questions.filled < questions.required
    True
    >>> [(each.pointer, each.who) for each in questions.fields][:2]
    [('/patient/name', 'patient'), ('/patient/sex', 'patient')]
    """
    return open_fields(file_of(case), _options(as_of, directory, templates))


@public
def set_fields(
    case: StrPath,
    values: Mapping[str, Any],
    *,
    as_of: date | None = None,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
) -> list[Problem]:
    """Save values in the file of a case, by JSON pointer. Return the errors and warnings that rules newly find.

    A text is understood as people write it (``female``, ``女``, ``1987年6月23日``); None removes a field. Raise
    InputError if a field cannot have its value; then nothing is saved. The rest of the file keeps its formatting.

    >>> set_fields("cases/p-101", {"patient/sex": "女", "patient/birth_date": date(1987, 6, 23)})
    []
    """
    path, options = file_of(case), _options(as_of, directory, templates)
    found = change_case(path, dict(_field(name, value) for name, value in values.items()), options)
    refresh_places(path, options)
    return found


def _field(name: str, value: Any) -> tuple[str, Any]:
    field = find_field(name)
    if isinstance(value, str):
        return field.pointer, field.value_of(value)
    return field.pointer, plain(value)


@dataclass(frozen=True, slots=True)
class AddedPapers:
    """The papers that were added, and why others were not."""

    papers: tuple[AddedPaper, ...]
    problems: tuple[Problem, ...]


@public
def add_papers(
    case: StrPath,
    papers: StrPath | Sequence[StrPath] = (),
    *,
    role: AttachmentRole | None = None,
    person: str | None = None,
    issued_on: date | None = None,
    packet: StrPath | None = None,
    move: bool = False,
    as_of: date | None = None,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
) -> AddedPapers:
    """Copy papers into their places in the folder of a case, and write their entries: all together or none.

    Which paper a file is, whose, and when it was issued is read from its name and content, unless it is given. Raise
    AttachmentError if a role is not certain. Without ``papers``, those that lie in the places of the case are added.
    A file that the case has already is skipped: ``problems`` says so.

    >>> added = add_papers("cases/p-101", "examples/wang-xiaoming/papers/photo.jpg", role="photo")
    >>> added.papers[0].entry
    {'role': 'photo', 'path': 'papers/02-photo/photo.jpg'}
    """
    text = read_case_text(str(file_of(case)), str(templates), path_of(directory))
    skipped: list[Problem] = []
    found = [resolved(path) for path in texts_of(papers)] or find_dropped(text)
    given = Given(role, person)
    files = read_files(without_left_by_system(list(dict.fromkeys(found)), skipped), given, text)
    new, wrong = [], list[Problem]()
    for file in without_repeated(text, files, skipped):
        try:
            new.append(_new_paper(text, decide(text, file, given, day_of(as_of)), issued_on, path_of(packet)))
        except AttachmentError as error:
            wrong += error.problems
    if wrong:
        raise AttachmentError(wrong)
    added = add_together(text, new, move=move) if new else []
    return AddedPapers(tuple(added), (*skipped, *(remove_sources(text, added) if move else ())))


def _new_paper(case: CaseText, decision: Decision, issued_on: date | None, packet: Path | None) -> NewPaper:
    """Return the paper of a decision, with the hash of what was printed if it is a signed original."""
    if decision.role is None:
        raise AttachmentError(role_problem(decision))
    read = decision.day if decision.is_labelled and question_of_day(decision.role) else None
    paper = NewPaper(decision.file, decision.role, decision.person, issued_on or read, decision.document)
    if paper.role != SIGNED or paper.document is None:
        return paper
    printed = printed_document(case, find_packet(case, packet), paper.document, paper.person)
    return replace(paper, printed_hash=printed["printed_hash"])


@public
def add_signed(
    case: StrPath,
    scan: StrPath,
    document: str,
    *,
    person: str = PATIENT,
    issued_on: date | None = None,
    packet: StrPath | None = None,
    move: bool = False,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
) -> AddedPapers:
    """Add the scan of a document that was printed, signed and sealed; it replaces the document in the next build.

    ``packet`` is the folder of the packet that was printed, by default ``out/<case id>`` here or near the case.
    ``issued_on`` is the day of signing. Raise InputError if the packet is a draft, or of another case.
    """
    text = read_case_text(str(file_of(case)), str(templates), path_of(directory))
    printed = printed_document(text, find_packet(text, path_of(packet)), document.replace("_", "-"), person)
    [file] = read_files([resolved(Path(scan))], Given(SIGNED, person))
    if repeated := find_repeated(text, [file]):
        raise AttachmentError(repeated)
    paper = NewPaper(file, SIGNED, person, issued_on, printed["document"], printed["printed_hash"])
    added = add_together(text, [paper], move=move)
    return AddedPapers(tuple(added), tuple(remove_sources(text, added) if move else ()))


@public
def add_edited(
    case: StrPath,
    word_file: StrPath,
    document: str,
    *,
    person: str = PATIENT,
    as_of: date | None = None,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
) -> AddedDocument:
    """Add a document that was edited in Word; it replaces the generated one in the next build.

    Raise CaseError if it contradicts the case, InputError if the packet has no such document.
    """
    path = file_of(case)
    text = read_case_text(str(path), str(templates), path_of(directory))
    file = EditedFile(resolved(Path(word_file)), document.replace("_", "-"), person)
    return add_file(text, file, _options(as_of, directory, templates))


def _options(as_of: date | None, directory: StrPath | None, templates: StrPath) -> CheckOptions:
    return CheckOptions(day_of(as_of), str(templates), path_of(directory))
