"""Output of a build: one case as text for people, and as a JSON object."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.case.source import find_case_id
from pipeline.cli.output import print_verdict, problem_to_json, styled_state
from pipeline.cli.results import Results
from pipeline.cli.terminal import Styled, print_line
from pipeline.language import Language, format_count
from pipeline.publish.destination import Destination
from pipeline.run.pools.event_pipe import TaskListener
from pipeline.run.published_packet import PublishedPacket
from pipeline.run.stages import StageEvent
from pipeline.run.task import Task, TaskResult
from pipeline.visa.labels import label


def result_to_json(done: TaskResult, language: Language, out: Destination) -> dict[str, Any]:
    """Return the result of one case as a JSON object."""
    built = done.built
    return {
        "case": done.name,
        "case_id": done.case_id,
        "status": done.status,
        "exit_code": int(done.code),
        "folder": out.address(built.folder) if built else None,
        "bundles": [_bundle(bundle, built, out) for bundle in built.manifest.bundles] if built else [],
        "apart": [out.address(built.folder / path) for path in built.manifest.apart] if built else [],
        "state": built.manifest.state if built else None,
        "former": _former(done, out),
        "seconds": round(done.seconds, 3),
        "problems": [problem_to_json(problem, language) for problem in done.problems],
    }


def stage_listener(results: Results) -> TaskListener | None:
    """Return a function that prints a line for the start and end of each stage, if lines are asked for."""
    if results.form != "lines":
        return None
    case_id = lru_cache(find_case_id)

    def listen(task: Task, event: StageEvent) -> None:
        name = "stage-started" if event.seconds is None else "stage-ended"
        time = {} if event.seconds is None else {"seconds": round(event.seconds, 3)}
        about = {"case": task.source.name, "case_id": case_id(task.source), "stage": event.stage}
        results.report_event(name, **about, **time)

    return listen


def _former(done: TaskResult, out: Destination) -> dict[str, str] | None:
    former = done.former
    if former is None:
        return None
    return {"folder": out.address(former.folder), "as_of": former.as_of.isoformat(), "state": former.state}


def print_former(done: TaskResult, out: Destination, language: Language, *, err: bool) -> None:
    """Print that an earlier packet is still there, if a failed build left one as it was."""
    if done.former is not None:
        text = label("former", "verdict", language)
        state = label(done.former.state, "state", language)
        where = out.address(done.former.folder)
        print_line(Styled(text.format(folder=where, day=done.former.as_of, state=state), fg="yellow"), err=err)


def _bundle(bundle: BundleRow, built: PublishedPacket, out: Destination) -> dict[str, Any]:
    return {
        "kind": bundle.kind,
        "person": bundle.person,
        "path": out.address(built.folder / bundle.path),
        "sha256": bundle.sha256,
        "pages": bundle.pages,
        "volumes": [out.address(built.folder / volume.path) for volume in bundle.volumes],
        "documents": [
            {"id": part.id, "title": part.title, "page": part.page, "pages": part.pages} for part in bundle.page_map
        ],
    }


def print_packet(done: TaskResult, out: Destination, language: Language) -> None:
    """Print each bundle with its parts, the documents outside the bundles, and the state of the packet."""
    if done.built is None:
        print_former(done, out, language, err=False)
        print_verdict(styled_state(None, language, "failed"), done.problems, language)
        return
    from pipeline.bundle.fit_size import COARSER  # noqa: PLC0415 - without a packet, none of its libraries are needed

    folder, manifest = done.built.folder, done.built.manifest
    for bundle in manifest.bundles:
        print_line(Styled("  page  pages  document", dim=True))
        for part in bundle.page_map:
            mark = Styled(f"  {label('to_be_signed', 'state', language)}" if part.unsigned else "", fg="yellow")
            print_line(f"{part.page:>6}{part.pages:>7}  {part.title}", mark)
        print_line(Styled(out.address(folder / bundle.path), bold=True))
        number = len(bundle.page_map)
        parts = "1 document or paper" if number == 1 else f"{number} documents and papers"
        print_line(f"{format_count(bundle.pages, 'page')}, {parts}")
        for volume in bundle.volumes:
            where, last = out.address(folder / volume.path), volume.page + volume.pages - 1
            print_line(f"{where}  (pages {volume.page} to {last}, {volume.bytes / 1_000_000:.1f} MB)")
    if coarser := sum(problem.code == COARSER for problem in done.problems):
        papers = "1 paper was" if coarser == 1 else f"{coarser} papers were"
        print_line(f"{papers} downsampled to fit the size limit; --notes lists them")
    for path in manifest.apart:
        print_line(f"{out.address(folder / path)}  (not in a bundle)")
    current = ", up to date: nothing has changed since it was built" if done.status == "current" else ""
    print_line(f"{done.seconds:.2f} s{current}")
    print_verdict(styled_state(manifest.state, language), done.problems, language)
