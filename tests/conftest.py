"""Fixtures that many tests need: a copy of the example to change, a run of the command, the examples' packets."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from pipeline.attachments.messages import ReaderAnswer, Request
from pipeline.attachments.reader_client import READER
from pipeline.authoring.check import workers
from pipeline.cli.main import main
from pipeline.documents.engines.engine import DEFAULT_ENGINE
from pipeline.options import BuildOptions
from pipeline.run import many
from pipeline.run.cluster import client
from pipeline.run.one import build_case
from tests.support.built import InlinePool
from tests.support.cases import AS_OF, EXAMPLES, ROOT, Edit, change
from tests.support.run import Command, Run
from tests.support.shared import Shared
from tests.support.tools import PROGRAMS, without_override

# No test is about time: a slow machine must not fail one. Nor is one about chance: each run draws the same examples.
# `make soak` draws others each time, and twenty times as many.
_TIMELESS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("change", _TIMELESS, derandomize=True)
settings.register_profile("soak", _TIMELESS, max_examples=2000)
settings.load_profile("change")

# What one run computes for later ones stays in this checkout, where `make clean` removes it.
CACHE = ROOT / ".cache"
CACHE.mkdir(exist_ok=True)
os.environ["XDG_CACHE_HOME"] = str(CACHE)

pytest_plugins = ["tests.support.skips", "tests.support.expectation", "tests.support.disks"]

# Tests send Ctrl-C to programs, and tell them that their terminal is gone; a script that runs the tests in the
# background, or nohup, has that ignored in all of them.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        with contextlib.suppress(ValueError):  # not in the main thread
            signal.signal(_number, _handler)


# What is imported stays: looking through it for garbage takes a twentieth of the time.
gc.disable()

#: The fixtures that build the packet of an example.
WHOLE_PACKETS = {"packet", "packet_of", "packet_with_companion"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count each test that needs a whole packet as slow, before tests are selected by their marks."""
    for item in items:
        if not WHOLE_PACKETS.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let one process of xdist compile the tests that changed: the others wait, and load what it wrote."""
    if _is_compiled():
        return (yield)
    with (CACHE / "collection.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
        return (yield)


def _is_compiled() -> bool:
    """Return True if each test file was compiled after its last change."""
    compiled = {}
    for path in ROOT.glob("tests/**/__pycache__/test_*-pytest-*.pyc"):
        compiled[path.parents[1] / f"{path.name.partition('.')[0]}.py"] = path.stat().st_mtime
    return all(compiled.get(path, 0) > path.stat().st_mtime for path in ROOT.glob("tests/**/test_*.py"))


def pytest_collection_finish() -> None:
    """Look for garbage from here on, among what the tests make."""
    gc.freeze()
    gc.enable()


def pytest_sessionstart() -> None:
    """Draw no constants of the modules that happen to be loaded, unless others are to be drawn each time."""
    if settings().derandomize:
        pytest.MonkeyPatch().setattr(providers, "_get_local_constants", Constants)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run as on a machine whose locale is English; those of languages set their own."""
    for name in ("LANGUAGE", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def case_folder(tmp_path: Path) -> Path:
    """A copy of the example wang-xiaoming, free to be spoilt."""
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLES / "wang-xiaoming", folder)
    return folder


@pytest.fixture
def edit(case_folder: Path) -> Edit:
    """Change the copied case by JSON pointers; returns the path of the case file."""

    def edit_case(edits: Mapping[str, Any]) -> Path:
        path = case_folder / "case.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        change(data, edits)
        path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
        return path

    return edit_case


@pytest.fixture
def visa_packet(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run the command in this process, from its own entry point to its exit."""

    def run(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["visa-packet", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        code = stop.value.code
        assert isinstance(code, int)
        return Run(code, out, err)

    return run


@pytest.fixture
def inline_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the work of worker processes in this process; tests/run and tests/acceptance show the processes."""
    for module in (many, client, workers):
        monkeypatch.setattr(module, "LocalPool", InlinePool)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Shared:
    """Folders that the processes of xdist share: the one for their temporary files lies in one of all."""
    own = tmp_path_factory.getbasetemp()
    place = (own.parent if hasattr(pytestconfig, "workerinput") else own) / "shared"
    place.mkdir(exist_ok=True)
    return Shared(place)


@pytest.fixture(scope="session", autouse=True)
def _papers_read_once(shared: Shared) -> Iterator[None]:
    """Read the unchanged papers of the examples once for all tests: that takes a third of a second for each case.

    tests/attachments shows that the same file gives the same paper, and tests/acceptance reads them in each run.
    """
    read, answers = READER.ask, msgspec.msgpack.Decoder(ReaderAnswer)
    papers = {hashlib.sha256(path.read_bytes()).digest() for path in EXAMPLES.glob("*/papers/*")}

    def ask(request: Request) -> ReaderAnswer:
        if hashlib.sha256(request.content).digest() not in papers:
            return read(request)
        name = hashlib.sha256(msgspec.msgpack.encode(request)).hexdigest()
        answer = shared.folder(name, lambda folder: _write_answer(folder, read(request))) / "answer"
        return answers.decode(answer.read_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(READER, "ask", ask)
        patch.setattr(READER, "ask_together", lambda requests: [None] * len(requests))
        yield


def _write_answer(folder: Path, answer: ReaderAnswer) -> None:
    folder.mkdir()
    (folder / "answer").write_bytes(msgspec.msgpack.encode(answer))


@pytest.fixture(scope="session")
def packet_of(shared: Shared) -> Callable[..., Path]:
    """Folder of an example's packet, built once with each engine that is asked for; copy it before you change it."""

    def folder(example: str, engine: str = DEFAULT_ENGINE) -> Path:
        def build(out: Path) -> None:
            build_case(EXAMPLES / example / "case.json", out, BuildOptions(AS_OF, engine=engine))

        return shared.folder(f"{example}-{engine}", build) / example

    return folder


@pytest.fixture(scope="session")
def packet(packet_of: Callable[..., Path]) -> Path:
    """Folder of the example wang-xiaoming's packet."""
    return packet_of("wang-xiaoming")


@pytest.fixture(scope="session")
def packet_with_companion(packet_of: Callable[..., Path]) -> Path:
    """The same of the example chen-lihua, who travels with a companion."""
    return packet_of("chen-lihua")


@pytest.fixture
def ordinary_user(tmp_path: Path) -> Iterator[None]:
    """Run as somebody to whom the modes of files apply, also when that is root."""
    closed = tmp_path / "closed"
    closed.touch(mode=0)
    with without_override():
        try:
            closed.read_bytes()
        except PermissionError:
            closed.unlink()
            yield
        else:
            pytest.skip("root may read and write everything here")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a program which is not installed."""
    for marker, (is_installed, reason) in PROGRAMS.items():
        if item.get_closest_marker(marker) and not is_installed():
            pytest.skip(reason)
