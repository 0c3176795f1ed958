"""Clusters that are not used: wrong address, missing library, nobody there, other versions."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.filing import PATH_FIELDS
from pipeline.case.source import Source
from pipeline.options import BuildOptions
from pipeline.publish.destination import Folder
from pipeline.run.cluster.parcel import Parcel, pack
from pipeline.run.cluster.versions import find_differences, local_versions, wanted_versions
from pipeline.run.task import Task, run_task
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.run import Command

CASE = EXAMPLES / "xu-wenjing" / "case.json"


@pytest.mark.parametrize("address", ["tcp://localhost:8786", "localhost:8786", ""])
def test_cases_are_never_sent_in_the_clear(visa_packet: Command, tmp_path: Path, address: str) -> None:
    run = visa_packet("build", CASE, "-o", tmp_path / "out", "--scheduler", address, "--json")
    assert run.code == 2
    assert run.problems[0]["code"] == "scheduler-address"
    assert not (tmp_path / "out").exists()


def test_a_missing_library_names_the_way_to_get_it(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, extra, options in (
        ("distributed", "distributed", ("-o", tmp_path / "out", "--scheduler", "tls://localhost:1")),
        ("fsspec", "remote", ("-o", "s3://bucket")),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        run = visa_packet("build", CASE, *options, "--json")
        assert run.code == 2
        assert run.problems[0]["hint"] == f"install it: pip install 'visa-packet[{extra}]'"


def test_processes_of_this_machine_are_no_option_of_a_cluster(visa_packet: Command, tmp_path: Path) -> None:
    run = visa_packet("build", CASE, "-o", tmp_path / "out", "--scheduler", "tls://localhost:1", "-j", "2", "--json")
    assert run.code == 2
    for option in ("--tls-ca", "--tls-cert", "--tls-key"):
        assert visa_packet("build", CASE, "-o", tmp_path / "out", option, CASE, "--json").code == 2


def test_what_differs_is_named_once() -> None:
    here = wanted_versions(BuildOptions(AS_OF))
    assert {"visa-packet", "pypdf", "engine typst", "rules and tables", "template set medical-stay"} <= here.keys()
    assert find_differences(here, [local_versions("medical-stay", "typst")] * 3) == []
    there = {**here, "visa-packet": "9.9", "pypdf": ""}
    assert find_differences(here, [there, there, here]) == [
        f"pypdf {here['pypdf']} on this machine and none on a worker",
        f"visa-packet {here['visa-packet']} on this machine and 9.9 on a worker",
    ]


def test_a_set_of_our_own_travels_and_is_not_compared(tmp_path: Path) -> None:
    assert not any("template" in name for name in local_versions(str(tmp_path), "office2pdf"))


def test_a_worker_that_came_later_is_asked_with_each_task(tmp_path: Path) -> None:
    from pipeline.run.cluster.worker import run_parcel  # noqa: PLC0415 - it loads the library that others must not load

    task = Task(Source(str(CASE), CASE.parent), Folder(tmp_path), BuildOptions(AS_OF))
    parcel = pack(task, {"visa-packet": "9.9"}, 60)
    assert parcel is not None
    assert "110108199011050285" not in repr(parcel)
    delivery = run_parcel(run_task, parcel)
    assert (delivery.done.status, delivery.done.code, delivery.files) == ("failed", 6, {})
    assert [problem.code for problem in delivery.done.problems] == ["worker-version"]


def test_what_cannot_be_read_is_not_sent(tmp_path: Path) -> None:
    """Who has the files says what is wrong."""
    for text in (b"", b"{", b"[]", b'{"attachments": [{"path": "../x"}]}', b'{"attachments": [{"path": "none.pdf"}]}'):
        (tmp_path / "case.json").write_bytes(text)
        task = Task(Source(str(tmp_path / "case.json"), tmp_path), Folder(tmp_path), BuildOptions(AS_OF))
        assert pack(task, {}, 60) is None


def packed(folder: Path, directory: Path | None = None, **fields: Any) -> Parcel | None:
    """The parcel of a case in ``folder`` with other fields."""
    data = json.loads(CASE.read_text(encoding="utf-8")) | {"attachments": []} | fields
    (folder / "case.json").write_text(json.dumps(data), encoding="utf-8")
    options = BuildOptions(AS_OF, directory=directory)
    return pack(Task(Source(str(folder / "case.json"), folder), Folder(folder / "out"), options), {}, 60)


def test_every_file_that_the_case_names_is_sent(tmp_path: Path) -> None:
    named = {field: f"papers/{field}" for field in PATH_FIELDS}
    (tmp_path / "papers").mkdir()
    for path in (*named.values(), "papers/other"):
        (tmp_path / path).write_text(path, encoding="utf-8")
    parcel = packed(tmp_path, attachments=[{"role": "other", **named}])
    assert parcel is not None
    assert parcel.papers == {path: path.encode() for path in named.values()}


@pytest.mark.parametrize("field", PATH_FIELDS)
@pytest.mark.parametrize("path", ["../outside", "link", "linked/outside", "/etc/hostname"])
def test_nothing_outside_of_the_folder_of_the_case_is_sent(tmp_path: Path, field: str, path: str) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    (tmp_path / "outside").write_text("secret", encoding="utf-8")
    (folder / "inside").write_text("inside", encoding="utf-8")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "linked").symlink_to(tmp_path)
    assert packed(folder, attachments=[{"path": "inside", field: path}]) is None


def test_nothing_outside_of_the_directory_is_sent(tmp_path: Path) -> None:
    directory = tmp_path / "directory"
    shutil.copytree(EXAMPLES / "directory", directory)
    parcel = packed(tmp_path, directory=directory, hospital="aoba")
    assert parcel is not None
    assert parcel.entries.keys() == {"hospitals/aoba.json"}
    (directory / "hospitals" / "aoba.json").rename(tmp_path / "aoba.json")
    (directory / "hospitals" / "aoba.json").symlink_to(tmp_path / "aoba.json")
    assert packed(tmp_path, directory=directory, hospital="aoba") is None


@pytest.mark.process
def test_building_here_loads_no_library_of_the_cluster() -> None:
    """``--help`` and a build of one case stay quick."""
    import subprocess  # noqa: PLC0415 - a process of its own, in which nothing is loaded yet

    program = (
        "import sys, pipeline.cli.commands.build\n"
        "print([m for m in ('distributed', 'dask', 'fsspec') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
