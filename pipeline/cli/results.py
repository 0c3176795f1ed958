"""Results of a command for programs: one document with ``--json``, a line for each result and event with ``--jsonl``.

schemas/report.schema.json describes the document, schemas/line.schema.json the lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import click

from pipeline.cli.output import CommandReport, print_problem, report_to_json
from pipeline.cli.terminal import print_json
from pipeline.errors import ExitCode

JsonForm = Literal["document", "lines"]
_FORMS: dict[str, JsonForm] = {"--json": "document", "--jsonl": "lines"}
#: Commands that work on several cases.
CASE_COMMANDS = ("build", "validate", "status", "match", "reminders")
_STATUSES = ("built", "current")
_STATES = ("draft", "incomplete", "to_be_signed", "ready_to_file")


def json_form(arguments: Sequence[str]) -> JsonForm | None:
    """Return the form of output for which a command line asks, before its command is known; the last one counts."""
    return next((_FORMS[word] for word in reversed(arguments) if word in _FORMS), None)


class Results:
    """The results of one command. As lines, each is printed at once; in a document, all are printed at its end."""

    def __init__(self, form: JsonForm | None) -> None:
        self.form = form
        self._collected: list[dict[str, Any]] = []
        self._numbers: Counter[str | None] = Counter()
        self._code = ExitCode.OK

    def begin(self, command: str, cases: int) -> None:
        """Report how many cases the run has."""
        self.report_event("run-started", command=command, cases=cases)

    def report_event(self, event: str, **about: Any) -> None:
        """Print a line about the progress of the run, if lines are asked for."""
        if self.form == "lines":
            print_json({"event": event} | about)

    def add(self, result: dict[str, Any]) -> None:
        """Add the result of a case."""
        self._code = ExitCode(result["exit_code"] or self._code)
        failed = ["failed"] if result["exit_code"] else []
        self._numbers.update({"cases", *failed, result.get("status"), result.get("state")})
        if self.form == "document":
            self._collected.append(result)
        self.report_event("result", **result)

    def overall(self) -> ExitCode:
        """Return the exit code of the run: that of a single case, or SOME_FAILED if one of several failed."""
        return ExitCode.SOME_FAILED if self._code and self._numbers["cases"] > 1 else self._code

    def finish(self, report: CommandReport, **more: Any) -> ExitCode:
        """Print the problems of the run on standard error and, for programs, the document or the last line."""
        for problem in report.problems:
            print_problem(problem.in_language(report.language), report.language)
        document = report_to_json(report) | self._totals(report.command) | more
        if self.form == "document":
            print_json(document | {"results": [*self._collected, *report.results]})
        elif self.form == "lines":
            del document["results"]
            self.report_event("report", **document)
        return report.exit_code

    def _totals(self, command: str | None) -> dict[str, Any]:
        """Return how many cases there were; of a build, also what became of them."""
        if command not in CASE_COMMANDS:
            return {}
        names = ("cases", *(_STATUSES if command == "build" else ()), "failed")
        totals: dict[str, Any] = {"counts": {name: self._numbers[name] for name in names}}
        if command == "build":
            totals |= {"states": {state: self._numbers[state] for state in _STATES}, "html": None}
        return totals


def results_of_command() -> Results:
    """Return the results of the command that runs."""
    results: Results = click.get_current_context().obj
    return results
