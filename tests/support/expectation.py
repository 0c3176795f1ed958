"""The common expectation of every hostile or unlucky case, checked at one place after a run of the real command.

A run is a process in a scene: folders for cases, output and temporary files, in which nothing else happens. strace
writes down which programs it started, which files it made and which sockets it opened.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from tests.support.processes import processes_with, wait_until
from tests.support.run import Run
from tests.support.shared import Shared
from tests.support.watching import Ended, Look, WarmCommand, WarmRun, traced, wait_for

MEGABYTE = 1024  # of the unit in which the system tells a process's memory
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
class Watched:
    """What became of a run, and all that was seen of it."""

    run: Run
    scene: Scene
    before: Mapping[str, tuple[int, bytes]]
    end: Ended

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

    def errors(self, name: str) -> list[dict[str, Any]]:
        """Return the errors of one of the cases."""
        [result] = [result for result in self.run.report["results"] if _id_of(result) == name]
        return [problem for problem in result["problems"] if problem["severity"] == "error"]

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
        assert self.end.left == ()
        assert sorted(path.name for path in self.scene.temporary.iterdir()) == []
        assert [path.name for path in self.scene.out.glob(".*")] == []
        self.scene.wait_until_idle()

    def _private(self) -> None:
        made = [path for path in self.scene.out.rglob("*") if not path.is_symlink()]
        found = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in made}
        assert found <= {(True, 0o700), (False, 0o600)}

    def _leaked_nothing(self, published: Collection[str]) -> None:
        find = self.scene.planted.found_in
        assert find(self.run.out) == set()
        assert find(self.run.err) == set()
        seen = [line for line in self.end.trace.splitlines() if "execve(" in line or _CREATES.search(line)]
        assert find("\n".join(seen)) == set()
        assert _NETWORK.findall(self.end.trace) == []
        assert find("\n".join(str(path) for path in self.scene.out.rglob("*"))) == set()
        shown = [self.scene.out / _REPORT, *(self.scene.out / name / "manifest.json" for name in published)]
        assert [path.name for path in shown if path.is_file() and find(path.read_bytes())] == []

    def _within(self, limits: Limits) -> None:
        assert self.end.usage.seconds < limits.seconds
        assert self.end.usage.kilobytes < limits.megabytes * MEGABYTE


@dataclass
class Scene:
    """Folders of one test, and a case with a marker in every string."""

    folder: Path
    templates: Path
    warm: WarmCommand
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

    def wait_until_idle(self) -> None:
        """Wait until no running process knows a folder of this scene."""
        folders = (str(self.folder), str(self.temporary))
        wait_until(lambda: not any(map(processes_with, folders)))

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

    def run(self, *arguments: str | Path, **options: Any) -> Watched:
        """Run the command, watched, until it ends.

        ``program`` is a text that Python runs in place of the command, ``env`` and ``umask`` are as Popen has them;
        ``seconds`` is how long it may take, and ``look`` is given the number of the process again and again until it
        ends. A process of its own is started with ``afresh``, and for what only a start can have: ``prefix`` is what
        runs Python, ``faults`` is what strace lets fail, ``also`` what else it writes down.
        """
        before = self.files()
        beside = {name: self.folder.with_name(f"{self.folder.name}.{name}") for name in ("trace", "out", "err")}
        for name in ("out", "err"):
            beside[name].write_bytes(b"")
        afresh = options.pop("afresh", False) or options.keys() & {"prefix", "faults", "also"}
        run = self._run_afresh if afresh else self._run_warm
        end = run(list(map(str, arguments)), beside, **options)
        said = (beside[name].read_text("utf-8", "surrogateescape") for name in ("out", "err"))
        return Watched(Run(end.code, *said), self, before, end)

    def _run_warm(
        self,
        arguments: Sequence[str],
        beside: Mapping[str, Path],
        *,
        seconds: float = 300,
        look: Look | None = None,
        program: str | None = None,
        env: Mapping[str, str] | None = None,
        umask: int | None = None,
    ) -> Ended:
        request = self._request(arguments, beside["out"], beside["err"], env)
        return self.warm.run({**request, "umask": umask, "program": program}, seconds, look)

    def begin(self, *arguments: str | Path, said: Path, program: str | None = None) -> WarmRun:
        """Let the command run, or this program, until the test ends it; what it says goes to a file."""
        said.write_bytes(b"")
        return self.warm.begin({**self._request(list(map(str, arguments)), said, said), "program": program})

    def _request(
        self, arguments: Sequence[str], out: Path, err: Path, env: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        own = {"env": self.environment(env), "cwd": str(Path.cwd()), "umask": None}
        return {"arguments": arguments, "out": str(out), "err": str(err), **own}

    def _run_afresh(
        self,
        arguments: Sequence[str],
        beside: Mapping[str, Path],
        *,
        seconds: float = 300,
        look: Look | None = None,
        prefix: Sequence[str] = (),
        faults: Sequence[str] = (),
        also: Sequence[str] = (),
        **options: Any,
    ) -> Ended:
        command = [*traced(beside["trace"], also, faults), *prefix, sys.executable, "-m", "pipeline", *arguments]
        with beside["out"].open("w") as out, beside["err"].open("w") as err:
            process = self.start(command, stdout=out, stderr=err, **options)
            return wait_for(process, beside["trace"], seconds, look)

    def start(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program in this scene: its temporary files and its home are here."""
        return subprocess.Popen(command, env=self.environment(env), start_new_session=True, **options)

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a program in this scene."""
        own = {"TMPDIR": str(self.temporary), "HOME": str(self.home), "LC_ALL": "C.UTF-8"}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))}
        return {**clean, **own, **(more or {})}


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


@pytest.fixture(scope="session")
def small_set(shared: Shared) -> Path:
    """A template set that is quick to build."""
    return shared.folder("small-set", lambda folder: make_set(folder, "{{ patient.name.chinese }} {{ case_id }}"))


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmCommand]:
    """The command in a process that forks for each run."""
    folder = tmp_path_factory.mktemp("warm")
    case = folder / "case.json"
    case.write_text(json.dumps(planted().data), encoding="utf-8")
    write_paper(folder)
    command = WarmCommand(folder, case)
    yield command
    command.stop()


@pytest.fixture(scope="session")
def _packet_before(shared: Shared, small_set: Path, warm: WarmCommand) -> Path:
    def build(folder: Path) -> None:
        folder.mkdir()
        scene = Scene(folder, small_set, warm)
        scene.temporary.rmdir()
        options = BuildOptions(AS_OF, templates=str(small_set), allow_missing=True)
        build_case(scene.case(edits={"/patient/phone": "+86 10 0000 0999"}), scene.out, options)

    return shared.folder("packet-before", build) / "out" / "case-a"


@pytest.fixture
def scene(small_set: Path, _packet_before: Path, warm: WarmCommand, tmp_path: Path) -> Iterator[Scene]:
    """A scene in whose output folder are an earlier packet of the case, and one of another case."""
    folder = tmp_path / "scene"
    folder.mkdir()
    made = Scene(folder, small_set, warm)
    for name in ("case-a", "of-another"):
        shutil.copytree(_packet_before, made.out / name)
    yield made
    shutil.rmtree(made.temporary)
