"""visa-packet templates list"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from pipeline.authoring.check.template_languages import find_languages
from pipeline.case.base import Trilingual
from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import complete, json_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode
from pipeline.formats.word.docx_file import open_docx
from pipeline.packet.set_files import load_template_set, shipped_sets
from pipeline.packet.template_set import PacketEntry, TemplateSet


@click.command("list", short_help="List the template sets with their documents, conditions and languages.")
@click.argument(
    "sets", metavar="[SET]...", nargs=-1, shell_complete=lambda _ctx, _param, word: complete(shipped_sets(), word)
)
@json_option
def list_sets(sets: tuple[str, ...], as_json: bool) -> int:
    """List template sets, each a shipped set's name or a folder, with their documents; all shipped sets if none.

    \b
    Example:
      visa-packet templates list
    """
    results = [_result(load_template_set(name)) for name in sets or shipped_sets()]
    emit(CommandReport("templates list", ExitCode.OK, (), results), as_json=as_json)
    if not as_json:
        for result in results:
            _print(result)
    return ExitCode.OK


def _result(templates: TemplateSet) -> dict[str, Any]:
    return {
        "id": templates.packet.id,
        "title": _words(templates.packet.title),
        "folder": str(templates.folder),
        "documents": [_document(entry, templates) for entry in templates.packet.contents if entry.template],
        "attachments": [entry.attachments for entry in templates.packet.contents if entry.attachments],
    }


def _document(entry: PacketEntry, templates: TemplateSet) -> dict[str, Any]:
    return {
        "id": entry.document,
        "template": entry.template,
        "title": _words(entry.title),
        "when": entry.when,
        "for": entry.whom,
        "apart": entry.apart,
        "unless_attached": entry.unless_attached,
        "languages": find_languages(open_docx(templates.templates[entry.template or ""])),
    }


def _words(title: Trilingual | None) -> dict[str, str] | None:
    return msgspec.structs.asdict(title) if title else None


def _print(result: dict[str, Any]) -> None:
    print_line(Styled(f"{result['id']}  {result['title']['en']}", bold=True))
    print_line(f"  {Path(result['folder'])}")
    for document in result["documents"]:
        extra = [
            word for word, holds in (("everyone", document["for"] == "everyone"), ("apart", document["apart"])) if holds
        ]
        extra += [f"unless {document['unless_attached']}"] if document["unless_attached"] else []
        about = ", ".join([document["when"], *extra])
        print_line(f"  {document['id']:<31}{about:<43}{' '.join(document['languages'])}")
    print_line(f"  papers: {', '.join(result['attachments'])}")
