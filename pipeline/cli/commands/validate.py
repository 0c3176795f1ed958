"""visa-packet validate"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.case.load import IncompleteCaseError, load_case, load_draft
from pipeline.case.source import Source, find_case_id
from pipeline.cli.outcome import Outcome, attempt
from pipeline.cli.output import (
    CommandReport,
    OutputStyle,
    fields_to_json,
    print_problems,
    print_verdict,
    problem_to_json,
    styled_state,
)
from pipeline.cli.results import results_of_command
from pipeline.cli.shared_options import case_files, cases_argument, check_options, day_of
from pipeline.cli.terminal import print_line
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.packet.paper_rules import LACKS
from pipeline.visa.labels import label

if TYPE_CHECKING:
    from pipeline.run.check import CheckedCase


@click.command(short_help="Check cases and their attachments without building anything.")
@cases_argument
@check_options
def validate(
    cases: tuple[str, ...],
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
    """Check each CASE: its JSON against the schemas, the rules of the visa, and its attachments.

    Nothing is written. All problems are printed at once, each with its place and a hint, and the state of the packet
    that a build would give: draft, incomplete, to be signed or ready to file. If it would fail, there is none (null in
    JSON); visa-packet status gives the state of such a case.

    \b
    Example:
      visa-packet validate examples/wang-xiaoming/case.json
      visa-packet validate examples/chen-lihua --json
    """
    options = CheckOptions(
        day_of(as_of),
        templates,
        directory,
        strict,
        draft,
        allow_missing,
        allow_changed=allow_changed,
        read_scans=read_scans,
        letter_languages=letter_languages,
    )
    style = OutputStyle(language, notes)
    results, files = results_of_command(), case_files(cases)
    results.begin("validate", len(files))
    for source in files:
        results.add(_validate_one(source, options, style, as_json=as_json))
    return results.finish(CommandReport("validate", results.overall()))


def _validate_one(source: Source, options: CheckOptions, style: OutputStyle, *, as_json: bool) -> dict[str, Any]:
    outcome = attempt(lambda: _check(source, options), style)
    checked = outcome.value
    problems = checked.problems if checked else outcome.problems
    if checked is not None:
        print_problems(problems, style)
    elif _only_papers_are_missing(outcome) and not as_json:
        print_line(label("permission", "verdict", style.language))
    if not as_json:
        state = styled_state(checked.state if checked else None, style.language)
        print_verdict(state, problems, style.language, source.name)
    return {
        "case": source.name,
        "case_id": checked.loaded.case.case_id if checked else find_case_id(source),
        "exit_code": int(outcome.code),
        "state": checked.state if checked else None,
        **fields_to_json(problems),
        "problems": [problem_to_json(problem, style.language) for problem in problems],
    }


def _check(source: Source, options: CheckOptions) -> CheckedCase:
    # Imported after reading: an invalid case is reported before the libraries of the checks are loaded.
    try:
        loaded = (load_draft if options.draft else load_case)(source, options.directory)
    except IncompleteCaseError as error:
        from pipeline.run.check import with_findings  # noqa: PLC0415 - see above

        raise with_findings(error, options) from None
    from pipeline.run.check import check_loaded  # noqa: PLC0415 - see above

    return check_loaded(loaded, options)


def _only_papers_are_missing(outcome: Outcome[CheckedCase]) -> bool:
    errors = {problem.code for problem in outcome.problems if problem.severity == "error"}
    return bool(errors) and errors <= LACKS
