"""The mapping of a form: it says which value of the case goes into which field. A JSON file beside the case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.attachments.forms.field_values import ExpressionError, MappingNames, read_choice, render_text
from pipeline.attachments.messages import FieldValue, FormRequest
from pipeline.attachments.unusable import ROOM
from pipeline.errors import AttachmentError, CaseError, Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.json.schema import check_schema
from pipeline.formats.messages import worded_problem
from pipeline.language import Language
from pipeline.packet.paper import FieldProblem, FillReport
from pipeline.packet.plan import DRAFT_MARK, DRAFT_WARNING

Certainty = Literal["high", "medium", "low"]
_Names = str | tuple[str, ...]
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class FieldEntry(msgspec.Struct, frozen=True):
    """The rule for one field: a ``text`` with tags, or one of ``options`` by the value at ``choose``.

    Of several texts or options, the first that suits the form is used. ``order`` is the order of the boxes on the page.
    """

    text: _Names | None = None
    language: Language | None = None
    choose: str | None = None
    options: dict[str, _Names] = {}
    order: tuple[str, ...] = ()


class MappingFile(msgspec.Struct, frozen=True):
    """The contents of a mapping. Fields that are ``left_empty`` are filled by hand; ``latin`` forms in Latin letters.

    The fields in ``order`` follow one another from top to bottom. The others say how certain the names of the fields
    are.
    """

    fields: dict[str, FieldEntry]
    left_empty: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    title: str | None = None
    source: str | None = None
    as_of: date | None = None
    certainty: Certainty | None = None
    latin: bool = False

    @property
    def is_tentative(self) -> bool:
        """True if the names were not compared with the form: it decides then, and what differs stays empty."""
        return self.certainty == "low"


@dataclass(frozen=True, slots=True)
class Filling:
    """The values of a case for a form. ``empty`` are the mapped fields for which the case has no value."""

    mapping: JsonFile
    content: MappingFile
    values: tuple[FieldValue, ...]
    empty: tuple[str, ...]

    def request(self, *, draft: bool = False, flatten: bool | None = None) -> FormRequest:
        """Return the request for the reader process. With ``draft``, each page gets the mark of a draft."""
        mapped = (*(value.field for value in self.values), *self.empty)
        mark = DRAFT_MARK + DRAFT_WARNING if draft else None
        return FormRequest(self.values, mapped, self.content.left_empty, self.content.order, mark, flatten)

    def check(self, report: FillReport) -> None:
        """Raise AttachmentError with every entry of the mapping that does not suit the form.

        Of a tentative mapping, such entries stay empty instead.
        """
        if report.problems and not self.content.is_tentative:
            raise AttachmentError(map(self._problem, report.problems))

    @property
    def is_tentative(self) -> bool:
        """True if the mapping is tentative."""
        return self.content.is_tentative

    @property
    def title(self) -> str:
        """The name of the form."""
        return self.content.title or Path(self.mapping.name).stem

    @property
    def not_latin(self) -> list[str]:
        """The fields of a form in Latin letters whose text has Chinese or Japanese characters."""
        if not self.content.latin:
            return []
        return [value.field for value in self.values if value.text and _EAST_ASIAN.search(value.text)]

    def misfits(self, report: FillReport) -> list[str]:
        """Return the fields that stay empty because they do not suit their entry."""
        by_hand = self.content.left_empty
        return list(dict.fromkeys(problem.field for problem in report.problems if problem.field not in by_hand))

    def _problem(self, found: FieldProblem) -> Problem:
        name, left_empty = found.field, self.content.left_empty
        place = f"left_empty/{left_empty.index(name)}" if name in left_empty else f"fields/{escape(name)}"
        return self.mapping.locate(worded_problem(found.key, room=ROOM, field=name, **found.parts), f"/{place}")


def make_filling(json_file: JsonFile, names: MappingNames) -> Filling:
    """Apply a mapping to the values of a case. Raises AttachmentError with every problem and its place."""
    mapping = read_mapping(json_file)
    values, empty, problems = [], [], []
    for name, entry in mapping.fields.items():
        try:
            value = _value(name, entry, names)
        except ExpressionError as error:
            pointer = f"/fields/{escape(name)}/{error.field}"
            problem = worded_problem(f"form-expression/{error.name}", room=ROOM, field=name, **error.parts)
            problems.append(json_file.locate(problem, pointer))
            continue
        if value is None:
            empty.append(name)
        else:
            values.append(value)
    problems += _contradictions(json_file, mapping)
    if problems:
        raise AttachmentError(problems)
    return Filling(json_file, mapping, tuple(values), tuple(empty))


@contextmanager
def problems_of_an_attachment() -> Iterator[None]:
    """Raise the problems of a JSON file as those of an attachment."""
    try:
        yield
    except CaseError as error:
        raise AttachmentError(error.problems) from None


def read_mapping(json_file: JsonFile) -> MappingFile:
    """Return the contents of a mapping. Raises AttachmentError if they do not meet the schema."""
    problems = check_schema(json_file, "form-mapping")
    if problems:
        raise AttachmentError(problems)
    return msgspec.convert(json_file.fields, MappingFile)


def _value(name: str, entry: FieldEntry, names: MappingNames) -> FieldValue | None:
    """Return the value for a field; None if the case has none."""
    if entry.choose is not None:
        options = {key: _as_tuple(names_) for key, names_ in entry.options.items()}
        word = read_choice(entry.choose, options, names)
        if word is None:
            return None
        state, *others = options.get(word, ("",))
        place = (entry.order.index(word), len(entry.order)) if word in entry.order else None
        return FieldValue(name, state=state, alternatives=tuple(others), place=place)
    texts = [text for source in _as_tuple(entry.text or "") if (text := render_text(source, names))]
    if not texts:
        return None
    return FieldValue(name, texts[0], language=entry.language or "ja", alternatives=tuple(texts[1:]))


def _as_tuple(names: _Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _contradictions(json_file: JsonFile, mapping: MappingFile) -> Iterator[Problem]:
    for index, name in enumerate(mapping.left_empty):
        if name in mapping.fields:
            yield json_file.locate(worded_problem("form-twice", room=ROOM), f"/left_empty/{index}")
