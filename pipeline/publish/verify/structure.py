"""The inside of a bundle against its manifest: pages, outline, labels, destinations, links, fonts, metadata."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pikepdf
from pypdf import PdfReader

from pipeline.bundle.manifest_rows import BundleRow, PageMap
from pipeline.bundle.page_map import LANGUAGE
from pipeline.errors import Problem
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from pipeline.formats.pdf.reading import page_count
from pipeline.publish.verify.difference import difference


def bundle_differences(
    files: Mapping[str, bytes], described: BundleRow, folder: str, *, fresh: bool
) -> Iterator[Problem]:
    """What in a bundle is not as its manifest describes it. A bundle that is not there is told elsewhere.

    ``files`` can be read without a password. Of a bundle that is ``fresh``, fonts and metadata were looked at when
    it was merged.
    """
    name = described.path
    bundle = files.get(name)
    if bundle is None:
        return
    try:
        found = [*_inside(bundle, described), *([] if fresh else _standards(bundle, described))]
    except Exception as error:  # noqa: BLE001 - parsers raise anything on a file that was spoilt
        yield difference("verify-unreadable", f"{name} cannot be read ({type(error).__name__})", folder)
        return
    for code, message in found:
        yield difference(code, message.format(name), folder)


def _inside(bundle: bytes, described: BundleRow) -> Iterator[tuple[str, str]]:
    """Codes of differences and how they are told; {} stands for the name of the file."""
    reader = PdfReader(io.BytesIO(bundle))
    page_map = described.page_map
    counts = {len(reader.pages), page_count(bundle), described.pages}
    if not _pages_agree(page_map, counts, described.blank_pages):
        yield "verify-pages", "{} does not have the pages of its page map"
    if _outline(reader) != _wanted_outline(page_map):
        yield "verify-outline", "the outline of {} does not agree with its page map"
    labels = list(reader.page_labels) if "/PageLabels" in reader.root_object else []
    if labels != [str(number) for number in range(1, len(reader.pages) + 1)]:
        yield "verify-labels", "the page labels of {} are not the numbers of its pages"
    targets = {name: reader.get_destination_page_number(place) for name, place in reader.named_destinations.items()}
    if targets != {part.id: part.page - 1 for part in page_map}:
        yield "verify-destinations", "the named destinations of {} do not agree with its page map"
    if not _links(reader, page_map) <= targets.keys():
        yield "verify-destinations", "a link on the cover sheet of {} leads nowhere"


def _pages_agree(page_map: PageMap, counts: set[int], blank: Sequence[int]) -> bool:
    """Whether the parts and the blank pages follow one another without a gap, up to the one number of all pages."""
    filled = [number for part in page_map for number in range(part.page, part.last_page + 1)]
    return len(counts) == 1 and sorted([*filled, *blank]) == list(range(1, max(counts) + 1))


def _outline(reader: PdfReader) -> list[Any]:
    """Title and page (from 0) of each entry; what is below an entry is a list behind it."""

    def read(entries: list[Any]) -> list[Any]:
        return [
            read(entry)
            if isinstance(entry, list)
            else (str(entry["/Title"]), reader.get_destination_page_number(entry))
            for entry in entries
        ]

    return read(reader.outline)


def _wanted_outline(page_map: PageMap) -> list[Any]:
    wanted: list[Any] = []
    for section, together in groupby(page_map, lambda part: part.section):
        entries = [(part.title, part.page - 1) for part in together]
        wanted += [(section, entries[0][1]), entries] if section else entries
    return wanted


def _links(reader: PdfReader, page_map: PageMap) -> set[str]:
    """The names that links on cover sheets lead to."""
    pages = [
        reader.pages[number - 1]
        for part in page_map
        if part.kind == "cover"
        for number in range(part.page, part.last_page + 1)
    ]
    notes = [note.get_object() for page in pages for note in page.get("/Annots", [])]
    return {str(note["/Dest"]) for note in notes if "/Dest" in note}


def _standards(bundle: bytes, described: BundleRow) -> Iterator[tuple[str, str]]:
    """Fonts, and what the bundle says about itself."""
    with pikepdf.open(io.BytesIO(bundle)) as pdf:
        faces = list(_embedded_faces(pdf))
        if len(faces) != len(set(faces)):
            yield "verify-fonts", "{} holds a font more than once"
        if claims_pdf_a(pdf) != described.pdf_a:
            yield "verify-metadata", "{} does not say of PDF/A what the manifest says"
        elif described.pdf_a:
            yield from (
                ("verify-pdf-a", f"{{}} says that it is PDF/A, and is not: {found}") for found in obstacles(pdf)
            )
        with pdf.open_metadata() as xmp:
            if xmp.get("dc:title") != str(pdf.docinfo.get("/Title")) or str(pdf.Root.get("/Lang")) != LANGUAGE:
                yield "verify-metadata", "title and language of {} are not what they were"


def _embedded_faces(pdf: pikepdf.Pdf) -> Iterator[str]:
    """The shipped faces that are embedded as one font, once for each time."""
    for found in pdf.objects:
        if isinstance(found, pikepdf.Dictionary) and found.get("/Subtype") == "/CIDFontType0":
            yield str(found.get("/BaseFont", "")).rpartition("+")[2]
