"""Fixtures of the tests that run what a user has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shared import Shared
from tests.support.wheels import Installed, build_wheel, install


@pytest.fixture(scope="session")
def wheel(shared: Shared) -> Path:
    """The wheel, built once for all tests."""
    folder = shared.folder("wheel", lambda folder: build_wheel(folder, modified=1_600_000_000))
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def installed(wheel: Path, shared: Shared) -> Installed:
    """The wheel, installed once for all tests, in a folder of its own."""
    return Installed(wheel, shared.folder("installed", lambda folder: install(wheel, folder)))
