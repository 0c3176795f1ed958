"""The texts of a bundle: the number on each page, and the unchanged text of each document."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.bundle.bundle_text import text_hash
from pipeline.bundle.page_numbers import heading_of, number_text
from pipeline.formats.pdf.reading import split_texts, squeeze, text_of
from pipeline.publish.verify.check_messages import BundleCheck, Finding


def text_findings(check: BundleCheck) -> Iterator[Finding]:
    """Yield pages without their number, and documents whose text differs between the bundle and their own file.

    With the key of the case, compare their text with the hash from the build, too.
    """
    pages = split_texts(check.bundle)
    heading = heading_of(check.case_id, is_filed=check.row.kind == "bundle")
    for page, (_, last) in enumerate(pages, start=1):
        if squeeze(last) != squeeze(number_text(heading, page, len(pages))):
            yield Finding("verify-numbers", "the page does not show its number", page)
    for part in check.row.page_map:
        if part.text is None:
            continue
        text = squeeze("".join(own for own, _ in pages[part.page - 1 : part.last_page]))
        if part.id in check.documents and text != text_of(check.documents[part.id]):
            message = f"{check.row.path}: the text of {part.id} differs from its own file"
            yield Finding("verify-text", message)
        if check.key is not None and text_hash(text, check.key) != part.text:
            message = f"{check.row.path}: the text of {part.id} is not the one that was built from the case"
            yield Finding("verify-text", message)
