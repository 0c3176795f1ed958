"""Generates docs/licences.md: the packages of the program, its extras and tools, with the licences they declare.

Run as a program, it checks every package in its own environment and fails if a licence is not allowed: the release
tools have an environment of their own.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import distribution, distributions, metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
#: Licences that are compatible with a program under Apache-2.0: permissive, or with a copyleft limited to the file
#: or library.
ALLOWED = {
    *(
        "0BSD",
        "Apache-2.0",
        "BSD",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "HPND",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
    ),
    *("LGPL", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "MPL-2.0", "OFL-1.1", "Unlicense", "Zlib", "ZPL-2.1"),
}
#: Licence identifiers for the names that packages use.
_IDENTIFIERS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
}
_WORD = re.compile(r"[A-Za-z0-9.+-]+")
#: Groups of pyproject.toml and their purpose.
_TOOLS = {"build": "building the wheel", "dev": "the tests", "lock": "the lock files"}
#: Keeps the page the same on every Python version, without packages that only old versions need.
_ANY_PYTHON = {"python_version": "3.99", "python_full_version": "3.99.0", "sys_platform": "linux"}


def licences(environment: Mapping[str, str] = _ANY_PYTHON) -> dict[str, tuple[str, str]]:
    """Return licence and purpose of each package that the program, its extras and its tools need."""
    file = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = file["project"], file["dependency-groups"]
    found = dict.fromkeys(_closure(project["dependencies"], environment), "the program")
    for extra, requirements in project["optional-dependencies"].items():
        for name in _closure(requirements, environment):
            found.setdefault(name, f"the extra {extra}")
    for group, purpose in _TOOLS.items():
        for name in _closure(groups[group], environment):
            found.setdefault(name, purpose)
    return {name: (_licence(name), purpose) for name, purpose in sorted(found.items())}


def refused(licence: str) -> set[str]:
    """Return the licences of an expression that are not allowed; one allowed alternative is enough."""
    choices = [set(_WORD.findall(choice)) - {"AND", "WITH"} for choice in licence.split(" OR ")]
    return min((choice - ALLOWED for choice in choices), key=len)


def licence_page() -> str:
    """Return the page."""
    rows = "".join(f"| {name} | {licence} | {purpose} |\n" for name, (licence, purpose) in licences().items())
    return _HEAD + rows


def _closure(requirements: Iterable[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the names of all distributions that ``requirements`` need."""
    waiting, seen = [Requirement(text) for text in requirements], set[tuple[str, str]]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            yield name
            needed = [Requirement(text) for text in distribution(name).requires or ()]
            waiting += [
                each for each in needed if each.marker is None or each.marker.evaluate({**environment, "extra": extra})
            ]


def _licence(name: str) -> str:
    stated = metadata(name)
    classified = [
        line.split(" :: ")[-1] for line in stated.get_all("Classifier") or () if line.startswith("License ::")
    ]
    fields = [*(stated.get_all("License-Expression") or ()), *(stated.get_all("License") or ())]
    candidates = [*(field.splitlines()[0] for field in fields if field), *classified] or [*_titles(name)]
    words = [_IDENTIFIERS.get(word, word) for word in candidates]
    return next((word for word in words if not refused(word)), words[0] if words else "unknown")


def _titles(name: str) -> Iterator[str]:
    """Yield the first lines of the licence files in a package that declares no licence."""
    for file in distribution(name).files or ():
        if ".dist-info" in file.parts[0] and file.name.startswith("LICENSE"):
            yield file.read_text(encoding="utf-8").strip().splitlines()[0].strip()


def main() -> int:
    """Check this environment."""
    names = sorted({canonicalize_name(each.metadata["Name"]) for each in distributions()} - {"visa-packet"})
    not_allowed = {name: licence for name in names if refused(licence := _licence(name))}
    for name, licence in not_allowed.items():
        print(f"{name}: {licence} is not an allowed licence")
    return 8 if not_allowed else 0


_HEAD = """# Licences

The program is under Apache-2.0. Its dependencies are used as separate packages; nothing of them is copied into the
source. The licences are those that the packages declare; a test allows only permissive licences and those with a
copyleft limited to the library or file. Their texts are in the packages. The release tools
(`requirements-release.lock`) have an environment of their own, which `make release` checks.

| package | licence | needed for |
|---|---|---|
"""


if __name__ == "__main__":
    sys.exit(main())
