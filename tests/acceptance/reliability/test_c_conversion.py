"""Cases C: the engine is missing, fails, hangs, lies, or tells what it should not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from pipeline.formats.pdf.reading import embedded_fonts
from pipeline.system.processes import isolation
from tests.support.built import make_docx, make_set, saved, with_text
from tests.support.disks import Disk
from tests.support.expectation import Limits, Scene, Watched
from tests.support.tools import needs_libreoffice, needs_strace

pytestmark = [needs_strace, needs_libreoffice]
case = pytest.mark.case

#: Of a stand-in for soffice: its version, then where the results go and the files to convert.
BEGINNING = """#!/bin/sh
case "$1" in --version) echo "LibreOffice 7.4.7.2"; exit 0;; esac
here=$(dirname "$0")
crash='sh -c "kill -SEGV \\$\\$"; exit $?'  # the first process of a namespace cannot kill itself
"""
ARGUMENTS = 'while [ "$1" != --outdir ]; do shift; done; out=$2; shift 2\n'
WITH_LIBREOFFICE = ("--engine", "libreoffice")
#: Runs the command with a second for LibreOffice to start, and one for each document.
IMPATIENT = "from pipeline.documents.engines.libreoffice import LibreOffice as L; L.__init__.__defaults__ = (1, 1)\n"
WITHOUT_USUAL_PLACES = "import pipeline.documents.engines.libreoffice_program as f; f._PLACES = ()\n"
MAIN = "from pipeline.cli.main import main; main()"
#: The engine's processes are not counted as the command's own.
PATIENT = Limits(seconds=30)

Program = Callable[[str], dict[str, str]]


@pytest.fixture
def soffice(tmp_path: Path) -> Program:
    """Put a stand-in for soffice on PATH; it may leave notes beside itself. Returns the environment that finds it."""

    def make(script: str) -> dict[str, str]:
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"{BEGINNING}{script}\n", encoding="utf-8")
        program.chmod(0o700)
        return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}

    return make


def real() -> str:
    """A line of a script that does what LibreOffice does."""
    return f'exec {shutil.which("soffice")} "$@"'


def failed(scene: Scene, environment: dict[str, str], code: str, prefix: str = "") -> dict[str, str]:
    """The run with that engine is refused in the common way."""
    run = scene.build(scene.case(), *WITH_LIBREOFFICE, env=environment, program=f"{prefix}{MAIN}" if prefix else None)
    [problem] = run.refused(6, (code, None), limits=PATIENT)
    return problem


def good(run: Watched, *published: str) -> None:
    assert run.run.code == 0, run.run.err
    run.left_as_it_was(published, limits=PATIENT)


@case("C01")
def test_the_engine_is_missing(scene: Scene, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    problem = failed(scene, {"PATH": str(empty)}, "engine-missing", WITHOUT_USUAL_PLACES)
    assert "LibreOffice is not installed" in problem["message"]


@case("C01")
def test_the_engine_is_no_program(scene: Scene, soffice: Program, tmp_path: Path) -> None:
    environment = soffice("")
    (tmp_path / "bin" / "soffice").write_bytes(b"\x7fELF and nothing else")
    assert "cannot be started" in failed(scene, environment, "engine-missing")["message"]


@case("C01")
def test_a_file_that_may_not_be_run_is_not_taken_for_it(scene: Scene, soffice: Program, tmp_path: Path) -> None:
    environment = soffice("exit 1")
    (tmp_path / "bin" / "soffice").chmod(0o600)
    failed(scene, {**environment, "PATH": str(tmp_path / "bin")}, "engine-missing", WITHOUT_USUAL_PLACES)


@case("C02")
@pytest.mark.parametrize("exit_code", [0, 1, 77])
def test_no_file_whatever_the_exit_code(scene: Scene, soffice: Program, exit_code: int) -> None:
    failed(scene, soffice(f"exit {exit_code}"), "engine-failed")


@case("C03")
@pytest.mark.parametrize("kind", ["empty", "cut off", "no pages", "text", "link"])
def test_a_file_that_is_no_document(scene: Scene, soffice: Program, tmp_path: Path, kind: str) -> None:
    with pikepdf.new() as pdf:
        none = saved(pdf)
        pdf.add_blank_page()
        whole = saved(pdf)
    content = {"empty": b"", "cut off": whole[:-40], "no pages": none, "text": b"QZAAQ", "link": whole}[kind]
    environment = soffice(f'{ARGUMENTS}{"ln -s" if kind == "link" else "cp"} "$here/content" "$out/0001.pdf"')
    (tmp_path / "bin" / "content").write_bytes(content)
    failed(scene, environment, "engine-failed" if kind == "link" else "engine-output")


@case("C04")
def test_it_hangs_and_listens_to_nobody(scene: Scene, soffice: Program) -> None:
    hang = "trap '' TERM HUP INT\n(trap '' TERM HUP INT; (sleep 600; true) & sleep 600; true) &\nsleep 601; sleep 602"
    failed(scene, soffice(hang), "engine-timeout", IMPATIENT)


@case("C04")
def test_what_it_started_does_not_outlive_it(scene: Scene, soffice: Program) -> None:
    failed(scene, soffice("(trap '' TERM HUP; sleep 600; true) &\nexit 0"), "engine-failed")


@case("C06")
def test_it_crashes_each_time(scene: Scene, soffice: Program, tmp_path: Path) -> None:
    problem = failed(scene, soffice('echo >>"$here/starts"; eval "$crash"'), "engine-failed")
    assert "twice" in problem["message"]
    assert (tmp_path / "bin" / "starts").read_text("utf-8").count("\n") == 2


@case("C07")
@pytest.mark.parametrize(
    ("engine", "home"),
    [
        ("office2pdf", "missing"),
        ("office2pdf", ""),
        *(pytest.param("libreoffice", home, marks=pytest.mark.soak) for home in ("missing", "")),
    ],
)
def test_no_home_is_needed(scene: Scene, engine: str, home: str) -> None:
    """Nor is one made that is not there."""
    place = str(scene.folder / home) if home == "missing" else home
    good(scene.build(scene.case(), "--engine", engine, env={"HOME": place, "XDG_CACHE_HOME": ""}), "case-a")


@case("C07", "G04")
@pytest.mark.parametrize("left", [pytest.param(70, marks=pytest.mark.soak), 300])
def test_a_disk_on_which_its_profile_has_no_room(scene: Scene, disk: Disk, left: int) -> None:
    """It breaks off, or makes nothing, and does not say why."""
    disk(scene.temporary, left)
    [problem] = scene.build(scene.case(), *WITH_LIBREOFFICE).refused(6, ("engine-temporary", None), limits=PATIENT)
    assert "no space left" in problem["message"]


@case("C07", "C10", "G04")
def test_a_disk_without_much_room_no_home_and_a_font_that_is_not_installed(
    scene: Scene, disk: Disk, tmp_path: Path
) -> None:
    """The real program, in one start. It also runs without a network, where the system can take it away."""
    scene.templates = set_in_another_font(tmp_path)
    disk(scene.temporary, 1500)
    run = scene.build(scene.case(), *WITH_LIBREOFFICE, env={"HOME": "/proc", "XDG_CACHE_HOME": ""})
    good(run, "case-a")
    assert isolation() == () or '"--net"' in run.end.trace
    assert fonts_of_documents(scene) == {"NotoSansCJK"}


@case("C10")
def test_a_font_that_is_not_installed_is_drawn_with_a_shipped_one_alone(scene: Scene, tmp_path: Path) -> None:
    """No font of the machine takes its place."""
    scene.templates = set_in_another_font(tmp_path)
    good(scene.build(scene.case(), "--engine", "office2pdf"), "case-a")
    assert fonts_of_documents(scene) == {"NotoSansCJK"}


def set_in_another_font(folder: Path) -> Path:
    templates = make_set(folder / "set", "")
    (templates / "letter.docx").write_bytes(make_docx("{{ case_id }}", font="Liberation Serif"))
    return templates


def fonts_of_documents(scene: Scene) -> set[str]:
    """The fonts of the documents of case-a, by the beginnings of their names."""
    pdfs = (scene.out / "case-a" / "documents").glob("*.pdf")
    return {font[:11] for pdf in pdfs for font in embedded_fonts(pdf.read_bytes())}


@case("C10")
def test_a_font_that_is_not_installed_is_named_by_the_check(scene: Scene) -> None:
    letter = scene.folder / "letter.docx"
    letter.write_bytes(make_docx("{{ case_id }}", font="Liberation Serif"))
    run = scene.run("templates", "check", letter, "--json", env={"TMPDIR": str(scene.temporary)})
    assert "font-not-shipped" in {problem["code"] for problem in run.run.problems}
    assert "Liberation Serif" in run.run.out


@case("C11")
@pytest.mark.parametrize("engine", ["office2pdf", pytest.param("libreoffice", marks=pytest.mark.soak)])
def test_a_template_that_links_elsewhere_asks_nobody(scene: Scene, tmp_path: Path, engine: str) -> None:
    """Cases B have the same of a picture."""
    scene.templates = make_set(tmp_path / "set", "{{ case_id }}")
    letter = scene.templates / "letter.docx"
    link = (
        '<Relationship Id="rLinked" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'attachedTemplate" Target="http://192.0.2.1/x" TargetMode="External"/></Relationships>'
    )
    letter.write_bytes(with_text(letter.read_bytes(), "</Relationships>", link, "word/_rels/document.xml.rels"))
    scene.build(scene.case(), "--engine", engine).refused(4, ("template-link", None))


@case("C12")
def test_what_the_engine_prints_is_not_told(scene: Scene, soffice: Program) -> None:
    failed(scene, soffice("echo 王晓明 QZAAQ; echo 王晓明 QZAAQ >&2; exit 3"), "engine-failed")


@case("C03", "C06", "C13", "P04")
def test_what_the_engine_does_to_one_case_costs_that_case_alone(scene: Scene, soffice: Program, tmp_path: Path) -> None:
    """It crashes once and then works; is killed both times; works; and gives the document of the patient before."""
    script = f"""
echo >>"$here/starts"; n=$(wc -l <"$here/starts")
case $n in 1|3|4) eval "$crash";; 2) {real()[5:]}; exit;; esac
if [ "$n" = 5 ]; then {real()[5:]}; made=1; fi
{ARGUMENTS}
if [ "$made" ]; then cp "$out/0001.pdf" "$here/former.pdf"; else cp "$here/former.pdf" "$out/0001.pdf"; fi"""
    names = {"case-3": "王前人", "case-4": "王后人"}
    for name in ("case-1", "case-2", *names):
        scene.case(name, {"/patient/name/chinese": names[name]} if name in names else None)
    scene.planted = replace(scene.planted, canaries=scene.planted.canaries | set(names.values()))
    run = scene.build(scene.folder / "cases", *WITH_LIBREOFFICE, "-j", "1", env=soffice(script))
    run.ended({"case-1": 0, "case-2": 6, "case-3": 0, "case-4": 6}, limits=PATIENT)
    assert "crashed twice" in run.run.err
    assert [problem["code"] for problem in run.errors("case-2")] == ["engine-failed"]
    assert {problem["code"] for problem in run.errors("case-4")} == {"engine-lost-text"}
    assert (tmp_path / "bin" / "starts").read_text("utf-8").count("\n") == 6
