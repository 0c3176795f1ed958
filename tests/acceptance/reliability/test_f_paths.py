"""Cases F: names, folders and permissions of what is written. Those of attachments are in test_d_attachments.py."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.built import make_set, names_in
from tests.support.cases import AS_OF
from tests.support.expectation import Scene, Watched
from tests.support.tools import needs_strace

pytestmark = needs_strace
case = pytest.mark.case
#: Modes of files count for root too in what is started behind this.
AS_A_USER = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


def good(run: Watched, *published: str) -> None:
    assert run.run.code == 0, run.run.err
    run.left_as_it_was(published)


@pytest.fixture
def other_device() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


@case("F04")
def test_a_missing_folder_is_made(scene: Scene) -> None:
    shutil.rmtree(scene.out)
    scene.out = scene.out / "new" / "deep"
    good(scene.build(scene.case()), "case-a")
    made = [scene.folder / "out", *(scene.folder / "out").rglob("*")]
    assert {oct(folder.stat().st_mode & 0o777) for folder in made if folder.is_dir()} == {"0o700"}


@case("F04")
def test_a_missing_folder_is_not_left_by_a_failure(scene: Scene) -> None:
    shutil.rmtree(scene.out)
    scene.out = scene.out / "new" / "deep"
    scene.build(scene.case(edits={"/visa/entries": "twice"})).refused(3, ("schema-enum", "/visa/entries"))
    assert not (scene.folder / "out").exists()


@case("F04")
@pytest.mark.parametrize("place", ["out", "out/case-a"])
@pytest.mark.parametrize("kind", ["file", "link", "link to nothing"])
def test_what_is_in_the_way_is_told_and_kept(scene: Scene, place: str, kind: str) -> None:
    target = scene.folder / place
    elsewhere = scene.folder / "elsewhere"
    target.rename(elsewhere)
    if kind == "file":
        target.write_bytes(b"mine")
        target.chmod(0o600)
    else:
        target.symlink_to(elsewhere if kind == "link" else scene.folder / "nothing")
    run = scene.build(scene.case())
    if (place, kind) == ("out", "link"):  # the folder for all packets may be a link: its owner made it
        scene.out = elsewhere
        good(run, "case-a")
        return
    scene.out = elsewhere if place == "out" else scene.out
    run.refused(7, ("output", None))


@case("F04")
def test_a_folder_that_may_not_be_written(scene: Scene) -> None:
    scene.out.chmod(0o500)
    [problem] = scene.build(scene.case(), prefix=AS_A_USER).refused(7, ("output", None))
    assert "permission denied" in problem["message"]


@case("F04")
def test_another_device(scene: Scene, other_device: Path) -> None:
    """Temporary files and output need not be on one file system."""
    shutil.copytree(scene.out, other_device / "out")
    scene.out = other_device / "out"
    path = scene.case()
    for status in ("built", "current"):
        run = scene.build(path)
        good(run, "case-a")
        assert [result["status"] for result in run.run.report["results"]] == [status]
    assert names_in(scene.out) == ["case-a", "of-another"]


@case("F05")
@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "documents/mine.docx"])
def test_a_folder_of_somebody_else_is_not_replaced(scene: Scene, name: str) -> None:
    shutil.rmtree(scene.out / "case-a")
    (scene.out / "case-a" / name).parent.mkdir(parents=True, mode=0o700)
    (scene.out / "case-a").chmod(0o700)
    (scene.out / "case-a" / name).touch(mode=0o600)
    [problem] = scene.build(scene.case()).refused(7, ("output", None))
    assert "not a packet" in problem["message"]


@case("F05")
def test_an_earlier_packet_is_replaced_as_a_whole(scene: Scene) -> None:
    (scene.out / "case-a" / "documents" / "99-old.pdf").touch(mode=0o600)
    good(scene.build(scene.case()), "case-a")
    assert not (scene.out / "case-a" / "documents" / "99-old.pdf").exists()


@case("F06")
def test_two_cases_of_one_name_are_refused_before_any_work(scene: Scene) -> None:
    first, second = scene.case("one"), scene.case("two", {"/case_id": "one"})
    run = scene.build(first, second)
    run.refused(3, ("case-id-repeated", "/case_id"))


#: Ids that a file system could take for another, and ids that are no good names.
IDS = ["Case-A", "cas\u00e9-a", "case\u0301-a", "ｃase-a", "con", "nul", "com1", "..", ".", "-rf", "😀", "a/b", "a\\b"]
IDS += ["a b", "$(id)", "~", "", "a\nb", "case-a" + "x" * 60, "a" * 300]
#: The codes of those that the pattern of ids does not refuse.
CODES = {**dict.fromkeys(("con", "nul", "com1"), "schema-not"), "a\nb": "text-character"}


@case("F06", "F07")
def test_ids_that_are_no_good_names(scene: Scene, subtests: pytest.Subtests) -> None:
    names = {f"wrong-{number}": name for number, name in enumerate(IDS)}
    for folder, name in names.items():
        scene.case(folder, {"/case_id": name})
    run = scene.build(scene.folder / "cases", "-j", "2")
    run.ended(dict.fromkeys(names, 3))
    for folder, name in names.items():
        with subtests.test(name):
            [problem] = run.errors(folder)
            assert (problem["code"], problem["pointer"]) == (CODES.get(name, "schema-pattern"), "/case_id")


@case("F08")
@pytest.mark.parametrize(
    ("umask", "many"),
    [(0o000, True), (0o000, False), *(pytest.param(umask, False, marks=pytest.mark.soak) for umask in (0o022, 0o077))],
)
def test_whatever_the_umask_only_the_owner_may_read(scene: Scene, umask: int, *, many: bool) -> None:
    shutil.rmtree(scene.out / "case-a")
    paths = [scene.case(), scene.case("case-b")] if many else [scene.case()]
    run = scene.build(*paths, umask=umask)
    good(run, "case-a", *(["case-b"] if many else []))
    assert (scene.out / "report.html").exists() == many


@case("F09")
def test_a_second_run_on_the_same_folder_says_busy(scene: Scene) -> None:
    path = scene.case()
    holder = subprocess.Popen(["flock", str(scene.out), "sleep", "60"])  # noqa: S607 - util-linux
    try:
        while subprocess.run(["flock", "-n", str(scene.out), "true"], check=False).returncode == 0:  # noqa: S607 - as above
            time.sleep(0.02)
        run = scene.build(path)
    finally:
        subprocess.run(["pkill", "-P", str(holder.pid)], check=False)  # noqa: S607 - its child
        holder.kill()
        holder.wait()
    [problem] = run.refused(7, ("output-locked", None))
    assert "another run" in problem["message"]
    good(scene.build(path), "case-a")


@case("F09")
def test_two_runs_at_once_leave_one_good_packet(scene: Scene, tmp_path: Path) -> None:
    """Which of them is first is left to chance; neither may spoil what the other does."""
    scene.templates = make_set(tmp_path / "set", "{{ case_id }}")
    path = scene.case()
    words = ["-m", "pipeline", "build", str(path), "--templates", str(scene.templates), "-o", str(scene.out)]
    words += ["--force", "--allow-missing", "--as-of", AS_OF.isoformat()]
    runs = [
        scene.start([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)
    ]
    codes = sorted(run.wait() for run in runs)
    assert codes[0] == 0
    assert set(codes) <= {0, 7}
    run = scene.build(path)
    assert [result["status"] for result in run.run.report["results"]] == ["current"]
    run.left_as_it_was({"case-a"})
