"""Options and arguments that several commands share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.case.source import Source
from pipeline.language import LANGUAGES, Language, language_of
from pipeline.run.inputs import sources

_SMALLEST_BUNDLE = 100_000

Function = TypeVar("Function", bound=Callable[..., Any])


class LetterLanguagesType(click.ParamType[tuple[Language, ...]]):
    """Languages of letters, such as ja,en: Japanese first, each once."""

    name = "languages"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Language, ...]:
        """Return the languages in ``value``."""
        chosen = tuple(language for name in str(value).split(",") for language in LANGUAGES if language == name.strip())
        if chosen[:1] != ("ja",) or len({*chosen}) != len(str(value).split(",")):
            self.fail("give ja, or ja and others, such as ja,en", param, ctx)
        return chosen


lang_option = click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=lambda: language_of(os.environ),
    show_default="from the locale",
    help="Language of the findings.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
_LINES = click.option(
    "--jsonl",
    "as_json",
    is_flag=True,
    help="Print JSON lines: one for each event and for each case when it ends, and a last one with the totals.",
)
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day for which the rules are checked, YYYY-MM-DD; today by default. A fixed day makes a run repeatable.",
)
set_folder_option = click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of the template set; by default the current folder. A new folder becomes a new set.",
)
notes_option = click.option("--notes", is_flag=True, help="Print notes in full; by default only their number.")
directory_option = click.option(
    "--directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of hospitals and guarantors; by default the nearest folder `directory`, beside the case or up to two "
    "folders above.",
)
templates_option = click.option(
    "--templates",
    default="medical-stay",
    show_default=True,
    metavar="SET",
    help="Name of a shipped template set, or the folder of another.",
)
read_scans_option = click.option(
    "--read-scans",
    is_flag=True,
    help="Also read scans and photos of papers, and compare them with the case. Takes a few seconds a page; needs the "
    "extra `read`.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="Time limit for one case.",
)
letter_languages_option = click.option(
    "--letter-languages",
    type=LetterLanguagesType(),
    metavar="LANGUAGES",
    help="Languages of the letters, such as ja,en or ja,en,zh; by default those of the template set. Japanese leads.",
)
cases_argument = click.argument("cases", nargs=-1, required=True, type=click.Path(readable=False))


def json_options(command: Function) -> Function:
    """Add ``--json`` and ``--jsonl``, for a command that works on several cases."""
    return json_option(_LINES(command))


def check_options(command: Function) -> Function:
    """Add the options of checking a case."""
    decorators = (
        as_of_option,
        templates_option,
        directory_option,
        click.option(
            "--allow-missing",
            is_flag=True,
            help="Build even if papers of the official list are missing; the cover sheet lists them.",
        ),
        click.option(
            "--allow-changed",
            is_flag=True,
            help="File signed originals of documents that have changed since they were signed, or that cannot be "
            "compared; the cover of the working file lists them.",
        ),
        read_scans_option,
        click.option("--draft", is_flag=True, help="Mark every generated page 案 / DRAFT; papers may be missing."),
        letter_languages_option,
        click.option("--strict", is_flag=True, help="Treat warnings as errors."),
        notes_option,
        lang_option,
        json_options,
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


class Size(click.ParamType[int]):
    """A size such as 5MB or 900kB, in bytes; at least 100 kB, because no bundle is smaller."""

    name = "size"
    _WRITTEN = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?([KkMm])[Bb]")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return ``value`` in bytes."""
        written = self._WRITTEN.fullmatch(str(value))
        size = int(float(written[1]) * (1_000 if written[2] in "Kk" else 1_000_000)) if written else 0
        if size < _SMALLEST_BUNDLE:
            self.fail("give a size of at least 100kB, such as 5MB", param, ctx)
        return size


def day_of(as_of: datetime | None) -> date:
    """Return the day of ``--as-of``, or today."""
    return as_of.date() if as_of else date.today()  # noqa: DTZ011 - the user's local day


def case_files(arguments: Iterable[str]) -> list[Source]:
    """Return every case that the arguments name."""
    return list(sources(arguments))


def complete(words: Iterable[str], prefix: str) -> list[str]:
    """Return the words that begin with ``prefix``, for shell completion."""
    return [word for word in words if word.startswith(prefix)]
