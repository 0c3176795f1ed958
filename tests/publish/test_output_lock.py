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
    "    print('locked', flush=True)\n"
    "    sys.stdin.read()\n"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    out.mkdir()
    (out / "note").write_text("x", encoding="utf-8")
    return out


@pytest.mark.process
def test_another_process_gets_an_error_until_the_first_has_ended(out: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(OutputError) as error, lock_output(out):
            pass
        assert error.value.problems[0].code == "output-locked"
        other.kill()
    with lock_output(out):
        pass


def test_the_command_reports_a_lock_and_changes_nothing(out: Path, visa_packet: Command) -> None:
    with lock_output(out):
        run = visa_packet("build", EXAMPLES / "xu-wenjing", "-o", out, "--json")
    assert run.code == 7
    assert [problem["code"] for problem in run.problems] == ["output-locked"]
    assert [path.name for path in out.iterdir()] == ["note"]


def test_a_new_folder_that_stays_empty_is_removed(tmp_path: Path) -> None:
    with lock_output(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()
        assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_reported(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError), lock_output(tmp_path / "out"):
        pass
