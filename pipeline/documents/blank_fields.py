"""Drafts of a case that lacks fields: documents with blanks, without those that cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec

from pipeline.case.half_case import AbsentError
from pipeline.documents.context import document_context
from pipeline.documents.drawing import bundle_cover_context
from pipeline.documents.fill import fill
from pipeline.errors import Problem
from pipeline.formats.messages import Words, worded_problem
from pipeline.language import LANGUAGES
from pipeline.options import DocumentOptions
from pipeline.packet.packet_parts import AttachmentPart, Bundle, DocumentPart, Packet, Part
from pipeline.packet.planned_case import PlannedCase

_ROOM = "documents"


def leave_out_undrawable(planned: PlannedCase, options: DocumentOptions) -> tuple[PlannedCase, list[Problem]]:
    """Return the plan of a draft without the documents that depend on a missing field, and a warning for each.

    A document that only prints the field stays: it has a blank. Forms that this program fills in are left out too.
    """
    if not planned.loaded.questions:
        return planned, []
    found: dict[str, Problem] = {}
    for is_cover in (False, True):  # a cover sheet lists the documents that stay
        found |= {part.id: problem for part, problem in _Trial(planned, options, is_cover).problems()}
        planned = replace(planned, packet=_without(planned.packet, found))
    return planned, list(found.values())


@dataclass(frozen=True, slots=True)
class _Trial:
    """Fills the documents of a draft, the cover sheets or the others, to see which of them can be."""

    planned: PlannedCase
    options: DocumentOptions
    is_cover: bool

    def problems(self) -> Iterator[tuple[Part, Problem]]:
        """Yield each part that cannot be filled, with a warning."""
        packet = self.planned.packet
        for part in packet.attachments:
            if part.attachment.is_filled_in:
                title = msgspec.to_builtins(part.title)
                yield part, _warning(worded_problem("draft-left-out/form", room=_ROOM, title=title), title)
        for bundle in packet.files:
            for document in bundle.documents:
                yield from self._try(document, partial(self._context, document, bundle))
        for document in packet.apart:
            yield from self._try(document, partial(self._context, document, None))

    def _try(self, part: DocumentPart, context: Callable[[], Mapping[str, Any]]) -> Iterator[tuple[Part, Problem]]:
        if part.is_cover != self.is_cover:
            return
        templates = self.planned.templates
        try:
            fill(templates.templates[part.template], str(templates.folder / part.template), context())
        except AbsentError as error:
            question = self._question(error.pointer)
            title = msgspec.to_builtins(part.title)
            problem = worded_problem("draft-left-out", room=_ROOM, title=title, question=question)
            parent = error.pointer.rpartition("/")[0]
            yield part, _warning(self.planned.loaded.json_file.locate(problem, parent), title)

    def _context(self, part: DocumentPart, bundle: Bundle | None) -> Mapping[str, Any]:
        if part.is_cover and bundle is not None:
            pages = {each.id: 1 for each in bundle.parts}
            return bundle_cover_context(bundle, self.planned, self.options, pages)
        return document_context(self.planned.loaded.case, self.options.as_of, part.person, self.planned.languages)

    def _question(self, pointer: str) -> Words:
        """Return the question about a field."""
        for problem in self.planned.loaded.questions:
            asked = f"{problem.pointer}/{problem.args['field']}/"
            if f"{pointer}/".startswith(asked) or asked.startswith(f"{pointer}/"):
                return {language: problem.in_language(language).message for language in problem.translations}
        return dict.fromkeys(("en", "ja", "zh"), pointer)


def _warning(problem: Problem, title: Words) -> Problem:
    titles = {f"left_out_{language}": title[language] for language in LANGUAGES}
    return replace(problem, severity="warning", args=titles)


def _without(packet: Packet, found: Mapping[str, Problem]) -> Packet:
    def rest(bundle: Bundle) -> Bundle:
        parts = (_without_document(part, found) for part in bundle.parts if part.id not in found)
        return replace(bundle, parts=tuple(parts))

    return replace(
        packet,
        bundles=tuple(map(rest, packet.bundles)),
        apart=tuple(part for part in packet.apart if part.id not in found),
        working=None if packet.working is None else rest(packet.working),
    )


def _without_document(part: Part, found: Mapping[str, Problem]) -> Part:
    """Return a signed original without its document if that cannot be filled."""
    if isinstance(part, AttachmentPart) and part.original_of and part.original_of.id in found:
        return replace(part, original_of=None)
    return part
