"""The command as a process: its environment, its output, its signals, and the processes that it starts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.options import BuildOptions
from pipeline.publish.verify.verify import verify_path
from pipeline.run.one import build_case
from pipeline.run.stages import STAGES
from pipeline.system import processes
from tests.support.built import make_part, make_set, names_in, snapshot
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, ROOT, change
from tests.support.processes import children_of, of_session, processes_with, wait_until
from tests.support.run import run_process

DAY = ("--as-of", AS_OF.isoformat())
needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads the tree of processes from /proc")
#: A program that is the command, after a line that changes a stage of it.
PATCHED = "import os, signal, time; import {module} as module\n{line}\nfrom pipeline.cli.main import main; main()"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set that is quick to build."""
    return make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }}")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A case without attachments: quicker still."""
    data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    change(data, {"/attachments": []})
    path = tmp_path / "case.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def build_with(line: str, module: str, case: Path, small: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Build a case with the command after ``line``."""
    words = ("build", case, "--templates", small, "-o", out, *DAY, "--allow-missing", "--json")
    program = PATCHED.format(module=module, line=line)
    return subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)


def test_place_environment_and_workers_change_no_byte(tmp_path: Path) -> None:
    """Of some documents; test_wheel.py has the packet of the example from another process."""
    names = ("wang-xiaoming", "chen-lihua")
    templates = make_part(tmp_path / "set", "cover-sheet", "invitation-letter", "schedule-of-stay", "patient-guide")
    here = [
        build_case(EXAMPLES / name / "case.json", tmp_path, BuildOptions(AS_OF, str(templates))).folder
        for name in names
    ]
    cases = [tmp_path / "elsewhere" / "another name" / name for name in names]
    for name, case in zip(names, cases, strict=True):
        shutil.copytree(EXAMPLES / name, case)
    environment = {
        "TZ": "Pacific/Kiritimati",
        "LANG": "zh_CN.GB18030",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "12345",
        "PYTHONPATH": str(ROOT),
    }
    words = ("-j", "2", "-o", "out", "--templates", templates, *DAY, "--jsonl")
    run = run_process("build", *cases, *words, cwd=tmp_path, env=environment)
    assert run.code == 0, run.err
    for folder in here:
        assert snapshot(tmp_path / "out" / folder.name) == snapshot(folder)
    manifests = [json.loads((folder / "manifest.json").read_bytes()) for folder in here]
    results = [line for line in run.lines if line["event"] == "result"]
    assert [[bundle["sha256"] for bundle in result["bundles"]] for result in results] == [
        [bundle["sha256"] for bundle in manifest["bundles"]] for manifest in manifests
    ]
    for name in names:  # the workers write at the same time
        found = [line["stage"] for line in run.lines if line.get("case_id") == name and line["event"] == "stage-ended"]
        assert tuple(found) == STAGES


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
    def test_one_ends_a_build_with_a_report_and_without_leftovers(
        self, bare: Path, small: Path, tmp_path: Path, number: int
    ) -> None:
        """Sent to the command while the process of its case works."""
        line = f"module.merge_limited = lambda *a, **k: os.kill(os.getppid(), {int(number)}) or time.sleep(60)"
        done = build_with(line, "pipeline.bundle.assemble", bare, small, tmp_path / "out")
        assert done.returncode == 130
        assert "Traceback" not in done.stderr
        assert json.loads(done.stdout)["problems"][0]["code"] == "interrupted"
        assert not (tmp_path / "out").exists()

    @needs_proc
    def test_ctrl_c_ends_a_run_of_which_every_worker_hangs(self, bare: Path, small: Path, tmp_path: Path) -> None:
        """A stopped process is deaf to everything but SIGKILL, as an engine in an endless loop may be."""
        data = json.loads(bare.read_text(encoding="utf-8"))
        lines, out = tmp_path / "cases.jsonl", tmp_path / "out"
        lines.write_text("\n".join(json.dumps(data | {"case_id": f"case-{n}"}) for n in range(200)), encoding="utf-8")
        words: list[Any] = ["build", lines, "--templates", small, "-o", out, *DAY, "--allow-missing", "-j", "2"]
        with subprocess.Popen(
            [sys.executable, "-m", "pipeline", *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            wait_until(lambda: out.is_dir() and any(name.startswith("case-") for name in names_in(out)))
            workers = [worker for child in children_of(process.pid) for worker in children_of(child)]
            for worker in workers:
                os.kill(worker, signal.SIGSTOP)
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130
        assert len(workers) == 2
        assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
        assert names_in(out)
        for name in names_in(out):
            verify_path(out / name)

    @needs_proc
    def test_a_kill_takes_the_readers_of_attachments_along(self) -> None:
        words = [sys.executable, "-m", "pipeline", "validate", str(EXAMPLES / "wang-xiaoming"), *DAY]
        with subprocess.Popen(
            words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            wait_until(lambda: len(of_session(process.pid)) > 1 or process.poll() is not None)
            process.kill()
        wait_until(lambda: of_session(process.pid) == [])

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_one_ends_libreoffice_too(self, bare: Path, small: Path, tmp_path: Path, number: signal.Signals) -> None:
        if number == signal.SIGKILL and not processes.isolation():
            pytest.skip("only namespaces outlive a kill of the caller, and this system allows none")
        mark = f"visa-packet-interrupted-{os.getpid()}-{time.monotonic_ns()}"
        program, temporary = tmp_path / "bin" / "soffice", tmp_path / "temporary"
        program.parent.mkdir()
        temporary.mkdir()
        program.write_text(
            f"#!/bin/sh\nexport MARK={mark}\nsleep 600 & sleep 601 & touch {tmp_path}/started; wait\n", "utf-8"
        )
        program.chmod(0o700)
        words = ["build", bare, "--templates", small, "-o", tmp_path / "out", "--engine", "libreoffice", *DAY]
        with subprocess.Popen(
            [sys.executable, "-m", "pipeline", *map(str, words), "--allow-missing"],
            env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as run:
            wait_until(lambda: (tmp_path / "started").exists() or run.poll() is not None)
            run.send_signal(number)
            assert run.wait() == (-number if number == signal.SIGKILL else 130)
        wait_until(lambda: processes_with(mark) == [])
        assert not (tmp_path / "out" / "wang-xiaoming").exists()
        if number != signal.SIGKILL:  # after that, nobody is left to sweep
            assert names_in(temporary) == []


class TestOutput:
    def test_that_of_a_bug_has_no_value(self, bare: Path, small: Path, tmp_path: Path) -> None:
        """The bug is in the process of the case, and its exception has a value of the case."""
        line = "def fail(requests): raise RuntimeError(b'' + requests[0].pieces[0].title)\nmodule.merge_limited = fail"
        done = build_with(line, "pipeline.bundle.assemble", bare, small, tmp_path / "out")
        assert done.returncode == 70
        assert "Traceback" not in done.stderr
        assert "TypeError at pipeline/bundle/assemble.py:" in done.stderr
        assert all(value not in done.stdout + done.stderr for value in PERSONAL)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    @pytest.mark.parametrize("words", [["rules"], ["rules", "--json"], ["schema", "case"]])
    def test_a_full_disk_behind_it_is_reported(self, words: list[str]) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "pipeline", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert done.returncode == 7
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr
