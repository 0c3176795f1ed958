"""Fuzzing led by coverage: ``python tests/fuzz/led_by_coverage.py TARGET [options of libFuzzer] [samples]``."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))
with atheris.instrument_imports(include=["pipeline"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run until an exception comes that is none of those expected, or as many times as the options say."""
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
