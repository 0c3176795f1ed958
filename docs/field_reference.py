"""Generates docs/fields.md and its Japanese and Chinese editions: every field of a case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.formats.json.violations import SchemaPart, find_schema
from pipeline.language import Language

_HEADS: Mapping[Language, tuple[str, str, tuple[str, ...], str, str]] = {
    "en": (
        "# Fields of a case",
        """One JSON file describes one patient's application. A field in a list has `[]` in its name. Texts in several
languages, names and addresses have the parts of the last section.""",
        ("field", "title", "required", "meaning", "example"),
        "yes",
        "Parts of values",
    ),
    "ja": (
        "# 案件の項目",
        "1つのJSONファイルが患者1名の申請を表します。リストの中の項目は名前に`[]`が付き、複数の言語の文などの部分は最後の節にあります。",
        ("項目", "名称", "必須", "意味", "例"),
        "必須",
        "値の部分",
    ),
    "zh": (
        "# 个案的字段",
        "一个 JSON 文件描述一位患者的申请。列表中的字段名带有 `[]`。多语言文字、姓名和地址由最后一节所列的部分组成。",
        ("字段", "名称", "必填", "含义", "示例"),
        "是",
        "值的组成部分",
    ),
}
_LONGEST_EXAMPLE = 90


class _Field(NamedTuple):
    name: str
    part: Mapping[str, Any]
    required: bool


def field_page(language: Language) -> str:
    """Return the page in a language."""
    title, introduction, columns, yes, parts = _HEADS[language]
    case = find_schema("case")
    sections = [f"{title}\n\n{introduction}\n\n"]
    top = [_Field(name, part, name in case.contents["required"]) for name, part in case.contents["properties"].items()]
    sections.append(_table([field for field in top if not _is_section(case, field.part)], columns, yes, language))
    for field in top:
        if _is_section(case, field.part):
            rows = [field, *_fields(case, field.part, field.name)]
            sections.append(f"\n## {_texts(field.part, language)['title']}\n\n{_table(rows, columns, yes, language)}")
    common = find_schema("common")
    shared = [_Field(name, part, required=False) for name, part in common.contents["$defs"].items()]
    rows = [row for each in shared for row in _fields(common, each.part, each.name) if "properties" in each.part]
    sections.append(f"\n## {parts}\n\n{_table(rows, columns, yes, language)}")
    return "".join(sections)


def _table(fields: list[_Field], columns: tuple[str, ...], yes: str, language: Language) -> str:
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    return head + "".join(_row(field, yes, language) for field in fields)


def _row(field: _Field, yes: str, language: Language) -> str:
    texts, examples = _texts(field.part, language), field.part.get("examples", [])
    example = f"`{json.dumps(examples[0], ensure_ascii=False)}`" if examples else ""
    example = example if len(example) <= _LONGEST_EXAMPLE else ""
    cells = (f"`{field.name}`", texts["title"], yes if field.required else "", texts["description"], example)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _texts(part: Mapping[str, Any], language: Language) -> Mapping[str, str]:
    texts: Mapping[str, str] = part.get("x-lang", {}).get(language, part)
    return texts


def _is_section(schema: SchemaPart, part: Mapping[str, Any]) -> bool:
    return any(True for _ in _fields(schema, part, ""))


def _fields(schema: SchemaPart, part: Mapping[str, Any], name: str) -> Iterator[_Field]:
    """Yield the fields below a part, in order; those of common definitions are not repeated."""
    reference = part.get("$ref") or part.get("then", {}).get("$ref")
    if reference:
        if reference.startswith("common."):
            return
        found = schema.resolver.lookup(reference)
        yield from _fields(found, found.contents, name)
    elif "items" in part:
        yield from _fields(schema, part["items"], f"{name}[]")
    else:
        for below, child in part.get("properties", {}).items():
            field = _Field(f"{name}.{below}", child, below in part.get("required", ()))
            yield field
            yield from _fields(schema, child, field.name)
