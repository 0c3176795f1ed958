"""Compares two checkouts: packets are built in turn in a warm process of each, and the ratio of their times is printed.

``python benchmarks/side_by_side.py OLD NEW [--runs N]``. The times are processor times of all processes. A busy machine
changes both, and hardly their ratio. Each checkout needs a Python environment in its folder ``.venv``.

With ``--engines``, each draws its documents by an engine of its own: the same checkout twice compares two engines.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

_PACKETS = 4


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description="Compare the speed of two checkouts.")
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--runs", type=int, default=8, help=f"so many times {_PACKETS} packets; 8 by default")
    parser.add_argument("--engines", nargs=2, default=("", ""), help="the engine of each, such as: office2pdf typst")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        _serve(given.serve, (given.runs + 1) * _PACKETS, given.engines[0])
    else:
        _compare((given.old.resolve(), given.new.resolve()), given.engines, given.runs)


def _compare(trees: tuple[Path, Path], engines: tuple[str, str], runs: int) -> None:
    with tempfile.TemporaryDirectory(prefix="visa-packet-bench-") as folder:
        servers = [
            _start(tree, engine, Path(folder, str(number)), runs)
            for number, (tree, engine) in enumerate(zip(trees, engines, strict=True))
        ]
        for server in servers:
            _ask(server)  # the first packets warm up
        times = []
        for number in range(runs):
            order = (0, 1) if number % 2 else (1, 0)
            found = {each: _ask(servers[each]) for each in order}
            times.append((found[0], found[1]))
        for server in servers:
            server.communicate()
    for name, seconds in zip(("old", "new"), zip(*times, strict=True), strict=True):
        print(f"{name}: {statistics.median(seconds) * 1000:.0f} ms of processor time a packet (median)")
    ratios = [new / old for old, new in times]
    print(f"new / old: {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}, {runs} runs")


def _start(tree: Path, engine: str, work: Path, runs: int) -> subprocess.Popen[str]:
    """Start this script with the program of a checkout."""
    words = [tree / ".venv" / "bin" / "python", __file__, tree, tree, "--serve", work, "--runs", runs]
    words += ["--engines", engine, engine]
    paths = os.environ | {"PYTHONPATH": str(tree)}
    return subprocess.Popen(
        [*map(str, words)], cwd=tree, env=paths, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _ask(server: subprocess.Popen[str]) -> float:
    """Have the next packets built. Return the processor seconds of one."""
    if not server.stdin or not server.stdout:
        raise RuntimeError
    server.stdin.write("\n")
    server.stdin.flush()
    return float(json.loads(server.stdout.readline()))


def _serve(work: Path, count: int, engine: str) -> None:
    """Build packets for each line of standard input, and answer with the processor seconds of one."""
    from measure import OPTIONS, make_cases, processor_time  # noqa: PLC0415 - loads the program of the checkout

    from pipeline.run.inputs import sources  # noqa: PLC0415 - the same
    from pipeline.run.one import build_case  # noqa: PLC0415 - the same

    cases = sources((str(make_cases(count, work / "cases")),))
    options = replace(OPTIONS, engine=engine) if engine else OPTIONS
    for _ in sys.stdin:
        before = processor_time()
        for _ in range(_PACKETS):
            build_case(next(cases), work / "out", options)
        print((processor_time() - before) / _PACKETS, flush=True)


if __name__ == "__main__":
    main()
