"""Tools about the program's own data: a rule of the visa, and template sets."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypedDict

from pipeline.cli.agents.agent_folder import AgentFolder
from pipeline.cli.agents.answers import FoundProblems, refusal, reported_findings
from pipeline.cli.agents.child_report import child_report
from pipeline.language import Language
from pipeline.packet.set_files import shipped_sets
from pipeline.visa.rules.catalogue import Rule, all_rules


class ExplainedRule(TypedDict):
    """A rule of the visa with its source, and how sure that is."""

    id: str
    title: str
    severity: str
    hint: str
    source: str
    as_of: str
    confidence: str
    note: str | None


class CheckedTemplates(TypedDict):
    """What a check of a template set finds."""

    templates: int
    about: FoundProblems


@dataclass(frozen=True, slots=True)
class ReferenceTools:
    """The tools about rules and templates."""

    folder: AgentFolder

    def explain_rule(self, rule: str, lang: Language | None = None) -> ExplainedRule:
        """Explain a rule of the visa by its id, such as ID-02, with source, date and certainty."""
        entry = all_rules().get(rule.upper())
        if entry is None:
            raise refusal("there is no rule of this id", "the resource visa-packet://rules lists them")
        text = entry.texts[lang or self.folder.language]
        return {
            "id": entry.id,
            "title": text.title,
            "severity": entry.severity,
            "hint": text.hint.format(detail="…"),
            "source": entry.source,
            "as_of": entry.as_of,
            "confidence": entry.confidence,
            "note": entry.note if isinstance(entry, Rule) else entry.not_checked,
        }

    async def check_templates(self, template_set: str | None = None) -> CheckedTemplates:
        """Check a shipped template set by name, by default the one that this server works with."""
        if template_set is not None and template_set not in shipped_sets():
            raise refusal("there is no such template set", f"sets are {', '.join(shipped_sets())}")
        result = await child_report(["templates", "check", template_set or self.folder.templates, "--json"])
        return {"templates": result.get("templates", 0), "about": reported_findings(result["problems"])}
