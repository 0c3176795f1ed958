"""A folder with an example for the desk, and a client that was let in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.desk.app import Desk
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.guards import Guards
from tests.support.asgi import HOST, Client
from tests.support.cases import AS_OF, EXAMPLES

KEY = "the-key-of-the-terminal"


@pytest.fixture
def folder(tmp_path: Path) -> DeskFolder:
    """A folder with the example and the directory."""
    for name in ("wang-xiaoming", "directory"):
        shutil.copytree(EXAMPLES / name, tmp_path / name)
    return DeskFolder(tmp_path, "medical-stay", None, AS_OF)


@pytest.fixture
def desk(folder: DeskFolder) -> Iterator[Desk]:
    """The desk for the folder."""
    served = Desk(folder, "en")
    yield served
    served.close()


@pytest.fixture
def outsider(desk: Desk) -> Client:
    """A client that does not know the key."""
    return Client(Guards(desk.app(), KEY, frozenset({HOST})))


@pytest.fixture
def client(outsider: Client) -> Client:
    """A client that was let in."""
    outsider.get(f"/?key={KEY}")
    return outsider


@pytest.fixture
def case(folder: DeskFolder) -> str:
    """The address of the example."""
    [key] = folder.cases()
    return f"/cases/{key}"
