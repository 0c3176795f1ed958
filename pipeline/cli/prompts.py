"""Questions on the terminal, in the language of the user. Enter alone leaves a question for later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import click

from pipeline.cli.terminal import Styled, print_line
from pipeline.errors import InputError
from pipeline.language import Language
from pipeline.resources import read_data

Value = TypeVar("Value")


class _RefusedError(ValueError):
    """The answer is none of the choices. The message is in the language of the user."""


def prompt_text(name: str, language: Language, **parts: object) -> str:
    """Return a text of ``data/prompts.json``."""
    text: str = read_data("prompts", "cli")[name][language]
    return text.format(**parts)


def ask_text(question: str, parse: Callable[[str], Value], language: Language, hint: str = "") -> Value | None:
    """Ask until ``parse`` takes the answer: it raises InputError, whose problems are printed. None for Enter alone."""
    print_line(question, err=True)
    if hint:
        print_line(Styled(f"  {hint}", dim=True), err=True)
    while True:
        answer: str = click.prompt("", prompt_suffix="> ", default="", show_default=False, err=True).strip()
        if not answer:
            return None
        try:
            return parse(answer)
        except _RefusedError as error:
            print_line(Styled(f"  {error}", fg="red"), err=True)
        except InputError as error:
            for problem in error.problems:
                translated = problem.in_language(language)
                print_line(Styled(f"  {translated.message}", fg="red"), err=True)
                print_line(f"  {translated.hint}", err=True)


def ask_choice(
    question: str, choices: Mapping[str, str], language: Language, value_of: Callable[[str], str] = str
) -> str | None:
    """Ask for one of ``choices`` (value -> label), by its number, value or label. None for Enter alone.

    ``value_of`` knows other words for a value, such as the labels of other languages.
    """
    lines = [f"  {number:>2}  {label}" for number, label in enumerate(choices.values(), start=1)]

    def parse(answer: str) -> str:
        for number, (value, label) in enumerate(choices.items(), start=1):
            if answer.casefold() in (str(number), value.casefold(), label.casefold()):
                return value
        if value_of(answer) in choices:
            return value_of(answer)
        raise _RefusedError(prompt_text("choose", language, last=len(choices)))

    print_line(question, err=True)
    for line in lines[:-1]:
        print_line(line, err=True)
    return ask_text(lines[-1], parse, language)


def ask_number(question: str, first: int, last: int, language: Language) -> int | None:
    """Ask for a whole number in a range. None for Enter alone."""

    def parse(answer: str) -> int:
        if answer.isdecimal() and first <= int(answer) <= last:
            return int(answer)
        raise _RefusedError(prompt_text("number", language, first=first, last=last))

    return ask_text(question, parse, language)
