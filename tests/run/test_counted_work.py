"""A packet takes no more work than before. Counts do not depend on the machine; times do, and are never tested."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.cases import ROOT

pytestmark = pytest.mark.process

PROGRAM = ROOT / "benchmarks" / "counted.py"
#: What the sizes of files may change by, in percent: a few words in a template are no more work.
BYTES_PERCENT = 5


@pytest.fixture(scope="module")
def counted() -> dict[str, dict[str, int]]:
    done = subprocess.run([sys.executable, PROGRAM], capture_output=True, check=True, timeout=120)
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


def test_a_packet_takes_the_work_that_is_written_down(counted: dict[str, dict[str, int]]) -> None:
    expected: dict[str, dict[str, Any]] = json.loads(PROGRAM.with_suffix(".json").read_text(encoding="utf-8"))
    for packet in expected.values():
        size = packet["kilobytes written"]
        packet["kilobytes written"] = pytest.approx(size, rel=BYTES_PERCENT / 100)
    assert counted == expected, "if this is meant: python benchmarks/counted.py --update, and say why in the commit"


def test_the_next_packet_repeats_nothing_that_depends_on_templates_alone(counted: dict[str, dict[str, int]]) -> None:
    following = counted["next packet"]
    assert "compiled templates" not in following
    assert following["Word files opened"] == 1  # the one into which a picture is put
    assert following["files read"] < counted["first packet"]["files read"] / 4
