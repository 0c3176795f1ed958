"""Build of many cases: sources, workers, HTML report and progress."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from pipeline.cli.output import CommandReport, OutputStyle, print_problems
from pipeline.cli.packet_output import result_to_json, stage_listener
from pipeline.cli.progress import Progress
from pipeline.cli.results import results_of_command
from pipeline.errors import ExitCode
from pipeline.options import BuildOptions
from pipeline.publish.destination import Destination
from pipeline.run.cluster.client import Cluster
from pipeline.run.inputs import sources
from pipeline.run.many import (
    RepeatedIdsError,
    available_cores,
    check_ids,
    make_pool,
    pin_templates,
    run_many,
    saved_standard_input,
)
from pipeline.run.pools.pool import stopping
from pipeline.run.report.report_page import report_page
from pipeline.run.report.summary import report_header
from pipeline.run.task import Task, failed


def build_many(
    cases: Sequence[str],
    out: Destination,
    folder: Path,
    options: BuildOptions,
    style: OutputStyle,
    *,
    cluster: Cluster | None,
    jobs: int | None,
    timeout: float,
    report: bool,
    names: bool,
) -> ExitCode:
    """Build every case. If two cases have the same id, build none, and report those that repeat it.

    ``folder`` is the local folder for the HTML report and temporary files.
    """
    with saved_standard_input(cases, folder) as saved:
        results = results_of_command()
        try:
            total = check_ids(sources(cases, saved))
        except RepeatedIdsError as error:
            for source, problem in error.repeated:
                done = failed(Task(source, out, options), error.exit_code, (problem,))
                results.add(result_to_json(done, style.language, out))
            print_problems(error.problems, style)
            return results.finish(CommandReport("build", error.exit_code))
        pinned = pin_templates(options)
        tasks = (Task(source, out, pinned, names) for source in sources(cases, saved))
        results.begin("build", total)
        progress = Progress(style, out, total, results)
        header = report_header(options.check, style.language, names=names)
        with report_page(header, folder) if report else nullcontext() as page:
            workers = min(jobs or available_cores(), max(total, 1))
            pool = make_pool(cluster, options, workers, timeout, stage_listener(results))
            with stopping(pool, folder), progress.bar():
                for done in run_many(tasks, pool):
                    progress.add(done)
                    if page is not None:
                        page.add(done)
            return progress.finish(page)
