"""Public functions that read a case and change nothing: its check, its state, and the hospitals for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.case.load import load_draft
from pipeline.errors import InputError
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.run.check import CheckedCase, check_loaded, load_or_ask
from pipeline.run.overview.patient_row import PatientRow, patient_row
from pipeline.run.public.arguments import CaseLike, StrPath, day_of, path_of, public, source_of
from pipeline.visa.hospital_match import Match, Wishes, match_source


@public
def check_case(
    case: CaseLike,
    *,
    folder: StrPath | None = None,
    as_of: date | None = None,
    templates: StrPath = "medical-stay",
    directory: StrPath | None = None,
    draft: bool = False,
    strict: bool = False,
    allow_missing: bool = False,
    allow_changed: bool = False,
    read_scans: bool = False,
    letter_languages: Sequence[Language] | None = None,
) -> CheckedCase:
    """Check a case and its papers as a build does, and draw nothing.

    Return its ``case_id``, the ``state`` of the packet that a build would give (``draft``, ``incomplete``,
    ``to_be_signed`` or ``ready_to_file``), and the ``problems`` that do not block it. Raise a VisaPacketError with all
    problems if one of them blocks the build: CaseError, AttachmentError or TemplateError.

    >>> checked = check_case("examples/wang-xiaoming", as_of=date(2026, 11, 22))
    >>> checked.case_id, checked.state
    ('wang-xiaoming', 'to_be_signed')

    A case may be data that was never a file; ``folder`` is that of its papers:

    >>> case = json.loads(Path("examples/wang-xiaoming/case.json").read_bytes())
    >>> case["patient"]["birth_date"] = date(2031, 4, 12)
    >>> try:
    ...     check_case(case, folder="examples/wang-xiaoming", as_of=date(2026, 11, 22))
    ... except VisaPacketError as error:
    ...     print(int(error.exit_code), *(f"{each.code} {each.pointer}" for each in error.problems[:1]))
    3 ID-03 /patient/birth_date
    """
    options = CheckOptions(
        day_of(as_of),
        str(templates),
        path_of(directory),
        strict,
        draft,
        allow_missing,
        allow_changed=allow_changed,
        read_scans=read_scans,
        letter_languages=letters_of(letter_languages),
    )
    source = source_of(case, folder)
    loaded = load_draft(source, options.directory) if draft else load_or_ask(source, options)
    return check_loaded(loaded, options)


def letters_of(languages: Sequence[Language] | None) -> tuple[Language, ...] | None:
    """Return the languages of letters. Raises InputError unless Japanese leads, and each is there once."""
    if languages is not None and (not languages or languages[0] != "ja" or len({*languages}) != len(languages)):
        raise InputError(worded_problem("usage/letter-languages", room="run"))
    return None if languages is None else tuple(languages)


@public
def read_status(
    case: CaseLike,
    *,
    folder: StrPath | None = None,
    as_of: date | None = None,
    templates: StrPath = "medical-stay",
    directory: StrPath | None = None,
    read_scans: bool = False,
    letter_languages: Sequence[Language] | None = None,
) -> PatientRow:
    """Return how far a case is: its state, what is to be done by whom (``duties``), and when it can be filed.

    The case may lack fields; then its state is ``unanswered``, and each open question is a duty. ``status`` lists every
    paper and document of a complete case. Raise CaseError only if the case cannot be read.

    >>> row = read_status("examples/wang-xiaoming", as_of=date(2026, 11, 22))
    >>> row.state, row.filing.planned.isoformat(), len(row.duties)
    ('to_be_signed', '2026-12-07', 5)
    >>> row.next.who, row.next.action, row.next.what.en
    ('hospital', 'sign', 'Treatment schedule')
    """
    options = CheckOptions(
        day_of(as_of),
        str(templates),
        path_of(directory),
        read_scans=read_scans,
        letter_languages=letters_of(letter_languages),
    )
    return patient_row(source_of(case, folder), options)


@public
def match_case(
    case: CaseLike,
    *,
    language: str | None = None,
    prefecture: str | None = None,
    folder: StrPath | None = None,
    as_of: date | None = None,
    directory: StrPath | None = None,
) -> Match:
    """Return the hospitals of the directory whose filed plans cover a case, and the others with the reasons.

    ``language`` is an ISO 639 code that the hospital must support, ``prefecture`` its name in Japanese or English.
    The case may lack other fields than the kind of condition, and the kind and route of the treatment. Raise CaseError,
    with a question for each of these three that is missing, or if anything else is wrong.

    >>> match = match_case("examples/wang-xiaoming", language="zh", as_of=date(2026, 11, 22))
    >>> [fit.hospital.id for fit in match.fits], [(other.hospital.id, *other.reasons) for other in match.left_out]
    (['aoba'], [('hibari', 'condition'), ('midori', 'suspended'), ('reiji', 'language')])
    """
    return match_source(source_of(case, folder), Wishes(language, prefecture), day_of(as_of), path_of(directory))
