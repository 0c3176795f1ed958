"""FRM-08: numbers, days and names that are fixed text of a template, where a value of the case belongs.

A template is filled for many people. A passport number, a resident ID or a day in the template itself comes from
another case, unless it belongs to a dated statement or packet.json lists it under ``typed_in``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise

from pipeline.documents.proof.dates_in_text import find_days
from pipeline.documents.proof.finished import FinishedDocument, mask_tags
from pipeline.errors import Problem
from pipeline.formats.pdf.reading import squeeze
from pipeline.formats.word.word_places import LONGEST_QUOTE
from pipeline.resources import read_data
from pipeline.visa.rules.checks import make_template_finding

RULE = "FRM-08"

_ALONE = r"(?<![A-Za-z0-9])(?:{})(?![A-Za-z0-9])"
#: Unmistakable forms. They are also searched in the PDF, where the words of different cells can touch.
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
#: A condition around a text, such as that of its language.
_CONDITION = re.compile(r"\{%.*?%\}", re.DOTALL)
_OTHER_SCRIPT = re.compile(r"[^\x00-\x7f]+")


def find_foreign_values(document: FinishedDocument) -> Iterator[Problem]:
    """Yield a problem for each value that is not from the case. It quotes the template around it, not the value."""
    for own in document.own.paragraphs:
        for kind, value in _typed_values(own):
            if not _is_known(value, document) and _is_on_page(value, document):
                yield _problem(document, kind, own)
        for day, words in _typed_days(own):
            if day not in document.known_days and _is_on_page(words, document):
                yield _problem(document, "day", own)
    for row in document.own.rows:
        yield from _names_and_sexes(row, document)
    yield from _in_the_pdf(document)


@lru_cache(maxsize=4096)
def _typed_values(own: str) -> tuple[tuple[str, str], ...]:
    """Return each value in a paragraph of the template that has the form of a number or an address, with its kind."""
    text = mask_tags(_unified(own))
    return tuple((kind, value) for kind, form in _FORMS.items() for value in form.findall(text))


@lru_cache(maxsize=4096)
def _typed_days(own: str) -> tuple[tuple[date, str], ...]:
    """Return the days in a paragraph of the template, unless it is a dated statement."""
    text = mask_tags(_unified(own))
    return () if _dated().search(text) else tuple(find_days(text).items())


def _names_and_sexes(row: tuple[str, ...], document: FinishedDocument) -> Iterator[Problem]:
    """Yield a problem for each foreign name and sex in the cell after its label."""
    people = [person for _, person in document.case.travellers.values()]
    names = {person.name.surname_first for person in people}
    for label, cell in pairwise(row):
        value = mask_tags(_CONDITION.sub("", _unified(cell))).strip()
        letters = _OTHER_SCRIPT.sub(" ", value).strip()
        if _NAME_LABEL.search(label) and _NAME.fullmatch(letters) and letters not in names:
            yield _problem(document, "name", label)
        typed = next((sex for sex, words in _SEXES.items() if words.fullmatch(value)), None)
        if _SEX_LABEL.search(label) and typed and typed not in {person.sex for person in people}:
            yield _problem(document, "sex", label)


def _in_the_pdf(document: FinishedDocument) -> Iterator[Problem]:
    """Yield a problem for each number that is neither from the case nor fixed text: a constant in a tag."""
    text = _unified(document.pdf_text)
    allowed = [_bare(value) for value in (*(value for _, value in document.values), *document.typed_in)]
    allowed += [_bare(mask_tags(own)) for own in document.own.paragraphs]
    for kind in _NUMBERS:
        for value in _FORMS[kind].findall(text):
            if not any(_bare(value) in known for known in allowed):
                yield _problem(document, kind)


def _problem(document: FinishedDocument, kind: str, near: str | None = None) -> Problem:
    quoted = quote(near) if near and not document.is_edited else None
    return make_template_finding(RULE, (kind,), document.template_name, quoted)


def _is_on_page(words: str, document: FinishedDocument) -> bool:
    """Return True if the document has these words of the template: a condition can omit them."""
    return any(words in _unified(paragraph) for paragraph in document.filled.paragraphs)


def _is_known(value: str, document: FinishedDocument) -> bool:
    return any(_bare(value) in _bare(text) for text in document.known)


def quote(own: str) -> str:
    """Return a text of the template for a message, without the values in it, which may be a person's."""
    text = _unified(own).strip()
    words = [words for _, words in (*_typed_values(own), *_typed_days(own))]
    for value in sorted(words, key=len, reverse=True):
        text = text.replace(value, "…")
    return text[:LONGEST_QUOTE]


@lru_cache(maxsize=8192)
def _bare(value: str) -> str:
    return re.sub(r"[-〒]", "", squeeze(value))


def _unified(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


@cache
def _dated() -> re.Pattern[str]:
    return re.compile(read_data("wordings")["dated_statement"], re.IGNORECASE)
