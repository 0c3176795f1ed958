"""``visa-packet import --new-mapping``: propose a mapping, write it, and explain it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wcwidth import ljust, width

from pipeline.case.importing.mapping_draft import DraftLine, MappingDraft, draft_mapping
from pipeline.case.importing.proposal import propose_columns
from pipeline.case.importing.table_reading import TableRequest
from pipeline.cli.output import CommandReport, emit
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode
from pipeline.language import Language
from pipeline.publish.folder import publish_file
from pipeline.visa.labels import label

_WHO = ("patient", "hospital", "guarantor", "agency")


def propose_mapping(table: Path, request: TableRequest, out: Path, language: Language, *, as_json: bool) -> int:
    """Write the mapping that seems right for a table, and print what is certain, what is not, and what is missing."""
    proposed = propose_columns(table, request)
    draft = draft_mapping(proposed, language)
    publish_file(draft.text.encode(), out, lambda _: True)
    if not as_json:
        name = proposed.table.sheet
        sheet = label("sheet", "new_mapping", language).format(sheet=name) if name else ""
        _print(draft, language, table=f"{table}{sheet}", row=proposed.header_row)
        if proposed.without_header:
            letters = ", ".join(sorted({_column(proposed.table.address(cell)) for cell in proposed.without_header}))
            print_line(label("no_header", "new_mapping", language).format(columns=letters, row=proposed.header_row))
        if "/case_id" in [line.to for line in draft.fields]:
            print_line(Styled(label("no_id", "new_mapping", language), "yellow"))
        print_line(label("written", "new_mapping", language).format(file=out))
        encoding = "" if request.encoding == "utf-8" else f" --encoding {request.encoding}"
        print_line(f"  {shlex.join(['visa-packet', 'import', str(table), '--mapping', str(out)])}{encoding}")
    results = [_to_json(line, language) for line in (*draft.columns, *draft.fields)]
    emit(CommandReport("import new-mapping", ExitCode.OK, (), results), as_json=as_json)
    return ExitCode.OK


def _print(draft: MappingDraft, language: Language, **about: Any) -> None:
    sure = sorted((line for line in draft.columns if line.to and line.unsure is None), key=_position)
    columns, read = ({line.address for line in lines} for lines in (draft.columns, sure))
    head = label("head", "new_mapping", language).format(sure=len(read), columns=len(columns), **about)
    print_line(Styled(head, bold=True))
    for line in sure:
        print_line(f"  {_header(line, draft.columns)}  {line.title[language]}")
    _print_group("unsure", [line for line in (*draft.columns, *draft.fields) if line.unsure], draft, language)
    _print_group("unknown", [line for line in draft.columns if not line.to], draft, language)
    missing = [line for line in draft.fields if line.unsure is None and line.to != "/case_id"]
    if missing:
        print_line(Styled(label("missing", "new_mapping", language), bold=True))
    for who in _WHO:
        lines = [line for line in missing if line.question and line.question.args["who"] == who]
        if lines:
            print_line(f"  {label(who, 'asked', language)}")
        for line in lines:
            print_line(f"    {_place(line, language)}{_question(line, language)}")


def _print_group(name: str, lines: Sequence[DraftLine], draft: MappingDraft, language: Language) -> None:
    if lines:
        print_line(Styled(label(name, "new_mapping", language), bold=True))
    for line in lines:
        title = line.title[language] if line.title else ""
        header = f"{_header(line, draft.columns)}  " if line.header else ""
        print_line(f"  {_place(line, language)}{header}{title}".rstrip())
        if line.unsure:
            print_line(Styled(f"      {line.unsure[language]}", dim=True))


def _header(line: DraftLine, columns: Sequence[DraftLine]) -> str:
    """Return the letters of a column and its header, in columns of the terminal."""
    letters = [_letters(each) for each in columns]
    widest = max(width(each.header or "") for each in columns)
    return f"{_letters(line).ljust(max(map(len, letters)))}  {ljust(line.header or '', widest)}"


def _position(line: DraftLine) -> tuple[int, str]:
    return len(_letters(line)), _letters(line)


def _letters(line: DraftLine) -> str:
    return _column(line.address or "")


def _column(address: str) -> str:
    return address.rpartition("!")[2].rstrip("0123456789")


def _place(line: DraftLine, language: Language) -> str:
    return f"{label('line', 'new_mapping', language).format(line=line.line)}  " if line.line else ""


def _question(line: DraftLine, language: Language) -> str:
    return line.question.in_language(language).message if line.question else ""


def _to_json(line: DraftLine, language: Language) -> dict[str, Any]:
    if line.unsure:
        assignment = "unsure"
    elif line.question:
        assignment = "missing"
    else:
        assignment = "sure" if line.to else "unknown"
    return {
        "assignment": assignment,
        "column": line.header,
        "cell": line.address,
        "to": line.to or None,
        "line": line.line,
        "reason": line.unsure[language] if line.unsure else None,
        **({"who": line.question.args["who"]} if line.question else {}),
    }
