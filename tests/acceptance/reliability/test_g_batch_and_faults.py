"""Cases G: what goes wrong around the cases of a run: workers, signals, disks, reports, clocks."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.publish.verify.verify import verify_path
from tests.support.built import names_in, snapshot
from tests.support.canaries import PAPER
from tests.support.cases import AS_OF
from tests.support.expectation import Limits, Scene, Watched
from tests.support.faults import (
    CRASH,
    EXIT,
    HANGS,
    KILLED,
    LOCKED,
    at_start,
    by_case,
    in_case,
    in_preview,
    limited,
    limited_from,
    marked,
    once,
)
from tests.support.flat import Samples
from tests.support.processes import wait_until
from tests.support.tools import needs_strace
from tests.support.watching import WarmRun

pytestmark = needs_strace
case = pytest.mark.case
UNLIMITED = Limits(seconds=60)


def good(run: Watched, *published: str) -> None:
    assert run.run.code == 0, run.run.err
    run.left_as_it_was(published)


@case("G02")
def test_a_lost_worker_costs_its_own_case(scene: Scene, tmp_path: Path) -> None:
    """And one that is lost once costs nothing: the case is tried again."""
    faults = {"killed": KILLED, "exit": EXIT, "crash": CRASH}
    mark = tmp_path / "mark"
    names = ("good-1", "good-2", "lost-once")
    for name in (*faults, *names):
        scene.case(name)
    patch = at_start(tmp_path / "patch", by_case({**faults, "lost-once": once(mark, EXIT)}))
    run = scene.build(scene.folder / "cases", "-j", "2", env=patch)
    run.ended(dict.fromkeys(faults, 6) | dict.fromkeys(names, 0))
    assert mark.exists()
    for name in faults:
        assert [problem["code"] for problem in run.errors(name)] == ["worker-died"]


@case("G02")
@pytest.mark.parametrize("fault", [KILLED, EXIT, CRASH])
def test_a_fault_that_ends_the_process_of_the_one_case_is_reported(scene: Scene, tmp_path: Path, fault: str) -> None:
    """It ends a fork, not the command, which reports it and leaves nothing behind."""
    run = scene.build(scene.case(), env=at_start(tmp_path / "patch", in_case(fault)))
    run.refused(6, ("worker-died", None))


@case("G02")
def test_a_process_of_the_one_case_that_never_answers_is_ended(scene: Scene, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    patch = at_start(tmp_path / "patch", in_case(marked(mark, LOCKED)), limited_from(mark))
    scene.build(scene.case(), "--timeout", "1", env=patch).refused(6, ("worker-timeout", None))


@case("G02")
@pytest.mark.parametrize(("fault", "code"), [(CRASH, "worker-died"), (LOCKED, "worker-timeout")])
def test_a_fault_in_the_process_of_a_preview_is_reported(scene: Scene, tmp_path: Path, fault: str, code: str) -> None:
    mark = tmp_path / "mark"
    programs = [in_preview(marked(mark, fault)), *([limited_from(mark)] if fault == LOCKED else [])]
    words = ("--case", scene.case(), "-o", scene.out / "preview", "--json")
    limit = ("--timeout", "1") if fault == LOCKED else ()
    patch = at_start(tmp_path / "patch", *programs)
    scene.run("templates", "preview", scene.templates, *words, *limit, env=patch).refused(6, (code, None))


@case("G02", "G03")
def test_a_command_that_is_killed_takes_the_process_of_its_case_along(scene: Scene, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    patch = at_start(tmp_path / "patch", in_case(marked(mark, HANGS)))
    words = ["build", str(scene.case()), "-o", str(scene.out), "--templates", str(scene.templates), "--allow-missing"]
    process = scene.start([sys.executable, "-m", "pipeline", *words], env=patch)
    wait_until(lambda: mark.exists() or process.poll() is not None)
    process.kill()
    process.wait()
    scene.wait_until_idle()
    good(scene.build(scene.folder / "cases" / "case-a" / "case.json"), "case-a")


@case("G02")
def test_a_worker_that_never_answers_costs_its_own_case(scene: Scene, tmp_path: Path) -> None:
    faults = {"hangs": HANGS, "leaves": "os._exit(0)"}
    for name in (*faults, "good-1", "good-2"):
        scene.case(name)
    patch = at_start(tmp_path / "patch", by_case(faults), limited(faults))
    run = scene.build(scene.folder / "cases", "-j", "3", env=patch)
    run.ended({"hangs": 6, "leaves": 6, "good-1": 0, "good-2": 0})
    for name in faults:
        assert [problem["code"] for problem in run.errors(name)] == ["worker-timeout"]


@case("G02")
def test_memory_that_runs_out_is_told(scene: Scene, tmp_path: Path) -> None:
    for name in ("case-1", "case-2"):
        scene.case(name)
    patch = at_start(tmp_path / "patch", by_case({"case-2": "bytearray(1 << 60)"}))
    run = scene.build(scene.folder / "cases", env=patch)
    run.ended({"case-1": 0, "case-2": 70})
    assert "MemoryError" in run.run.err


#: To all processes, as a terminal sends it, or to the first alone, as ``kill`` does.
SIGNALS = ((signal.SIGINT, "all"), (signal.SIGINT, "one"), (signal.SIGTERM, "one"), (signal.SIGHUP, "all"))


@case("G03")
@pytest.mark.parametrize(("count", "signals"), [(8, SIGNALS[::2]), pytest.param(16, SIGNALS, marks=pytest.mark.soak)])
def test_a_signal_ends_a_run_and_a_further_run_goes_on(
    scene: Scene, tmp_path: Path, subtests: pytest.Subtests, count: int, signals: Sequence[tuple[signal.Signals, str]]
) -> None:
    """Runs over the same cases, each ended by a signal after it has published one; a last one publishes the rest."""
    lines = many(scene, count)
    for number, to in signals:
        with subtests.test(f"{number.name} to {to}"):
            process = started(scene, lines, tmp_path)
            wait_for_one_more(scene, process)
            (os.killpg if to == "all" else os.kill)(process.pid, number)
            assert process.wait() == 130
            said = (tmp_path / "said").read_text("utf-8")
            assert "Traceback" not in said
            assert scene.planted.found_in(said) == set()
            is_clean(scene)
            assert published(scene) < count
    finishes(scene, lines, count)


@case("G03")
@pytest.mark.parametrize("words", [["build"], ["rules", "--json"]])
def test_a_reader_that_goes_away(scene: Scene, words: list[str]) -> None:
    if words == ["build"]:
        words = ["build", str(many(scene, 2)), "-o", str(scene.out), "--templates", str(scene.templates)]
        words += ["--as-of", AS_OF.isoformat(), "--allow-missing", "-j", "1"]
    with scene.start(
        [sys.executable, "-m", "pipeline", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read().decode()
        assert process.wait() in {0, 7}
    assert "Traceback" not in told
    assert scene.planted.found_in(told) == set()
    is_clean(scene)


@case("G06")
def test_a_manifest_that_says_nothing_is_written_again(scene: Scene) -> None:
    manifests = {"empty": b"", "cut": b"{", "list": b"[]", "version": b'{"manifest_version": 99}', "half": None}
    codes = dict.fromkeys((*manifests, "whole"), 0)
    for name in codes:
        scene.case(name)
    scene.build(scene.folder / "cases", "-j", "2").ended(codes)
    before = packets(scene)
    for name, manifest in manifests.items():
        file = scene.out / name / "manifest.json"
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2] if manifest is None else manifest)
    run = scene.build(scene.folder / "cases", "-j", "2")
    run.ended(codes)
    statuses = {result["case_id"]: result["status"] for result in run.run.report["results"]}
    assert statuses == dict.fromkeys(manifests, "built") | {"whole": "current"}
    assert packets(scene) == before


@case("G07")
@pytest.mark.parametrize("count", [4, pytest.param(20, marks=pytest.mark.soak)])
def test_one_bad_of_many(scene: Scene, count: int) -> None:
    lines = many(scene, count, bad={3})
    run = scene.build(lines, "-j", "2")
    run.ended({f"case-{n}": 3 if n == 3 else 0 for n in range(count)}, limits=UNLIMITED)


@case("G08")
def test_all_bad(scene: Scene) -> None:
    run = scene.build(many(scene, 3, bad=set(range(3))), "-j", "2")
    run.ended({f"case-{number}": 3 for number in range(3)})


@case("G09")
@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_report_that_cannot_be_written_is_told_before_the_work(scene: Scene, kind: str) -> None:
    page = scene.out / "report.html"
    if kind == "folder":
        page.mkdir(mode=0o700)
    elif kind == "link":
        page.symlink_to(scene.folder / "nowhere")
    else:
        page.write_bytes(b"mine")
        page.chmod(0o600)
    [problem] = scene.build(many(scene, 3)).refused(7, ("output", None))
    assert problem["file"] == str(page)


@case("G12")
@pytest.mark.parametrize(("count", "workers"), [(3, 2), pytest.param(9, 8, marks=pytest.mark.soak)])
def test_one_worker_or_many_and_any_order_give_the_same_bytes(scene: Scene, count: int, workers: int) -> None:
    paths = sorted(many(scene, count).iterdir())
    codes = {f"case-{n}": 0 for n in range(count)}
    scene.build(*paths, "-j", "1").ended(codes, limits=UNLIMITED)
    first = packets(scene)
    random.Random(7).shuffle(paths)  # noqa: S311 - an order
    scene.build(*paths, "-j", str(workers), "--force").ended(codes, limits=UNLIMITED)
    assert packets(scene) == first


@case("G13")
@pytest.mark.parametrize("changed", ["case.json", PAPER, "letter.docx"], ids=["case", "paper", "template"])
def test_what_changes_during_a_run_is_seen_as_it_was_or_as_it_is(scene: Scene, tmp_path: Path, changed: str) -> None:
    """Another program writes a file anew after it was read: the packet is of the one that was read."""
    path = scene.case()
    templates = tmp_path / "set"
    shutil.copytree(scene.templates, templates)
    scene.templates = templates
    good(scene.build(path), "case-a")
    before = snapshot(scene.out / "case-a")
    file = templates / changed if changed == "letter.docx" else path.parent / changed
    content = file.read_bytes()
    # It is the fault that writes a file of that name.
    scene.planted = replace(scene.planted, canaries=scene.planted.canaries - {"QZNAME"})
    patch = at_start(tmp_path / "patch", in_case(f"open({str(file)!r}, 'w').close()", stage="draw_documents"))
    run = scene.build(path, "--force", env=patch)
    assert file.read_bytes() == b""
    file.write_bytes(content)
    good(run, "case-a")
    assert snapshot(scene.out / "case-a") == before


@case("G14")
def test_hashes_decide_and_not_times(scene: Scene) -> None:
    path = scene.case()
    good(scene.build(path), "case-a")
    for case_file, packet in ((0, 2**31), (2**31, 0)):
        os.utime(path, (case_file, case_file))
        for file in (scene.out / "case-a").rglob("*"):
            os.utime(file, (packet, packet))
        run = scene.build(path)
        assert [result["status"] for result in run.run.report["results"]] == ["current"]
        good(run, "case-a")
    times = path.stat().st_atime, path.stat().st_mtime
    path.write_text(path.read_text("utf-8").replace("QZAAQ", "QZAAR"), "utf-8")
    os.utime(path, times)
    run = scene.build(path)
    assert [result["status"] for result in run.run.report["results"]] == ["built"]


@case("G03", "P05")
@pytest.mark.kill
@pytest.mark.parametrize(
    "cuts",
    [
        2,
        pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(3600)]),
    ],
)
def test_a_power_cut_at_any_moment(scene: Scene, tmp_path: Path, cuts: int) -> None:
    """Killed again and again: what is published is whole, and the last run finishes the work.

    Every other time at any moment of the run; else soon after something of a packet that was not there, for to publish
    takes milliseconds of the seconds that a run takes. The moments are drawn from the seed that pytest prints first.
    """
    count = 3
    lines = many(scene, count)
    empty(scene)
    began = time.monotonic()
    started(scene, lines, tmp_path).wait()
    undisturbed, killed = time.monotonic() - began, 0
    expected = packets(scene)
    while killed < cuts:
        if killed % 3 == 0 or len(names_in(scene.out)) > count:  # else there would be nothing left to do
            empty(scene)
        there, process = of_packets(scene), started(scene, lines, tmp_path)
        if killed % 2:
            while of_packets(scene) == there and process.poll() is None:
                time.sleep(0.0005)
            killed += cut_after(random.uniform(0, 0.02), process)  # noqa: S311 - any moment will do
        else:
            killed += cut_after(random.uniform(0, undisturbed), process)  # noqa: S311 - as above
        for name in names_in(scene.out):
            if not name.startswith(".") and name != "report.html":
                whole(scene, name)
    finishes(scene, lines, count)
    assert packets(scene) == expected


def empty(scene: Scene) -> None:
    """Remove all packets."""
    shutil.rmtree(scene.out)
    scene.out.mkdir(mode=0o700)


def of_packets(scene: Scene) -> set[str]:
    """Names of packets, and of the folders in which they are made."""
    return {name for name in names_in(scene.out) if "case-" in name}


def cut_after(seconds: float, process: WarmRun) -> bool:
    """Whether it had to be killed: it may have ended before."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=seconds)
    process.signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.mark.soak
@case("G07", "G10")
@pytest.mark.timeout(3600)
def test_five_thousand_cases_leave_everything_flat(scene: Scene) -> None:
    count = 5000
    lines, samples = many(scene, count, bad={count // 4}), Samples(scene.out)
    run = scene.build(lines, "-j", "2", look=samples.look, seconds=2400)
    run.ended({f"case-{n}": 3 if n == count // 4 else 0 for n in range(count)}, limits=Limits(seconds=1800))
    first, last = samples.most(0.08 * count, 0.15 * count), samples.most(0.9 * count, count)
    assert last.parent_mb < first.parent_mb + 10
    assert last.worker_mb < first.worker_mb + 15
    assert last.parent_files <= first.parent_files
    assert last.worker_files <= first.worker_files + 1
    assert last.processes <= first.processes + 1


@case("G10")
def test_memory_files_and_processes_stay_flat(scene: Scene) -> None:
    """In one process, as in a worker: after 24 cases there is no more of anything than after ten."""
    lines = many(scene, 24)
    program = (
        "import gc, os, sys, resource; from pathlib import Path; from datetime import date\n"
        "from pipeline.run.task import Task, run_task; from pipeline.run.inputs import sources\n"
        "from pipeline.options import BuildOptions; from pipeline.publish.destination import Folder\n"
        "out, templates, lines = map(Path, sys.argv[1:])\n"
        "options = BuildOptions(date(2026, 11, 22), str(templates), allow_missing=True); seen = []\n"
        "def now():\n"
        "    gc.collect()\n"
        "    pages = int(Path('/proc/self/statm').read_text().split()[1])\n"
        "    return pages * 4096, len(os.listdir('/proc/self/fd')), len(os.listdir('/proc/self/task'))\n"
        "for number, source in enumerate(sources([str(lines)]), 1):\n"
        "    done = run_task(Task(source, Folder(out), options)); assert done.built, done.problems\n"
        "    if number in (10, 24): seen.append(now())\n"
        "print(seen)\n"
    )
    run = scene.run(scene.out, scene.templates, lines, program=program).run
    assert run.code == 0, run.err
    (memory, *others), (later, *others_later) = json.loads(run.out.replace("(", "[").replace(")", "]"))
    assert others_later == others
    assert later - memory < 5_600_000  # 400 kB for each case
    is_clean(scene)


def many(scene: Scene, count: int, bad: Collection[int] = ()) -> Path:
    """A folder of so many cases with their papers; the bad ones break the schema."""
    for number in range(count):
        scene.case(f"case-{number}", {"/visa/entries": "twice"} if number in bad else None)
    return scene.folder / "cases"


def started(scene: Scene, lines: Path, tmp_path: Path) -> WarmRun:
    """Let a run over many cases begin; its output goes to a file."""
    words = ("-o", scene.out, "--templates", scene.templates, "--as-of", AS_OF.isoformat(), "--allow-missing")
    return scene.begin("build", lines, *words, "-j", "2", said=tmp_path / "said")


def wait_for_one_more(scene: Scene, process: WarmRun) -> None:
    """Wait until the run has published a packet."""
    before = published(scene)
    wait_until(lambda: published(scene) > before or process.poll() is not None)
    assert process.poll() is None


def published(scene: Scene) -> int:
    return sum(re.fullmatch("case-[0-9]+", name) is not None for name in names_in(scene.out))


def whole(scene: Scene, name: str) -> None:
    verify_path(scene.out / name)


def is_clean(scene: Scene) -> None:
    """Nothing is left of a run but whole packets and the page of the report."""
    assert names_in(scene.temporary) == []
    assert list(scene.home.iterdir()) == []
    for name in names_in(scene.out):
        assert not name.startswith(".")
        if name != "report.html":
            whole(scene, name)
    scene.wait_until_idle()


def finishes(scene: Scene, lines: Path, count: int) -> None:
    """A further run makes what is missing, and sweeps what was left."""
    run = scene.build(lines, "-j", "2")
    assert run.run.code == 0, run.run.err
    is_clean(scene)
    assert {f"case-{number}" for number in range(count)} <= set(names_in(scene.out))


def packets(scene: Scene) -> dict[str, bytes]:
    """The files of all packets."""
    found = snapshot(scene.out)
    found.pop("report.html", None)
    return found
