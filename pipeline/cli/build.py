"""visa-packet build"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.build import Built, BuiltBundle, build_checked
from pipeline.check import Options, check_case
from pipeline.cli.many import Outcome, attempt, overall
from pipeline.cli.options import case_files, cases_argument, check_options, make_options
from pipeline.cli.report import Report, Telling, emit, show, told
from pipeline.engines import ENGINES
from pipeline.errors import CaseError
from pipeline.language import Language


@click.command(short_help="Build the submission bundle of each case.")
@cases_argument
@click.option(
    "-o",
    "--out",
    default="out",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder for the packets; each goes to OUT/<case id>.",
)
@click.option(
    "--engine",
    default="office2pdf",
    show_default=True,
    type=click.Choice(list(ENGINES)),
    help="What turns Word documents into PDF.",
)
@check_options
def build(
    cases: tuple[Path, ...],
    out: Path,
    engine: str,
    as_of: datetime | None,
    templates: str,
    directory: Path | None,
    strict: bool,
    notes: bool,
    language: Language,
    as_json: bool,
) -> int:
    """Build the submission bundle of each CASE: a case file, or a folder of cases (*.json, */case.json).

    For a case with the id X, OUT/X then holds bundle.pdf, a bundle for each companion, documents/ and
    manifest.json. Nothing is published before all of it is right; an earlier packet stays until then.

    \b
    Example:
      visa-packet build examples/wang-xiaoming/case.json -o out
      visa-packet build examples/wang-xiaoming -o out --as-of 2026-11-22 --json
    """
    options = make_options(as_of, templates, directory, strict=strict, engine=engine)
    files = case_files(cases)
    done: dict[str, Path] = {}
    telling = Telling(language, notes)
    results = [_build_one(path, out, options, done, telling, as_json=as_json) for path in files]
    code = overall(result["exit_code"] for result in results)
    emit(Report("build", code, (), results), as_json=as_json)
    return code


def _build_one(
    path: Path, out: Path, options: Options, done: dict[str, Path], telling: Telling, *, as_json: bool
) -> dict[str, Any]:
    started = time.perf_counter()
    known: list[str] = []
    outcome = attempt(lambda: _build(path, out, options, done, known), telling)
    seconds = time.perf_counter() - started
    built = outcome.value
    if built is not None:
        show(built.problems, telling)
        if not as_json:
            _print_built(built, seconds)
    return _result(path, known[0] if known else None, outcome, seconds, telling.language)


def _build(path: Path, out: Path, options: Options, done: dict[str, Path], known: list[str]) -> Built:
    """Build one case, unless an earlier one of this run has its id: both would go to one folder.

    ``known`` is given the id as soon as it is known, for the report of what fails later.
    """
    checked = check_case(path, options)
    case_id = checked.loaded.case.case_id
    known.append(case_id)
    if case_id in done:
        message = "an earlier case of this run has the same id, and its packet would be lost"
        hint = f"give each case its own id; the other is {done[case_id]}"
        raise CaseError(checked.loaded.document.problem("case-id-repeated", "/case_id", message, hint))
    built = build_checked(checked, out, options)
    done[case_id] = path
    return built


def _result(
    path: Path, case_id: str | None, outcome: Outcome[Built], seconds: float, language: Language
) -> dict[str, Any]:
    built = outcome.value
    problems = built.problems if built else outcome.problems
    return {
        "case": str(path),
        "case_id": case_id,
        "exit_code": int(outcome.code),
        "folder": str(built.folder) if built else None,
        "bundles": [_bundle(bundle) for bundle in built.bundles] if built else [],
        "apart": [str(path) for path in built.apart] if built else [],
        "seconds": round(seconds, 3),
        "problems": [told(problem, language) for problem in problems],
    }


def _bundle(bundle: BuiltBundle) -> dict[str, Any]:
    return {
        "person": bundle.person,
        "path": str(bundle.path),
        "sha256": bundle.sha256,
        "pages": bundle.pages,
        "documents": [{key: part[key] for key in ("id", "title", "page", "pages")} for part in bundle.page_map],
    }


def _print_built(built: Built, seconds: float) -> None:
    """What was built: each bundle with the list of its parts, and the documents that belong to none."""
    for bundle in built.bundles:
        click.secho("  page  pages  document", dim=True)
        for part in bundle.page_map:
            click.echo(f"{part['page']:>6}{part['pages']:>7}  {part['title']}")
        click.secho(str(bundle.path), bold=True)
        click.echo(f"{bundle.pages} pages, {len(bundle.page_map)} documents and papers")
    for path in built.apart:
        click.echo(f"{path}  (not in a bundle)")
    click.echo(f"{seconds:.2f} s")
