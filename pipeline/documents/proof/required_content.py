"""The content that a document must show by its entry in packet.json, searched in the text of its PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pipeline.case.people import Traveller
from pipeline.case.treatment import Visit
from pipeline.documents.context_days import days_of, periods_of
from pipeline.documents.filters import phone_ja
from pipeline.documents.proof.finished import FinishedDocument
from pipeline.errors import Problem
from pipeline.formats.pdf.geometry import is_a4
from pipeline.formats.pdf.reading import squeeze
from pipeline.resources import read_data
from pipeline.visa.rules.checks import make_template_finding

_GUARANTEED = ("滞在費", "帰国旅費", "法令の遵守")
_SEAL = "印"
#: The authors of the parts of the combined form, which the sheet must name.
_AUTHORS = ("医療機関が記入する欄", "身元保証機関が記入する欄")

#: The rule that requires each kind of content.
CONTENT_RULES: Mapping[str, str] = {
    "name": "LET-05",
    "passport_number": "FRM-08",
    "birth_date": "FRM-08",
    "stays": "FRM-08",
    "companions": "FRM-08",
    "addressee": "LET-01",
    "seal": "LET-04",
    "guarantee": "LET-02",
    "days": "SCH-05",
    "both_seals": "GUA-06",
    "entry_and_exit": "GUA-07",
    "everyone": "GUA-08",
    "both_parts": "GUA-09",
    "both_names": "FRM-05",
    "guarantor_and_hospital": "FRM-07",
}


def find_missing_content(document: FinishedDocument) -> Iterator[Problem]:
    """Yield a problem for each required content that is not in the document."""
    for content in document.shows:
        if not _CHECKS[content](document):
            rule_id = CONTENT_RULES[content]
            details = (f"no_{content}",) if rule_id == "FRM-08" else ()
            yield make_template_finding(rule_id, details, document.template_name)


def find_wrong_size(document: FinishedDocument) -> Iterator[Problem]:
    """Yield OUT-01, at most once a document."""
    if not all(is_a4(*paper.size) for paper in document.pages):
        yield make_template_finding("OUT-01", (), document.template_name)


def _says(document: FinishedDocument, *texts: str) -> bool:
    return all(squeeze(text) in document.squeezed_pdf for text in texts)


def _says_phone(document: FinishedDocument, number: str) -> bool:
    """Return True if the page has the number as in the case, or as it is written in Japan."""
    return _says(document, number) or _says(document, phone_ja(number))


def _has_name(document: FinishedDocument, person: Traveller) -> bool:
    return _says(document, person.name.surname_first)


def _companions(document: FinishedDocument) -> bool:
    return all(
        _has_name(document, person) and _says(document, person.passport.number) and person.birth_date in document.days
        for person in document.case.companions
    )


def _stays(document: FinishedDocument) -> bool:
    wanted = {day for visit in document.case.treatment.visits for day in (visit.entry_date, visit.exit_date)}
    return wanted <= document.days


def _every_day(document: FinishedDocument) -> bool:
    """Return True if the page has each day, every known lodging, and a telephone number to call.

    Of days in succession that have the same plan, it may have the first and the last.
    """
    visits = document.case.treatment.visits
    rows = [row for visit in visits for row in periods_of(days_of(visit))]
    wanted = {day for row in rows for day in (row["first"], row["last"])}
    phones = (document.case.guarantor.phone, document.case.hospital.phone)
    return (
        wanted <= document.days
        and all(_has_lodging(document, visit) for visit in visits)
        and any(_says_phone(document, phone) for phone in phones)
    )


def _has_lodging(document: FinishedDocument, visit: Visit) -> bool:
    return visit.lodging is None or _says(document, visit.lodging.name.ja) or _says(document, visit.lodging.name.en)


def _addressee(document: FinishedDocument) -> bool:
    return _says(document, read_data("missions")["missions"][document.case.visa.mission]["addressee"]["ja"])


def _seals(document: FinishedDocument, wanted: int = 1) -> bool:
    """Return True if the page has that many empty places for seals, which contain nothing but 印."""
    places = [paragraph for paragraph in document.filled.paragraphs if paragraph.strip() == _SEAL]
    return len(places) >= wanted and _says(document, _SEAL)


def _everyone(document: FinishedDocument) -> bool:
    return all(_has_name(document, person) for _, person in document.case.travellers.values())


def _both_names(document: FinishedDocument) -> bool:
    """Return True if the page has the name in letters, possibly in two cells, and in characters."""
    name = document.traveller.name
    return _says(document, name.surname, name.given_names, name.chinese)


def _organisations(document: FinishedDocument) -> bool:
    """Return True if the page has name, address (in either language) and telephone of guarantor and hospital."""
    return all(
        _says_phone(document, one.phone)
        and all(_says(document, text.ja) or _says(document, text.en) for text in (one.name, one.address))
        for one in (document.case.guarantor, document.case.hospital)
    )


_CHECKS: Mapping[str, Callable[[FinishedDocument], bool]] = {
    "name": lambda page: _has_name(page, page.traveller),
    "passport_number": lambda page: _says(page, page.traveller.passport.number),
    "birth_date": lambda page: page.traveller.birth_date in page.days,
    "stays": _stays,
    "companions": _companions,
    "addressee": _addressee,
    "seal": _seals,
    "guarantee": lambda page: _says(page, *_GUARANTEED),
    "days": _every_day,
    "both_seals": lambda page: _seals(page, wanted=2),
    "entry_and_exit": _stays,
    "everyone": _everyone,
    "both_parts": lambda page: _says(page, *_AUTHORS),
    "both_names": _both_names,
    "guarantor_and_hospital": _organisations,
}
