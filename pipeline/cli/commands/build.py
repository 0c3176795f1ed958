"""visa-packet build"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.output import CommandReport, OutputStyle, print_problems
from pipeline.cli.packet_output import print_packet, result_to_json, stage_listener
from pipeline.cli.passwords import PASSWORD, password_file_option, read_password
from pipeline.cli.results import results_of_command
from pipeline.cli.shared_options import Size, cases_argument, check_options, day_of, timeout_option
from pipeline.documents.engines.engine import DEFAULT_ENGINE, ENGINES
from pipeline.language import Language
from pipeline.options import BuildOptions
from pipeline.publish.destination import destination_of
from pipeline.run.inputs import is_many, sources
from pipeline.run.pools.fork import ForkPool
from pipeline.run.pools.pool import stopping
from pipeline.run.retry import await_task, submit_task
from pipeline.run.task import Task

if TYPE_CHECKING:
    from pipeline.run.cluster.client import Cluster

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(short_help="Build the submission bundle of each case.")
@cases_argument
@click.option(
    "-o",
    "--out",
    default="out",
    show_default=True,
    help="Folder for the packets, or an address such as s3://bucket/folder; each packet is OUT/<case id>.",
)
@click.option(
    "--engine",
    default=DEFAULT_ENGINE,
    show_default=True,
    type=click.Choice(list(ENGINES)),
    help="Engine that converts Word documents to PDF.",
)
@click.option(
    "--right-hand-pages",
    is_flag=True,
    help="Begin each document on a right-hand page, after a blank page if necessary, for printing on both sides.",
)
@click.option(
    "--max-size",
    "max_bytes",
    type=Size(),
    metavar="SIZE",
    help="Size limit of a bundle for upload or mail, such as 5MB: papers are downsampled, then the bundle is split.",
)
@click.option(
    "--signature-fields", is_flag=True, help="Add fields for digital signatures at the seal boxes (visa-packet sign)."
)
@click.option(
    "--recipient-copy",
    is_flag=True,
    help="Also build recipient-copy.pdf for third parties: the documents with masked identity numbers.",
)
@click.option(
    "--no-documents",
    is_flag=True,
    help="Leave out the Word file and the PDF of each document that is in a bundle, for many cases.",
)
@click.option(
    "--encrypt",
    is_flag=True,
    help=f"Encrypt every PDF (AES-256) and leave out the Word files. The password is read from --password-file or "
    f"${PASSWORD}, or asked for.",
)
@password_file_option("for --encrypt")
@click.option("--force", is_flag=True, help="Build even if the packet is up to date, and replace a signed packet.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Number of worker processes for many cases; by default one per core.",
)
@timeout_option
@click.option(
    "--scheduler",
    metavar="tls://HOST:PORT",
    help="Build on the workers of this Dask scheduler (docs/scale.md).",
)
@click.option("--tls-ca", metavar="FILE", type=_FILE, help="Certificate of the authority that signed the cluster's.")
@click.option("--tls-cert", metavar="FILE", type=_FILE, help="Certificate of this client for the cluster.")
@click.option("--tls-key", metavar="FILE", type=_FILE, help="Key of that certificate.")
@click.option("-q", "--quiet", is_flag=True, help="With many cases, print only failures.")
@click.option("--no-report", is_flag=True, help="With many cases, do not write OUT/report.html.")
@click.option("--show-names", is_flag=True, help="Show patients' names in OUT/report.html; by default only case ids.")
@check_options
def build(
    cases: tuple[str, ...],
    out: str,
    engine: str,
    right_hand_pages: bool,
    max_bytes: int | None,
    signature_fields: bool,
    recipient_copy: bool,
    no_documents: bool,
    encrypt: bool,
    password_file: Path | None,
    force: bool,
    jobs: int | None,
    timeout: float,
    scheduler: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    quiet: bool,
    no_report: bool,
    show_names: bool,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    allow_missing: bool,
    allow_changed: bool,
    read_scans: bool,
    draft: bool,
    letter_languages: tuple[Language, ...] | None,
    strict: bool,
    notes: bool,
    language: Language,
    as_json: bool,
) -> int:
    """Build the submission bundle of each CASE.

    A CASE is a file, a folder of cases (*.json, *.jsonl, */case.json), a pattern such as 'cases/*.json', a .jsonl
    file with one case per line, or - for such lines on standard input.

    For a case with the id X, OUT/X contains bundle.pdf, a bundle for each companion, documents/ and manifest.json.
    A packet is published only when all of it has been verified; until then an earlier packet stays. A packet is ready
    to file if no paper of the official list is missing and every signed original is attached; until then it is to be
    signed, incomplete (see --allow-missing) or a draft (see --draft). A packet is not built again if its case, papers,
    templates and rules are unchanged. For many cases, OUT/report.html lists the results, to filter and sort in a
    browser.

    \b
    Example:
      visa-packet build examples/wang-xiaoming/case.json -o out
      visa-packet build cases/ -o out -j 4
      cat cases.jsonl | visa-packet build - -o out --json
    """
    options = BuildOptions(
        day_of(as_of),
        templates=templates,
        engine=engine,
        strict=strict,
        directory=directory,
        draft=draft,
        allow_missing=allow_missing,
        allow_changed=allow_changed,
        read_scans=read_scans,
        right_hand_pages=right_hand_pages,
        max_bytes=max_bytes,
        signature_fields=signature_fields,
        recipient_copy=recipient_copy,
        no_documents=no_documents,
        password=_password(password_file, encrypt=encrypt, signature_fields=signature_fields),
        force=force,
        letter_languages=letter_languages,
    )
    style = OutputStyle(language, notes, as_json, quiet)
    cluster = _cluster(scheduler, (tls_ca, tls_cert, tls_key), jobs)
    destination = destination_of(out)
    with destination.lock() as folder:
        if cluster or is_many(cases):
            from pipeline.cli.commands.build_many import build_many  # noqa: PLC0415 - one case needs no workers

            return build_many(
                cases,
                destination,
                folder,
                options,
                style,
                cluster=cluster,
                jobs=jobs,
                timeout=timeout,
                report=not no_report,
                names=show_names,
            )
        [source] = sources(cases)
        task = Task(source, destination, options)
        results = results_of_command()
        results.begin("build", 1)
        with stopping(ForkPool(timeout, stage_listener(results)), folder) as pool:
            done = await_task(task, submit_task(task, pool), pool)
    print_problems(done.problems, style)
    if not as_json:
        print_packet(done, destination, language)
    results.add(result_to_json(done, language, destination))
    return results.finish(CommandReport("build", done.code))


def _password(file: Path | None, *, encrypt: bool, signature_fields: bool) -> str | None:
    if file is not None and not encrypt:
        raise click.UsageError("--password-file requires --encrypt")
    if encrypt and signature_fields:
        raise click.UsageError("--signature-fields and --encrypt exclude each other: signed files cannot be encrypted")
    return read_password(file, PASSWORD, confirm=True) if encrypt else None


def _cluster(
    scheduler: str | None, tls: tuple[Path | None, Path | None, Path | None], jobs: int | None
) -> Cluster | None:
    """The cluster, if one is named. Options that do not apply are rejected."""
    if scheduler is None and any(tls):
        raise click.UsageError("--tls-ca, --tls-cert and --tls-key require --scheduler")
    if scheduler is not None and jobs is not None:
        raise click.UsageError("--jobs and --scheduler exclude each other: the cluster has its own worker processes")
    if scheduler is None:
        return None
    from pipeline.run.cluster.client import Cluster  # noqa: PLC0415 - most builds need none

    return Cluster(scheduler, *tls)
