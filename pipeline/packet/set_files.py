"""The folders of template sets: find a set, load it, and check its packet.json."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec

from pipeline.errors import CaseError, Problem, TemplateError
from pipeline.formats.files import is_file, is_folder
from pipeline.formats.json.reader import JsonFile, read_json
from pipeline.formats.json.schema import check_schema
from pipeline.formats.word.docx_file import open_docx, read_docx
from pipeline.formats.word.rejections import WordFileError
from pipeline.packet.template_set import PACKET_FILE, PacketFile, TemplateSet
from pipeline.resources import shipped
from pipeline.system.cache import cache_key, cached


def set_folder(name: str) -> Path:
    """Return the user's folder of that name, or else the folder of the shipped set."""
    return Path(name) if is_folder(Path(name)) else shipped("templates") / name


def shipped_sets() -> list[str]:
    """Return the names of the shipped sets."""
    return sorted(path.parent.name for path in shipped("templates").glob("*/packet.json"))


def is_shipped(name: str) -> bool:
    """Return True if ``name`` is that of a shipped set and not of a folder."""
    return name in shipped_sets() and not is_folder(Path(name))


def find_set(name: str) -> Path:
    """Return the folder of a shipped set (a name) or of another set (a path). Raises TemplateError."""
    folder = set_folder(name)
    if not is_file(folder / PACKET_FILE):
        hint = f"use a shipped set ({', '.join(shipped_sets())}) or a folder with a {PACKET_FILE}"
        raise _wrong("template-set", "this template set does not exist", hint, name)
    return folder


@cache
def load_template_set(name: str) -> TemplateSet:
    """Load a shipped set by its name, or another set by its folder. Raises TemplateError."""
    folder = find_set(name)
    document, packet = load_packet(folder)
    templates = {entry.template: _read_template(folder / entry.template) for entry in packet.contents if entry.template}
    return TemplateSet(folder, packet, templates, _digest(document, templates))


def load_packet(folder: Path) -> tuple[JsonFile, PacketFile]:
    """Return the packet.json of a set, as a file and as values. Raises TemplateError."""
    document = _read_packet(folder)
    return document, msgspec.convert(document.fields, PacketFile)


def _read_packet(folder: Path) -> JsonFile:
    try:
        json_file = read_json(folder / PACKET_FILE)
    except CaseError as error:
        raise TemplateError(error.problems) from None
    problems = check_schema(json_file, "packet") or [
        *_titles_missing(json_file),
        *_repeated(json_file),
        *_unknown(json_file),
        *_unknown_sections(json_file),
    ]
    if problems:
        raise TemplateError(problems)
    return json_file


def _titles_missing(json_file: JsonFile) -> list[Problem]:
    listed = {row["role"] for row in json_file.data["official_list"]}
    return [
        json_file.problem(
            "packet-title",
            f"/contents/{index}",
            "attachments that the official list does not name need a title and an issuer here",
            "add both, in Japanese, English and Chinese",
        )
        for index, entry in enumerate(json_file.data["contents"])
        if "attachments" in entry and entry["attachments"] not in listed and not {"title", "issuer"} <= entry.keys()
    ]


def _repeated(json_file: JsonFile) -> Iterator[Problem]:
    """A problem for each repeated name: page map and files identify a part by its name."""
    names = set()
    for index, entry in enumerate(json_file.data["contents"]):
        key = "document" if "document" in entry else "attachments"
        if (key, entry[key]) in names:
            pointer = f"/contents/{index}/{key}"
            message = "an earlier entry has the same name"
            yield json_file.problem("packet-repeated", pointer, message, "give the document another id, or remove one")
        names.add((key, entry[key]))


def _unknown(json_file: JsonFile) -> list[Problem]:
    """A problem for each row of the official list with a document that the set does not have."""
    known = {entry.get("document") for entry in json_file.data["contents"]}
    return [
        json_file.problem(
            "packet-document",
            f"/official_list/{index}/document",
            "the contents have no document of this name",
            "name a document of the contents, or remove this line",
        )
        for index, row in enumerate(json_file.data["official_list"])
        if "document" in row and row["document"] not in known
    ]


def _unknown_sections(json_file: JsonFile) -> list[Problem]:
    """A problem for each entry with a section that the set does not have."""
    known = {section["id"] for section in json_file.data.get("sections", [])}
    return [
        json_file.problem(
            "packet-section",
            f"/contents/{index}/section",
            "no section has this name",
            "use the name of a section, or add the section with its title",
        )
        for index, entry in enumerate(json_file.data["contents"])
        if "section" in entry and entry["section"] not in known
    ]


def _read_template(path: Path) -> bytes:
    """The contents of a Word template. Raises TemplateError if the file is rejected (pipeline/formats/word/)."""
    try:
        content = read_docx(path)
        cached(f"accepted-{cache_key(content)}", lambda: _accept(content))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise _wrong(
            "template-missing", f"the template cannot be read: {reason}", "see packet.json", str(path)
        ) from None
    except WordFileError as error:
        raise TemplateError(replace(problem, file=str(path)) for problem in error.problems) from None
    return content


def _accept(content: bytes) -> bytes:
    """Return an empty file for the cache: an accepted template is not looked through again. Raise WordFileError."""
    open_docx(content)
    return b""


def _digest(json_file: JsonFile, templates: dict[str, bytes]) -> str:
    digest = hashlib.sha256(json_file.sha256.encode())
    for name, content in sorted(templates.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _wrong(code: str, message: str, hint: str, file: str) -> TemplateError:
    return TemplateError(Problem(code, "error", message, hint, file))
