"""Refuses templates with something that the engine does not draw as Word does, before anything is filled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.errors import Problem, TemplateError
from pipeline.formats.word.docx_file import open_docx
from pipeline.formats.word.inventory import table_digest
from pipeline.formats.word.unsupported import unsupported_problems
from pipeline.system.cache import cache_key, cached

_DRAWN, _REFUSED = b"drawn", b"refused"


def refuse_unsupported(templates: Iterable[tuple[bytes, str]], engine: str) -> None:
    """Raise TemplateError with everything in these templates, each with its name, that an engine does not draw."""
    problems = [replace(problem, file=name) for content, name in templates for problem in _problems(content, engine)]
    if problems:
        raise TemplateError(dict.fromkeys(problems))


def _problems(template: bytes, engine: str) -> list[Problem]:
    """Return the problems of a template. That it has none is cached for other processes."""
    found: list[Problem] = []

    def judge() -> bytes:
        found.extend(unsupported_problems(open_docx(template), engine))
        return _REFUSED if found else _DRAWN

    key = cache_key(table_digest() + engine.encode() + template)
    if cached(f"drawn-{key}", judge) == _REFUSED and not found:
        judge()
    return found
