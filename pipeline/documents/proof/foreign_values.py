"""FRM-08: numbers, days and names that are typed into a template, where a value of the case belongs.

A template is filled for many people. What has the form of a passport number, a resident ID or a day, and stands in the
template itself, comes from another case, unless it is a dated statement or packet.json names it under ``typed_in``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise

from pipeline.documents.proof.dates_in_text import days_in
from pipeline.documents.proof.finished import Finished, Found, literal
from pipeline.formats.pdf.reading import squeezed
from pipeline.formats.word.word_places import LONGEST_QUOTE
from pipeline.resources import read_data

RULE = "FRM-08"

_ALONE = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
#: What cannot be mistaken, so that it is also looked for in the PDF, where words of different cells may touch.
_NUMBERS = {
    "passport_number": _ALONE.format(r"E[A-HJ-NP-Z]\d{7}|[EG]\d{8}|(?:PE|SE|DE)\d{7}"),
    "resident_id": _ALONE.format(r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]"),
    "mrz": r"P[A-Z<][A-Z]{3}[A-Z]+<<[A-Z<]{10,}|[A-Z0-9<]{9}\d[A-Z]{3}\d{7}[MF<]\d{7}[A-Z0-9<]{14}\d\d",
    "plan_number": _ALONE.format(r"(?:P[ABC]|N[AB]|F[ABC])\d{7}|jRCT[a-z]?\d{9,10}"),
}
_CONTACTS = {
    "email": r"[\w.+-]+@[\w-]+\.[\w.-]+\w",
    "phone": r"\+\d{1,3}[ -]\d[\d -]{5,}\d|(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])",
    "postal_code": r"〒\s*\d{3}-?\d{4}",
}
_FORMS = {kind: re.compile(form) for kind, form in {**_NUMBERS, **_CONTACTS}.items()}

_NAME_LABEL = re.compile(r"氏名|姓名|\bName\b", re.IGNORECASE)
_SEX_LABEL = re.compile(r"性別|性别|\bSex\b", re.IGNORECASE)
_SEXES = {
    "male": re.compile(r"男性?[\s/]*(Male)?|Male", re.IGNORECASE),
    "female": re.compile(r"女性?[\s/]*(Female)?|Female", re.IGNORECASE),
}
_FINAL = "AI|ANG|AN|AO|A|EI|ENG|EN|ER|E|IANG|IAN|IAO|IA|IE|ING|IN|IONG|IU|I|ONG|OU|O|UANG|UAN|UAI|UA|UE|UI|UN|UO|U|YU"
_SYLLABLE = rf"(?:(?:ZH|CH|SH|[BPMFDTNLGKHJQXRZCSYW])?(?:{_FINAL}))"
_NAME = re.compile(rf"{_SYLLABLE}{{1,2}}[ ,]+{_SYLLABLE}{{1,4}}")
_OTHER_SCRIPT = re.compile(r"[^\x00-\x7f]+")


def foreign_values(page: Finished) -> Iterator[Found]:
    """Each value that is not of the case, with the template's text around it, but not the value itself."""
    for own in page.own.paragraphs:
        for kind, value in _typed_values(own):
            if not _is_known(value, page) and _is_on_page(value, page):
                yield Found(RULE, (kind,), near=own)
        for day, words in _typed_days(own):
            if day not in page.known_days and _is_on_page(words, page):
                yield Found(RULE, ("day",), near=own)
    for row in page.own.rows:
        yield from _names_and_sexes(row, page)
    yield from _in_the_pdf(page)


@lru_cache(maxsize=4096)
def _typed_values(own: str) -> tuple[tuple[str, str], ...]:
    """What a paragraph of the template itself has in the form of a number or an address, with its kind."""
    text = literal(_unified(own))
    return tuple((kind, value) for kind, form in _FORMS.items() for value in form.findall(text))


@lru_cache(maxsize=4096)
def _typed_days(own: str) -> tuple[tuple[date, str], ...]:
    """The days that a paragraph of the template itself has, unless it says as of when something holds."""
    text = literal(_unified(own))
    return () if _dated().search(text) else tuple(days_in(text).items())


def _names_and_sexes(row: tuple[str, ...], page: Finished) -> Iterator[Found]:
    """Names and sexes that stand in the cell after their label."""
    people = [person for _, person in page.case.travellers.values()]
    names = {f"{person.name.surname} {person.name.given_names}" for person in people}
    for label, cell in pairwise(row):
        value = literal(_unified(cell)).strip()
        letters = _OTHER_SCRIPT.sub(" ", value).strip()
        if _NAME_LABEL.search(label) and _NAME.fullmatch(letters) and letters not in names:
            yield Found(RULE, ("name",), near=label)
        typed = next((sex for sex, words in _SEXES.items() if words.fullmatch(value)), None)
        if _SEX_LABEL.search(label) and typed and typed not in {person.sex for person in people}:
            yield Found(RULE, ("sex",), near=label)


def _in_the_pdf(page: Finished) -> Iterator[Found]:
    """Numbers on the page that are neither of the case nor plain text of the template: constants in its tags."""
    text = _unified(page.pdf_text)
    allowed = [_bare(value) for value in (*(value for _, value in page.values), *page.typed_in)]
    allowed += [_bare(literal(own)) for own in page.own.paragraphs]
    for kind in _NUMBERS:
        for value in _FORMS[kind].findall(text):
            if not any(_bare(value) in known for known in allowed):
                yield Found(RULE, (kind,))


def _is_on_page(words: str, page: Finished) -> bool:
    """Whether these words of the template are in the document: a condition may have left them out."""
    return any(words in _unified(paragraph) for paragraph in page.filled.paragraphs)


def _is_known(value: str, page: Finished) -> bool:
    return any(_bare(value) in _bare(text) for text in page.known)


def quoted(own: str) -> str:
    """A text of the template for a message, without the values that are typed in: they are somebody's."""
    text = _unified(own).strip()
    words = [words for _, words in (*_typed_values(own), *_typed_days(own))]
    for value in sorted(words, key=len, reverse=True):
        text = text.replace(value, "…")
    return text[:LONGEST_QUOTE]


@lru_cache(maxsize=8192)
def _bare(value: str) -> str:
    return re.sub(r"[-〒]", "", squeezed(value))


def _unified(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


@cache
def _dated() -> re.Pattern[str]:
    return re.compile(read_data("wordings")["dated_statement"], re.IGNORECASE)
