"""A template to start from: the shipped starter in the styles of a set, and for a new folder a packet.json."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, OutputError, Problem
from pipeline.formats.word.docx_file import open_docx, read_docx
from pipeline.formats.word.refusals import RefusedDocxError
from pipeline.formats.zip_archive import pack, read_parts
from pipeline.packet.template_set import PACKET_FILE
from pipeline.resources import shipped
from pipeline.system.atomic import FILE_MODE

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STYLES = "word/styles.xml"
_SCHEMA = "https://visa-packet.example/schemas/packet.schema.json"


@dataclass(frozen=True, slots=True)
class Started:
    """Files that were made, the template first; ``entry`` is what packet.json still lacks, if it was there before."""

    files: tuple[Path, ...]
    entry: dict[str, Any] | None


def start_template(name: str, folder: Path) -> Started:
    """Make ``name``.docx in ``folder``. Raises InputError for a name that packet.json cannot hold, OutputError."""
    if not _NAME.fullmatch(name):
        hint = "use lower-case letters a-z, digits and hyphens, at most 63, such as letter-of-thanks"
        raise InputError(Problem("template-name", "error", "this is no name for a template", hint, name))
    file = folder / f"{name}.docx"
    files = {file: _starter(folder)}
    entry = _entry(name)
    if not (folder / PACKET_FILE).exists() and not any(folder.glob("*.docx")):
        files[folder / PACKET_FILE] = _packet(folder, entry)
    _write(files)
    return Started(tuple(files), None if len(files) > 1 else entry)


def _starter(folder: Path) -> bytes:
    """The shipped starter, with the styles of the first template of the folder that can be opened."""
    content = (shipped("templates") / "starter.docx").read_bytes()
    for file in sorted(folder.glob("*.docx")):
        try:
            styles = open_docx(read_docx(file)).parts.get(_STYLES)
        except (OSError, RefusedDocxError):
            continue
        return pack(read_parts(content) | {_STYLES: styles}) if styles else content
    return content


def _entry(name: str) -> dict[str, Any]:
    return {
        "document": name,
        "template": f"{name}.docx",
        "when": "always",
        "title": {"ja": "書面の題名", "en": "Title of the letter", "zh": "文件标题"},
        "issuer": {"ja": "発行者", "en": "Issuer", "zh": "出具方"},
    }


def _packet(folder: Path, entry: dict[str, Any]) -> bytes:
    own = folder.resolve().name.lower()
    packet = {
        "$schema": _SCHEMA,
        "id": own if _NAME.fullmatch(own) else "my-own-set",
        "title": {"ja": "提出書類", "en": "Submission packet", "zh": "申请材料"},
        "source": "Write here where the list of papers was read.",
        "as_of": date.today().isoformat(),  # noqa: DTZ011 - the user's own day
        "official_list": [],
        "contents": [entry],
    }
    return (json.dumps(packet, ensure_ascii=False, indent=2) + "\n").encode()


def _write(files: dict[Path, bytes]) -> None:
    """Write new files. One that is there already is never written over."""
    for file, content in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "xb", opener=_private) as out:
                out.write(content)
        except FileExistsError:
            hint = "give another name, or move the file away"
            raise OutputError(
                Problem("output-exists", "error", "there is such a file already", hint, str(file))
            ) from None
        except OSError as error:
            message = f"the file cannot be written: {(error.strerror or type(error).__name__).lower()}"
            raise OutputError(Problem("output-file", "error", message, "name another folder", str(file))) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, FILE_MODE)
