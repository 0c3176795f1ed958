"""Claims that no text of a packet may make, and the texts of a case that can make them.

The expressions are in ``visa/data/wordings.json``, by the rule that prohibits the claim. Denials are removed from each
sentence first, so that "not approved by the ministry" is not a claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache

import msgspec

from pipeline.case.model import SHORT_STAY_DAYS, Case
from pipeline.formats.json.reader import texts
from pipeline.resources import read_data
from pipeline.visa.tb_screening import screening_for

_SENTENCE_END = re.compile(r"[。!?;\n]|\.(?=\s|$)")
_CJK = r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_SPACE_IN_CJK = re.compile(rf"(?<={_CJK})\s+|\s+(?={_CJK})")

#: Fields with names and places instead of statements. Their text on the finished pages is checked after conversion.
_NOT_STATEMENTS = frozenset(
    [
        "address",
        "attachments",
        "case_id",
        "chinese",
        "committee_name",
        "contact",
        "email",
        "former_names",
        "given_names",
        "name",
        "other_nationalities",
        "panel_clinic",
        "passport",
        "physician",
        "place_of_issue",
        "representative",
        "surname",
        "agency",
    ]
)

#: From this day the law uses the term 特定細胞加工物等 (rule REG-09).
_NEW_TERM_FROM = date(2025, 5, 31)

#: Conditions under which a claim is wrong; other claims always are.
_CONDITIONS: Mapping[str, Callable[[Case], bool]] = {
    "REG-09": lambda case: case.visa.letter_date >= _NEW_TERM_FROM,
    "TB-03": lambda case: screening_for(case).status != "required",
    "VIS-11": lambda case: case.longest_stay <= SHORT_STAY_DAYS,
}


def claim_rules(case: Case) -> list[str]:
    """Return the ids of the rules that prohibit a claim in the texts of this case."""
    return [rule_id for rule_id in _claims() if rule_id not in _CONDITIONS or _CONDITIONS[rule_id](case)]


@lru_cache(maxsize=16384)
def makes_claim(rule_id: str, text: str) -> bool:
    """Return True if ``text`` makes the claim that the rule prohibits."""
    denied, said = _expressions(rule_id)
    for sentence in _sentences(text):
        if said.search(sentence) and (denied is None or said.search(denied.sub(" ", sentence))):
            return True
    return False


# The check of a template set fills its templates with several cases in turn.
@lru_cache(maxsize=8)
def case_texts(case: Case) -> tuple[tuple[str, str], ...]:
    """Return every text of the case, with its JSON pointer."""
    data = msgspec.json.decode(msgspec.json.encode(case))
    return tuple((pointer, text) for pointer, text, is_key in texts(data) if not is_key)


@lru_cache(maxsize=8)
def free_texts(case: Case) -> tuple[tuple[str, str], ...]:
    """Return every text of the case that makes a statement, with its JSON pointer."""
    found = case_texts(case)
    return tuple((pointer, text) for pointer, text in found if _NOT_STATEMENTS.isdisjoint(pointer.split("/")))


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[str, ...]:
    """Split a text into sentences, with normalized characters and without spaces between CJK characters."""
    plain = _SPACE_IN_CJK.sub("", unicodedata.normalize("NFKC", text))
    return tuple(_SENTENCE_END.split(plain))


@cache
def _expressions(rule_id: str) -> tuple[re.Pattern[str] | None, re.Pattern[str]]:
    entry = _claims()[rule_id]
    denied = re.compile(_joined(entry["denied"]), re.IGNORECASE) if entry["denied"] else None
    return denied, re.compile(_joined(entry["said"]), re.IGNORECASE)


def _joined(expressions: list[str]) -> str:
    joined = "|".join(f"(?:{expression})" for expression in expressions)
    for name, part in read_data("wordings")["parts"].items():
        joined = joined.replace(f"<{name}>", part)
    return joined


def _claims() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = read_data("wordings")["claims"]
    return found
