"""visa-packet form"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from wcwidth import ljust, width

from pipeline.attachments.forms.editions import Edition, recognise, shipped_editions
from pipeline.attachments.forms.fields import FILLABLE
from pipeline.attachments.forms.standalone import fill_form, inspect_form, is_own_form
from pipeline.attachments.messages import FieldDescription
from pipeline.case.load import load_case
from pipeline.cli.output import CommandReport, OutputStyle, emit, print_problems, problem_to_json
from pipeline.cli.shared_options import as_of_option, day_of, directory_option, json_option, lang_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.documents.context import document_context
from pipeline.errors import ExitCode
from pipeline.language import Language
from pipeline.publish.folder import publish_file


@click.group(short_help="List the fields of a fillable PDF, or fill one from a case.")
def form() -> None:
    """Work with a fillable PDF that you supply, such as an official form.

    \b
    Example:
      visa-packet form inspect visa-application.pdf
    """


@form.command(short_help="List the fields of a fillable PDF.")
@click.argument("pdf", type=click.Path(path_type=Path))
@json_option
def inspect(pdf: Path, as_json: bool) -> int:
    """List the fields of PDF: name, kind, page, and permitted values. Existing values are not shown.

    Afterwards comes the shipped mapping for this edition of the form, if there is one, with the fields that the mapping
    expects and the form does not have, and with those that it does not fill.

    \b
    Example:
      visa-packet form inspect visa-application.pdf
    """
    fields = inspect_form(pdf)
    edition = recognise(field.name for field in fields)
    result = {"path": str(pdf), "mapping": None, "fields": msgspec.to_builtins(fields)}
    if edition is not None:
        result["mapping"] = _about_edition(edition, fields)
    emit(CommandReport("form inspect", ExitCode.OK, (), [result]), as_json=as_json)
    if not as_json:
        columns = max(width(field.name) for field in fields)
        for field in fields:
            pages = ",".join(map(str, field.pages)) or "-"
            print_line(f"{ljust(field.name, columns)}  {field.kind:<9}  p. {pages:<5}  {_about(field)}".rstrip())
        _print_edition(result["mapping"])
    return ExitCode.OK


def _about_edition(edition: Edition, fields: Sequence[FieldDescription]) -> dict[str, Any]:
    """Return what is known of an edition, and how the fields of the form differ from it."""
    about = edition.mapping
    unmapped = [field.name for field in fields if field.kind in FILLABLE and field.name not in edition.fields]
    return {
        "name": edition.name,
        "title": about.title,
        "source": about.source,
        "as_of": None if about.as_of is None else about.as_of.isoformat(),
        "certainty": about.certainty,
        "fields": len(edition.fields),
        "missing": edition.missing(field.name for field in fields),
        "unmapped": unmapped,
    }


def _print_edition(about: Mapping[str, Any] | None) -> None:
    if about is None:
        known = ", ".join(shipped_editions())
        print_line(f"mapping: no shipped one fits ({known}); docs/forms.md describes how to write one")
        return
    present = about["fields"] - len(about["missing"])
    print_line(Styled(f"mapping: {about['name']}, {about['title']}", bold=True))
    print_line(f"  {present} of its {about['fields']} fields are in this form; certainty: {about['certainty']}")
    print_line(f"  source: {about['source']} (as of {about['as_of']})")
    for words, key in (("missing in this form", "missing"), ("not filled by the mapping", "unmapped")):
        for name in about[key]:
            print_line(f"  {words}: {name}")


@form.command(short_help="Print a shipped mapping.")
@click.argument("name")
def mapping(name: str) -> int:
    """Print the shipped mapping NAME, to change it and use your own file.

    \b
    Example:
      visa-packet form mapping mofa-application-zh
    """
    editions = shipped_editions()
    if name not in editions:
        raise click.UsageError(f"there is no mapping of this name; the shipped ones are: {', '.join(editions)}")
    for line in editions[name].json_file.text.splitlines():
        print_line(line)
    return ExitCode.OK


def _about(field: FieldDescription) -> str:
    words = [word for word in ("multiline", "comb", "required") if getattr(field, word)]
    words += ["read only"] if field.read_only else []
    words += [f"at most {field.max_length} characters"] if field.max_length is not None else []
    options = (state if state == label else f"{state} ({label})" for state, label in field.options)
    words += [f"options: {', '.join(options)}"] if field.options else []
    words += ["filled in"] if field.filled else []
    return "; ".join(words)


@form.command(short_help="Fill a PDF from a case, as a separate file.")
@click.argument("pdf", type=click.Path(path_type=Path))
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "--mapping",
    metavar="NAME|FILE",
    help="Name of a shipped mapping, or file of your own.  [default: the one for the recognised edition]",
)
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="File to write.")
@click.option(
    "--person", default="patient", show_default=True, help="Person of the form: patient, companion-1 and so on."
)
@click.option("--flatten", is_flag=True, help="Flatten the fields, so that they cannot be edited.")
@directory_option
@as_of_option
@lang_option
@json_option
def fill(
    pdf: Path,
    case: Path,
    mapping: str | None,
    out: Path,
    person: str,
    flatten: bool,
    directory: Path | None,
    as_of: datetime | None,
    language: Language,
    as_json: bool,
) -> int:
    """Fill PDF with the values of CASE, as a mapping says.

    The visa application form of the ministry, English or Chinese edition, needs no mapping of your own. A build fills
    attachments with the role application_form or with a form_mapping.

    A value that does not fit its field, or a field that the form does not have, is an error. A file of the same name
    is replaced only if visa-packet wrote it.

    \b
    Example:
      visa-packet form fill visa-application.pdf case.json -o filled.pdf
      visa-packet form fill visa-application.pdf case.json --mapping mofa-application-en -o filled.pdf
      visa-packet form fill form.pdf case.json --mapping mapping.json -o filled.pdf
    """
    loaded = load_case(case, directory)
    if person not in loaded.case.travellers:
        raise click.UsageError(f"the case has no {person}; it has: {', '.join(loaded.case.travellers)}")
    context = document_context(loaded.case, day_of(as_of), person)
    content, problems = fill_form(pdf, mapping, context, flatten=flatten)
    publish_file(content, out, is_own_form)
    print_problems(problems, OutputStyle(language))
    result = {
        "path": str(out),
        "flattened": flatten,
        "problems": [problem_to_json(problem, language) for problem in problems],
    }
    emit(CommandReport("form fill", ExitCode.OK, (), [result]), as_json=as_json)
    if not as_json:
        print_line(Styled(str(out), bold=True))
    return ExitCode.OK
