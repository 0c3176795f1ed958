"""Find the version of a template set to compare with: a folder, or a revision of the set's git repository."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError, Problem, TemplateError, VisaPacketError, system_reason
from pipeline.formats.files import is_folder
from pipeline.packet.set_files import set_folder

_SECONDS = 60
_SHORT_HASH = 10
#: A git hook sets these variables for its own repository; the set may be in another one.
_HOOK_VARIABLES = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"),
    *("GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"),
)
#: No prompt at the terminal and no network: a partial clone would fetch missing objects.
_GIT_VARIABLES = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class Baseline:
    """A set to compare with: its folder, and its name for people."""

    folder: Path
    label: str


@contextmanager
def open_baseline(templates: str, against: str) -> Iterator[Baseline]:
    """Yield the set to compare ``templates`` with; its folder may be deleted afterwards.

    ``against`` is a folder or a revision. Raise InputError if it is neither, TemplateError if the revision does not
    contain the set. The message of a failure inside the block says that it concerns the other version.
    """
    given = Path(against)
    if against and is_folder(given):
        with _attribute_failures(given, str(given)):
            yield Baseline(given, given.resolve().name)
        return
    folder = set_folder(templates)
    inside = _path_in_repository(folder)
    commit = _find_commit(folder, against)
    with tempfile.TemporaryDirectory(prefix="visa-packet-") as work:
        target = Path(work)
        name = f"{against}:{inside}"
        _write_set(folder, f"{commit}:{inside}", name, target)
        with _attribute_failures(target, name):
            yield Baseline(target, f"{against} ({commit[:_SHORT_HASH]})")


@contextmanager
def _attribute_failures(folder: Path, name: str) -> Iterator[None]:
    """Report failures as failures of the other version, with files of ``folder`` under ``name``."""
    try:
        yield
    except VisaPacketError as error:
        problems = [
            replace(
                problem,
                message=f"in the version to compare with: {problem.message}",
                file=problem.file.replace(str(folder), name) if problem.file else None,
                translations={},
            )
            for problem in error.problems
        ]
        raise type(error)(problems) from None


def _path_in_repository(folder: Path) -> str:
    """Return the path of ``folder`` from the top of its repository, empty for the top itself."""
    path = _run_git(folder, "rev-parse", "--show-prefix") if is_folder(folder) else None
    if path is None:
        message = "the template set is not in a git repository that can be read"
        hint = "name a folder with the other version after --against, or run `git status` in the set's folder"
        raise InputError(Problem("template-repository", "error", message, hint, str(folder)))
    return os.fsdecode(path).removesuffix("\n").removesuffix("/")


def _find_commit(folder: Path, revision: str) -> str:
    """Return the hash of the commit that ``revision`` names."""
    # git would read a leading hyphen as an option.
    is_option = revision.startswith("-")
    commit = None if is_option else _run_git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", "--")
    if not commit:
        message = "--against names neither a folder nor a revision of the set's git repository"
        hint = "name a folder, or a branch, tag or commit, such as main or HEAD~1"
        raise InputError(Problem("template-revision", "error", message, hint, str(folder)))
    return commit.decode("ascii").split()[0]


def _write_set(folder: Path, tree: str, name: str, target: Path) -> None:
    """Write the regular files directly in ``tree`` to ``target``, byte for byte."""
    listing = _run_git(folder, "ls-tree", "-z", "--full-tree", tree, "--") or b""
    for line in filter(None, listing.split(b"\0")):
        about, _, file = line.partition(b"\t")
        mode, _, blob = about.decode("ascii").split()
        content = _run_git(folder, "cat-file", "blob", blob) if mode.startswith("100") else None
        if content is not None:
            (target / os.fsdecode(file)).write_bytes(content)
    if not (target / "packet.json").is_file():
        message = "the repository does not contain the template set at that revision"
        hint = "name a later revision after --against, or a folder with the other version"
        raise TemplateError(Problem("template-revision", "error", message, hint, name))


def _run_git(folder: Path, *arguments: str) -> bytes | None:
    """Return the output of git, or None if git fails."""
    environment = {name: value for name, value in os.environ.items() if name not in _HOOK_VARIABLES} | _GIT_VARIABLES
    try:
        result = subprocess.run(  # noqa: S603 - no shell, and no input of a user is an option
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environment,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = system_reason(error) if isinstance(error, OSError) else f"it takes longer than {_SECONDS:g} seconds"
        message = f"git cannot be used: {reason}"
        hint = "install git, or name a folder with the other version after --against"
        raise InputError(Problem("template-git", "error", message, hint, str(folder))) from None
    return result.stdout if result.returncode == 0 else None
