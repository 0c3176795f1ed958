"""What a document must show, by its entry in packet.json, looked for in the text of its PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from pipeline.a4 import is_a4
from pipeline.case import Traveller, Visit
from pipeline.pages.finished import Finished, Found
from pipeline.pdftext import read_pages, squeezed
from pipeline.resources import read_data

_GUARANTEED = ("滞在費", "帰国旅費", "法令の遵守")
_SEAL = "印"

#: Which rule asks for what a document may be said to show.
SHOWN_RULES: Mapping[str, str] = {
    "name": "LET-05",
    "passport_number": "FRM-08",
    "birth_date": "FRM-08",
    "stays": "FRM-08",
    "companions": "FRM-08",
    "addressee": "LET-01",
    "seal": "LET-04",
    "guarantee": "LET-02",
    "days": "SCH-05",
}


def missing_from_page(page: Finished) -> Iterator[Found]:
    """What the document should show and does not."""
    for thing in page.shows:
        if not _CHECKS[thing](page):
            rule_id = SHOWN_RULES[thing]
            yield Found(rule_id, (f"no_{thing}",) if rule_id == "FRM-08" else ())


def wrong_paper_size(page: Finished) -> Iterator[Found]:
    """OUT-01, once a document."""
    if not all(is_a4(*paper.size) for paper in read_pages(page.pdf)):
        yield Found("OUT-01")


def _says(page: Finished, *texts: str) -> bool:
    return all(squeezed(text) in page.squeezed_pdf for text in texts)


def _has_name(page: Finished, person: Traveller) -> bool:
    return _says(page, f"{person.name.surname} {person.name.given_names}")


def _companions(page: Finished) -> bool:
    return all(
        _has_name(page, person) and _says(page, person.passport.number) and person.birth_date in page.days
        for person in page.case.companions
    )


def _stays(page: Finished) -> bool:
    wanted = {day for visit in page.case.treatment.visits for day in (visit.entry_date, visit.exit_date)}
    return wanted <= page.days


def _every_day(page: Finished) -> bool:
    """A row for each day, the lodging where it is known, and a telephone number to call."""
    visits = page.case.treatment.visits
    wanted = {visit.entry_date + timedelta(days=number) for visit in visits for number in range(visit.days)}
    phones = (page.case.guarantor.phone, page.case.hospital.phone)
    return (
        wanted <= page.days
        and all(_has_lodging(page, visit) for visit in visits)
        and any(_says(page, phone) for phone in phones)
    )


def _has_lodging(page: Finished, visit: Visit) -> bool:
    return visit.lodging is None or _says(page, visit.lodging.name.ja) or _says(page, visit.lodging.name.en)


def _addressee(page: Finished) -> bool:
    return _says(page, read_data("missions")["missions"][page.case.visa.mission]["addressee"]["ja"])


def _seal(page: Finished) -> bool:
    """An empty place that says nothing but 印."""
    return _SEAL in {paragraph.strip() for paragraph in page.filled.paragraphs} and _says(page, _SEAL)


_CHECKS: Mapping[str, Callable[[Finished], bool]] = {
    "name": lambda page: _has_name(page, page.traveller),
    "passport_number": lambda page: _says(page, page.traveller.passport.number),
    "birth_date": lambda page: page.traveller.birth_date in page.days,
    "stays": _stays,
    "companions": _companions,
    "addressee": _addressee,
    "seal": _seal,
    "guarantee": lambda page: _says(page, *_GUARANTEED),
    "days": _every_day,
}
