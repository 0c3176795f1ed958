"""Create a template to start from: the shipped starter in the styles of its set, and a packet.json for a new folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.case.base import ID
from pipeline.errors import InputError, OutputError, Problem, system_reason
from pipeline.formats.files import is_file, is_folder, resolved
from pipeline.formats.word.docx_file import open_docx, read_docx
from pipeline.formats.word.rejections import WordFileError
from pipeline.formats.zip_archive import pack, read_parts
from pipeline.packet.template_set import PACKET_FILE
from pipeline.resources import SCHEMAS, shipped
from pipeline.system.atomic import FILE_MODE

_STYLES = "word/styles.xml"
_SCHEMA = f"{SCHEMAS}packet.schema.json"


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The new files, the template first. ``entry`` is the entry to add to a packet.json that already existed."""

    files: tuple[Path, ...]
    entry: dict[str, Any] | None


def start_template(name: str, folder: Path) -> StarterFiles:
    """Create ``name``.docx in ``folder``, in the styles of its set. Raises as ``add_template`` does."""
    return add_template(name, folder, _template(_templates_in(folder)))


def add_template(name: str, folder: Path, content: bytes) -> StarterFiles:
    """Write a new template to ``folder``. Raise InputError for a name that packet.json does not allow, OutputError."""
    if not ID.fullmatch(name):
        hint = "use 1 to 63 lower-case letters a-z, digits and hyphens, such as letter-of-thanks"
        raise InputError(Problem("template-name", "error", "this name cannot be used for a template", hint, name))
    file = folder / f"{name}.docx"
    files = {file: content}
    entry = {
        "document": name,
        "template": f"{name}.docx",
        "when": "always",
        "title": {"ja": "書面の題名", "en": "Title of the letter", "zh": "文件标题"},
        "issuer": {"ja": "発行者", "en": "Issuer", "zh": "出具方"},
    }
    is_new_set = not is_file(folder / PACKET_FILE) and not _templates_in(folder)
    if is_new_set:
        files[folder / PACKET_FILE] = _packet(folder, entry)
    _write(files)
    return StarterFiles(tuple(files), None if is_new_set else entry)


def _templates_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.docx")) if is_folder(folder) else []


def _template(others: Sequence[Path]) -> bytes:
    """Return the shipped starter, with the styles of the first readable one of the other templates."""
    content = (shipped("templates") / "starter.docx").read_bytes()
    for file in others:
        try:
            styles = open_docx(read_docx(file)).parts.get(_STYLES)
        except (OSError, WordFileError):
            continue
        return pack({**read_parts(content), _STYLES: styles}) if styles else content
    return content


def _packet(folder: Path, entry: dict[str, Any]) -> bytes:
    set_id = resolved(folder).name.lower()
    packet = {
        "$schema": _SCHEMA,
        "id": set_id if ID.fullmatch(set_id) else "my-own-set",
        "title": {"ja": "提出書類", "en": "Submission packet", "zh": "申请材料"},
        "source": "Write here where the list of papers comes from.",
        "as_of": date.today().isoformat(),  # noqa: DTZ011 - the user's own day
        "official_list": [],
        "contents": [entry, *_places()],
    }
    return (json.dumps(packet, ensure_ascii=False, indent=2) + "\n").encode()


def _places() -> Iterator[dict[str, Any]]:
    """Yield an entry for each role of the shipped set's list, so that no supplied paper is left out."""
    packet = json.loads((shipped("templates") / "medical-stay" / PACKET_FILE).read_bytes())
    rows = {row["role"]: {key: row[key] for key in ("title", "issuer")} for row in packet["official_list"]}
    for entry in packet["contents"]:
        if "attachments" in entry:
            place = {key: value for key, value in entry.items() if key != "section"}
            yield rows.get(entry["attachments"], {}) | place


def _write(files: dict[Path, bytes]) -> None:
    """Write new files; never overwrite an existing one."""
    for file, content in files.items():
        try:
            if not is_folder(file.parent):
                file.parent.mkdir(parents=True)
            with open(file, "xb", opener=lambda path, flags: os.open(path, flags, FILE_MODE)) as out:
                out.write(content)
        except FileExistsError as error:
            message, hint = "the file already exists", "choose another name, or move the file away"
            raise OutputError(Problem("output-exists", "error", message, hint, str(error.filename))) from None
        except OSError as error:
            message = f"the file cannot be written: {system_reason(error)}"
            raise OutputError(Problem("output-file", "error", message, "choose another folder", str(file))) from None
