"""What became of a case that was to be built, as text for people and as a JSON object."""

from __future__ import annotations

from typing import Any

import click

from pipeline.bundle.fit_size import COARSER
from pipeline.bundle.manifest_rows import BundleRow
from pipeline.cli.output import STATES, told
from pipeline.language import Language
from pipeline.publish.destination import Destination
from pipeline.run.built import Built
from pipeline.run.task import Done


def result_of(done: Done, language: Language, out: Destination) -> dict[str, Any]:
    """A row of the report."""
    built = done.built
    return {
        "case": done.name,
        "case_id": done.case_id,
        "status": done.status,
        "exit_code": int(done.code),
        "folder": out.address(built.folder) if built else None,
        "bundles": [_bundle(bundle, built, out) for bundle in built.manifest.bundles] if built else [],
        "apart": [out.address(built.folder / path) for path in built.manifest.apart] if built else [],
        "state": built.manifest.state if built else None,
        "seconds": round(done.seconds, 3),
        "problems": [told(problem, language) for problem in done.problems],
    }


def _bundle(bundle: BundleRow, built: Built, out: Destination) -> dict[str, Any]:
    return {
        "person": bundle.person,
        "path": out.address(built.folder / bundle.path),
        "sha256": bundle.sha256,
        "pages": bundle.pages,
        "volumes": [out.address(built.folder / volume.path) for volume in bundle.volumes],
        "documents": [
            {"id": part.id, "title": part.title, "page": part.page, "pages": part.pages} for part in bundle.page_map
        ],
    }


def print_built(done: Done, out: Destination) -> None:
    """Each bundle with the list of its parts, and the documents that belong to none."""
    if done.built is None:
        return
    folder, manifest = done.built.folder, done.built.manifest
    for bundle in manifest.bundles:
        click.secho("  page  pages  document", dim=True)
        for part in bundle.page_map:
            click.echo(f"{part.page:>6}{part.pages:>7}  {part.title}")
        click.secho(out.address(folder / bundle.path), bold=True)
        click.echo(f"{bundle.pages} pages, {len(bundle.page_map)} documents and papers")
        for volume in bundle.volumes:
            where, last = out.address(folder / volume.path), volume.page + volume.pages - 1
            click.echo(f"{where}  (pages {volume.page} to {last}, {volume.bytes / 1_000_000:.1f} MB)")
    if coarser := sum(problem.code == COARSER for problem in done.problems):
        click.echo(f"made coarser so that the bundle fits: {coarser} of the papers; --notes tells which")
    for path in manifest.apart:
        click.echo(f"{out.address(folder / path)}  (not in a bundle)")
    click.secho(STATES[manifest.state], fg=None if manifest.state == "final" else "yellow")
    current = ", nothing has changed since it was built" if done.status == "current" else ""
    click.echo(f"{done.seconds:.2f} s{current}")
