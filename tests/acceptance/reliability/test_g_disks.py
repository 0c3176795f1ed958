"""Cases G04 and G05: disks that are full, and calls of the system that fail."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.support.disks import Disk
from tests.support.expectation import Scene, Watched
from tests.support.tools import needs_libreoffice, needs_strace

pytestmark = needs_strace
case = pytest.mark.case
#: By which files are written, and made and removed.
CALLS = ["write", "mkdir", "chmod", "fchmod", "unlinkat"]
ENGINES = ["office2pdf", pytest.param("libreoffice", marks=needs_libreoffice)]


def good(run: Watched, *published: str) -> None:
    assert run.run.code == 0, run.run.err
    run.left_as_it_was(published)


@case("G04")
@pytest.mark.parametrize("left", [0, 32, *(pytest.param(left, marks=pytest.mark.soak) for left in (8, 20))])
def test_a_full_disk_for_the_output(scene: Scene, disk: Disk, left: int) -> None:
    disk(scene.out, left)
    [problem] = scene.build(scene.case()).refused(7, ("output", None))
    assert "no space left" in problem["message"]


@case("G04")
def test_a_disk_with_room_is_not_called_full(scene: Scene, disk: Disk) -> None:
    disk(scene.out, 2000)
    good(scene.build(scene.case()), "case-a")


@case("G04")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("left", [0, 40])
def test_a_full_disk_for_temporary_files(scene: Scene, disk: Disk, engine: str, left: int) -> None:
    """Whether an engine needs them or not: it is told, or the packet is right."""
    disk(scene.temporary, left)
    run = scene.build(scene.case(), "--engine", engine)
    if run.run.code == 0:
        good(run, "case-a")
        return
    [problem] = [found for found in run.run.problems if found["severity"] == "error"]
    assert problem["code"] in {"engine-temporary", "engine-failed"}
    run.refused(6, (problem["code"], None))


#: How the page of an earlier run begins.
EARLIER_PAGE = b"<!doctype html>\n<!-- visa-packet report -->\n"


def kilobytes_of_a_packet(scene: Scene) -> int:
    """As they are counted by a file system that gives space by pages."""
    files = [file for file in (scene.out / "of-another").rglob("*") if file.is_file()]
    return sum(-(-file.stat().st_size // 4096) * 4 for file in files)


@case("G04", "G09")
def test_a_disk_that_is_full_when_the_report_is_written(scene: Scene, disk: Disk) -> None:
    """All packets are there; what is missing is told, and made by a further run once there is room."""
    page, names = scene.out / "report.html", ["case-1", "case-2", "case-3"]
    for name in names:
        scene.case(name)
    page.write_bytes(EARLIER_PAGE)
    disk(scene.out, len(names) * kilobytes_of_a_packet(scene) + 24)
    run = scene.build(scene.folder / "cases", "-j", "2")
    assert run.run.code == 7, run.run.err
    [problem] = [found for found in run.run.problems if found["severity"] == "error"]
    assert (problem["code"], problem["file"]) == ("output", str(page))
    assert "no space left" in problem["message"]
    run.left_as_it_was(names)
    assert page.read_bytes() == EARLIER_PAGE
    shutil.rmtree(scene.out / "of-another")
    again = scene.build(scene.folder / "cases", "-j", "2")
    good(again, *names)
    assert [result["status"] for result in again.run.report["results"]] == ["current"] * len(names)
    assert len(page.read_bytes()) > len(EARLIER_PAGE)


@case("G04")
def test_a_disk_that_becomes_full_while_many_are_built(scene: Scene, disk: Disk) -> None:
    for name in ("case-1", "case-2", "case-3"):
        scene.case(name)
    disk(scene.out, kilobytes_of_a_packet(scene) + 24)
    run = scene.build(scene.folder / "cases", "-j", "1")
    run.ended({"case-1": 0, "case-2": 7, "case-3": 7})


@case("G04")
def test_a_machine_that_has_nothing_for_workers_to_share(scene: Scene) -> None:
    """Their semaphores are files in memory, which a container may lack."""
    for name in ("case-1", "case-2"):
        scene.case(name)
    alone = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "sh")
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs to mount a file system, as root may")
    scene.build(scene.folder / "cases", prefix=alone).refused(6, ("worker-start", None))


@case("G04")
@pytest.mark.parametrize("limit", [11_000, pytest.param(13_000, marks=pytest.mark.soak)])
def test_a_limit_on_the_size_of_files(scene: Scene, limit: int) -> None:
    [problem] = scene.build(scene.case(), prefix=("prlimit", f"--fsize={limit}")).refused(7, ("output", None))
    assert "file too large" in problem["message"]


#: Which system call fails with what, and the error that is told.
DISK_FAULTS = [
    pytest.param("fsync:error=EIO:when=1", "input/output error", marks=pytest.mark.soak),
    ("fsync:error=ENOSPC:when=3", "no space left on device"),
    pytest.param("fsync:error=EDQUOT:when=5", "disk quota exceeded", marks=pytest.mark.soak),
    pytest.param("renameat2:error=EIO", None, marks=pytest.mark.soak),
    ("renameat2:error=ENOSYS", None),
]


@case("G05")
@pytest.mark.parametrize(("fault", "reason"), DISK_FAULTS)
def test_a_call_that_fails(scene: Scene, fault: str, reason: str | None) -> None:
    run = scene.build(scene.case(), faults=[fault])
    assert "(INJECTED)" in run.end.trace
    if reason is None:  # two plain renames do it then
        good(run, "case-a")
        return
    [problem] = run.refused(7, ("output", None))
    assert reason in problem["message"]


@case("G05")
@pytest.mark.parametrize("number", [1, 2])
def test_a_rename_that_fails_gives_the_former_packet_back(scene: Scene, number: int) -> None:
    run = scene.build(scene.case(), faults=["renameat2:error=ENOSYS", f"rename:error=EIO:when={number}"])
    assert run.end.trace.count("(INJECTED)") == 2
    run.refused(7, ("output", None))


@case("G05")
def test_whatever_call_fails_the_packet_is_whole_or_as_it_was(scene: Scene) -> None:
    """A few of the calls, one of each kind, drawn from the seed that pytest prints first; the next test tries all."""
    path = scene.case()
    run = undisturbed(scene, path)
    files, printed = numbers(run, "write", FILE), numbers(run, "write", "1, .{20}")
    chosen = [("write", "EIO", number) for number in (random.choice(files), printed[-1])]  # noqa: S311 - any of them
    chosen += [
        ("mkdir", "EACCES", numbers(run, "mkdir", IN_OUT)[-1]),
        ("unlinkat", "EACCES", 1),
    ]  # of what was replaced
    fail_one_after_the_other(scene, path, chosen)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@case("G05")
@pytest.mark.parametrize("error", ["EIO", "EACCES"])
@pytest.mark.parametrize("call", CALLS)
def test_every_call_that_fails(scene: Scene, call: str, error: str) -> None:
    path = scene.case()
    found = numbers(undisturbed(scene, path), call)
    fail_one_after_the_other(scene, path, [(call, error, number) for number in found])


#: Beginning of the arguments of a call by which a file of the packet is written, and of one in the folder of it.
FILE = r'[0-9]+, "(PK|%PDF|\{\\n)'
IN_OUT = r".*/out/\.case-a\."
#: Nothing is current then.
FORCE = "--force"


def undisturbed(scene: Scene, path: Path) -> Watched:
    """A run like those that follow."""
    return scene.build(path, FORCE, also=CALLS)


def numbers(run: Watched, call: str, arguments: str = "") -> list[int]:
    """Which of this call begin so, counted in each process from 1, as strace does before it lets one fail in each."""
    counts, found = Counter[str](), set[int]()
    for process, begins in re.findall(rf"^([0-9]+) +{call}\((.*)", run.end.trace, re.MULTILINE):
        counts[process] += 1
        if re.match(arguments, begins):
            found.add(counts[process])
    return sorted(found)


def fail_one_after_the_other(scene: Scene, path: Path, faults: list[tuple[str, str, int]]) -> None:
    """In a run for each. If only the report cannot be printed, the packet is there; a further run finishes the work."""
    assert faults
    for call, error, number in faults:
        run = scene.build(path, FORCE, faults=[f"{call}:error={error}:when={number}"])
        assert "(INJECTED)" in run.end.trace
        assert run.run.code in {0, 5, 6, 7}, run.run.err
        run.left_as_it_was({"case-a"} if run.run.code == 0 or "output-report" in run.run.err else ())
    good(scene.build(path, FORCE), "case-a")
