"""The questions of ``visa-packet answer``, field by field; each answer is checked and saved at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from pipeline.case.directory import Kind, find_directory
from pipeline.cli.output import OutputStyle, print_problems
from pipeline.cli.prompts import ask_choice, ask_number, ask_text, prompt_text
from pipeline.cli.start_questions import MOST_COMPANIONS, MOST_VISITS
from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import Problem
from pipeline.formats.json.reader import read_json
from pipeline.language import SEPARATORS, Language
from pipeline.options import CheckOptions
from pipeline.run.case_folder.answers import OpenField, change_case, checked_value, open_fields
from pipeline.run.case_folder.fields import CaseField, find_field, parts_of, value_at
from pipeline.run.case_folder.offer import Offer

#: Lists of objects whose number is asked first, with the least and the greatest number.
_COUNTED = {"/companions": (0, MOST_COMPANIONS), "/treatment/visits": (1, MOST_VISITS)}
#: What a case has at its beginning, which is nothing to ask for.
_EMPTY: Mapping[str, Any] = {"/attachments": [], "/tb_screening/steps": {}}
#: More choices than these are listed in one line, to be typed.
_MOST_CHOICES = 20


@dataclass
class CaseQuestions:
    """Asks for the open fields of the case at ``path``."""

    path: Path
    options: CheckOptions
    language: Language
    found: list[Problem] = field(default_factory=list)
    heading: str = ""

    def ask(self, pointers: Iterable[str], who: str | None) -> list[Problem]:
        """Ask for the fields at ``pointers``, or for all that are open. Return what the rules find in the answers."""
        try:
            chosen = list(pointers)
            for pointer in chosen:
                self._field(OpenField(pointer, ""), again=True)
            if not chosen:
                self._all(who)
        except (click.Abort, EOFError):
            print_line("", err=True)
        return self.found

    def _all(self, who: str | None) -> None:
        """Ask until nothing is open but what was left for later: an answer may open others."""
        left: set[str] = set()
        while True:
            rest = open_fields(self.path, self.options)
            wanted = [each for each in rest.fields if each.pointer not in left and who in (None, each.who)]
            if not wanted:
                return
            self._head(wanted[0])
            if not self._field(wanted[0]):
                left.add(wanted[0].pointer)

    def _head(self, asked: OpenField) -> None:
        """Print whose question it is, where that changes."""
        name = f"who_{asked.who}" if asked.problem else "papers" if asked.question else "document_fields"
        heading = self._text(name)
        steps = asked.pointer.split("/")
        for list_name, word in (("companions", "companion"), ("visits", "visit")):
            if list_name in steps and steps[-1] != list_name:
                heading += f" – {self._text(word, number=int(steps[steps.index(list_name) + 1]) + 1)}"
        if heading != self.heading:
            print_line("", err=True)
            print_line(Styled(heading, bold=True), err=True)
            self.heading = heading

    def _field(self, asked: OpenField, *, again: bool = False) -> bool:
        """Ask for a field, part by part if it has parts. Return False if it was left for later."""
        about = find_field(asked.pointer)
        question = about.title(self.language)
        if asked.problem is not None and asked.problem.code == "schema-required" and "who" in asked.problem.args:
            question = asked.problem.in_language(self.language).message
        if asked.question is not None:
            question = asked.question[self.language]
        if asked.pointer in _EMPTY:
            return self._save(asked.pointer, _EMPTY[asked.pointer])
        if asked.pointer in _COUNTED:
            number = ask_number(self._text(asked.pointer.rpartition("/")[2]), *_COUNTED[asked.pointer], self.language)
            former = value_at(read_json(self.path).data, asked.pointer) or []
            more: list[Any] = [{} for _ in range(number or 0)]
            return number is not None and self._save(asked.pointer, [*former, *more][:number])
        if asked.pointer in ("/hospital", "/guarantor"):
            return self._entry(asked.pointer)
        if about.is_list:
            return self._list(about, question)
        has_parts = bool(about.parts or "properties" in about.schema)
        return self._object(about, question, again=again) if has_parts else self._leaf(about, question)

    def _object(self, about: CaseField, question: str, *, again: bool = False) -> bool:
        print_line(question, err=True)
        data = read_json(self.path).data
        for part in parts_of(about, optional=again):
            if again or value_at(data, part.pointer) is None:
                asked = (
                    self._object(part, part.title(self.language), again=again)
                    if "properties" in part.schema
                    else self._leaf(part, "")
                )
                if not asked and not again and part.name in about.schema.get("required", ()):
                    return False
        return True

    def _list(self, about: CaseField, question: str) -> bool:
        """Ask for the entries of a list, one after the other, until one is left empty."""
        print_line(question, err=True)
        number = 0
        while True:
            entry = find_field(f"{about.pointer}/{number}")
            head = self._text("entry", title=about.title(self.language), number=number + 1)
            done = self._object(entry, head) if entry.parts else self._leaf(entry, head)
            if not done:
                return number > 0
            number += 1

    def _entry(self, pointer: str) -> bool:
        kind: Kind = "hospital" if pointer == "/hospital" else "guarantor"
        names = Offer.of(find_directory(self.path.parent, self.options.directory)).names(kind)
        if not names:
            print_line(self._text(kind), err=True)
            print_line(self._text("no_directory"), err=True)
            return False
        chosen = ask_choice(self._text(kind), names, self.language)
        return chosen is not None and self._save(pointer, chosen)

    def _leaf(self, about: CaseField, question: str) -> bool:
        question = question or f"  {about.title(self.language)}"
        while True:
            value = self._answer(about, question)
            if value is None:
                return False
            if self._save(about.pointer, value):
                return True

    def _answer(self, about: CaseField, question: str) -> Any:
        choices = about.choices(self.language)
        if 0 < len(choices) <= _MOST_CHOICES:
            return ask_choice(question, choices, self.language, about.value_of)
        hint = SEPARATORS[self.language].join(choices) or about.about(self.language)
        if about.schema.get("type") == "boolean":
            hint = self._text("yes_no")
        return ask_text(question, lambda answer: checked_value(about.pointer, answer), self.language, hint)

    def _save(self, pointer: str, value: Any) -> bool:
        """Save an answer. If a rule finds something in it, ask if it is correct; if not, remove it again."""
        former = value_at(read_json(self.path).data, pointer)
        found = change_case(self.path, {pointer: value}, self.options)
        print_problems(found, OutputStyle(self.language))
        if any(problem.pointer == pointer for problem in found):
            keep = ask_text(self._text("keep"), str.lower, self.language)
            if keep not in ("y", "yes", "是", "はい"):
                change_case(self.path, {pointer: former}, self.options)
                return False
        self.found += found
        return True

    def _text(self, name: str, **parts: object) -> str:
        return prompt_text(name, self.language, **parts)
