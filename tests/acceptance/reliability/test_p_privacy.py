"""Cases P: what a run tells, leaves and mixes up of a patient: nothing."""

from __future__ import annotations

import getpass
import io
import platform
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from pipeline.formats.pdf.reading import text_of
from tests.support.built import make_set, names_in
from tests.support.canaries import markers_in_place_of
from tests.support.cases import AS_OF
from tests.support.expectation import Limits, Scene
from tests.support.faults import EXIT, at_start, by_case, once
from tests.support.processes import of_session, wait_until
from tests.support.tools import needs_libreoffice, needs_strace

pytestmark = needs_strace
case = pytest.mark.case
MAIN = "from pipeline.cli.main import main; main()"


@case("P02")
@pytest.mark.parametrize("words", [["-vvv"], ["-v"], ["--verbose"], ["--debug"]])
def test_there_is_no_way_to_be_told_more(scene: Scene, words: list[str]) -> None:
    """No option tells what a message leaves out, and a wrong option is told without the values of the case."""
    scene.build(scene.case(), *words).refused(2, ("usage", None))


@case("P02")
def test_the_loggers_of_libraries_are_silent(scene: Scene) -> None:
    """Everything that a library would log, on the console: still nothing of the case."""
    run = scene.build(scene.case(), program=f"import logging; logging.basicConfig(level=1); {MAIN}")
    assert run.run.code == 0, run.run.err
    run.left_as_it_was({"case-a"})


@case("P03")
@pytest.mark.parametrize("error", ["RuntimeError", "KeyError", "MemoryError", "UnicodeEncodeError"])
def test_an_exception_inside_the_error_handler(scene: Scene, error: str) -> None:
    what = '"utf-8", "QZAAQ", 0, 1, "QZAAQ"' if error == "UnicodeEncodeError" else '"QZAAQ"'
    failing = (
        "import pipeline.cli.output as m, pipeline.cli.results as r\n"
        f"def fail(*_, **__): raise {error}({what})\nm.print_problem = r.print_problem = fail"
    )
    run = scene.build(scene.case(edits={"/visa/entries": "twice"}), program=f"{failing}\n{MAIN}")
    assert run.run.code == 70
    assert error in run.run.err
    run.left_as_it_was()


@case("P03")
def test_an_exception_in_another_thread_and_in_a_finalizer(scene: Scene) -> None:
    failing = (
        "import threading, pipeline.run.retry as m\n"
        "class Dying:\n"
        "    def __del__(self): raise ValueError('QZAAQ')\n"
        "def fail(): raise ValueError('QZAAQ')\n"
        "real = m.run_task\n"
        "def both(task):\n"
        "    thread = threading.Thread(target=fail); thread.start(); thread.join(); Dying()\n"
        "    return real(task)\n"
        "m.run_task = both"
    )
    run = scene.build(scene.case(), program=f"{failing}\n{MAIN}")
    assert run.run.code == 0, run.run.err
    assert "ValueError" not in run.run.err
    run.left_as_it_was({"case-a"})


#: Where a run is when it is killed, and what it waits for there.
STAYS = """
import os, time, {module} as m
real = m.{name}
def stay(*a, **k):
    open("{until}.there", "w").close()
    while not os.path.exists("{until}"): time.sleep(0.05)
    return real(*a, **k)
m.{name} = stay
from pipeline.cli.main import main; main()
"""


@case("P05")
@pytest.mark.parametrize(
    ("module", "name", "engine"),
    [
        ("pipeline.run.one", "assemble", "office2pdf"),
        ("pipeline.publish.folder", "flush_folders", "office2pdf"),
        ("pipeline.documents.engines.libreoffice", "run_group", "libreoffice"),
    ],
)
def test_what_a_killed_run_left_is_swept_by_the_next(
    scene: Scene, tmp_path: Path, module: str, name: str, engine: str
) -> None:
    path = scene.case()
    words = ["build", str(path), "-o", str(scene.out), "--templates", str(scene.templates), "--engine", engine]
    words += ["--as-of", AS_OF.isoformat(), "--allow-missing", "--json"]
    before = scene.files()
    program = STAYS.format(module=module, name=name, until=tmp_path / "never")
    process = scene.begin(*words, said=tmp_path / "said", program=program)
    wait_until((tmp_path / "never.there").exists)
    process.signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    scene.wait_until_idle()
    wait_until(lambda: not of_session(process.pid))  # a process that ends has no environment, and still its locks
    left = [*scene.temporary.rglob("*"), *scene.out.glob(".*")]
    assert left
    assert {path.stat().st_mode & 0o077 for path in left[:1]} == {0}
    assert scene.planted.found_in("\n".join(map(str, left))) == set()
    assert {name: state for name, state in scene.files().items() if ".partial" not in name} == before
    run = scene.build(path)
    assert run.run.code == 0, run.run.err
    assert names_in(scene.temporary) == []
    assert names_in(scene.out) == ["case-a", "of-another"]


@case("P05")
def test_a_running_run_keeps_its_temporary_files(scene: Scene, tmp_path: Path) -> None:
    words = ["build", str(scene.case()), "-o", str(tmp_path / "out"), "--templates", str(scene.templates)]
    words += ["--as-of", AS_OF.isoformat(), "--allow-missing"]
    program = STAYS.format(module="pipeline.run.one", name="assemble", until=tmp_path / "go")
    process = scene.start([sys.executable, "-c", program, *words], stdout=subprocess.DEVNULL)
    while not (tmp_path / "go.there").exists():
        assert process.poll() is None
        time.sleep(0.05)
    [kept] = names_in(scene.temporary)
    assert scene.run("validate", scene.case("case-b"), "--json").run.code in {0, 3}
    assert names_in(scene.temporary) == [kept]
    (tmp_path / "go").touch()
    assert process.wait() == 0
    assert names_in(scene.temporary) == []


def texts_in(content: bytes) -> Iterator[str]:
    """Everything that can be read in a PDF: strings and streams of all its objects, and what is in its metadata."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        yield str(pdf.docinfo)
        yield str(pdf.trailer)
        for thing in pdf.objects:
            yield repr(thing)
            if isinstance(thing, pikepdf.Stream) and "/Subtype" in thing and thing.Subtype == "/XML":
                yield thing.read_bytes().decode("utf-8", "replace")


def contents_of(file: Path) -> list[str]:
    """Everything that can be read in a file of a packet."""
    if file.suffix == ".docx":
        with zipfile.ZipFile(file) as archive:
            return [archive.read(entry).decode("utf-8", "replace") for entry in archive.infolist()]
    if file.suffix == ".pdf":
        return [*texts_in(file.read_bytes()), text_of(file.read_bytes())]
    return [file.read_text("utf-8")]


#: What a library or a system could name, and what may name it.
NAMED = {"USER": "QZUSER", "LOGNAME": "QZUSER", "HOSTNAME": "QZHOST", "USERNAME": "QZUSER"}


def names_nobody(scene: Scene, name: str) -> None:
    """The files of a packet name neither the machine nor the user, nor who wrote the template."""
    foreign = {"QZUSER", "QZHOST", "QZAUTHOR", "QZNAME", str(scene.folder), str(scene.temporary), "/work", "/home"}
    foreign |= {name for name in (platform.node(), getpass.getuser()) if len(name) > 4}
    for file in (scene.out / name).rglob("*.*"):
        if file.suffix == ".docx":
            with zipfile.ZipFile(file) as archive:
                assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {word for word in foreign for text in contents_of(file) if word in text} == set(), file.name


@case("P06")
def test_metadata_name_neither_machine_nor_user_nor_author(scene: Scene) -> None:
    run = scene.build(scene.case(), "--engine", "office2pdf", env=NAMED)
    assert run.run.code == 0, run.run.err
    names_nobody(scene, "case-a")


@case("P04")
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 10))])
def test_no_bundle_has_anything_of_another_patient(scene: Scene, tmp_path: Path, seed: int) -> None:
    """Every string of every case is its own. Some workers die, some cases are bad, the run is repeated."""
    chance = random.Random(seed)  # noqa: S311 - which cases have bad luck
    scene.templates = make_set(tmp_path / "set", *EVERY_FIELD)
    marked = {f"case-{number}": markers_in_place_of(scene.planted.data, number) for number in range(5)}
    bad = chance.choice(sorted(marked))
    for name, (edits, _) in marked.items():
        scene.case(name, {**edits, **({"/visa/entries": "twice"} if name == bad else {})})
    every = {marker for _, markers in marked.values() for marker in markers}
    scene.planted = replace(scene.planted, canaries=scene.planted.canaries | every)
    codes = dict.fromkeys(marked, 0) | {bad: 3}
    unlucky = chance.choice(sorted(set(marked) - {bad}))
    environment = dying(tmp_path, unlucky)
    scene.build(scene.folder / "cases", "-j", "3", env=environment).ended(codes, limits=Limits(seconds=60))
    scene.case(bad, marked[bad][0])
    codes[bad] = 0
    scene.build(scene.folder / "cases", "-j", "2").ended(codes, limits=Limits(seconds=60))  # goes on from there
    for name, (_, markers) in marked.items():
        text = text_of((scene.out / name / "bundle.pdf").read_bytes())
        assert len({marker for marker in markers if marker in text}) > 5
        for file in (scene.out / name).rglob("*.*"):
            content = "\n".join(contents_of(file))
            assert {marker for marker in every - markers if marker in content} == set()


@needs_libreoffice
@case("C08", "P04", "P06")
@pytest.mark.parametrize("count", [2, pytest.param(8, marks=pytest.mark.soak)])
def test_nor_with_several_of_libreoffice_at_once(scene: Scene, tmp_path: Path, count: int) -> None:
    """Nor do metadata name the machine, the user or an author."""
    scene.templates = make_set(tmp_path / "set", *EVERY_FIELD)
    marked = {f"case-{number}": markers_in_place_of(scene.planted.data, number) for number in range(count)}
    for name, (edits, _) in marked.items():
        scene.case(name, edits)
    every = {marker for _, markers in marked.values() for marker in markers}
    scene.planted = replace(scene.planted, canaries=scene.planted.canaries | every)
    environment = {**NAMED, **dying(tmp_path, "case-1")}
    run = scene.build(scene.folder / "cases", "-j", str(count), "--engine", "libreoffice", env=environment)
    run.ended(dict.fromkeys(marked, 0), limits=Limits(seconds=60))
    for name, (_, markers) in marked.items():
        text = text_of((scene.out / name / "bundle.pdf").read_bytes())
        found = {marker for marker in every if marker in text}
        assert len(found) > 5
        assert found <= markers
        names_nobody(scene, name)


EVERY_FIELD = (
    "{{ case_id }} {{ patient.occupation.ja }} {{ patient.occupation.en }} {{ patient.address.text }}",
    "{{ condition.diagnosis.ja }} {{ condition.diagnosis.en }} {{ condition.background.en }}",
    "{{ treatment.product.en }} {{ treatment.product.ja }}",
    "{{ hospital.name.en }} {{ guarantor.name.en }} {{ treatment.plan_number }} {{ patient.passport.authority }}",
)


def dying(tmp_path: Path, name: str) -> Mapping[str, str]:
    """Return the environment in which the worker that has this case dies once."""
    return at_start(tmp_path / "patch", by_case({name: once(tmp_path / "died", EXIT)}))
