"""The official forms that this program knows: a shipped mapping for each edition, and how an edition is recognised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.attachments.forms.field_mapping import MappingFile, read_mapping
from pipeline.attachments.unusable import unusable
from pipeline.formats.json.reader import JsonFile, read_json

_FOLDER = Path(__file__).parents[1] / "data"
#: A form with at least this share of the fields of a mapping is that edition. The editions share less than half.
_ENOUGH = 2 / 3


@dataclass(frozen=True, slots=True)
class Edition:
    """A shipped mapping, as a file and as its contents."""

    name: str
    json_file: JsonFile
    mapping: MappingFile

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the form is expected to have."""
        return (*self.mapping.fields, *self.mapping.left_empty)

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return the expected fields that are not among ``names``."""
        present = set(names)
        return [name for name in self.fields if name not in present]


@cache
def shipped_editions() -> dict[str, Edition]:
    """Return the known editions by name."""
    files = {path.stem: read_json(path) for path in sorted(_FOLDER.glob("mofa-*.json"))}
    return {name: Edition(name, json_file, read_mapping(json_file)) for name, json_file in files.items()}


def recognise(names: Iterable[str]) -> Edition | None:
    """Return the edition of a form with fields of these names; None if there is none."""
    names = set(names)
    shares = {each.name: 1 - len(each.missing(names)) / len(each.fields) for each in shipped_editions().values()}
    best = max(shares, key=shares.__getitem__)
    return shipped_editions()[best] if shares[best] >= _ENOUGH else None


def mapping_of_edition(names: Iterable[str]) -> JsonFile:
    """Return the mapping for a form with fields of these names. Raises UnusableError if no edition is recognised."""
    edition = recognise(names)
    if edition is None:
        raise unusable("form-edition", known=", ".join(shipped_editions()))
    return edition.json_file
