"""Counts the work of building the example, which no machine changes: how often what is done, and how much is written.

``python benchmarks/counted.py`` prints it; ``--update`` writes ``benchmarks/counted.json``, with which
``tests/run/test_counted_work.py`` compares: no packet comes to take more work unnoticed. When the work changes on
purpose, update the file and give the reason in the commit.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx.package
import pikepdf
import pypdf
import pypdfium2
from measure import OPTIONS, make_cases

from pipeline.case.source import Source
from pipeline.run.inputs import sources

FILE = Path(__file__).with_name("counted.json")

Counts = dict[str, dict[str, int]]


def count() -> Counts:
    """The work of the first packet of a process on a machine without any cache, and that of the next packet."""
    counter: Counter[str] = Counter()
    _watch(counter)
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        cases = sources((str(make_cases(2, Path(folder, "cases"))),))
        for name, case in zip(("first packet", "next packet"), cases, strict=True):
            counter.clear()
            written = _build(case, Path(folder, name))
            counts[name] = {**dict(sorted(counter.items())), **written}
    return counts


def _build(case: Source, out: Path) -> dict[str, int]:
    # Imported here: what is watched must be in its place before.
    from pipeline.run.one import build_case  # noqa: PLC0415

    build_case(case, out, OPTIONS)
    files = [path for path in out.rglob("*") if path.is_file()]
    return {"files written": len(files), "kilobytes written": sum(file.stat().st_size for file in files) // 1000}


def _watch(counter: Counter[str]) -> None:
    """Count the calls of what takes time, and the files of data that Python opens."""
    from pipeline.documents.engines.typst import engine  # noqa: PLC0415 - as above
    from pipeline.documents.environment import TemplateEnvironment  # noqa: PLC0415 - as above

    watched: list[tuple[Any, str, str]] = [
        (engine, "_pdf", "compilations of documents"),
        (TemplateEnvironment, "compile", "compiled templates"),
        (docx.package.Package, "open", "Word files opened"),
        (pypdf.PdfReader, "__init__", "PDFs opened by pypdf"),
        (pypdfium2.PdfDocument, "__init__", "PDFs opened by PDFium"),
        (pikepdf, "open", "PDFs opened by pikepdf"),
    ]
    for owner, function, name in watched:
        setattr(owner, function, _counted(counter, name, getattr(owner, function)))
    data = (".json", ".docx", ".pdf", ".jpg", ".png", ".otf", ".ttc")

    def opened(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).endswith(data) and not _writes(arguments):
            counter["files read"] += 1

    sys.addaudithook(opened)


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    return bool(flags & (os.O_WRONLY | os.O_RDWR)) or (mode is not None and not set(mode) <= set("rbt"))


def _counted(counter: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        counter[name] += 1
        return function(*args, **kwargs)

    return counted


def main() -> None:
    """Print the counts as JSON, or keep them."""
    parser = argparse.ArgumentParser(description="Count the work of building the example.")
    parser.add_argument("--update", action="store_true", help=f"write {FILE.name}")
    counts = json.dumps(count(), indent=2) + "\n"
    if parser.parse_args().update:
        FILE.write_text(counts, encoding="utf-8")
    else:
        print(counts, end="")


if __name__ == "__main__":
    main()
