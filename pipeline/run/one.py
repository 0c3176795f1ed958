"""One case through all stages: check, draw the documents, merge, write the manifest, verify, publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pipeline.attachments.read_paper import warm_up
from pipeline.bundle.assemble import make_bundles
from pipeline.case.load import LoadedCase
from pipeline.case.source import Source
from pipeline.documents.drawing import draw_documents
from pipeline.documents.engines.engine import load_engine
from pipeline.errors import Problem
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.publish.destination import Destination, Folder
from pipeline.publish.packet_files import packet_files
from pipeline.publish.verify.verify import verify_files
from pipeline.run.built import Built, built_from
from pipeline.run.check import check_case, check_prepared, prepare, refuse
from pipeline.run.freshness import current_manifest


def build_case(where: Path | Source, out: Path, options: Options) -> Built:
    """Build the packet of the case at ``where`` and publish it as ``out/<case id>``.

    Raises a VisaPacketError of the stage that failed; then nothing is published.
    """
    return _build_checked(check_case(where, options), Folder(out), options)


def build_loaded(
    loaded: LoadedCase, out: Destination, options: Options, *, force: bool = False
) -> tuple[Literal["built", "current"], Built]:
    """Build and publish the packet of a case that was read, unless an up-to-date one exists (``force`` overrides)."""
    warm_up()
    prepared = prepare(loaded, options)
    manifest = None if force else current_manifest(prepared, options, load_engine(options.engine), out)
    if manifest is not None:
        return "current", built_from(manifest, out.folder(loaded.case.case_id))
    return "built", _build_checked(check_prepared(prepared, options), out, options, force=force)


def _build_checked(checked: Checked, out: Destination, options: Options, *, force: bool = False) -> Built:
    """Build and publish the packet of a checked case; ``force`` replaces a signed packet."""
    case_id = checked.loaded.case.case_id
    out.check(case_id, force=force)
    folder = out.folder(case_id)
    engine = load_engine(options.engine)
    drawn = draw_documents(checked, options, engine)
    checked = _with_findings(checked, [problem for document in drawn.values() for problem in document.problems])
    refuse(checked.problems, options)
    bundles, found = make_bundles(checked, drawn, options)
    checked = _with_findings(checked, found)
    refuse(checked.problems, options)
    files = packet_files(checked, drawn, bundles, options, engine)
    manifest = verify_files(files, str(folder), options.password)
    out.publish(case_id, files)
    return Built(folder, manifest, checked.problems)


def _with_findings(checked: Checked, found: Sequence[Problem]) -> Checked:
    return replace(checked, problems=(*checked.problems, *found))
