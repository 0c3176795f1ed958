"""The common expectation of every hostile or unlucky case, checked at one place after a run of the real command.

A run is a process of its own in a scene: folders for cases, output and temporary files, in which nothing else
happens. strace tells which programs it started, which files it made and which sockets it opened.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.options import BuildOptions
from pipeline.publish.verify.verify import verify_path
from pipeline.run.one import build_case
from tests.support.built import make_set
from tests.support.canaries import Planted, planted, write_paper
from tests.support.cases import AS_OF, change
from tests.support.run import Run

MEGABYTE = 1024  # of the unit in which the system tells a process's memory
_TRACED = "%network,execve,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,prctl"
_CREATES = re.compile(r"O_CREAT|\b(creat|mkdir|mkdirat|rename\w*|link\w*|symlink\w*|PR_SET_NAME)\b")
_NETWORK = re.compile(r"\b(socket|socketpair)\((?!AF_UNIX\b)\w+|sa_family=AF_(?!UNIX\b)\w+")
_REPORT = "report.html"
_OF_NO_FILE = {"usage", "interrupted", "bug", "output-report", "worker-start"}
_LARGE = 100_000_000


@dataclass(frozen=True)
class Limits:
    """What a run may use: processor time of it and of what it waited for, and memory of the largest of them."""

    seconds: float = 15
    megabytes: int = 400


USUAL = Limits()


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time, and the most memory that one of the processes had."""

    seconds: float
    kilobytes: int


@dataclass(frozen=True)
class Watched:
    """What became of a run, and all that was seen of it."""

    run: Run
    scene: Scene
    before: Mapping[str, tuple[int, bytes]]
    trace: str
    usage: Usage

    def refused(self, code: int, *told: tuple[str, str | None], limits: Limits = USUAL) -> list[dict[str, Any]]:
        """The one case of the run failed: with this exit code, these problem codes and pointers, and no trace of it.

        Returns the errors, for what is particular to a case.
        """
        assert self.run.code == code, self.run.err
        errors = [problem for problem in self.run.problems if problem["severity"] == "error"]
        assert [(problem["code"], problem["pointer"]) for problem in errors] == list(told)
        self.left_as_it_was(limits=limits)
        return errors

    def ended(self, codes: Mapping[str, int], *, limits: Limits = USUAL) -> None:
        """Of many cases, each ended with its own code; those with 0 are published and right, of the others nothing."""
        results = {_id_of(result): result["exit_code"] for result in self.run.report["results"]}
        assert results == dict(codes), self.run.err
        assert self.run.code == (9 if any(codes.values()) else 0)
        self.left_as_it_was({name for name, code in codes.items() if code == 0}, limits=limits)

    def left_as_it_was(self, published: Collection[str] = (), *, limits: Limits = USUAL) -> None:
        """Nothing changed but the packets ``published``, which are whole; nothing is left, nothing was told or sent."""
        self._told_well()
        self._only_published(published)
        self._nothing_left()
        self._private()
        self._leaked_nothing(published)
        self._within(limits)

    def _told_well(self) -> None:
        assert "Traceback" not in self.run.err
        if not self.run.out.strip().startswith("{"):
            return
        for problem in self.run.problems:
            assert problem["message"].strip()
            assert problem["hint"].strip()
            assert "\n" not in problem["message"] + problem["hint"]
            if problem["severity"] == "error":
                assert problem["message"] in self.run.err
                assert problem["hint"] in self.run.err
                assert problem["file"] or problem["code"] in _OF_NO_FILE

    def _only_published(self, published: Collection[str]) -> None:
        after = self.scene.files()
        out = os.path.relpath(self.scene.out, self.scene.folder)
        own = tuple(f"{out}/{name}/" for name in [*published, _REPORT])
        way = {name for name in after.keys() - self.before.keys() if published and f"{out}/".startswith(f"{name}/")}

        def kept(files: Mapping[str, tuple[int, bytes]]) -> dict[str, tuple[int, bytes]]:
            return {name: file for name, file in files.items() if not f"{name}/".startswith(own) and name not in way}

        assert kept(after) == kept(self.before)
        for name in published:
            verify_path(self.scene.out / name)

    def _nothing_left(self) -> None:
        assert sorted(path.name for path in self.scene.temporary.iterdir()) == []
        assert [path.name for path in self.scene.out.glob(".*")] == []
        until = time.monotonic() + 5
        while (left := self.scene.processes()) and time.monotonic() < until:
            time.sleep(0.05)
        assert left == []

    def _private(self) -> None:
        made = [path for path in self.scene.out.rglob("*") if not path.is_symlink()]
        found = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in made}
        assert found <= {(True, 0o700), (False, 0o600)}

    def _leaked_nothing(self, published: Collection[str]) -> None:
        find = self.scene.planted.found_in
        assert find(self.run.out) == set()
        assert find(self.run.err) == set()
        seen = [line for line in self.trace.splitlines() if "execve(" in line or _CREATES.search(line)]
        assert find("\n".join(seen)) == set()
        assert _NETWORK.findall(self.trace) == []
        assert find("\n".join(str(path) for path in self.scene.out.rglob("*"))) == set()
        shown = [self.scene.out / _REPORT, *(self.scene.out / name / "manifest.json" for name in published)]
        assert [path.name for path in shown if path.is_file() and find(path.read_bytes())] == []

    def _within(self, limits: Limits) -> None:
        assert self.usage.seconds < limits.seconds
        assert self.usage.kilobytes < limits.megabytes * MEGABYTE


@dataclass
class Scene:
    """Folders of one test, and a case with a marker in every string."""

    folder: Path
    templates: Path
    planted: Planted = field(default_factory=planted)

    def __post_init__(self) -> None:
        self.out, self.home = self.folder / "out", self.folder / "home"
        for made in (self.out, self.home):
            made.mkdir(mode=0o700)
        # Apart, because the path of a socket may not be long.
        self.temporary = Path(tempfile.mkdtemp(prefix="visa-packet-scene-"))

    def case(self, name: str = "case-a", edits: Mapping[str, Any] | None = None) -> Path:
        """Write the case with some values changed, under an id of its own, with its attachment."""
        data = json.loads(json.dumps(self.planted.data))
        change(data, {"/case_id": name, **(edits or {})})
        return self.raw(json.dumps(data, ensure_ascii=False, indent=2), name)

    def raw(self, content: str | bytes, name: str = "case-a") -> Path:
        """Write a case file as it is given."""
        path = self.folder / "cases" / name / "case.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        write_paper(path.parent)
        return path

    def files(self) -> dict[str, tuple[int, bytes]]:
        """Mode and content of everything in the scene; of folders and links, what they are."""
        return {str(path.relative_to(self.folder)): _state(path) for path in sorted(self.folder.rglob("*"))}

    def processes(self) -> list[str]:
        """Command lines of running processes that know a folder of this scene."""
        return [line for folder in (self.folder, self.temporary) for line in seen_in_processes(str(folder))]

    def build(self, *arguments: str | Path, **options: Any) -> Watched:
        """Build with the small template set into the output folder, told as JSON."""
        words = (
            "--templates",
            self.templates,
            "-o",
            self.out,
            "--as-of",
            AS_OF.isoformat(),
            "--allow-missing",
            "--json",
        )
        return self.run("build", *arguments, *words, **options)

    def run(self, *arguments: str | Path, program: Sequence[str] = ("-m", "pipeline"), **options: Any) -> Watched:
        """Run the command, watched, until it ends.

        ``program`` is what Python runs, ``prefix`` what runs Python, ``faults`` what strace is to let fail,
        ``also`` what else it is to write down; ``seconds`` is how long it may take, and ``look`` is given the number
        of the process again and again until it ends. The others are those of Popen.
        """
        before = self.files()
        beside = {name: self.folder.with_name(f"{self.folder.name}.{name}") for name in ("trace", "out", "err")}
        watching = (
            str(shutil.which("strace")),
            "-DDD",
            "-f",
            "--seccomp-bpf",
            "-v",
            "-s",
            "4096",
            "-o",
            str(beside["trace"]),
        )
        faults = options.pop("faults", ())
        traced = ",".join([_TRACED, *options.pop("also", ()), *(fault.partition(":")[0] for fault in faults)])
        injected = [word for fault in faults for word in ("-e", f"inject={fault}")]
        seconds, look = options.pop("seconds", 90), options.pop("look", None)
        python = [*options.pop("prefix", ()), sys.executable, *program]
        command = [*watching, "-e", f"trace={traced}", *injected, *python, *map(str, arguments)]
        with beside["out"].open("w") as out, beside["err"].open("w") as err:
            process = self.start(command, stdout=out, stderr=err, **options)
            usage = _wait(process, seconds, look)
        told = (beside[name].read_text("utf-8", "surrogateescape") for name in ("out", "err"))
        return Watched(Run(process.returncode, *told), self, before, _whole(beside["trace"], process.pid), usage)

    def start(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program in this scene: its temporary files and its home are here."""
        # The faces that are cut out of the fonts once a machine are not made once more for each scene.
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
        own = {"TMPDIR": str(self.temporary), "HOME": str(self.home), "XDG_CACHE_HOME": cache, "LC_ALL": "C.UTF-8"}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))}
        return subprocess.Popen(command, env={**clean, **own, **(env or {})}, start_new_session=True, **options)


def _wait(process: subprocess.Popen[bytes], seconds: float, look: Callable[[int], None] | None) -> Usage:
    """What the process used until it ended; one that takes too long is killed with its group, and the test fails.

    The system's own highest memory of a process counts what its parent had when it was started, which is the tests.
    """
    until, peak = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        peak = max(peak, _peak(process.pid))
        if look:
            look(process.pid)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return Usage(usage.ru_utime + usage.ru_stime, peak)
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    pytest.fail(f"not ended after {seconds} s")


def _peak(pid: int) -> int:
    """Kilobytes that the process, or one that it started, has had at the most; 0 when it has ended."""
    try:
        found = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text("ascii", "replace"))
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return 0
    return max([int(found[1]) if found else 0, *(_peak(int(child)) for child in started)])


def _whole(trace: Path, pid: int) -> str:
    """The trace, once strace has written that the process ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        text = trace.read_text("utf-8", "replace") if trace.exists() else ""
        if re.search(rf"^{pid} +\+\+\+ ", text, re.MULTILINE):
            return text
        time.sleep(0.02)
    pytest.fail("strace did not say how the process ended")


def _state(path: Path) -> tuple[int, bytes]:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return mode, os.fsencode(path.readlink())
    if not stat.S_ISREG(mode):
        return mode, b""
    size = path.stat().st_size
    return mode, path.read_bytes() if size < _LARGE else str(size).encode()


def _id_of(result: Mapping[str, Any]) -> str:
    """A case's id, or the folder it lies in when it could not be read."""
    return str(result["case_id"] or Path(result["case"]).parent.name)


def seen_in_processes(word: str) -> list[str]:
    """Command lines of running processes that have ``word`` there or in their environment, but not of this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:  # it has ended, or is somebody else's
            continue
        if word.encode() in line + environment and int(folder.name) != os.getpid():
            found.append(line.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set that is quick to build."""
    return make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }} {{ case_id }}")


@pytest.fixture(scope="session")
def _packet_before(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = Scene(tmp_path_factory.mktemp("before"), small_set)
    scene.temporary.rmdir()
    options = BuildOptions(AS_OF, templates=str(small_set), allow_missing=True)
    return build_case(scene.case(edits={"/patient/phone": "+86 10 0000 0999"}), scene.out, options).folder


@pytest.fixture
def scene(small_set: Path, _packet_before: Path, tmp_path: Path) -> Iterator[Scene]:
    """A scene in whose output folder are an earlier packet of the case, and one of another case."""
    folder = tmp_path / "scene"
    folder.mkdir()
    made = Scene(folder, small_set)
    for name in ("case-a", "of-another"):
        shutil.copytree(_packet_before, made.out / name)
    yield made
    shutil.rmtree(made.temporary)
