"""Write the preview as files: one self-contained HTML page, each picture as PNG, and the figures as JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.authoring.preview.compare import DocumentDiff, PagePair
from pipeline.authoring.preview.page_images import encode_png
from pipeline.formats.page_look import inlined, page_environment
from pipeline.language import Language
from pipeline.publish.folder import PREVIEW
from pipeline.resources import VERSION

PAGE_NAME = "index.html"
_WEB = Path(__file__).parent / "web"

#: For each document and page, the PNG files by kind.
Pictures = Sequence[Sequence[dict[str, bytes]]]


@dataclass(frozen=True, slots=True)
class PreviewHeader:
    """The header of the page; contains ids only. ``against`` is None if nothing is compared."""

    set_id: str
    case_id: str
    as_of: str
    against: str | None


def render_files(header: PreviewHeader, documents: Sequence[DocumentDiff], language: Language) -> dict[str, bytes]:
    """Return every file of the preview by its path."""
    pictures = [[_pictures(page) for page in document.pages] for document in documents]
    files = {PAGE_NAME: _html(header, documents, pictures, language).encode()}
    for number, (document, pages) in enumerate(zip(documents, pictures, strict=True), start=1):
        for page, images in enumerate(pages, start=1):
            for kind in ("after", "before", "marked"):
                if kind in images:
                    ending = "" if kind == "after" else f"-{kind}"
                    files[f"pages/{number:02}-{document.id}-{page}{ending}.png"] = images[kind]
    figures = {
        "visa_packet": VERSION,
        "set": header.set_id,
        "case_id": header.case_id,
        "as_of": header.as_of,
        "against": header.against,
        "documents": [summarise(document) for document in documents],
    }
    files[PREVIEW.identified_by] = (json.dumps(figures, ensure_ascii=False, indent=2) + "\n").encode()
    return files


def summarise(document: DocumentDiff) -> dict[str, Any]:
    """Return the figures of a document as a JSON object."""
    return {
        "id": document.id,
        "title": f"{document.title.ja} / {document.title.en}",
        "difference": document.state,
        "pages": sum(page.after is not None for page in document.pages),
        "pages_changed": document.count_pages("changed"),
        "pages_added": document.count_pages("added"),
        "pages_gone": document.count_pages("gone"),
        "words_added": sum(page.words_added for page in document.pages),
        "words_gone": sum(page.words_gone for page in document.pages),
    }


def _pictures(page: PagePair) -> dict[str, bytes]:
    """Encode the pictures of a page; an unchanged page needs no picture of the earlier version."""
    pictures: dict[str, Image.Image] = {}
    if page.after:
        pictures["after"] = page.after.picture
    if page.before and page.state != "same":
        pictures["before"] = page.before.picture
    if page.marks:
        pictures |= {
            "marked": page.marks.marked,
            "marks-before": page.marks.before,
            "marks-after": page.marks.after,
        }
    return {kind: encode_png(picture) for kind, picture in pictures.items()}


def _html(header: PreviewHeader, documents: Sequence[DocumentDiff], pictures: Pictures, language: Language) -> str:
    return (
        page_environment(_WEB)
        .get_template("page.html")
        .render(
            header=header,
            language=language,
            words=json.loads(_read("words.json"))[language],
            documents=list(_document_values(documents, pictures, language)),
            differing=sum(document.state != "same" for document in documents),
            version=VERSION,
            **inlined(_read("page.css"), _read("page.js")),
        )
    )


def _document_values(
    documents: Sequence[DocumentDiff], pictures: Pictures, language: Language
) -> Iterator[dict[str, Any]]:
    number = 0
    for document, images_of_pages in zip(documents, pictures, strict=True):
        pages = []
        for page, images in zip(document.pages, images_of_pages, strict=True):
            number += 1
            uris = {
                kind: f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}" for kind, png in images.items()
            }
            pages.append({"number": number, "page": page, "images": uris})
        yield {
            "id": document.id,
            "title": getattr(document.title, language),
            "title_ja": None if language == "ja" else document.title.ja,
            "state": document.state,
            "pages": pages,
        }


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")
