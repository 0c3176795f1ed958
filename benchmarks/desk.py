"""The desk: processor time of the findings while a person types, and of the list of cases, known and new.

``python benchmarks/desk.py`` prints milliseconds.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from measure import AS_OF, make_cases

from pipeline.cli.desk.app import Desk
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.unsaved import findings_json, read_unsaved
from pipeline.run.case_folder.saving import CaseFile

_TIMES = 20


def main() -> None:
    """Print all figures."""
    for count, papers in ((40, True), (500, False)):
        with tempfile.TemporaryDirectory() as work:
            print(json.dumps(_measure(_folder_of(count, Path(work), papers=papers), count)))


def _folder_of(count: int, work: Path, *, papers: bool) -> DeskFolder:
    """Return a folder of cases like the example, each in a folder of its own, with its papers or without any."""
    lines = make_cases(count, work / "source", papers=papers).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        case = work / "cases" / f"case-{number:05}"
        shutil.copytree(work / "source" / "papers", case / "papers", copy_function=os.link)
        (case / "case.json").write_text(line, encoding="utf-8")
    return DeskFolder(work / "cases", "medical-stay", None, AS_OF)


def _measure(folder: DeskFolder, count: int) -> dict[str, float]:
    desk = Desk(folder, "en")
    path = next(iter(folder.cases().values()))
    answers = {"/patient/passport/expiry_date": "2026-11-01", "/patient/phone": "x"}

    def show_list() -> str:
        with desk.rows.answering():
            return desk.screens.cases("en")

    def type_something() -> None:
        findings_json(read_unsaved(CaseFile.read(path), answers, folder.options).problems, "zh")

    try:
        first = _milliseconds(show_list)  # nothing is known yet; the cases are checked in the background
        began = time.perf_counter(), time.process_time()
        while "data-waiting" in show_list():
            time.sleep(0.5)
        ended = time.perf_counter(), time.process_time()
        known = median(_milliseconds(show_list) for _ in range(_TIMES))
        type_something()
        typing = median(_milliseconds(type_something) for _ in range(_TIMES))
    finally:
        desk.close()
    return {
        "cases": count,
        "first list": round(first),
        "all are checked, seconds": round(ended[0] - began[0], 1),
        "of the processor, without reading papers": round(ended[1] - began[1], 1),
        "list of known cases": round(known),
        "findings while typing": round(typing, 1),
    }


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
