"""The findings about one case, and which of them block the build."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.errors import AttachmentError, CaseError, Problem, TemplateError
from pipeline.options import CheckOptions
from pipeline.packet.paper_rules import ACCEPTED_RULE, LACKS, REASON_RULE, UNCOMPARED_RULE
from pipeline.visa.rules.catalogue import checked_rules


@dataclass(slots=True)
class Findings:
    """The findings of all stages so far. ``unusable`` are the failures of attachments that cannot be used."""

    options: CheckOptions
    problems: list[Problem] = field(default_factory=list)
    unusable: list[Problem] = field(default_factory=list)

    def add(self, problems: Iterable[Problem]) -> None:
        """Add what a stage found."""
        self.problems += problems

    def blocks(self, problem: Problem) -> bool:
        """Return True if a finding blocks the build. Findings of low confidence and permitted missing papers do not."""
        entry = checked_rules().get(problem.code)
        if entry is not None and (entry.confidence == "low" or entry.id in self._permitted):
            return False
        return problem.severity == "error" or (self.options.strict and problem.severity == "warning")

    @property
    def _permitted(self) -> frozenset[str]:
        """The rules whose findings the options permit, also with ``strict``."""
        lacks: frozenset[str] = LACKS if self.options.papers_may_miss else frozenset()
        if self.options.draft:
            lacks |= {REASON_RULE}
        return lacks | ({ACCEPTED_RULE, UNCOMPARED_RULE} if self.options.changes_are_accepted else set())

    def raise_if_blocking(self) -> None:
        """Raise an error with all findings if one of them blocks the build.

        CaseError if one has a place in the case or in its directory, else TemplateError, else AttachmentError.
        """
        blocking = [problem for problem in self.problems if self.blocks(problem)]
        if any(problem.pointer is not None for problem in blocking):
            raise CaseError([*self.problems, *self.unusable])
        if blocking:
            raise TemplateError([*self.problems, *self.unusable])
        if self.unusable:
            raise AttachmentError([*self.problems, *self.unusable])
