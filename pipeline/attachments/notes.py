"""Collects what the reader process finds out about a paper."""

from __future__ import annotations

from pipeline.packet.paper import Note


class Notes:
    """The notes on one paper: rules, each with the details that apply."""

    def __init__(self) -> None:
        self._details: dict[str, list[str]] = {}

    def add(self, rule: str, *details: str) -> None:
        """Add a note, each detail once."""
        known = self._details.setdefault(rule, [])
        known += [detail for detail in details if detail not in known]

    def __contains__(self, rule: str) -> bool:
        return rule in self._details

    def all(self) -> tuple[Note, ...]:
        """Return every note, in the order in which the rules were added."""
        return tuple(Note(rule, tuple(details)) for rule, details in self._details.items())
