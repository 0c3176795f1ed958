"""One case through all stages: check, draw the documents, merge, write the manifest, verify, publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.bundle.assemble import make_bundles
from pipeline.case.source import Source
from pipeline.documents.drawing import draw_documents
from pipeline.documents.engines.engine import load_engine
from pipeline.errors import JsonPlace, Problem
from pipeline.options import Options
from pipeline.packet.checked import Checked
from pipeline.publish.destination import Destination, Folder
from pipeline.publish.manifest import Manifest, RecordedFinding
from pipeline.publish.packet_files import packet_files
from pipeline.publish.verify.verify import verify_files
from pipeline.run.check import check_case, refuse
from pipeline.visa.rules.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Built:
    """A published packet: its folder, its manifest, and the findings that did not prevent the build."""

    folder: Path
    manifest: Manifest
    problems: tuple[Problem, ...]


def built_from(manifest: Manifest, folder: Path) -> Built:
    """Return the packet in ``folder``, which was built earlier. Its findings are in English only."""
    return Built(folder, manifest, tuple(map(_recorded_problem, manifest.findings)))


def _recorded_problem(found: RecordedFinding) -> Problem:
    """A finding that a manifest records, with the advice and the source of its rule."""
    rule = catalogue().get(found.rule)
    hint = rule.texts["en"].hint if rule else ""
    if not hint or "{detail}" in hint:
        hint = "build the packet again with --force for the complete advice"
    source, as_of = (rule.source, rule.as_of) if rule else (None, None)
    return Problem(
        found.rule,
        found.severity,
        found.message,
        hint,
        found.template,
        None if found.pointer is None else JsonPlace(found.pointer),
        source=source,
        as_of=as_of,
    )


def build_case(where: Path | Source, out: Path, options: Options) -> Built:
    """Build the packet of the case at ``where`` and publish it as ``out/<case id>``.

    Raises a VisaPacketError of the stage that failed; then nothing is published.
    """
    return build_checked(check_case(where, options), Folder(out), options)


def build_checked(checked: Checked, out: Destination, options: Options, *, force: bool = False) -> Built:
    """Build and publish the packet of a case that ``check_case`` let through; in place of a signed one by ``force``."""
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
