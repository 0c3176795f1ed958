"""The mapping of a form: it says which value of the case goes into which field. A JSON file beside the case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from pipeline.attachments.forms.field_values import ExpressionError, MappingNames, choose_option, render_text
from pipeline.attachments.messages import FieldValue, FormRequest
from pipeline.errors import AttachmentError, CaseError, Problem
from pipeline.formats.json.positions import escape
from pipeline.formats.json.reader import JsonFile
from pipeline.formats.json.schema import check_schema
from pipeline.language import Language
from pipeline.packet.paper import FieldProblem, FillReport
from pipeline.packet.plan import DRAFT_MARK, DRAFT_WARNING


class FieldEntry(msgspec.Struct, frozen=True):
    """The rule for one field: a ``text`` with tags, or one of ``options`` by the value at ``choose``."""

    text: str | None = None
    language: Language | None = None
    choose: str | None = None
    options: dict[str, str] = {}


class MappingFile(msgspec.Struct, frozen=True):
    """The contents of a mapping. Fields that are ``left_empty`` are filled by hand."""

    fields: dict[str, FieldEntry]
    left_empty: tuple[str, ...] = ()
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Filling:
    """The values of a case for a form. ``empty`` are the mapped fields for which the case has no value."""

    mapping: JsonFile
    values: tuple[FieldValue, ...]
    empty: tuple[str, ...]
    left_empty: tuple[str, ...]

    def request(self, *, draft: bool = False, flatten: bool | None = None) -> FormRequest:
        """Return the request for the reader process. With ``draft``, each page gets the mark of a draft."""
        mapped = (*(value.field for value in self.values), *self.empty)
        return FormRequest(self.values, mapped, self.left_empty, DRAFT_MARK + DRAFT_WARNING if draft else None, flatten)

    def check(self, report: FillReport) -> None:
        """Raise AttachmentError with every entry of the mapping that does not suit the form."""
        if report.problems:
            raise AttachmentError(map(self._problem, report.problems))

    def _problem(self, found: FieldProblem) -> Problem:
        name, left_empty = found.field, self.left_empty
        place = f"left_empty/{left_empty.index(name)}" if name in left_empty else f"fields/{escape(name)}"
        hint = "`visa-packet form inspect` lists the fields of the form, with their kinds and options"
        return self.mapping.problem(found.code, f"/{place}", f"{name}: {found.message}", hint)


def make_filling(json_file: JsonFile, names: MappingNames) -> Filling:
    """Apply a mapping to the values of a case. Raises AttachmentError with every problem and its place."""
    mapping = _read_mapping(json_file)
    values, empty, problems = [], [], []
    for name, entry in mapping.fields.items():
        try:
            value = _value(name, entry, names)
        except ExpressionError as error:
            pointer = f"/fields/{escape(name)}/{error.field}"
            problems.append(json_file.problem("form-expression", pointer, f"{name}: {error}", error.hint))
            continue
        if value is None:
            empty.append(name)
        else:
            values.append(value)
    problems += _contradictions(json_file, mapping)
    if problems:
        raise AttachmentError(problems)
    return Filling(json_file, tuple(values), tuple(empty), mapping.left_empty)


@contextmanager
def problems_of_an_attachment() -> Iterator[None]:
    """Raise the problems of a JSON file as those of an attachment."""
    try:
        yield
    except CaseError as error:
        raise AttachmentError(error.problems) from None


def _read_mapping(json_file: JsonFile) -> MappingFile:
    problems = check_schema(json_file, "form-mapping")
    if problems:
        raise AttachmentError(problems)
    return msgspec.convert(json_file.fields, MappingFile)


def _value(name: str, entry: FieldEntry, names: MappingNames) -> FieldValue | None:
    """Return the value for a field; None if the case has none."""
    if entry.choose is not None:
        state = choose_option(entry.choose, entry.options, names)
        return None if state is None else FieldValue(name, state=state)
    text = render_text(entry.text or "", names)
    return FieldValue(name, text, language=entry.language or "ja") if text else None


def _contradictions(json_file: JsonFile, mapping: MappingFile) -> Iterator[Problem]:
    for index, name in enumerate(mapping.left_empty):
        if name in mapping.fields:
            message, hint = "this field is both filled and left empty", "remove it from one of the two"
            yield json_file.problem("form-twice", f"/left_empty/{index}", message, hint)
