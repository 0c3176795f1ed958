"""Public functions on template sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.authoring import starter
from pipeline.authoring.adopt import letter as letters
from pipeline.authoring.adopt.letter import AdoptedLetter
from pipeline.authoring.check import sets as checking
from pipeline.authoring.check.sets import CheckedSet
from pipeline.authoring.preview.make import Preview, make_preview
from pipeline.authoring.starter import StarterFiles
from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.engines.engine import DEFAULT_ENGINE
from pipeline.language import Language
from pipeline.options import BuildOptions
from pipeline.packet.set_files import load_template_set, shipped_sets
from pipeline.packet.template_set import TemplateSet
from pipeline.run.public.arguments import CaseLike, StrPath, day_of, path_of, public, source_of, texts_of


@public
def preview_set(
    case: CaseLike,
    out: StrPath = "preview",
    *,
    templates: StrPath = "medical-stay",
    against: StrPath | None = None,
    engine: str = DEFAULT_ENGINE,
    language: Language = "en",
    folder: StrPath | None = None,
    as_of: date | None = None,
    directory: StrPath | None = None,
) -> Preview:
    """Draw the documents that a template set gives for a case, as one HTML page: ``page`` of the result.

    ``against`` is a git revision, or the folder of another version of the set, with which each page is compared.
    """
    options = BuildOptions(
        day_of(as_of), str(templates), engine, directory=path_of(directory), allow_missing=True, allow_changed=True
    )
    other = None if against is None else str(against)
    return make_preview(source_of(case, folder), Path(out), options, other, language)


@public
def check_sets(sets: StrPath | Sequence[StrPath] = (), *, engine: str = DEFAULT_ENGINE) -> list[CheckedSet]:
    """Check template sets, each a shipped name, a folder or a Word file: all shipped sets, if none is given.

    Return the ``findings`` on each; no finding is raised.
    """
    names = [str(path) for path in texts_of(sets)]
    return checking.check_sets(names or shipped_sets(), engine=engine)


@public
def read_set(templates: StrPath = "medical-stay") -> TemplateSet:
    """Return a template set: ``packet`` is its packet.json, ``templates`` are its Word files.

    >>> read_set().packet.id, len(read_set().templates)
    ('medical-stay', 17)
    """
    return load_template_set(str(templates))


@public
def start_template(name: str, folder: StrPath) -> StarterFiles:
    """Create a Word template to start from, in the styles of the set in ``folder``; a new folder becomes a new set.

    >>> [path.name for path in start_template("letter-of-thanks", "my-own-set").files]
    ['letter-of-thanks.docx', 'packet.json']
    """
    return starter.start_template(name, Path(folder))


@public
def adopt_letter(
    letter: StrPath, *, case: CaseLike | None = None, folder: StrPath | None = None, as_of: date | None = None
) -> AdoptedLetter:
    """Return a template that was made of a Word file: its ``content``, and the ``steps`` that were taken.

    With ``case``, the values of that case in the letter become tags (``tags``); check each of them.
    """
    if case is None:
        return letters.adopt_letter(Path(letter))
    names = document_context(load_case(source_of(case, folder)).case, day_of(as_of))
    return letters.adopt_letter(Path(letter), names)
