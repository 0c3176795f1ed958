"""docs/api.md: the public functions of Python with their signatures and docstrings, and what they return."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal, get_args, get_origin

import pipeline

_WIDTH = 100
_GROUPS = {
    "run.public.changing": "A case and its papers",
    "run.public.tables": "Cases from tables",
    "run.public.checking": "Checks and states",
    "run.public.timelines": "Dates",
    "run.public.papers_read": "Reading papers, filling forms, letters",
    "run.public.building": "Building",
    "run.public.packets": "Packets",
    "authoring.public_sets": "Template sets",
    "run.public.reference": "Rules and schemas",
}


def api_functions() -> str:
    """Return the generated part of the page."""
    parts = []
    for home, title in _GROUPS.items():
        parts.append(f"## {title}\n")
        parts += [_function(name) for name in pipeline._HOMES[home] if name.islower()]  # noqa: SLF001 - its order
    parts.append("## Words\n")
    parts.append("Where an annotation is one of these names, the argument is one of its words.\n")
    parts.append("".join(f"- `{name}`: {', '.join(map(_code, words))}\n" for name, words in _words().items()))
    parts.append("## What they return\n")
    parts.append("The attributes of a type that this page does not describe may change.\n")
    parts += [_class(name) for name in _in_order() if inspect.isclass(getattr(pipeline, name))]
    return "\n".join(parts) + "\n"


def _in_order() -> list[str]:
    """Return the public names in the order of the page."""
    return [name for names in pipeline._HOMES.values() for name in names]  # noqa: SLF001 - as above


def _code(word: str) -> str:
    return f"`{word}`"


def _words() -> dict[str, tuple[str, ...]]:
    """Return the words of each named Literal in an annotation of a function."""
    found = {}
    for name in filter(str.islower, pipeline.__all__):
        function = inspect.unwrap(getattr(pipeline, name))
        for annotation in inspect.get_annotations(function).values():
            for alias in re.findall(r"\b[A-Z]\w+", annotation):
                kind = function.__globals__.get(alias)
                if get_origin(kind) is Literal:
                    found[alias] = get_args(kind)
    return dict(sorted(found.items()))


def signature_of(name: str) -> str:
    """Return the signature of a public function, one parameter a line if there are several."""
    function = getattr(pipeline, name)
    shown = inspect.signature(function)
    parts = list(_parameters(shown))
    end = f") -> {shown.return_annotation}"
    line = f"{name}({', '.join(parts)}{end}"
    return line if len(line) <= _WIDTH else f"{name}(\n{''.join(f'    {part},{chr(10)}' for part in parts)}{end}"


def _parameters(shown: inspect.Signature) -> Iterator[str]:
    is_keyword = False
    for parameter in shown.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not is_keyword:
            is_keyword = True
            yield "*"
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        stars = "*" * (parameter.kind is parameter.VAR_POSITIONAL)
        yield f"{stars}{parameter.name}: {parameter.annotation}{default}"


def _function(name: str) -> str:
    text = inspect.getdoc(getattr(pipeline, name)) or ""
    return f"### {name}\n\n```python\n{signature_of(name)}\n```\n\n{_markdown(text)}\n"


def _markdown(docstring: str) -> str:
    """Return a docstring as Markdown, each example in a block."""
    blocks = re.split(r"\n\n", docstring)
    return "\n\n".join(f"```pycon\n{block}\n```" if block.startswith(">>>") else _plain(block) for block in blocks)


def _plain(text: str) -> str:
    return text.replace("``", "`")


def _class(name: str) -> str:
    """Return what a class is, and its attributes."""
    kind = getattr(pipeline, name)
    text = _plain((inspect.getdoc(kind) or "").strip())
    rows = "".join(f"- `{each}`\n" for each in attributes_of(kind))
    return f"### {name}\n\n{text}\n\n{rows}"


def attributes_of(kind: type) -> list[str]:
    """Return the public attributes of a class with their types, and its properties and methods."""
    if issubclass(kind, Enum):
        return [f"{each.name} = {each.value}" for each in kind]
    own = [each for each in reversed(kind.__mro__) if each.__module__.startswith("pipeline.")]
    hints = {name: (hint, each) for each in own for name, hint in inspect.get_annotations(each).items()}
    shown = [f"{name}: {_spelt(*hint)}" for name, hint in hints.items() if not name.startswith("_")]
    return [*shown, *(member for each in own for member in _members(each))]


def _spelt(hint: str, kind: type) -> str:
    """Return an annotation of an attribute, with the words of a Literal in place of its name."""
    plain = hint.removeprefix("ClassVar[").removesuffix("]") if hint.startswith("ClassVar[") else hint
    known = vars(sys.modules[kind.__module__])

    def words(name: re.Match[str]) -> str:
        value = known.get(name[0])
        return " | ".join(map(repr, get_args(value))) if get_origin(value) is Literal else name[0]

    return re.sub(r"\b[A-Z]\w+\b", words, plain)


def _members(kind: type) -> Iterator[str]:
    for name, member in sorted(vars(kind).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, property) and member.fget is not None:
            yield f"{name}: {inspect.signature(member.fget).return_annotation}"
        elif inspect.isfunction(member):
            shown = inspect.signature(member)
            yield f"{name}({', '.join(list(_parameters(shown))[1:])}) -> {shown.return_annotation}"


def names_with_signatures() -> dict[str, Any]:
    """Return what each public name is: the signature of a function, the attributes of a class."""
    found: dict[str, Any] = {}
    for name in pipeline.__all__:
        value = getattr(pipeline, name)
        if inspect.isclass(value):
            found[name] = attributes_of(value)
        else:
            found[name] = signature_of(name) if inspect.isfunction(value) else str(value)
    return found | {f"words of {name}": list(words) for name, words in _words().items()}
