"""What is installed with the program: old enough to be known, new enough to be mended, free to be used."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support.cases import ROOT
from tests.support.wheels import build_wheel

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
EXTRAS = [Requirement(text) for texts in PROJECT["project"]["optional-dependencies"].values() for text in texts]
#: The oldest versions without a fault that matters here; a floor may rise, and must not sink.
FLOORS = {
    "click": "8.4",
    "distributed": "2026.1.0",
    "holidays": "0.85",  # the first with the days of China in 2026
    "jinja2": "3.1.6",
    "pikepdf": "10.17",  # before, a stream that is too large is called damage
    "pillow": "12.3",
    "pypdf": "7.0.1",
}


def floor(requirement: Requirement) -> Version:
    [lowest] = [part.version for part in requirement.specifier if part.operator in {">=", "=="}]
    return Version(lowest)


@pytest.mark.parametrize("requirement", [*DEPENDENCIES, *EXTRAS], ids=lambda requirement: requirement.name)
def test_what_is_installed_is_within_its_bounds(requirement: Requirement) -> None:
    assert requirement.specifier.contains(version(requirement.name), prereleases=True)
    assert floor(requirement) <= Version(version(requirement.name))


@pytest.mark.parametrize("name", FLOORS)
def test_floors_do_not_sink(name: str) -> None:
    [requirement] = [each for each in (*DEPENDENCIES, *EXTRAS) if each.name == name]
    assert floor(requirement) >= Version(FLOORS[name])


def test_every_dependency_has_a_floor_and_most_have_a_ceiling() -> None:
    for requirement in DEPENDENCIES:
        operators = {part.operator for part in requirement.specifier}
        assert "==" in operators or {">=", "<"} <= operators, requirement.name


def test_nothing_makes_the_start_slow() -> None:
    """Where this package is, jsonschema reads a grammar at each start: a second and a half."""
    assert importlib.util.find_spec("rfc3987_syntax") is None


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-release.lock"])
def test_the_lock_has_a_hash_for_everything(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert pinned
    assert [entry.splitlines()[0] for entry in pinned if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_lock_holds_every_dependency() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert [each.name for each in DEPENDENCIES if not re.search(rf"^{each.name}==", text, re.MULTILINE)] == []


class TestLicences:
    """docs/licences.md"""

    @pytest.fixture
    def page(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.syspath_prepend(ROOT / "docs")
        return importlib.import_module("licence_list")

    def test_all_are_allowed(self, page: Any) -> None:
        found = {name: licence for name, (licence, _) in page.licences({}).items()}
        assert len(found) > len(DEPENDENCIES)
        assert {name: licence for name, licence in found.items() if page.refused(licence)} == {}

    @pytest.mark.parametrize(
        ("licence", "refused"),
        [
            ("MIT", set()),
            ("Apache-2.0 AND MIT", set()),
            ("GPL-3.0-only OR MIT", set()),
            ("MIT AND AGPL-3.0-only", {"AGPL-3.0-only"}),
            ("GPL-2.0-or-later", {"GPL-2.0-or-later"}),
            ("unknown", {"unknown"}),
        ],
    )
    def test_others_would_be_found(self, page: Any, licence: str, refused: set[str]) -> None:
        assert page.refused(licence) == refused


def test_two_builds_of_the_wheel_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    """From two folders, whose files are of different times."""
    other = build_wheel(tmp_path / "other", modified=1_700_000_000)
    assert (other.name, other.read_bytes()) == (wheel.name, wheel.read_bytes())
