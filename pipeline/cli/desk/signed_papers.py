"""Signed originals of a case that is being changed: which of them would no longer match what is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from pipeline.case.base import Trilingual
from pipeline.case.filing import SIGNED
from pipeline.case.load import load_case
from pipeline.case.source import Source
from pipeline.cli.desk.unsaved import read_unsaved
from pipeline.cli.outcome import outcome_of
from pipeline.documents.signed_originals import has_changed
from pipeline.errors import JsonPlace, Problem
from pipeline.formats.messages import worded_problem
from pipeline.options import CheckOptions
from pipeline.packet.planned_case import plan_case
from pipeline.packet.set_files import load_template_set
from pipeline.run.case_folder.saving import CaseFile


def check_form(file: CaseFile, answers: Mapping[str, str], options: CheckOptions) -> list[Problem]:
    """Return the findings on a case with answers that are not saved, and the signed originals that they change."""
    unsaved = read_unsaved(file, answers, options)
    return [*unsaved.problems, *_signed_again(file, unsaved.text, options)]


def document_titles(options: CheckOptions) -> dict[str, Trilingual]:
    """Return the titles of the documents of the template set, by their ids."""
    listed = load_template_set(options.templates).packet.contents
    return {entry.document: entry.title for entry in listed if entry.document and entry.title}


def signed_titles(file: CaseFile, options: CheckOptions) -> dict[int, Trilingual]:
    """Return the titles of the documents whose signed originals a case has, by their number among the papers."""
    entries = file.json_file.fields.get("attachments")
    titles = document_titles(options)
    signed = {
        number: str(entry.get("document"))
        for number, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and entry.get("role") == SIGNED
    }
    return {number: titles[document] for number, document in signed.items() if document in titles}


def _signed_again(file: CaseFile, text: bytes, options: CheckOptions) -> list[Problem]:
    """Return a warning for each signed original that no longer matches the case if the file has this text.

    While the case lacks required fields, this is unknown, and one warning says so.
    """
    titles = signed_titles(file, options)
    if not titles:
        return []
    changed = outcome_of(lambda: _changed(Source(file.path.name, file.path.parent, text), options)).value
    if changed is None:
        return [_warning("desk-signed-unknown", min(titles))]
    return [
        _warning("desk-signed", number, msgspec.to_builtins(title))
        for number, title in titles.items()
        if number in changed
    ]


def _changed(source: Source, options: CheckOptions) -> set[int]:
    planned = plan_case(load_case(source, options.directory), options)
    return {part.index for part in planned.packet.attachments if has_changed(part, planned, options.as_of)}


def _warning(key: str, number: int, title: Mapping[str, str] | None = None) -> Problem:
    problem = worded_problem(key, room="cli", paper=title)
    return replace(problem, severity="warning", place=JsonPlace(f"/attachments/{number}"))
