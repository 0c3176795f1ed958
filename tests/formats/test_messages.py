"""The messages that a user of a case can meet: in three languages, and without words of the command line in hints."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import Any

import pytest

from pipeline.formats.messages import prefixed, worded_problem
from pipeline.language import LANGUAGES
from pipeline.visa.rules.catalogue import all_rules, checked_rules
from tests.support.cases import ROOT

#: The groups of docs/problems.json with what is wrong in a case, its papers and its forms.
GROUPS = ("Reading files", "Schema", "Cases and directories", "Attachments", "Official forms")
TABLES: dict[str, dict[str, Any]] = {
    path.parents[1].name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "pipeline").glob("*/data/messages.json"))
}
ENTRIES = [(room, key, entry) for room, table in TABLES.items() for key, entry in table.items() if key != "words"]
#: An option, or a command of this program.
COMMAND_LINE = re.compile(r"(?<![\w-])--[a-z]|visa-packet [a-z]")
#: Calls that make a problem with English words only.
MAKERS = ("Problem", "problem")


@cache
def codes() -> set[str]:
    groups = json.loads((ROOT / "docs" / "problems.json").read_text(encoding="utf-8"))
    return {code for group in groups if group["title"] in GROUPS for code in group["codes"]}


def texts() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each text with its name: messages, hints, and the words that fill them."""
    for room, key, entry in ENTRIES:
        for part, translated in entry.items():
            yield f"{room} {key} {part}", translated
    for room, table in TABLES.items():
        for group, named in table.get("words", {}).items():
            for name, translated in named.items():
                yield f"{room} words {group} {name}", translated


def test_every_code_that_a_user_of_a_case_can_meet_has_its_messages() -> None:
    known = {key.partition("/")[0] for _, key, _ in ENTRIES}
    generic = {code for code in codes() if code.startswith("schema-")} if "schema-keyword" in known else set()
    assert codes() - known - generic == set()


@pytest.mark.slow
def test_no_such_problem_is_made_in_english_only() -> None:
    found = []
    rooms = (path for path in (ROOT / "pipeline").rglob("*.py") if "authoring" not in path.parts)  # for other people
    for path in sorted(rooms):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = ast.unparse(node.func).rpartition(".")[2]
                if name in MAKERS and node.args[0].value in codes():
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_every_text_is_in_every_language_with_the_same_parts() -> None:
    for name, translated in texts():
        assert tuple(sorted(translated)) == tuple(sorted(LANGUAGES)), name
        parts = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in translated.values()]
        # In English, wrong use of the command line is reported in the words of its library.
        parts = parts if parts[0] != {"english"} else parts[1:]
        assert all(each == parts[0] for each in parts), name
        assert len({bool(text.strip()) for text in translated.values()}) == 1, name


#: Wrong use of the command line, which nothing else has.
_OF_COMMANDS = "cli usage/"


def test_hints_name_nothing_that_only_the_command_line_has() -> None:
    named = [(f"{room} {key}", entry) for room, key, entry in ENTRIES if not f"{room} {key}".startswith(_OF_COMMANDS)]
    hints = [(name, entry["hint"]) for name, entry in named if "hint" in entry]
    hints += [(rule.id, {name: text.hint for name, text in rule.texts.items()}) for rule in all_rules().values()]
    found = [name for name, translated in hints for text in translated.values() if COMMAND_LINE.search(text)]
    assert found == []


def test_the_command_line_has_its_own_hint() -> None:
    problem = worded_problem("add-role", room="run", roles="passport", candidates="")
    assert (problem.cli_hint, problem.hint) == ("--role, one of: passport", "say which paper it is")
    assert problem.in_language("ja").cli_hint == "--role（passport のいずれか）"
    rule = checked_rules()["DOC-01"]
    assert {language: bool(text.cli_hint) for language, text in rule.texts.items()} == dict.fromkeys(LANGUAGES, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prefix_is_in_the_language_of_the_message(language: Any) -> None:
    problem = prefixed(worded_problem("attachment-empty", room="attachments"), dict(zip(LANGUAGES, "abc", strict=True)))
    message = problem.in_language(language).message
    assert message.startswith(dict(zip(LANGUAGES, "abc", strict=True))[language])
