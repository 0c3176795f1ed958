"""What an agent reads first, and the prompts that a person can choose: intake, review, refile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.language import Language

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

INSTRUCTIONS = """\
visa-packet makes the papers of an application for Japan's Medical Stay visa from one case file per patient.

Order of work: new_case → describe_fields section by section, ask, set_fields → match_hospitals → add_paper for each
paper → check_case until no mistake and no question is left → build_packet (draft), which a person reads → build_packet
(final), to which a person agrees → status. People print, sign, seal and file.

Never
- invent or guess a value: no pinyin from characters, no dates, no numbers, no addresses. Ask, or leave the field open.
- answer the six questions ("Have you ever …") for the applicant, or word the answers: read each one to the applicant.
- sign, approve, or say that a packet is complete: a person decides that.
- repeat a patient's data where it is not needed. Errors and findings name fields by pointers, not by values.

Values that read_paper proposes are proposals: have a person compare each with the paper. A finding that you do not
understand: explain_rule says what the rule is, with its source and how sure that is. Pass on how sure it is.
"""

_NAMES: Mapping[Language, str] = {"en": "English", "ja": "Japanese", "zh": "Chinese"}

_INTAKE = """\
Take in a new patient for a Medical Stay visa with the tools of visa-packet. Speak {language} with me.

1. Ask me for an id of the case without personal data, and start it with new_case.
2. Take the sections in this order: patient, companions, condition, treatment, hospital, guarantor, visa, tb_screening.
   For each, call describe_fields and check_case with that section (lang {code}), and ask me the open questions, a few
   at a time. Save my answers with set_fields and who said them. What I do not know stays open: never fill it in.
3. Put the six questions to the applicant one by one, in the words of describe_fields, and save only what the applicant
   answers.
4. Ask for the papers that status lists, and add each with add_paper. Show me what read_paper reads before you save it.
5. At the end, call check_case and tell me what is missing, who has to bring it, and until when (status).
"""

_REVIEW = """\
Review the case {case} as the officer at the visa counter would. Speak {language} with me. Change nothing.

Call check_case, status, timeline and, if there is a packet, verify_packet. Report in this order: what would be refused;
what contradicts something else; what is missing; what becomes too old before the filing day; what only looks odd. Name
the field or paper of each point, the rule with its source, and how sure the source is (explain_rule). Do not say that
the application will succeed: nobody can know that.
"""

_REFILE = """\
The case {case} has to be filed again. Speak {language} with me.

Ask me why: was it returned for a missing paper, refused, or did dates change? Then call check_case, status and timeline
for today. List the papers that have become too old, the dates that no longer fit, and the documents that have to be
signed again. Ask me for each new value, save it with set_fields, and add each new paper with add_paper. Earlier
applications and refusals are answers of the applicant: ask, and save them only as the applicant says. End with a draft
(build_packet) and a list of what people still have to do.
"""


def add_prompts(server: MCPServer[Any], language: Language) -> None:
    """Add the prompts."""

    @server.prompt()
    def intake(lang: Language = language) -> str:
        """Take in a new patient: ask section by section, invent nothing."""
        return _INTAKE.format(language=_NAMES[lang], code=lang)

    @server.prompt()
    def review(case: str, lang: Language = language) -> str:
        """Look at a case as the officer at the counter would."""
        return _REVIEW.format(case=case, language=_NAMES[lang])

    @server.prompt()
    def refile(case: str, lang: Language = language) -> str:
        """Prepare a case that has to be filed again."""
        return _REFILE.format(case=case, language=_NAMES[lang])
