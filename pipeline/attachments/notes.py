"""What the process that reads a paper finds out about it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Notes:
    """What is to be told of a paper: ids of rules, each with the details that apply."""

    told: dict[str, list[str]] = field(default_factory=dict)

    def add(self, rule: str, *details: str) -> None:
        """Tell this, once."""
        known = self.told.setdefault(rule, [])
        known += [detail for detail in details if detail not in known]


@dataclass(frozen=True, slots=True)
class Clean:
    """A PDF that can go into a bundle."""

    pdf: bytes
    pages: int
    notes: dict[str, list[str]]
