"""What the engine draws of Word: every element and attribute is drawn, has no effect on a page, or is refused.

What has no effect, and the words for what is refused, come from the inventory (``formats/word/inventory.py``).
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.formats.word.inventory import Attributes, entry_of, entry_of_attribute, has_no_effect, table_digest
from pipeline.formats.word.names import prefixed_name
from pipeline.formats.word.text import W

#: Elements whose text is that of the document, and elements between whose children tags may stand.
_WITH_TEXT = ("w:t", "w:instrText")
_BETWEEN = ("w:body", "w:tc", "w:tbl", "w:hdr", "w:ftr")
_ENGINE = "typst"
_TABLE = Path(__file__).with_name("elements.json")


class RefusedError(Exception):
    """A template has something that this engine does not translate: what, and in which part of the file."""

    def __init__(self, what: str, part: str = "") -> None:
        self.what = what
        self.part = part
        super().__init__(f"{what} in {part}" if part else what)


def check_elements(root: etree._Element) -> None:
    """Raise RefusedError for the first element, attribute or value below ``root`` that is not translated."""
    _check_inside(root, tuple(prefixed_name(str(one.tag)) for one in (root, *root.iterancestors()))[::-1])


def _check_inside(root: etree._Element, path: tuple[str, ...]) -> None:
    """Check the elements in the one to which the names of ``path`` lead."""
    for element in root.iterchildren(etree.Element):
        name = prefixed_name(element.tag)
        _check_text(element, name, path[-1])
        if _is_drawn(path, name, _attributes_of(element)):
            _check_inside(element, (*path, name))


@lru_cache(maxsize=50_000)
def _is_drawn(path: tuple[str, ...], name: str, attributes: Attributes) -> bool:
    """Return False for an element in ``path`` that has no effect. Raise RefusedError if it is not translated."""
    parent = path[-1]
    rule = _drawn().get(f"{parent}/{name}") or _drawn().get(name)
    if rule is not None and parent in rule["in"]:
        _check_attributes(path, name, attributes, rule["attributes"])
        return True
    if not has_no_effect(path, name, attributes, _ENGINE):
        raise RefusedError(f"{entry_of(name, path).words} ({name} in {parent})")
    return False


def check_settings(root: etree._Element) -> None:
    """Raise RefusedError for a setting of the file that may change its pages and is not followed."""
    known = _table()["settings"]
    for setting in root:
        name = prefixed_name(setting.tag)
        if name == "w:compat":
            for part in setting:
                _check_compatibility(part)
        elif name in known:
            value = setting.get(f"{W}val", "")
            if value != known[name]:
                raise RefusedError(f"the setting {name} {value}".rstrip())
        elif not has_no_effect(("w:settings",), name, _attributes_of(setting), _ENGINE):
            raise RefusedError(f"the setting {name}")


def _check_compatibility(setting: etree._Element) -> None:
    name = setting.get(f"{W}name")
    if prefixed_name(setting.tag) != "w:compatSetting" or (
        name == "compatibilityMode" and setting.get(f"{W}val") != _table()["settings"]["w:compatibilityMode"]
    ):
        raise RefusedError(f"the compatibility setting {name or prefixed_name(setting.tag)}")


def _check_text(element: etree._Element, name: str, parent: str) -> None:
    """Raise RefusedError for text, such as a tag, where it is in no run and between no paragraphs or rows."""
    inside = (element.text or "").strip() and name not in {*_WITH_TEXT, "w:body", "w:tc"}
    after = (element.tail or "").strip() and parent not in _BETWEEN
    if inside or after:
        raise RefusedError(f"text in or after the element {name}, which is not in a run")


def _check_attributes(
    path: tuple[str, ...], name: str, attributes: Attributes, known: dict[str, re.Pattern[str]]
) -> None:
    for attribute, value in attributes:
        entry = entry_of_attribute(path, name, attributes, attribute)
        is_drawn = attribute in known and known[attribute].fullmatch(value)
        has_effect = attribute in known or entry is None or entry.answers.get(_ENGINE) != "no-effect"
        if not is_drawn and has_effect:
            words = (entry or entry_of(name, path)).words
            raise RefusedError(f"{words} ({attribute}={value[:40]} of {name})")


def _attributes_of(element: etree._Element) -> Attributes:
    return tuple((prefixed_name(str(key)), str(value)) for key, value in element.attrib.items())


@cache
def table_bytes() -> bytes:
    """Return the tables on which every translation depends."""
    return table_digest() + _TABLE.read_bytes()


@cache
def _table() -> Any:
    return json.loads(_TABLE.read_bytes())


@cache
def _drawn() -> dict[str, Any]:
    values = _table()["values"]
    return {
        name: {
            "in": frozenset(rule["in"]),
            "attributes": {key: re.compile(values.get(value, value)) for key, value in rule["attributes"].items()},
        }
        for name, rule in _table()["drawn"].items()
    }
