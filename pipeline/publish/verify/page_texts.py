"""The texts of a bundle: the number on each page, and that each document still says what it said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pypdfium2 import PdfiumError

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.bundle.page_map import text_hash
from pipeline.bundle.page_numbers import number_text
from pipeline.errors import Problem
from pipeline.formats.pdf.reading import read_pages, squeezed, text_of
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.difference import difference


def text_differences(
    files: Mapping[str, bytes], manifest: Manifest, folder: str, key: bytes | None
) -> Iterator[Problem]:
    """Pages without their number, and documents whose text in the bundle is another than in their own file.

    With the ``key`` of the case (``bundle/page_map.py``), also documents that do not say what was made of that case.
    """
    for bundle in manifest.bundles:
        if bundle.path not in files:
            continue
        try:
            found = list(_bundle(files, bundle, manifest.case_id, key))
        except PdfiumError:
            continue  # that it cannot be read is told already
        for code, message in found:
            yield difference(code, f"{bundle.path}: {message}", folder)


def _bundle(
    files: Mapping[str, bytes], bundle: BundleRow, case_id: str, key: bytes | None
) -> Iterator[tuple[str, str]]:
    texts = [squeezed(page.text) for page in read_pages(files[bundle.path])]
    numbers = [squeezed(number_text(case_id, number, len(texts))) for number in range(1, len(texts) + 1)]
    for number, (text, wanted) in enumerate(zip(texts, numbers, strict=True), start=1):
        if not text.endswith(wanted):
            yield "verify-numbers", f"page {number} does not bear its number"
    own = [text.removesuffix(number) for text, number in zip(texts, numbers, strict=True)]
    for part in bundle.page_map:
        if part.text is None:
            continue
        text = "".join(own[part.page - 1 : part.last_page])
        if text != _own_file(files, part.id, text):
            yield "verify-text", f"{part.id} has another text than its own file"
        if key is not None and text_hash(text, key) != part.text:
            yield "verify-text", f"{part.id} does not say what was made of the case"


def _own_file(files: Mapping[str, bytes], part_id: str, text: str) -> str:
    """Text of the document's own PDF. Where there is none, or it cannot be read, which is told already: ``text``."""
    own = re.compile(rf"documents/[0-9]+-{re.escape(part_id)}\.pdf")
    name = next(filter(own.fullmatch, files), None)
    try:
        return text_of(files[name]) if name else text
    except PdfiumError:
        return text
