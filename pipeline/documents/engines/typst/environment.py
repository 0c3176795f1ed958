"""The Jinja environment for Typst templates: each value becomes the inside of a Typst string."""

from __future__ import annotations

import re
from base64 import b64encode
from struct import Struct
from typing import Any

from jinja2 import Undefined, nodes, pass_context
from jinja2.filters import do_mark_safe
from jinja2.runtime import Context

from pipeline.documents.engines.typst.elements import RefusedError
from pipeline.documents.engines.typst.source import escaped
from pipeline.documents.environment import Picture, TemplateEnvironment

#: Characters for which Word begins something, such as a tab or a paragraph, or Typst does.
_BREAKS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
#: The width and height of a PNG, and where they are.
_PNG_SIZE, _PNG_SIZE_AT = Struct(">II"), 16
_STATEMENTS = (nodes.Output, nodes.If, nodes.For, nodes.Assign)
#: Tags whose word in the template is not the name that Jinja has for them.
_WORDS: dict[type[nodes.Stmt], str] = {
    nodes.For: "for with the word recursive",
    nodes.AssignBlock: "set with an end",
    nodes.CallBlock: "call",
    nodes.FilterBlock: "filter",
    nodes.FromImport: "from",
    nodes.ScopedEvalContextModifier: "autoescape",
}


class TypstEnvironment(TemplateEnvironment):
    """Renders a Typst template. Values are data: they stand inside strings and are never evaluated."""

    def __init__(self) -> None:
        super().__init__(_place)

    @pass_context  # as in the other environment
    def _print(self, context: Context, value: Any) -> Any:
        printed = super()._print(context, value)
        if isinstance(value, Picture | Undefined):
            return printed
        text = str(printed)
        if _BREAKS.search(text):
            raise RefusedError("a tab, paragraph or page break in a value")
        return do_mark_safe(escaped(text))


def check_statements(source: str) -> None:
    """Raise RefusedError for a tag that prints parts of the template, which are markup, like values."""
    for node in TypstEnvironment().parse(source).find_all(nodes.Stmt):
        if not isinstance(node, _STATEMENTS) or (isinstance(node, nodes.For) and node.recursive):
            kind = type(node)
            raise RefusedError(f"the tag {_WORDS.get(kind, kind.__name__.lower())}")


def _place(picture: Picture) -> str:
    """Return source that ends the string around the tag of a picture, draws the picture, and begins another string."""
    png = picture.draw()
    # A PNG in Typst source would be a number for each byte. SVG is text, and decoded faster.
    size = 'width="{}" height="{}"'.format(*_PNG_SIZE.unpack_from(png, _PNG_SIZE_AT))
    data = f'<image {size} href="data:image/png;base64,{b64encode(png).decode()}"/>'
    svg = escaped(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{data}</svg>')
    drawn = f'image(bytes("{svg}"), width: {picture.width_mm:g}mm, alt: "{escaped(picture.description)}")'
    return f'" + box({drawn}) + "'
