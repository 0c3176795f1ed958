"""A folder with the example and the directory, and an agent with its tools."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.agent import Agent
from tests.support.cases import EXAMPLES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the operator chose; beside it is a file that nobody may reach."""
    for name in ("wang-xiaoming", "directory"):
        shutil.copytree(EXAMPLES / name, tmp_path / "cases" / name)
    (tmp_path / "outside.pdf").write_bytes((EXAMPLES / "wang-xiaoming/papers/photo.jpg").read_bytes())
    return tmp_path / "cases"


@pytest.fixture
def agent(folder: Path) -> Agent:
    """An agent whose client cannot ask a person, and which sees no pages."""
    return Agent(folder)
