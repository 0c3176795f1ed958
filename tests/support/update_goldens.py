"""`make goldens`: build the examples and write their goldens anew. Look at the difference before you commit it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.options import BuildOptions
from pipeline.run.one import build_case
from tests.support.cases import AS_OF, EXAMPLES, GOOD_EXAMPLES
from tests.support.golden import GOLDENS, of_packet, write


def main() -> None:
    """Write the goldens of every example."""
    with tempfile.TemporaryDirectory() as folder:
        for example in GOOD_EXAMPLES:
            built = build_case(EXAMPLES / example / "case.json", Path(folder), BuildOptions(AS_OF))
            write(example, of_packet(built.folder))
    print(f"written to {GOLDENS}; `git diff --stat {GOLDENS}` shows what changed")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
