"""Cases G04 and G05: disks that are full, and calls of the system that fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from common_expectation import Scene, Watched
from disks import Disk
from tools import needs_libreoffice, needs_strace

pytestmark = needs_strace
case = pytest.mark.case
ENGINES = ["office2pdf", pytest.param("libreoffice", marks=needs_libreoffice)]


def good(run: Watched, *published: str) -> None:
    assert run.run.code == 0, run.run.err
    run.left_as_it_was(published)


@case("G04")
@pytest.mark.parametrize("left", [0, 8, 30, 60])
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


@case("G04")
@pytest.mark.parametrize("limit", [25_000, 35_000])
def test_a_limit_on_the_size_of_files(scene: Scene, limit: int) -> None:
    [problem] = scene.build(scene.case(), prefix=("prlimit", f"--fsize={limit}")).refused(7, ("output", None))
    assert "file too large" in problem["message"]


#: Which system call fails with what, and the error that is told.
DISK_FAULTS = [
    ("fsync:error=EIO:when=1", "input/output error"),
    ("fsync:error=ENOSPC:when=3", "no space left on device"),
    ("fsync:error=EDQUOT:when=5", "disk quota exceeded"),
    ("renameat2:error=EIO", None),
    ("renameat2:error=ENOSYS", None),
]


@case("G05")
@pytest.mark.parametrize(("fault", "reason"), DISK_FAULTS)
def test_a_call_that_fails(scene: Scene, fault: str, reason: str | None) -> None:
    run = scene.build(scene.case(), faults=[fault])
    assert "(INJECTED)" in run.trace
    if reason is None:  # two plain renames do it then
        good(run, "case-a")
        return
    [problem] = run.refused(7, ("output", None))
    assert reason in problem["message"]


@case("G05")
@pytest.mark.parametrize("number", [1, 2])
def test_a_rename_that_fails_gives_the_former_packet_back(scene: Scene, number: int) -> None:
    run = scene.build(scene.case(), faults=["renameat2:error=ENOSYS", f"rename:error=EIO:when={number}"])
    assert run.trace.count("(INJECTED)") == 2
    run.refused(7, ("output", None))


@case("G05")
def test_whatever_call_fails_the_packet_is_whole_or_as_it_was(scene: Scene) -> None:
    """A few of the calls; the next test tries all."""
    path = scene.case()
    run = scene.build(path, also=["write"])
    probe, reader, *files = numbers(run, "write", r"(?![12],)")
    opened, made, last = numbers(run, "openat", IN_OUT), numbers(run, "mkdir", IN_OUT), numbers(run, "write")[-1]
    chosen = [("write", "EIO", number) for number in (probe, reader, files[0], files[-1], last)]
    chosen += [("write", "ENOSPC", files[1]), ("openat", "EACCES", opened[1]), ("mkdir", "EACCES", made[-1])]
    fail_one_after_the_other(scene, path, chosen)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@case("G05")
@pytest.mark.parametrize(
    ("call", "place", "errors"),
    [("write", "", ["EIO", "ENOSPC"]), ("openat", r".*/out\b", ["EACCES", "EIO"]), ("mkdir", "", ["EACCES", "ENOSPC"])],
)
def test_every_call_that_fails(scene: Scene, call: str, place: str, errors: list[str]) -> None:
    path = scene.case()
    found = numbers(scene.build(path, also=["write"]), call, place)
    fail_one_after_the_other(scene, path, [(call, error, number) for error in errors for number in found])


#: Beginning of the arguments of a call in the folder in which a packet is made.
IN_OUT = r".*/out/\.case-a\."


def numbers(run: Watched, call: str, arguments: str = "") -> list[int]:
    """Which of this call of the first process begin so, counted from 1, as strace does before it lets one fail."""
    first = run.trace.split(maxsplit=1)[0]
    lines = [line for line in run.trace.splitlines() if re.match(rf"{first} +{call}\(", line)]
    return [number for number, line in enumerate(lines, 1) if re.search(rf"{call}\({arguments}", line)]


def fail_one_after_the_other(scene: Scene, path: Path, faults: list[tuple[str, str, int]]) -> None:
    """In a run for each. If only the report cannot be printed, the packet is there; a further run finishes the work."""
    assert faults
    for call, error, number in faults:
        run = scene.build(path, "--force", faults=[f"{call}:error={error}:when={number}"])
        assert "(INJECTED)" in run.trace
        assert run.run.code in {0, 5, 6, 7}, run.run.err
        run.left_as_it_was({"case-a"} if run.run.code == 0 or "output-report" in run.run.err else ())
    good(scene.build(path, "--force"), "case-a")
