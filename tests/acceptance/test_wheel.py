"""The wheel alone, installed in a folder of its own, builds the example without a network."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from pipeline.run.case_folder.samples import DIRECTORY, EXAMPLE
from tests.support.built import make_set, snapshot
from tests.support.cases import EXAMPLES, ROOT
from tests.support.wheels import Installed


def names_in(folder: str, kind: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(kind)}


def test_it_holds_everything_that_a_run_needs(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = set(wheel.namelist())
    wanted = {f"pipeline/{name}" for name in names_in("templates", "*.*") | names_in("schemas", "*.json")}
    wanted |= {f"pipeline/{name}" for name in names_in("skills", "*.md")}
    wanted |= {f"pipeline/{name}" for sample in (DIRECTORY, EXAMPLE) for name in names_in(f"examples/{sample}", "*.*")}
    for pattern in ("*.py", "*.json", "*.xcu", "web/*.*"):
        wanted |= names_in("pipeline", pattern)
    assert {"pipeline/templates/medical-stay/packet.json", "pipeline/schemas/case.schema.json"} <= wanted
    assert {
        "pipeline/visa/data/jpets.json",
        "pipeline/visa/rules/catalogue.json",
        "pipeline/run/report/web/list.js",
    } <= wanted
    assert wanted <= names


def test_it_holds_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        others = [name for name in wheel.namelist() if not name.startswith("pipeline/") and ".dist-info/" not in name]
        entry_points = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
        assert others == []
        assert "visa-packet = pipeline.cli.main:main" in wheel.read(entry_points[0]).decode()
        assert not [name for name in wheel.namelist() if "__pycache__" in name or name.endswith(".orig")]
        pages = [name for name in wheel.namelist() if name.endswith(".md")]
        assert pages == ["pipeline/skills/visa-packet/SKILL.md"]


def test_the_copy_runs_and_not_the_checkout(installed: Installed, tmp_path: Path) -> None:
    program = (
        "import pipeline.cli.main, pipeline.resources as r; print(pipeline.__file__, r.shipped('schemas'), sep='\\n')"
    )
    done = installed.run("-c", program, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    module, schemas = done.stdout.split()
    assert Path(module).is_relative_to(installed.target)
    assert Path(schemas) == installed.target / "pipeline" / "schemas"


def test_the_network_is_blocked(installed: Installed, tmp_path: Path) -> None:
    program = "import socket; socket.create_connection(('127.0.0.1', 9))"
    assert "the network was used" in installed.run("-c", program, cwd=tmp_path).stderr


def test_it_builds_the_example_like_the_checkout(installed: Installed, tmp_path: Path, packet: Path) -> None:
    shutil.copytree(EXAMPLES / "wang-xiaoming", tmp_path / "wang-xiaoming")
    arguments = ("-m", "pipeline", "build", "wang-xiaoming", "-o", "out", "--as-of", "2026-11-22", "--json")
    done = installed.run(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert result["case_id"] == "wang-xiaoming"
    assert snapshot(tmp_path / "out" / "wang-xiaoming") == snapshot(packet)


@pytest.mark.parametrize(
    "command",
    [("schema", "case"), ("rules", "ID-02"), ("templates", "list"), ("--version",), ("templates", "check", "set")],
)
def test_the_other_commands_find_their_data(installed: Installed, tmp_path: Path, command: tuple[str, ...]) -> None:
    if "set" in command:
        make_set(tmp_path / "set")
    done = installed.run("-m", "pipeline", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
