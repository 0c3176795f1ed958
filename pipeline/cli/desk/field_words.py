"""The words of fields on the page: where a finding is, and the titles in place of names that only a case file has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

from pipeline.case.model import AttachmentRole
from pipeline.cli.desk.case_form import SECTIONS
from pipeline.errors import InputError
from pipeline.language import Language
from pipeline.run.case_folder.fields import CaseField, find_field

#: A name in a case file that is no word of any language.
_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
#: The role of a paper after its title, which says the same, and whose it is.
_ROLE = re.compile(rf" ?[(（](?:role )?(?:{'|'.join(get_args(AttachmentRole))})(?:[、，](\S+?))?[)）](?: of (\S+))?")
_QUOTES: dict[Language, str] = {"en": "“{}”", "ja": "「{}」", "zh": "“{}”"}
#: Fields have no more levels than this.
_DEEPEST = 7


def field_words(pointer: str | None, language: Language) -> str:
    """Return where a field is, in words: "Treatment › Visit 2 › Lodging". Empty if no field has this pointer."""
    found: list[str] = []
    at = ""
    for step in (pointer or "").strip("/").split("/"):
        at = f"{at}/{step}"
        try:
            title = find_field(at).title(language)
        except InputError:
            break
        if step.isdecimal() and found:
            found[-1] = f"{found[-1] if title == step else title} {int(step) + 1}"
        else:
            found.append(title)
    return " › ".join(found)


def with_titles(text: str, language: Language) -> str:
    """Return a text with the title of each field in place of its name in a case file, and without roles of papers."""
    titles = _titles(language)
    text = _ROLE.sub(lambda role: _owner(role[1] or role[2], language), text)
    return _NAME.sub(lambda name: _QUOTES[language].format(titles[name[0]]) if name[0] in titles else name[0], text)


def _owner(person: str | None, language: Language) -> str:
    """Return whose paper it is, in words; nothing for the patient's."""
    if not person:
        return ""
    index = int(person.removeprefix("companion-")) - 1
    return f" ({field_words(f'/companions/{index}', language)})"


@cache
def _titles(language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in (*SECTIONS, "attachments"):
        for each in _walk(find_field(f"/{section}")):
            found.setdefault(each.name, each.title(language))
    return found


def _walk(field: CaseField) -> Iterator[CaseField]:
    yield field
    if field.pointer.count("/") > _DEEPEST:
        return
    if field.is_list and field.schema["items"]:
        yield from _walk(find_field(f"{field.pointer}/0"))
    for name in field.schema.get("properties", ()):
        if name != "$schema":
            yield from _walk(find_field(f"{field.pointer}/{name}"))
