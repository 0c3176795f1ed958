"""Public functions on papers and official forms that are not in a packet yet, and letters about what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.attachments.forms import standalone
from pipeline.attachments.messages import FieldDescription
from pipeline.attachments.proposed_values import ProposedValue
from pipeline.attachments.read_values import read_values as values_in
from pipeline.case.load import load_case
from pipeline.case.people import PATIENT
from pipeline.documents.context import document_context
from pipeline.errors import InputError, Problem
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.publish.folder import publish_file
from pipeline.run.overview.duties import Person
from pipeline.run.overview.patient_row import patient_row
from pipeline.run.overview.reminders import USUAL_LANGUAGES, Reminder, reminders_of
from pipeline.run.public.arguments import CaseLike, StrPath, day_of, path_of, public, source_of


@public
def read_values(paper: StrPath, *, person: str = PATIENT, as_of: date | None = None) -> list[ProposedValue]:
    """Return values for a new case from the scan or PDF of a paper, each with its pointer, place and confidence.

    Check digits prove some of them (``is_proved``); a person compares all others with the paper. A paper without text
    needs the extra ``read``. ``person`` is ``patient``, ``companion-1`` and so on.

    >>> values = read_values("examples/wang-xiaoming/papers/bank-certificate.pdf", as_of=date(2026, 11, 22))
    >>> [(each.pointer, each.is_proved) for each in values]
    [('/patient/resident_id', True), ('/patient/birth_date', True), ('/patient/name/chinese', False)]
    """
    known = {PATIENT: "/patient"} | {f"companion-{number}": f"/companions/{number - 1}" for number in range(1, 100)}
    if person not in known:
        raise InputError(_unknown_person("patient, companion-1, …"))
    return values_in(Path(paper), known[person], day_of(as_of))


@public
def inspect_form(pdf: StrPath) -> tuple[FieldDescription, ...]:
    """Return the fields of a fillable PDF: name, kind, pages and permitted values, without what is filled in.

    >>> inspect_form("examples/wang-xiaoming/papers/visa-application.pdf")
    Traceback (most recent call last):
    ...
    pipeline.errors.AttachmentError: the PDF has no fields to fill
    """
    return standalone.inspect_form(Path(pdf))


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form that was filled in, and notes on its fields."""

    path: Path
    problems: tuple[Problem, ...]


@public
def fill_form(
    pdf: StrPath,
    case: CaseLike,
    out: StrPath,
    *,
    mapping: StrPath | None = None,
    person: str = PATIENT,
    flatten: bool = False,
    folder: StrPath | None = None,
    as_of: date | None = None,
    directory: StrPath | None = None,
) -> FilledForm:
    """Fill a PDF that you supply, such as an official form, from a case, and write it as the file ``out``.

    ``mapping`` is the name of a shipped mapping, or a file of your own; the visa application form needs none. Raise
    AttachmentError if a value does not fit its field. A former file is replaced only if visa-packet wrote it.
    """
    loaded = load_case(source_of(case, folder), path_of(directory))
    if person not in loaded.case.travellers:
        raise InputError(_unknown_person(", ".join(loaded.case.travellers)))
    context = document_context(loaded.case, day_of(as_of), person)
    name = None if mapping is None else str(mapping)
    content, problems = standalone.fill_form(Path(pdf), name, context, flatten=flatten)
    publish_file(content, Path(out), standalone.is_own_form)
    return FilledForm(Path(out), tuple(problems))


def _unknown_person(people: str) -> Problem:
    return replace(worded_problem("add-person/unknown", room="run", people=people), code="usage")


@public
def write_reminders(
    case: CaseLike,
    *,
    sender: str | None = None,
    languages: Mapping[Person, Language] | None = None,
    folder: StrPath | None = None,
    as_of: date | None = None,
    directory: StrPath | None = None,
    templates: StrPath = "medical-stay",
) -> list[Reminder]:
    """Return a letter to everyone who has something to do for a case, with subject, text and address. Nothing is sent.

    ``languages`` are those of the letters by their reader, ``sender`` ends each letter.

    >>> letters = write_reminders("examples/wang-xiaoming", as_of=date(2026, 11, 22))
    >>> [(letter.who, letter.language, len(letter.duties)) for letter in letters]
    [('hospital', 'ja', 3), ('guarantor', 'ja', 2)]
    """
    options = CheckOptions(day_of(as_of), str(templates), path_of(directory))
    row = patient_row(source_of(case, folder), options)
    chosen: dict[Person, Language] = {**USUAL_LANGUAGES, "agency": "en", **(languages or {})}
    return reminders_of(row, options.as_of, chosen, sender)
