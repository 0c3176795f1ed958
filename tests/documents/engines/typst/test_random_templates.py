"""Random templates of the subset that the engine typst translates: the same pages with LibreOffice, to two points."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.typst.engine import Typst
from pipeline.documents.engines.typst.word_file import translate_template
from pipeline.documents.fill import fill
from tests.support.pages import Place, places
from tests.support.tools import needs_libreoffice
from tests.support.word_files import cell, paragraph, row, run, table, text, word_file

_TEMPLATES = 40
#: Engines set a line up to two points higher or lower.
_POINTS = 2.0
#: Templates with a line as long as its cell, to a fraction of a point, so that it ends a word earlier in one engine.
_AT_AN_EDGE = 1
_WORDS = ("plan", "visit", "a clinic", "of the hospital", "Letter", "2026", "No. 7", "knee", "and the guarantor")
_SIGNS = ("患者", "日本国内", "治療の予定", "の", "書類", "東京都架空区", "病院")
_CONTEXT = {"yes": True, "no": False, "names": ["one", "two", "three"], "name": "王晓明", "note": "first\nsecond"}
_SETTINGS = (
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
)
_BORDER = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="404040"/>'


class _Template:
    """A template made of random parts, the same for the same number."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)  # noqa: S311 - the same parts each time

    def content(self) -> bytes:
        """The Word file."""
        parts = [self._random.choice((self._paragraph, self._table, self._optional))() for _ in range(3)]
        return word_file("".join(parts), settings=_SETTINGS)

    def _words(self, most: int) -> str:
        listed = self._random.choice((_WORDS, _SIGNS))
        between = " " if listed is _WORDS else ""
        return between.join(self._random.choice(listed) for _ in range(self._random.randint(1, most)))

    def _format(self, size: int) -> str:
        """The properties of a paragraph of this size, whose lines are as far apart as in the shipped templates."""
        pick = self._random.choice
        before, after = pick((0, 60)), pick((0, 120))
        space = f'<w:spacing w:before="{before}" w:after="{after}" w:line="{size * 145 // 10}" w:lineRule="exact"/>'
        indent = pick(("", '<w:ind w:left="400" w:right="200"/>', '<w:ind w:left="420" w:hanging="420"/>'))
        return f'{pick(("", "<w:keepNext/>"))}{space}{indent}<w:jc w:val="{pick(("left", "center", "right"))}"/>'

    def _paragraph(self, most: int = 20) -> str:
        pick = self._random.choice
        size = pick((15, 18, 21))
        runs = "".join(
            run(text(words), f'{look}<w:sz w:val="{size}"/>')
            for words, look in (
                (self._words(most), ""),
                (pick(("", " {{ name }}", "{% if yes %} yes{% else %} no{% endif %}")), "<w:b/>"),
                (pick(("", "{{ note }}")), '<w:color w:val="1F3A5F"/>'),
            )
        )
        return paragraph("", self._format(size), runs)

    def _optional(self) -> str:
        """A paragraph that is there or not."""
        begin = paragraph(f"{{%p if {self._random.choice(('yes', 'no'))} %}}")
        return begin + self._paragraph() + paragraph("{%p endif %}")

    def _table(self) -> str:
        pick = self._random.choice
        columns = pick(((4033, 5011), (2033, 3047, 4021)))
        rows = [self._row(columns) for _ in range(self._random.randint(1, 4))]
        if self._random.random() < 0.5:
            each = row(*(cell(paragraph("{{ x }} " + self._words(4)), width=width) for width in columns))
            tags = (
                row(*(cell(paragraph(tag if not n else "")) for n in range(len(columns))))
                for tag in ("{%tr for x in names %}", "{%tr endfor %}")
            )
            begin, end = tags
            rows += [begin, each, end]
        # LibreOffice makes cells narrower and rows higher by the width of their borders, so a line may end elsewhere.
        return table(*rows, columns=columns).replace('w:val="single" w:sz="4"', 'w:val="nil"') + self._paragraph(2)

    def _row(self, columns: tuple[int, ...]) -> str:
        pick = self._random.choice
        look = pick(("", "<w:cantSplit/>", '<w:cantSplit/><w:trHeight w:val="700" w:hRule="atLeast"/>'))
        return row(*(self._cell(width) for width in columns), properties=look)

    def _cell(self, width: int) -> str:
        pick = self._random.choice
        borders = pick(("", f"<w:tcBorders>{_BORDER.format('bottom', 8)}</w:tcBorders>"))
        shade = pick(("", '<w:shd w:val="clear" w:color="auto" w:fill="EEEEEE"/>'))
        content = "".join(self._paragraph(6) for _ in range(self._random.randint(1, 2)))
        return cell(content, f'{borders}{shade}<w:vAlign w:val="{pick(("top", "center"))}"/>', width)


@pytest.mark.soak
@needs_libreoffice
@pytest.mark.timeout(1_800)
def test_random_templates_are_drawn_alike() -> None:
    filled = [fill(_Template(number).content(), f"{number}.docx", _CONTEXT) for number in range(_TEMPLATES)]
    for document in filled:
        assert document.template is not None
        translate_template(document.template)  # or else it is refused, and another engine draws it
    others = load_engine("libreoffice").convert_many([document.docx for document in filled])
    compared = zip(Typst().draw_many(filled), others, strict=True)
    found = {
        number: words for number, (one, other) in enumerate(compared) if (words := _difference(one.content, other))
    }
    assert len(found) <= _AT_AN_EDGE, found


def _difference(one: bytes, other: bytes) -> str:
    """What differs between two PDFs, in words; nothing if they are alike."""
    left, right = places(one), places(other)
    if [place.page for place in (left[-1], right[-1])] != [1, 1]:
        return "more than one page"
    if [place.character for place in left] != [place.character for place in right]:
        return "other words, or another order"
    apart = [
        (before[0], after[0])
        for before, after in pairwise(zip(left, right, strict=True))
        if abs(_step(before[0], after[0]) - _step(before[1], after[1])) > _POINTS
    ]
    sideways = [pair for pair in zip(left, right, strict=True) if abs(pair[0].x - pair[1].x) > _POINTS]
    first = (*apart, *sideways)[:1]
    return f"{len(apart)} lines and {len(sideways)} characters elsewhere, such as {first}" if first else ""


def _step(before: Place, after: Place) -> float:
    """How much further down the page a character is than the one before it."""
    return after.y - before.y
