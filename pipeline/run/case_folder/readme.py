"""The README of a case's folder: which papers to collect, from whom, and which commands come next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.case.people import PATIENT
from pipeline.language import Language
from pipeline.resources import read_data
from pipeline.run.case_folder.places import PaperPlace

README = "README.md"

#: Papers that hospital, guarantor or an office gives; the traveller gives the others.
_OF_THE_ISSUER = ("combined_form", "certificate_of_eligibility", "treatment_schedule")


def write_readme(case_id: str, places: Sequence[PaperPlace], language: Language, command: str) -> str:
    """Return the README in Markdown. ``command`` is the folder of the case, as the commands name it."""
    return "\n".join(_lines(case_id, places, _Words(language), command)) + "\n"


class _Words:
    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, name: str, **parts: object) -> str:
        text: str = read_data("readme", "run")[name][self.language]
        return text.format(**parts)

    def when(self, condition: str) -> str:
        table = read_data("readme", "run")["when"]
        text: str = table.get(condition, table["other"])[self.language]
        return text

    def person(self, person: str) -> str:
        number = person.rpartition("-")[2]
        return self("patient") if person == PATIENT else self("companion", number=number)


def _lines(case_id: str, places: Sequence[PaperPlace], words: _Words, command: str) -> Iterator[str]:
    yield from [f"# {case_id}", "", words("opening"), ""]
    yield from [f"## 1. {words('answer')}", "", f"    visa-packet answer {command}", "", words("answer_text"), ""]
    yield from [f"## 2. {words('collect')}", "", words("collect_text"), "", f"    visa-packet add {command}", ""]
    yield from [words("head"), "|---|---|---|---|"]
    yield from (_paper(place, words) for place in places if place.document is None and place.need != "not_needed")
    yield from ["", f"## 3. {words('check')}", ""]
    yield from [f"    visa-packet status {command}", f"    visa-packet build {command} --draft", ""]
    yield from [words("check_text"), "", f"## 4. {words('sign')}", ""]
    yield from [f"    visa-packet build {command}", "", words("sign_text"), ""]
    yield from [words("sign_head"), "|---|---|---|", *_signed(places, words)]


def _paper(place: PaperPlace, words: _Words) -> str:
    title, issuer = getattr(place.title, words.language), getattr(place.issuer, words.language)
    if place.need == "unknown" and place.row is not None:
        title = f"{title}<br>{words.when(place.row.when)}"
    letter = f"{place.row.letter} " if place.row else ""
    giver = issuer if place.role in _OF_THE_ISSUER else words.person(place.person)
    return f"| {letter}{title} | `{place.folder}/` | {giver} | {issuer} |"


def _signed(places: Iterable[PaperPlace], words: _Words) -> Iterator[str]:
    for place in places:
        if place.document is not None and place.need != "not_needed":
            title, issuer = getattr(place.title, words.language), getattr(place.issuer, words.language)
            yield f"| {title} | `{place.folder}/` | {issuer} |"
