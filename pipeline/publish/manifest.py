"""manifest.json: what a packet was made from and what it holds. No value of the case but its id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.errors import Problem
from pipeline.resources import VERSION
from pipeline.system.atomic import sha256
from pipeline.visa.rules.catalogue import CATALOGUE_FILE, catalogue_date

#: Libraries whose version may change the bytes of a bundle.
LIBRARIES = (
    "docxtpl",
    "fonttools",
    "img2pdf",
    "jinja2",
    "noto-cjk-sans-jp-bold",
    "noto-cjk-sans-otc",
    "office2pdf-python",
    "pikepdf",
    "pillow",
    "pypdf",
    "pypdfium2",
    "python-docx",
    "uharfbuzz",
)


@cache
def library_versions() -> dict[str, str]:
    """Installed version of each of ``LIBRARIES``."""
    return {name: version(name) for name in LIBRARIES}


@cache
def rules_stamp() -> dict[str, str]:
    """Day of the rules, and a hash over the catalogue and every dated table."""
    tables = (table.read_bytes() for table in sorted(CATALOGUE_FILE.parents[2].glob("*/data/*.json")))
    return {"as_of": catalogue_date(), "sha256": sha256(b"\0".join([CATALOGUE_FILE.read_bytes(), *tables]))}


def make_manifest(
    *,
    made_from: Mapping[str, Any],
    files: Mapping[str, bytes],
    bundles: Sequence[Mapping[str, Any]],
    apart: Sequence[str],
    problems: Sequence[Problem],
) -> bytes:
    """The manifest of ``files``.

    ``made_from`` holds the keys about case, templates and engine; ``bundles`` are dictionaries with person, path,
    sha256, pages and page_map; ``apart`` are the paths of PDFs that stand in no bundle.
    """
    manifest = {
        "manifest_version": 1,
        "visa_packet": VERSION,
        **made_from,
        "versions": library_versions(),
        "rules": rules_stamp(),
        "outputs": [
            {"path": path, "sha256": sha256(content), "bytes": len(content)} for path, content in sorted(files.items())
        ],
        "bundles": list(bundles),
        "apart": list(apart),
        "findings": [_finding(found) for found in problems],
    }
    return sealed(manifest)


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as it is written, with a hash of itself at its end, so that damage to it is found."""
    rest = {key: value for key, value in manifest.items() if key != "sha256"}
    return _written(rest | {"sha256": sha256(_written(rest))})


def _written(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _finding(found: Problem) -> dict[str, Any]:
    """A finding with its place in the case, or the file of the template set. Other file names may hold names."""
    finding = {"rule": found.code, "severity": found.severity, "pointer": found.pointer, "message": found.message}
    if found.pointer is None and found.file is not None:
        return finding | {"template": Path(found.file).name}
    return finding
