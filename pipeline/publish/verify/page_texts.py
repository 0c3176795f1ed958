"""The texts of a bundle: the number on each page, and the unchanged text of each document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pypdfium2 import PdfiumError

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.bundle.page_map import text_hash
from pipeline.bundle.page_numbers import number_text
from pipeline.errors import PagePlace, Problem
from pipeline.formats.pdf.reading import read_pages, squeeze, text_of
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.difference import difference


def text_differences(files: Mapping[str, bytes], manifest: Manifest, key: bytes | None) -> Iterator[Problem]:
    """Yield pages without their number, and documents whose text differs between the bundle and their own file.

    With the ``key`` of the case (``bundle/page_map.py``), compare their text with the hash from the build, too.
    """
    for bundle in manifest.bundles:
        if bundle.path not in files:
            continue
        try:
            yield from list(_differences(files, bundle, manifest.case_id, key))
        except PdfiumError:
            continue  # structure.py reports a bundle that cannot be read


def _differences(files: Mapping[str, bytes], bundle: BundleRow, case_id: str, key: bytes | None) -> Iterator[Problem]:
    texts = [squeeze(page.text) for page in read_pages(files[bundle.path])]
    numbers = [squeeze(number_text(case_id, number, len(texts))) for number in range(1, len(texts) + 1)]
    for page, (text, number) in enumerate(zip(texts, numbers, strict=True), start=1):
        if not text.endswith(number):
            problem = difference("verify-numbers", "the page does not show its number")
            yield replace(problem, place=PagePlace(bundle.path, page))
    own = [text.removesuffix(number) for text, number in zip(texts, numbers, strict=True)]
    for part in bundle.page_map:
        if part.text is None:
            continue
        text = "".join(own[part.page - 1 : part.last_page])
        if text != _text_of_own_file(files, part.id, text):
            yield difference("verify-text", f"{bundle.path}: the text of {part.id} differs from its own file")
        if key is not None and text_hash(text, key) != part.text:
            yield difference(
                "verify-text", f"{bundle.path}: the text of {part.id} is not the one that was built from the case"
            )


def _text_of_own_file(files: Mapping[str, bytes], part_id: str, default: str) -> str:
    """Text of the document's own PDF, or ``default`` if that is missing or damaged, which its hash shows."""
    own = re.compile(rf"documents/[0-9]+-{re.escape(part_id)}\.pdf")
    name = next(filter(own.fullmatch, files), None)
    try:
        return text_of(files[name]) if name else default
    except PdfiumError:
        return default
