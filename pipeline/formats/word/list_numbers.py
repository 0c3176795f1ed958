"""Judges whether the engines write the numbers of a Word list as Word does: 1., (2), 第3条 or 1.2.3."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.formats.word.text import W

_PLACE = re.compile(r"%([1-9])")


def is_plain(level: etree._Element) -> bool:
    """Return True if a level writes its number once and last, after those of numbered levels directly above it."""
    if _kind(level) in {"bullet", "none"}:
        return True
    words = _value(level, "lvlText", "")
    places = [int(place) for place in _PLACE.findall(words)]
    depth = _depth(level)
    parent = level.getparent()
    above = () if parent is None else parent.iterfind(f"{W}lvl")
    return (
        bool(places)
        and "%" not in _PLACE.sub("", words)
        and places == list(range(depth - len(places) + 1, depth + 1))
        and not any(_kind(other) in {"bullet", "none"} for other in above if _depth(other) in places)
    )


def _kind(level: etree._Element) -> str:
    return _value(level, "numFmt", "decimal")


def _depth(level: etree._Element) -> int:
    depth = level.get(f"{W}ilvl") or "0"
    return int(depth) + 1 if depth.isdecimal() else 0


def _value(level: etree._Element, name: str, default: str) -> str:
    element = level.find(f"{W}{name}")
    return default if element is None else element.get(f"{W}val") or default
