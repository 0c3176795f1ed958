"""visa-packet rules"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import complete, json_option, lang_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import ExitCode
from pipeline.language import Language
from pipeline.visa.rules.catalogue import Rule, UncheckedRule, all_rules

#: Label of each part of an explanation.
_LABELS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "severity": "severity",
        "message": "message",
        "hint": "hint",
        "cli_hint": "command line",
        "source": "source",
        "as_of": "as of",
        "certainty": "confidence",
        "note": "note",
        "not_checked": "not checked by the program",
    },
    "ja": {
        "severity": "重大度",
        "message": "内容",
        "hint": "対応",
        "cli_hint": "コマンド",
        "source": "出典",
        "as_of": "基準日",
        "certainty": "確度",
        "note": "備考",
        "not_checked": "プログラムによる確認の対象外",
    },
    "zh": {
        "severity": "严重程度",
        "message": "内容",
        "hint": "处理",
        "cli_hint": "命令行",
        "source": "来源",
        "as_of": "截至",
        "certainty": "可信度",
        "note": "备注",
        "not_checked": "程序不检查",
    },
}


@click.command(short_help="List the rules of the visa, or explain one with its source.")
@click.argument(
    "rule_id",
    metavar="[ID]",
    required=False,
    shell_complete=lambda _ctx, _param, word: complete(all_rules(), word.upper()),
)
@lang_option
@json_option
def rules(rule_id: str | None, language: Language, as_json: bool) -> int:
    """List the rules of the visa, or explain the one with that ID.

    Rules that the program does not check are listed too; their explanation gives the reason, and what to check by hand.

    \b
    Example:
      visa-packet rules
      visa-packet rules ID-02 --lang zh
    """
    known = all_rules()
    found = list(known.values()) if rule_id is None else [_known(rule_id, known)]
    emit(CommandReport("rules", ExitCode.OK, (), [_result(entry, language) for entry in found]), as_json=as_json)
    if not as_json:
        for entry in found:
            if rule_id is None:
                state = entry.severity if isinstance(entry, Rule) else "-"
                print_line(f"{entry.id:<8}{state:<9}{entry.texts[language].title}")
            else:
                _explain(_result(entry, language), language)
    return ExitCode.OK


def _known(rule_id: str, known: Mapping[str, Rule | UncheckedRule]) -> Rule | UncheckedRule:
    wanted = rule_id.upper()
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1)
        suggestion = f"did you mean {near[0]}?" if near else "`visa-packet rules` lists them"
        raise click.UsageError(f"unknown rule {rule_id!r}; {suggestion}")
    return known[wanted]


def _result(entry: Rule | UncheckedRule, language: Language) -> dict[str, Any]:
    """The rule as a JSON object. Absent properties are null."""
    own: dict[str, Any]
    if isinstance(entry, Rule):
        words = entry.texts[language].with_detail("…")
        own = {"title": words.title, "message": words.message, "hint": words.hint, "note": entry.note}
    else:
        advice = entry.texts[language]
        own = {"title": advice.title, "hint": advice.hint, "not_checked": entry.not_checked}
    common = {name: getattr(entry, name) for name in ("id", "theme", "severity", "source", "as_of")}
    common["certainty"] = entry.confidence
    common["cli_hint"] = entry.texts[language].cli_hint
    return {"message": None, "note": None, "not_checked": None} | common | own


def _explain(rule: Mapping[str, Any], language: Language) -> None:
    labels = _LABELS[language]
    print_line(Styled(f"{rule['id']}  {rule['title']}", bold=True))
    for name in ("not_checked", "severity", "message", "hint", "cli_hint", "source", "certainty", "note"):
        if rule[name] is not None:
            when = f" ({labels['as_of']} {rule['as_of']})" if name == "source" else ""
            print_line(f"  {labels[name]}: {rule[name]}{when}")
