"""Run the command on each file of a folder: ``python -m tests.acceptance.supplied_files FOLDER…``.

A PDF or picture is the one paper of a small case, a Word file is the template of its letter. The run must end with a
documented exit code, within 60 seconds of processor time and 2 GB, and print nothing that is not its own. What it
publishes must show every page of the paper, do nothing by itself, and be accepted by ``verify`` and by qpdf.

``--generate COUNT`` first writes so many files into the folder, the same for the same ``--seed``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage

from pipeline.cli.terminal import print_line
from pipeline.errors import ExitCode, VerificationError
from pipeline.publish.verify.verify import verify_path
from tests.fuzz.files import write_files
from tests.support import warm
from tests.support.alike import active_content, page_counts, unlike_pages
from tests.support.built import make_set
from tests.support.cases import AS_OF, EXAMPLES, change
from tests.support.run import Run

PAPERS = {".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}
TEMPLATES = {".docx"}
_CODES = {int(code) for code in ExitCode} - {ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.USAGE}
_OWN_LINE = re.compile(r"(error|warning|info) [A-Za-z0-9-]+  .*|  \S.*|[0-9]+ notes?; --notes shows (it|them)")
_SECONDS, _KILOBYTES = 60, 2_000_000
#: Other programs may be busy, so the time on the clock ends only what hangs.
_SECONDS_ON_THE_CLOCK = 600


@dataclass(frozen=True)
class Ended:
    """How the run on a file ended, with its processor time and the memory of the largest of its processes."""

    file: Path
    run: Run
    seconds: float
    kilobytes: int
    packet: Path


@dataclass(frozen=True)
class Place:
    """A folder for the cases and the output of runs, with a template set of one letter."""

    folder: Path

    def words_for(self, file: Path) -> list[str]:
        """Write a case with this file, or a template set of it, and return the arguments of the command."""
        case, templates = self.folder / "case", self.folder / "set"
        for each in (case, templates, self.folder / "out"):
            shutil.rmtree(each, ignore_errors=True)
        data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text("utf-8"))
        (case / "papers").mkdir(parents=True)
        make_set(templates)
        if file.suffix.lower() in TEMPLATES:
            shutil.copyfile(file, templates / "letter.docx")
            change(data, {"/attachments": []})
        else:
            paper = f"papers/paper{file.suffix.lower()}"
            shutil.copyfile(file, case / paper)
            change(data, {"/attachments": [{"role": "other", "path": paper}]})
        (case / "case.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        day = ("--as-of", AS_OF.isoformat())
        return ["build", "case/case.json", "-o", "out", "--templates", "set", *day, "--allow-missing", "--json"]

    def run(self, file: Path) -> Ended:
        """Run the command on a file in a fork of this process, which it leaves by SystemExit."""
        printed = [self.folder / name for name in ("stdout", "stderr")]
        for path in printed:
            path.write_bytes(b"")
        request = {
            "arguments": self.words_for(file),
            "cwd": str(self.folder),
            "out": str(printed[0]),
            "err": str(printed[1]),
            "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder)},
            "umask": None,
            "program": None,
        }
        pid = os.fork()
        if pid == 0:
            warm.become(request)
        status, usage = _wait_for(pid)
        run = Run(os.waitstatus_to_exitcode(status), *(path.read_text("utf-8", "replace") for path in printed))
        packet = self.folder / "out" / "wang-xiaoming"
        return Ended(file, run, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, packet)


def violations(ended: Ended) -> Iterator[str]:
    """Yield what a run must not do."""
    if ended.run.code not in _CODES:
        yield f"exit code {ended.run.code}"
        return
    if ended.seconds > _SECONDS or ended.kilobytes > _KILOBYTES:
        yield f"{ended.seconds:.0f} s and {ended.kilobytes / 1000:.0f} MB"
    for line in ended.run.err.splitlines():
        if not _OWN_LINE.fullmatch(line):
            yield f"printed: {line[:100]}"
    try:
        problems = ended.run.problems
    except (AssertionError, ValueError) as error:
        yield f"the report is wrong: {str(error)[:100]}"
        return
    if ended.run.code:
        if not any(problem["severity"] == "error" for problem in problems):
            yield "no error is reported"
        if ended.packet.exists():
            yield "a packet of a failed build"
    else:
        yield from _violations_of(ended.packet, ended.file)


def _violations_of(packet: Path, file: Path) -> Iterator[str]:
    try:
        manifest = verify_path(packet).manifest
    except VerificationError as error:
        yield from (f"verify: {problem.code}: {problem.located_message}" for problem in error.problems)
        return
    [row] = manifest.bundles
    path = packet / row.path
    checked = subprocess.run([str(shutil.which("qpdf")), "--check", path], capture_output=True, text=True, check=False)
    if checked.returncode:
        yield f"qpdf --check: {checked.stderr[:200]}"
    bundle = path.read_bytes()
    if (counts := page_counts(bundle)) != {row.pages}:
        yield f"the bundle has {counts} pages"
    yield from (f"active content: {found}" for found in active_content(bundle))
    for part in row.page_map:
        if part.kind == "attachment":
            yield from unlike_pages(file, bundle, range(part.page - 1, part.last_page))


def _wait_for(pid: int) -> tuple[int, struct_rusage]:
    until = time.monotonic() + _SECONDS_ON_THE_CLOCK
    while time.monotonic() < until:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return status, usage
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return status, usage


def files_in(folders: Sequence[Path]) -> list[Path]:
    """The files that can be papers or templates, in order."""
    found = [path for folder in folders for path in ([folder] if folder.is_file() else folder.rglob("*"))]
    return sorted(path for path in found if path.suffix.lower() in PAPERS | TEMPLATES and path.is_file())


def main(words: Sequence[str] | None = None) -> int:
    """Run on all files, print what is wrong and the figures; return 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--generate", type=int, default=0, metavar="COUNT")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    if given.generate:
        write_files(given.folders[0], given.generate, given.seed)
    warm.load(EXAMPLES / "wang-xiaoming" / "case.json")
    owner, place = os.getpid(), Place(Path(tempfile.mkdtemp()).resolve())
    try:
        return _run_all(place, [path.resolve() for path in files_in(given.folders)])
    finally:
        if os.getpid() == owner:  # a fork leaves by this way, too
            shutil.rmtree(place.folder)


def _run_all(place: Place, files: Sequence[Path]) -> int:
    codes: Counter[int] = Counter()
    wrong, seconds, kilobytes = 0, (0.0, ""), (0, "")
    for number, file in enumerate(files):
        if number and number % 50 == 0:
            print_line(f"{number} of {len(files)} files", err=True)
        ended = place.run(file)
        codes[ended.run.code] += 1
        seconds, kilobytes = max(seconds, (ended.seconds, file.name)), max(kilobytes, (ended.kilobytes, file.name))
        for violation in violations(ended):
            wrong += 1
            print_line(f"{file}: {violation}")
    print_line(f"{codes.total()} files; exit codes: {dict(sorted(codes.items()))}; violations: {wrong}")
    print_line(f"most processor time: {seconds[0]:.1f} s ({seconds[1]})")
    print_line(f"most memory: {kilobytes[0] / 1000:.0f} MB ({kilobytes[1]})")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
