"""A small Word file for each element of the inventory, made from the way in which the inventory writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.formats.word.inventory import InventoryEntry, inventory
from tests.support.word_files import (
    LISTED,
    PAGE,
    SINGLE,
    cell,
    field,
    numbering,
    paragraph,
    reference,
    row,
    run,
    table,
    text,
    word_file,
)

#: A likely value of an attribute; "1" of the others.
_LIKELY = {
    **dict.fromkeys(("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"), "Noto Sans CJK JP"),
    **dict.fromkeys(("w:color", "w:fill"), "FF8800"),
    **dict.fromkeys(("w:left", "w:right", "w:start", "w:end", "w:firstLine", "w:hanging", "w:pos"), "700"),
    **dict.fromkeys(("w:leftChars", "w:rightChars", "w:beforeLines", "w:afterLines"), "100"),
    **dict.fromkeys(("w:before", "w:after"), "200"),
    "w:line": "500",
    "w:sz": "8",
    "w:space": "4",
    "w:hint": "eastAsia",
    "w:type": "auto",
    "r:id": "rlink",
    "w:w": "300",
}
#: Likely values of w:val, by element.
_VALUES = {
    "w:color": "FF0000",
    "w:sz": "32",
    "w:spacing": "40",
    "w:highlight": "yellow",
    "w:u": "double",
    "w:em": "dot",
    "w:position": "12",
    "w:w": "150",
    "w:kern": "2",
    "w:jc": "thaiDistribute",
    "w:numFmt": "japaneseCounting",
    "w:lvlText": "%1.",
    "w:lvlJc": "right",
    "w:gridSpan": "2",
    "w:vMerge": "restart",
    "w:trHeight": "600",
    "w:textDirection": "tbRl",
    "w:textAlignment": "top",
    "w:outlineLvl": "0",
    "w:shd": "pct25",
    "w:type": "oddPage",
    "w:vAlign": "center",
    "w:ilvl": "0",
    "w:lang": "ja-JP",
    "w:tblStyle": "none",
    "w:pStyle": "Normal",
    "w:rStyle": "none",
}
#: What Word always writes with an element.
_REQUIRED = {
    "w:u": 'w:val="single"',
    "w:trHeight": 'w:val="600"',
    "w:bookmarkStart": 'w:id="0" w:name="a"',
    "w:bookmarkEnd": 'w:id="0"',
}
_BORDER = ("w:pBdr", "w:tblBorders", "w:tcBorders", "w:pgBorders")
_IN_PARAGRAPH = re.compile(
    r"w:(hyperlink|bdo|dir|bookmark\w+|comment\w+|proofErr|perm\w+|move\w+Range\w+|customXml|smartTag)"
)
_TABLE_PARTS = {"w:tblPr", "w:trPr", "w:tcPr", "w:tblBorders", "w:tcBorders", "w:tblCellMar", "w:tcMar"}
_ROWS = (row("a", "b"), row("c", "d"))


class WordSample(NamedTuple):
    """A file with an element, the entry of the element, and the element as the inventory writes it."""

    element: str
    entry: InventoryEntry
    content: bytes


def word_samples() -> Iterator[WordSample]:
    """Yield a file for each element, and for each of its listed values, that is made in a simple way."""
    for entry in inventory():
        for element in entry.elements:
            path, _, attributes = element.partition("@")
            names, _, values = attributes.partition("=")
            for value in values.replace("-120..120", "60").split(","):
                content = _file(path.split("/"), names, value)
                if content is not None:
                    yield WordSample(f"{element} {value}".strip(), entry, content)


def _file(path: list[str], names: str, value: str) -> bytes | None:
    *ancestors, name = path
    if name.startswith("field:"):
        return _field(ancestors, name.removeprefix("field:"))
    if name.startswith(("*", "~", "a:", "pic:", "wp", "m:")) and not (ancestors and ancestors[-1] in _BORDER):
        return None
    parent = ancestors[-1] if ancestors else ""
    if name == "*" and "themeColor" in names:  # beside a colour; alone it is no border
        return None
    if name == "*":
        name = "w:top"
    xml = f"<{name}{_attributes(name, names, value)}/>"
    if parent in {"w:hdr", "w:ftr"}:
        return None
    return _placed(parent, ancestors, name, xml)


def _attributes(name: str, names: str, value: str) -> str:
    if name in _REQUIRED and not names.startswith("w:val"):
        more = "".join(f' {one}="{value or _LIKELY.get(one, 1)}"' for one in names.split(",") if one)
        return f" {_REQUIRED[name]}{more}"
    listed = [one for one in names.replace("+", ",").split(",") if one]
    if not listed:
        return ""
    likely = dict.fromkeys(listed, "ja-JP") if name == "w:lang" else _LIKELY
    border = {"w:val": "single", "w:space": "1"} if {"w:sz", "w:space"} <= set(listed) else {}
    return "".join(
        f' {one}="{value or border.get(one) or (_VALUES.get(name, "1") if one == "w:val" else likely.get(one, "1"))}"'
        for one in listed
    )


def _placed(parent: str, ancestors: list[str], name: str, xml: str) -> bytes | None:
    if parent == "w:rPr" and "w:pPr" in ancestors:
        return word_file(paragraph("words", f"<w:rPr>{xml}</w:rPr>"))
    if name in {"w:b", "w:i", "w:bCs", "w:iCs"}:
        parent = "w:rPr"
    elif not parent and _IN_PARAGRAPH.fullmatch(name):
        return word_file(paragraph("before ", more=xml))
    elif parent == "w:lvl":
        return _in_list(name, xml)
    elif parent in _TABLE_PARTS:
        return _in_table(parent, xml)
    elif parent == "w:pPr" and "w:tc" in ancestors:
        return word_file(table(row(cell(paragraph("words", xml)), "b")))
    inner = f"<{parent}>{xml}</{parent}>"
    places: dict[str, Callable[[], bytes]] = {
        "w:rPr": lambda: word_file(paragraph("before ", more=run(text("words 文字"), xml))),
        "w:r": lambda: word_file(paragraph("before ", more=run(xml) + run(text(" after")))),
        "w:pPr": lambda: word_file(paragraph("words", xml) + paragraph("next")),
        "w:numPr": lambda: word_file(paragraph("words", inner + SINGLE), numbering=numbering()),
        "w:sectPr": lambda: word_file(paragraph("words"), PAGE + xml),
        "w:pgBorders": lambda: word_file(paragraph("words"), PAGE + inner),
        "w:settings": lambda: word_file(paragraph("words"), settings=xml),
        **dict.fromkeys(("w:pBdr", "w:tabs"), lambda: word_file(paragraph("words", inner) + paragraph("next"))),
    }
    return places[parent]() if parent in places else None


def _in_list(name: str, xml: str) -> bytes:
    level = numbering(more=xml)
    if name in {"w:numFmt", "w:lvlText", "w:lvlJc", "w:start"}:  # in place of its own
        level = re.sub(rf"<{name} [^>]*/>", xml, numbering())
    return word_file(paragraph("words", LISTED), numbering=level)


def _in_table(parent: str, xml: str) -> bytes:
    wrapped = xml if parent.endswith("Pr") else f"<{parent}>{xml}</{parent}>"
    if parent in {"w:tblPr", "w:tblBorders", "w:tblCellMar"}:
        return word_file(table(*_ROWS, properties=wrapped) + paragraph("after"))
    if parent == "w:trPr":
        cells = ["a"] if "w:grid" in xml else ["a", "b"]
        return word_file(table(row(*cells, properties=wrapped), *_ROWS) + paragraph("after"))
    return word_file(
        table(row(cell(paragraph("a"), wrapped), *([] if "gridSpan" in xml else ["b"])), *_ROWS) + paragraph("after")
    )


def _field(ancestors: list[str], instruction: str) -> bytes:
    code = f"{instruction} \\* ROMAN" if instruction.endswith("\\") else instruction
    content = paragraph("before ", more=field(code.replace("\\ ", " ")))
    if not ancestors:
        return word_file(content)
    kind = {"w:hdr": "header", "w:ftr": "footer"}[ancestors[-1]]
    return word_file(paragraph("words"), reference(kind, f"{kind}1"), **{f"{kind}1": content})
