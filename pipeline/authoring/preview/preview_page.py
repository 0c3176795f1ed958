"""The preview as files: one HTML page that needs nothing else, each picture as PNG, and the figures as JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from pipeline.authoring.preview.compare import Sheet, Shown
from pipeline.authoring.preview.page_images import png
from pipeline.language import Language
from pipeline.publish.folder import PREVIEW
from pipeline.resources import VERSION

PAGE_NAME = "index.html"
_WEB = Path(__file__).parent / "web"


@dataclass(frozen=True, slots=True)
class Head:
    """What the page says about itself: ids only. ``against`` is None when nothing is compared."""

    set_id: str
    case_id: str
    as_of: str
    against: str | None


def preview_files(head: Head, documents: Sequence[Shown], language: Language) -> dict[str, bytes]:
    """Every file of the preview by its path."""
    pictures = [[_pictures(sheet) for sheet in document.sheets] for document in documents]
    files = {PAGE_NAME: _html(head, documents, pictures, language).encode()}
    for number, (document, sheets) in enumerate(zip(documents, pictures, strict=True), start=1):
        for sheet, found in enumerate(sheets, start=1):
            for kind in ("after", "before", "marked"):
                if kind in found:
                    ending = "" if kind == "after" else f"-{kind}"
                    files[f"pages/{number:02}-{document.id}-{sheet}{ending}.png"] = found[kind]
    files[PREVIEW.known_by] = (json.dumps(_figures(head, documents), ensure_ascii=False, indent=2) + "\n").encode()
    return files


def figures(document: Shown) -> dict[str, Any]:
    """A document in figures."""
    return {
        "id": document.id,
        "title": f"{document.title.ja} / {document.title.en}",
        "state": document.state,
        "pages": sum(sheet.after is not None for sheet in document.sheets),
        "pages_changed": document.sheets_that_are("changed"),
        "pages_added": document.sheets_that_are("added"),
        "pages_gone": document.sheets_that_are("gone"),
        "words_added": sum(sheet.words_added for sheet in document.sheets),
        "words_gone": sum(sheet.words_gone for sheet in document.sheets),
    }


def _figures(head: Head, documents: Sequence[Shown]) -> dict[str, Any]:
    return {
        "visa_packet": VERSION,
        "set": head.set_id,
        "case_id": head.case_id,
        "as_of": head.as_of,
        "against": head.against,
        "documents": [figures(document) for document in documents],
    }


def _pictures(sheet: Sheet) -> dict[str, bytes]:
    """The pictures of a sheet that tell something: the page before only where it differs from the page now."""
    shown: dict[str, Image.Image] = {}
    if sheet.after:
        shown["after"] = sheet.after.picture
    if sheet.before and sheet.state != "same":
        shown["before"] = sheet.before.picture
    if sheet.marks:
        shown |= {
            "marked": sheet.marks.marked,
            "marks-before": sheet.marks.before,
            "marks-after": sheet.marks.after,
        }
    return {name: png(picture) for name, picture in shown.items()}


def _html(
    head: Head, documents: Sequence[Shown], pictures: Sequence[Sequence[dict[str, bytes]]], language: Language
) -> str:
    style, script = _read("page.css"), _read("page.js")
    html: str = _template().render(
        head=head,
        language=language,
        words=json.loads(_read("words.json"))[language],
        documents=list(_documents(documents, pictures, language)),
        differing=sum(document.state != "same" for document in documents),
        version=VERSION,
        style=Markup(style),  # noqa: S704 - this program's own file
        script=Markup(script),  # noqa: S704 - as above
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return html


def _documents(
    documents: Sequence[Shown], pictures: Sequence[Sequence[dict[str, bytes]]], language: Language
) -> Iterator[dict[str, Any]]:
    number = 0
    for document, found in zip(documents, pictures, strict=True):
        sheets = []
        for sheet, files in zip(document.sheets, found, strict=True):
            number += 1
            sheets.append(
                {"number": number, "sheet": sheet, "images": {name: _uri(png) for name, png in files.items()}}
            )
        yield {
            "id": document.id,
            "title": getattr(document.title, language),
            "title_ja": None if language == "ja" else document.title.ja,
            "state": document.state,
            "sheets": sheets,
        }


def _uri(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def _hash(text: str) -> str:
    """The text as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(_WEB), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")
