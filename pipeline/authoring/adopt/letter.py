"""Adopts a letter: a new template beside the untouched original, with a table of what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.authoring.adopt.formats import (
    clean_metadata,
    set_fonts,
    set_paper,
    set_pitch,
    set_tables,
    unseen_parts,
    without_parts,
)
from pipeline.authoring.adopt.values import TagProposal, printed_values, replace_values
from pipeline.errors import InputError, Problem, TemplateError, system_reason
from pipeline.formats.word.docx_file import DocxFile, open_docx, read_docx
from pipeline.formats.word.rejections import WordFileError
from pipeline.formats.word.word_places import Part
from pipeline.formats.zip_archive import pack
from pipeline.language import format_count


@dataclass(frozen=True, slots=True)
class AdoptedLetter:
    """The template that was made of a letter, and a row (what, and how it was changed) for each step."""

    content: bytes
    steps: tuple[tuple[str, str], ...]
    tags: tuple[TagProposal, ...]


def adopt_letter(file: Path, names: Mapping[str, Any] | None = None) -> AdoptedLetter:
    """Return the template of a letter. With the ``names`` of a case, its values become tags.

    Raises InputError if the file cannot be read, TemplateError if it cannot be a template.
    """
    docx = _open(file)
    tags: list[TagProposal] = []
    if names is not None:
        values = printed_values(names)
        tags = [tag for name, root in docx.text_parts.items() for tag in replace_values(Part(name, root), values)]
    fonts = set_fonts(docx)
    steps = [("fonts", f"{', '.join(sorted(fonts))} replaced by Noto Sans CJK" if fonts else "")]
    pitched = set_pitch(docx)
    steps.append(("line spacing", f"set in {format_count(pitched, 'paragraph')}" if pitched else ""))
    steps.append(("paper", "; ".join(set_paper(docx))))
    fixed, narrowed = set_tables(docx)
    tables = [f"fixed columns in {format_count(fixed, 'table')}"] if fixed else []
    tables += [f"{format_count(narrowed, 'table')} made as wide as the text"] if narrowed else []
    steps.append(("tables", "; ".join(tables)))
    removed = unseen_parts(docx.parts)
    hidden = clean_metadata(docx) + ([f"{format_count(len(removed), 'part')} that no page shows"] if removed else [])
    steps.append(("metadata", f"removed: {', '.join(hidden)}" if hidden else ""))
    steps.append(("tags", f"{format_count(len(tags), 'value')} of the case replaced" if tags else ""))
    written = {name: _serialised(root) for name, root in without_parts(docx, removed).items()}
    parts = {name: written.get(name, content) for name, content in docx.parts.items() if name not in removed}
    return AdoptedLetter(pack(parts), tuple((what, how or "nothing to change") for what, how in steps), tuple(tags))


def _open(file: Path) -> DocxFile:
    try:
        return open_docx(read_docx(file))
    except OSError as error:
        message = f"the letter cannot be read: {system_reason(error)}"
        raise InputError(Problem("letter-unreadable", "error", message, "check its name", str(file))) from None
    except WordFileError as error:
        raise TemplateError(replace(problem, file=str(file)) for problem in error.problems) from None


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
