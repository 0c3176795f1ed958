from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import pipeline
from tests.support.cases import ROOT


@pytest.mark.parametrize("name", pipeline.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(pipeline, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = pipeline.nothing


def test_the_example_in_the_docstring_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(pipeline) == (0, 4)


@pytest.mark.process
def test_the_help_loads_no_library() -> None:
    program = (
        "import sys; sys.argv = ['visa-packet', '--help']\n"
        "from pipeline.cli.main import main\n"
        "try: main()\n"
        "finally: print(sorted({'docxtpl', 'pypdf', 'pikepdf', 'office2pdf', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("[]")
