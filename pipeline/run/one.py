"""The pipeline: one case through all stages, from its file to the published packet."""

from __future__ import annotations

from pathlib import Path

from pipeline.attachments.packet_papers import read_papers
from pipeline.bundle.assemble import assemble
from pipeline.bundle.merge_client import prepare_merge
from pipeline.bundle.recipient_copy import recipient_copy
from pipeline.case.load import LoadedCase, load_case
from pipeline.case.source import Source
from pipeline.documents.blank_fields import leave_out_undrawable
from pipeline.documents.drawing import draw_documents, page_findings
from pipeline.documents.edited import read_all_edited
from pipeline.options import BuildOptions
from pipeline.packet.planned_case import plan_case
from pipeline.publish.destination import Destination, Folder
from pipeline.publish.packet_files import PacketContent, packet_files
from pipeline.publish.provenance import origin_of
from pipeline.publish.verify.contents import prepare_verification
from pipeline.publish.verify.verify import verify_files
from pipeline.run.check import find_problems
from pipeline.run.freshness import current_packet
from pipeline.run.published_packet import PublishedPacket
from pipeline.run.stages import enter


def build_case(where: Path | Source, out: Path, options: BuildOptions) -> PublishedPacket:
    """Read the case at ``where``, and build its packet as ``out/<case id>`` unless an up-to-date one exists.

    Raises a VisaPacketError of the stage that failed; nothing is published then.
    """
    enter("load")
    return build_packet(load_case(where, options.directory), Folder(out), options)


def build_packet(loaded: LoadedCase, out: Destination, options: BuildOptions) -> PublishedPacket:
    """Take a case through all stages. Publish its packet only when every check has passed."""
    case_id = loaded.case.case_id
    enter("plan")
    planned = plan_case(loaded, options.check)  # the template set; the parts of each bundle in order
    planned, left_out = leave_out_undrawable(planned, options.documents)  # of a draft of half a case
    origin = origin_of(planned, options)  # hashes and versions of all inputs
    if not options.publish.force and (current := current_packet(planned, origin, options.check, out)):
        return current
    enter("check")
    prepare_merge()  # the limited process loads libraries meanwhile
    findings = find_problems(planned, options.check)  # characters, rules, missing papers, signed originals
    findings.add(left_out)
    enter("papers")
    papers = read_papers(planned, options.check, findings, drawn_later=True)  # fill forms, clean: PDFs of A4 pages
    findings.raise_if_blocking()
    prepare_verification()  # while documents are drawn
    enter("draw")
    out.check(case_id, force=options.publish.force, given_back=read_all_edited(planned))  # before anything is drawn
    documents = draw_documents(planned, papers, options.documents)  # fill, convert, compare the pages with the case
    findings.add(page_findings(documents))
    findings.raise_if_blocking()
    enter("assemble")
    bundles, notes = assemble(planned, papers, documents, options.bundle)  # merge, number, outline, fit a size limit
    findings.add(notes)
    findings.raise_if_blocking()
    copy = recipient_copy(planned, options.documents) if options.publish.recipient_copy else None
    content = PacketContent(planned, papers, documents, bundles, copy, tuple(findings.problems))
    files = packet_files(content, origin, options.publish)  # encryption, manifest
    enter("verify")
    manifest = verify_files(files, str(out.folder(case_id)), options.publish.password)
    enter("publish")
    out.publish(case_id, files)
    return PublishedPacket(out.folder(case_id), manifest, content.problems)
