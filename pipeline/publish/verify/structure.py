"""The structure of a bundle: pages, outline, labels, destinations, links and metadata."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import pikepdf
import pypdfium2
from pypdf import PdfReader
from pypdfium2 import raw

from pipeline.attachments.active_content import ACTIVE_RULE, dictionaries, note_active_content
from pipeline.attachments.notes import Notes
from pipeline.bundle.bundle_text import LANGUAGE
from pipeline.bundle.manifest_rows import BundleRow, PageMap
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from pipeline.formats.pdf.reading import page_count
from pipeline.publish.verify.check_messages import Finding


def structure_findings(bundle: bytes, row: BundleRow) -> Iterator[Finding]:
    """Yield differences in pages and navigation, and active content."""
    reader = PdfReader(io.BytesIO(bundle))
    name, page_map = row.path, row.page_map
    if _is_active(bundle):
        yield Finding("verify-active", f"{name} contains an action or an attached file")
    counts = {len(reader.pages), page_count(bundle), row.pages}
    if not _pages_agree(page_map, counts, row.blank_pages):
        yield Finding("verify-pages", f"the pages of {name} do not match its page map")
    if _outline(reader) != _expected_outline(page_map):
        yield Finding("verify-outline", f"the outline of {name} does not match its page map")
    labels = list(reader.page_labels) if "/PageLabels" in reader.root_object else []
    if labels != [str(number) for number in range(1, len(reader.pages) + 1)]:
        yield Finding("verify-labels", f"the page labels of {name} are not its page numbers")
    targets = {key: reader.get_destination_page_number(place) for key, place in reader.named_destinations.items()}
    if targets != {part.id: part.page - 1 for part in page_map}:
        yield Finding("verify-destinations", f"the named destinations of {name} do not match its page map")
    if not _link_targets(reader, page_map) <= targets.keys():
        yield Finding("verify-destinations", f"a link on the cover sheet of {name} has no target")


def _is_active(bundle: bytes) -> bool:
    """Return True if one of two readers finds an action or an attached file."""
    notes = Notes()
    with pikepdf.open(io.BytesIO(bundle)) as pdf:
        note_active_content(dictionaries(pdf), notes)
    document = pypdfium2.PdfDocument(bundle)
    try:
        seen = raw.FPDFDoc_GetJavaScriptActionCount(document) + raw.FPDFDoc_GetAttachmentCount(document)
    finally:
        document.close()
    return ACTIVE_RULE in notes or seen > 0


def _pages_agree(page_map: PageMap, counts: set[int], blank: Sequence[int]) -> bool:
    """Return True if parts and blank pages follow one another without a gap, and ``counts`` is the one page count."""
    filled = [number for part in page_map for number in range(part.page, part.last_page + 1)]
    return len(counts) == 1 and sorted([*filled, *blank]) == list(range(1, max(counts) + 1))


def _outline(reader: PdfReader) -> list[Any]:
    """Title and page (from 0) of each entry. The entries below an entry are a list after it."""

    def read(entries: list[Any]) -> list[Any]:
        return [
            read(entry)
            if isinstance(entry, list)
            else (str(entry["/Title"]), reader.get_destination_page_number(entry))
            for entry in entries
        ]

    return read(reader.outline)


def _expected_outline(page_map: PageMap) -> list[Any]:
    expected: list[Any] = []
    for section, together in groupby(page_map, lambda part: part.section):
        entries = [(part.title, part.page - 1) for part in together]
        expected += [(section, entries[0][1]), entries] if section else entries
    return expected


def _link_targets(reader: PdfReader, page_map: PageMap) -> set[str]:
    """The names to which the links on cover sheets lead."""
    pages = [
        reader.pages[number - 1]
        for part in page_map
        if part.kind == "cover"
        for number in range(part.page, part.last_page + 1)
    ]
    notes = [note.get_object() for page in pages for note in page.get("/Annots", [])]
    return {str(note["/Dest"]) for note in notes if "/Dest" in note}


def standard_findings(bundle: bytes, row: BundleRow) -> Iterator[Finding]:
    """Yield differences in metadata and PDF/A."""
    name = row.path
    with pikepdf.open(io.BytesIO(bundle)) as pdf:
        if claims_pdf_a(pdf) != row.pdf_a:
            yield Finding("verify-metadata", f"{name} and the manifest disagree on PDF/A")
        elif row.pdf_a:
            for obstacle in obstacles(pdf):
                yield Finding("verify-pdf-a", f"{name} claims to be PDF/A and is not: {obstacle}")
        with pdf.open_metadata() as xmp:
            if xmp.get("dc:title") != str(pdf.docinfo.get("/Title")) or str(pdf.Root.get("/Lang")) != LANGUAGE:
                yield Finding("verify-metadata", f"the title or language of {name} has changed since the build")
