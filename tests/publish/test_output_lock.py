"""One run at a time in an output folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.publish.output_lock import lock_output
from tests.support.cases import EXAMPLES
from tests.support.run import Command

HOLD = (
    "import sys; from pathlib import Path; from pipeline.publish.output_lock import lock_output\n"
    "with lock_output(Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


@pytest.fixture
def held(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    out.mkdir()
    (out / "note").write_text("x", encoding="utf-8")
    return out


def test_another_process_is_refused_until_the_first_has_ended(held: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(held)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OutputError) as error, lock_output(held):
            pass
        assert error.value.problems[0].code == "output-locked"
        other.kill()
    with lock_output(held):
        pass


def test_the_command_says_so_and_touches_nothing(held: Path, visa_packet: Command) -> None:
    with lock_output(held):
        run = visa_packet("build", EXAMPLES / "xu-wenjing", "-o", held, "--json")
    assert run.code == 7
    assert [problem["code"] for problem in run.problems] == ["output-locked"]
    assert [path.name for path in held.iterdir()] == ["note"]


def test_a_folder_that_was_made_for_nothing_is_gone(tmp_path: Path) -> None:
    with lock_output(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError), lock_output(tmp_path / "out"):
        pass
