"""Cases that are hard to show on the desk, and what a person does there, by a script."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.cases import EXAMPLES

#: Text that must stay text, on a page that nobody scrolls sideways.
HOSTILE = "\"><img src=x onerror=window.hit=1>'\u200f 😀 " + "長" * 40 + "x" * 30
#: A build on a busy machine.
PATIENCE = 120_000
_SECTIONS = ("patient", "condition", "treatment", "visa", "tb_screening")
_NOT_NEEDED = re.compile("/(imaging|aftercare|activities)")
_FILL = """values => {
  const form = document.getElementById("case-form");
  for (const [name, value] of Object.entries(values)) {
    const input = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (input) input.value = value;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}"""

_DROP = """(place, files) => {
  const dataTransfer = new DataTransfer();
  for (const [name, content] of Object.entries(files)) {
    dataTransfer.items.add(new File([Uint8Array.from(atob(content), (each) => each.charCodeAt(0))], name));
  }
  place.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


def add_difficult_cases(folder: Path) -> list[str]:
    """Add a case that is no JSON, one of an empty object, one with a wrong value, and one of hostile text."""
    case: dict[str, Any] = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    wrong = {**case, "case_id": "wrong-value", "patient": {**case["patient"], "sex": HOSTILE}}
    name = {**case["patient"]["name"], "chinese": HOSTILE}
    hostile = {**case, "case_id": "hostile", "attachments": [], "patient": {**case["patient"], "name": name}}
    texts = {
        "broken": '{ "case_id": ,',
        "half": "{}",
        "wrong-value": json.dumps(wrong),
        HOSTILE: json.dumps(hostile, ensure_ascii=False),
    }
    for each, text in texts.items():
        (folder / each).mkdir()
        (folder / each / "case.json").write_text(text, encoding="utf-8")
    shutil.copytree(EXAMPLES / "wang-xiaoming" / "papers", folder / "wrong-value" / "papers")
    return list(texts)


def fill_form(page: Page) -> None:
    """Fill in all that the example has and a case needs. Lists have room for their entries afterwards."""
    case = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    found = dict(_flat({name: case[name] for name in _SECTIONS}, ""))
    for pointer, length in found.items():
        button = page.locator(f'[data-longer="{pointer}"]')
        while isinstance(length, int) and button.count() and _entries(page, pointer) < length:
            with page.expect_navigation():
                button.evaluate("button => button.click()")
    values: Mapping[str, str] = {pointer: value for pointer, value in found.items() if isinstance(value, str)}
    page.evaluate(_FILL, values)


def _entries(page: Page, pointer: str) -> int:
    return page.locator(f'fieldset[data-pointer="{pointer}"] > fieldset.entry').count()


def _flat(value: Any, pointer: str) -> Iterator[tuple[str, str | int]]:
    """Yield the text of each value by its pointer, and the length of each list."""
    if _NOT_NEEDED.search(pointer):
        return
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _flat(part, f"{pointer}/{name}")
    elif isinstance(value, list):
        yield pointer, len(value)
        for index, part in enumerate(value):
            yield from _flat(part, f"{pointer}/{index}")
    else:
        yield pointer, str(value).lower() if isinstance(value, bool) else str(value)


def drop(page: Page, place: Locator, content: bytes, name: str, day: str) -> None:
    """Add a file to its place, and say when it was issued."""
    place.locator("input[type=file]").set_input_files(FilePayload(name=name, mimeType="", buffer=content))
    expect(place.locator(".file")).to_have_count(1, timeout=PATIENCE)
    page.wait_for_load_state("load")
    if day:
        place.get_by_label("Day of issue").fill(day)
        place.get_by_label("Day of issue").blur()
        expect(page.locator("#status")).to_have_text("Saved.", timeout=PATIENCE)


def drop_files(place: Locator, files: Mapping[str, bytes]) -> None:
    """Drop files on a place, all at once as from a window of files."""
    named = {name: base64.b64encode(content).decode() for name, content in files.items()}
    place.evaluate(_DROP, named)


def build(page: Page, case: str) -> None:
    """Build the packet, and wait until its files are there."""
    page.goto(f"{case}/done")
    with page.expect_navigation(timeout=PATIENCE):
        page.get_by_role("button", name="Build the packet").click()
    expect(page.get_by_role("link", name="Everything as ZIP")).to_be_visible(timeout=PATIENCE)


def printed_documents(documents: Path) -> Iterator[tuple[set[str], Path]]:
    """Yield the PDF file of each document with the words of its name."""
    for path in documents.glob("*.pdf"):
        yield words_of(path.stem.partition("-")[2]), path


def words_of(text: str) -> set[str]:
    """The words that tell the titles of documents apart."""
    return set(re.findall("[a-z]+", text.lower())) - {"letter", "of", "sheet"}
