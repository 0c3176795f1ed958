"""A real cluster: a scheduler and two worker processes, encrypted, one of them killed in the middle of a run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
import distributed
import fsspec
import pytest
import trustme
from distributed.utils import get_mp_context

from tests.support.attachments import locked
from tests.support.built import make_set, snapshot
from tests.support.cases import EXAMPLES, PERSONAL, change
from tests.support.forms_made import Form
from tests.support.run import Command, Run

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("inline_pools")]

DAY = ("--as-of", "2026-11-22", "--allow-missing")
Build = Callable[..., Run]
#: fsspec's file system of a folder, set by variables that each process reads: an address as a worker would get it.
STORE = {"FSSPEC_DIR_TARGET_PROTOCOL": "file"}


@dataclass(frozen=True)
class Cluster:
    """A running cluster, and the options by which the command reaches it."""

    running: Any
    options: tuple[str, ...]
    log: Path
    store: Path

    @property
    def processes(self) -> list[int]:
        """Ids of the worker processes."""
        return [nanny.pid for nanny in self.running.workers.values()]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority for this test alone, a certificate and its key."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    return folder


def security(tls: Path) -> Any:
    files = {"tls_ca_file": str(tls / "ca.pem")}
    for role in ("scheduler", "worker", "client"):
        files |= {f"tls_{role}_cert": str(tls / "cert.pem"), f"tls_{role}_key": str(tls / "key.pem")}
    return distributed.Security(require_encryption=True, **files)  # type: ignore[no-untyped-call]


def reached(address: str, tls: Path) -> tuple[str, ...]:
    files = ("--tls-ca", tls / "ca.pem", "--tls-cert", tls / "cert.pem", "--tls-key", tls / "key.pem")
    return ("--scheduler", address, *map(str, files))


@pytest.fixture(scope="module")
def cluster(tls: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    store = folder / "store"
    store.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**STORE, "FSSPEC_DIR_PATH": str(store)}.items():
            patch.setenv(name, value)
        dask.config.set({"distributed.scheduler.allowed-failures": 1})  # one more try, as on this machine
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
        # A worker that is started again need not import everything again.
        get_mp_context().set_forkserver_preload(["distributed", "pipeline.run.one", "pipeline.run.cluster.worker"])  # type: ignore[no-untyped-call]
        fsspec.config.set_conf_env(fsspec.config.conf)
        with distributed.LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2,
            threads_per_worker=1,
            protocol="tls://",
            security=security(tls),
            dashboard_address=":0",  # any port: another cluster may run here
            local_directory=str(folder / "scratch"),
            silence_logs=False,
        ) as running:
            yield Cluster(running, reached(running.scheduler_address, tls), folder, store)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of cases with passports and entries of a directory; some are wrong where only this machine sees it."""
    folder = tmp_path_factory.mktemp("cases")
    shutil.copytree(EXAMPLES / "directory", folder / "directory")
    for number, name in enumerate((*("sun-yifan", "wang-xiaoming", "chen-lihua") * 2, "sun-yifan")):
        case_id = f"case-{number:02}"
        shutil.copytree(EXAMPLES / name, folder / case_id)
        path = folder / case_id / "case.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        passports = [paper for paper in data["attachments"] if paper["role"] == "passport"]
        edits: dict[str, Any] = {"/case_id": case_id, "/attachments": passports}
        if number == 4:
            (folder / case_id / "papers" / "passport.png").unlink()
        if number == 5:
            edits["/visa/letter_date"] = "2027-01-01"
        if number == 3:
            edits["/hospital"] = "unknown"
        if number in {1, 6}:
            edits["/attachments/-"] = locked_form(folder / case_id / "forms", "case_id" if number == 1 else "nothing")
        change(data, edits)
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return folder


def locked_form(folder: Path, name: str) -> dict[str, str]:
    """An attachment that is a protected form, whose field gets the value ``name`` of the case."""
    folder.mkdir()
    form = Form()
    form.add("a", (60, 700, 260, 720))
    (folder / "form.pdf").write_bytes(locked(form.saved(), "word"))
    (folder / "password.txt").write_text("word\n", encoding="utf-8")
    (folder / "mapping.json").write_text(json.dumps({"fields": {"a": {"text": f"{{{{ {name} }}}}"}}}), encoding="utf-8")
    files = {"path": "form.pdf", "password_file": "password.txt", "form_mapping": "mapping.json"}
    return {"role": "other", **{key: f"forms/{file}" for key, file in files.items()}}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set of our own, which workers do not have; with a finding that names its file."""
    return make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }} {{ case_id }}")


@pytest.fixture
def build(visa_packet: Command, cases: Path) -> Build:
    """Build the cases, or one of them, from this process."""

    def run(templates: Path | str, out: Path | str, *more: str, case: str = "") -> Run:
        return visa_packet("build", cases / case, "--templates", templates, "-o", out, *DAY, "--json", *more)

    return run


@pytest.fixture(scope="module")
def runs_here() -> dict[str, Run]:
    """The run of `local`, once there was one."""
    return {}


@pytest.fixture
def local(build: Build, cases: Path, small: Path, runs_here: dict[str, Run]) -> tuple[Path, Run]:
    """The same cases built on this machine, once for all tests."""
    out = cases.parent / "local"
    if not runs_here:
        runs_here["local"] = build(small, out)
    return out, runs_here["local"]


def packets(out: Path) -> dict[str, bytes]:
    """Every file but the page, which contains the time of the run."""
    return {name: content for name, content in snapshot(out).items() if name != "report.html"}


def reported(run: Run, out: Path | str) -> list[Any]:
    """The results of a run, without times and folder names."""
    results: list[Any] = json.loads(json.dumps(run.report["results"]).replace(f"{out}/", "OUT/"))
    for result in results:
        del result["seconds"]
    return results


def test_the_same_bytes_and_the_same_words_as_on_this_machine(
    cluster: Cluster, build: Build, small: Path, tmp_path: Path, local: tuple[Path, Run]
) -> None:
    out = tmp_path / "out"
    run = build(small, out, *cluster.options)
    assert run.code == 9, run.err
    assert packets(out) == packets(local[0])
    assert reported(run, out) == reported(local[1], local[0])
    assert run.report["counts"] == {"cases": 7, "built": 3, "current": 0, "failed": 4}
    again = build(small, out, *cluster.options)
    assert again.report["counts"] == {"cases": 7, "built": 0, "current": 3, "failed": 4}
    next(out.glob("case-00/documents/*.pdf")).write_bytes(b"changed")
    assert build(small, out, *cluster.options).report["counts"]["built"] == 1


def test_a_worker_killed_in_the_middle_costs_nothing(
    cluster: Cluster, build: Build, small: Path, tmp_path: Path, local: tuple[Path, Run]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = cluster.processes

    ended = threading.Event()

    def kill_after_the_first_packet() -> None:
        while not ended.is_set() and not list(out.glob("case-*")):
            time.sleep(0.01)
        os.kill(before[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_after_the_first_packet)
    killer.start()
    try:
        run = build(small, out, *cluster.options)
    finally:
        ended.set()
        killer.join()
    assert run.code == 9
    assert run.report["counts"] == {"cases": 7, "built": 3, "current": 0, "failed": 4}
    assert packets(out) == packets(local[0])
    assert cluster.processes != before


def test_an_address_is_written_by_the_workers(
    cluster: Cluster, build: Build, small: Path, local: tuple[Path, Run]
) -> None:
    run = build(small, "dir://packets", *cluster.options)
    assert run.code == 9, run.err
    assert packets(cluster.store / "packets") == packets(local[0])
    assert reported(run, "dir://packets") == reported(local[1], local[0])
    assert run.report["html"] == "dir://packets/report.html"
    assert (cluster.store / "packets" / "report.html").is_file()
    again = build(small, "dir://packets", *cluster.options)
    assert again.report["counts"] == {"cases": 7, "built": 0, "current": 3, "failed": 4}


def test_a_case_that_takes_too_long_is_a_finding_and_nothing_personal_is_in_the_logs(
    cluster: Cluster, build: Build, tmp_path: Path
) -> None:
    run = build("medical-stay", tmp_path / "out", *cluster.options, "--timeout", "0.05", case="case-01")
    assert run.code == 6
    assert [problem["code"] for problem in run.problems] == ["worker-died"]
    logs = str(cluster.running.get_logs())
    assert "run_parcel-" in logs
    assert not [value for value in (*PERSONAL, "case-01", "孙一帆") if value in logs]
    assert not list(cluster.log.glob("scratch/**/case.json"))


OTHER_VERSION = """
import pipeline.resources

pipeline.resources.VERSION = "9.9.9"
"""


def test_a_worker_of_another_version_is_refused(cluster: Cluster, tls: Path, build: Build, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(OTHER_VERSION, encoding="utf-8")
    files = ("--tls-ca-file", tls / "ca.pem", "--tls-cert", tls / "cert.pem", "--tls-key", tls / "key.pem")
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.running.scheduler_address, *map(str, files)]
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [*worker, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            with distributed.Client(cluster.running.scheduler_address, security=security(tls)) as asking:  # type: ignore[no-untyped-call]
                asking.wait_for_workers(3, timeout=60)
            run = build("medical-stay", tmp_path / "out", *cluster.options)
        finally:
            process.kill()
    assert run.code == 6
    [problem] = run.problems
    assert problem["code"] == "worker-version"
    assert "visa-packet 0.1.0 on this machine and 9.9.9 on a worker" in problem["message"]
    assert not (tmp_path / "out").exists()


def test_a_client_of_another_authority_is_refused(cluster: Cluster, build: Build, tmp_path: Path) -> None:
    """Another authority's certificate: the connection is refused, nothing is sent."""
    other = trustme.CA()
    certificate = other.issue_cert("localhost", "127.0.0.1")
    other.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    options = reached(cluster.running.scheduler_address, tmp_path)
    with dask.config.set({"distributed.comm.timeouts.connect": "2s"}):
        run = build("medical-stay", tmp_path / "out", *options)
    assert run.code == 6
    assert [problem["code"] for problem in run.problems] == ["cluster-unusable"]
