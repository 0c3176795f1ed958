"""The other version of a template set: a folder, or the set's files at a revision of its git repository."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from pipeline.errors import InputError, Problem, TemplateError, VisaPacketError
from pipeline.packet.template_set import set_folder

_SECONDS = 60
_SHORT_HASH = 10
#: Variables by which a git hook says which repository it runs for; the set may stand in another.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
#: No question at the terminal, and no network: a partial clone would fetch what it lacks.
_ALONE = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """A set to compare with: its folder, and how people call it."""

    folder: Path
    label: str


@contextmanager
def earlier_set(templates: str, against: str) -> Iterator[Earlier]:
    """The set to compare ``templates`` with: ``against`` is a folder, else a revision. The folder may vanish after.

    Raises InputError when ``against`` is neither, TemplateError when the revision does not have the set.
    A failure inside the block is told as one of the other version.
    """
    given = Path(against)
    if against and given.is_dir():
        with _told_of(given, str(given)):
            yield Earlier(given, given.resolve().name)
        return
    folder = set_folder(templates)
    inside = _place_in_repository(folder)
    commit = _commit(folder, against)
    with tempfile.TemporaryDirectory(prefix="visa-packet-") as work:
        target = Path(work)
        name = f"{against}:{inside}"
        _write_set(folder, f"{commit}:{inside}", name, target)
        with _told_of(target, name):
            yield Earlier(target, f"{against} ({commit[:_SHORT_HASH]})")


@contextmanager
def _told_of(folder: Path, name: str) -> Iterator[None]:
    """Failures in ``folder`` are told as failures of the other version, with files under ``name``."""
    try:
        yield
    except VisaPacketError as error:
        raise type(error)([_told(problem, folder, name) for problem in error.problems]) from None


def _told(problem: Problem, folder: Path, name: str) -> Problem:
    message = f"with the version to compare with: {problem.message}"
    file = problem.file.replace(str(folder), name) if problem.file else None
    return replace(problem, message=message, file=file, translations={})


def _place_in_repository(folder: Path) -> str:
    """Path of ``folder`` from the top of its repository; empty for the top itself."""
    place = _git(folder, "rev-parse", "--show-prefix") if folder.is_dir() else None
    if place is None:
        message = "the template set does not stand in a git repository that can be read"
        hint = "give --against a folder with the other version, or see what `git status` says in the set's folder"
        _refuse("template-repository", message, hint, str(folder))
    return os.fsdecode(place).removesuffix("\n").removesuffix("/")


def _commit(folder: Path, revision: str) -> str:
    """Hash of the commit that ``revision`` names."""
    # What begins with a hyphen would be read as an option of git.
    is_option = revision.startswith("-")
    found = None if is_option else _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", "--")
    if not found:
        message = "--against names neither a folder nor a revision of the set's git repository"
        hint = "give a folder, or a branch, tag or commit, such as main or HEAD~1"
        _refuse("template-revision", message, hint, str(folder))
    return found.decode("ascii").split()[0]


def _write_set(folder: Path, tree: str, name: str, target: Path) -> None:
    """Write the files of ``tree`` to ``target``: regular files directly in it, byte for byte."""
    listing = _git(folder, "ls-tree", "-z", "--full-tree", tree, "--") or b""
    for line in filter(None, listing.split(b"\0")):
        about, _, file = line.partition(b"\t")
        mode, _, blob = about.decode("ascii").split()
        content = _git(folder, "cat-file", "blob", blob) if mode.startswith("100") else None
        if content is not None:
            (target / os.fsdecode(file)).write_bytes(content)
    if not (target / "packet.json").is_file():
        message = "the template set is not in the repository at that revision"
        hint = "choose a later revision, or give --against a folder with the other version"
        raise TemplateError(Problem("template-revision", "error", message, hint, name))


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or None when it refuses."""
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK} | _ALONE
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and what a user gave is never an option
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=environment,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"git cannot be used: {type(error).__name__}"
        hint = "install git, or give --against a folder with the other version"
        _refuse("template-git", message, hint, str(folder))
    return done.stdout if done.returncode == 0 else None


def _refuse(code: str, message: str, hint: str, file: str) -> NoReturn:
    raise InputError(Problem(code, "error", message, hint, file)) from None
