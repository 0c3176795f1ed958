"""What the engine knows of Word: every element and attribute is drawn, has no effect on a page, or is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.formats.word.inventory import entry_of
from pipeline.formats.word.names import prefixed_name
from pipeline.formats.word.text import W

#: Elements whose text is that of the document, and elements between whose children tags may stand.
_WITH_TEXT = ("w:t", "w:instrText")
_BETWEEN = ("w:body", "w:tc", "w:tbl", "w:hdr", "w:ftr")
#: A setting has the same effect, which is none, with each engine.
_OTHER = "office2pdf"
_TABLE = Path(__file__).with_name("elements.json")


class RefusedError(Exception):
    """A template has something that this engine does not translate: what, and in which part of the file."""

    def __init__(self, what: str, part: str = "") -> None:
        self.what = what
        self.part = part
        super().__init__(f"{what} in {part}" if part else what)


def check_elements(root: etree._Element) -> None:
    """Raise RefusedError for the first element, attribute or value below ``root`` that is not translated."""
    for element in _effective(root):
        _check_text(element)
        name, parent = prefixed_name(element.tag), _parent(element)
        rule = _drawn().get(f"{parent}/{name}") or _drawn().get(name)
        if rule is None or parent not in rule["in"]:
            raise RefusedError(f"the element {name} inside {parent}")
        _check_attributes(element, name, rule["attributes"])


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
        elif entry_of(name, ("w:settings",)).answers.get(_OTHER) != "no-effect":
            raise RefusedError(f"the setting {name}")


def _check_compatibility(setting: etree._Element) -> None:
    name = setting.get(f"{W}name")
    if prefixed_name(setting.tag) != "w:compatSetting" or (
        name == "compatibilityMode" and setting.get(f"{W}val") != _table()["settings"]["w:compatibilityMode"]
    ):
        raise RefusedError(f"the compatibility setting {name or prefixed_name(setting.tag)}")


def _check_text(element: etree._Element) -> None:
    """Raise RefusedError for text, such as a tag, where it is in no run and between no paragraphs or rows."""
    name, parent = prefixed_name(element.tag), _parent(element)
    inside = (element.text or "").strip() and name not in {*_WITH_TEXT, "w:body", "w:tc"}
    after = (element.tail or "").strip() and parent not in _BETWEEN
    if inside or after:
        raise RefusedError(f"text in or after the element {name}, which is not in a run")


def _check_attributes(element: etree._Element, name: str, known: dict[str, re.Pattern[str]]) -> None:
    for key, value in element.attrib.items():
        attribute = prefixed_name(key)
        if attribute in known:
            if not known[attribute].fullmatch(str(value)):
                raise RefusedError(f"the value {str(value)[:40]!r} of {attribute} in the element {name}")
        elif not _ignored().fullmatch(attribute):
            raise RefusedError(f"the attribute {attribute} of the element {name}")


def _effective(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements below ``root`` without those that have no effect."""
    for element in root:
        if isinstance(element.tag, str) and prefixed_name(element.tag) not in _table()["no_effect"]:
            yield element
            yield from _effective(element)


def _parent(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else prefixed_name(parent.tag)


@cache
def table_bytes() -> bytes:
    """Return the file with the table, on which every translation depends."""
    return _TABLE.read_bytes()


@cache
def _table() -> Any:
    return json.loads(table_bytes())


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


@cache
def _ignored() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(name).replace(r"\*", ".*") for name in _table()["ignored_attributes"]))
