"""The timeline as a picture: bars on an axis of months. Reproducible, and without names or illnesses."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from babel.dates import format_date
from PIL import Image, ImageColor, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from pipeline.formats.fonts import FACES, font_file
from pipeline.language import Language
from pipeline.visa.calendar import days_after, months_after
from pipeline.visa.timeline.picture_rows import PictureRow, picture_rows
from pipeline.visa.timeline.timeline import Timeline

_WIDTH_MM = 170.0
_DPI = 300
_WIDTH = round(_WIDTH_MM / 25.4 * _DPI)
_TEXT, _SMALL = 38, 36  # 8.6 and 8.1 points where the guide prints it, 160 mm wide
_LEFT, _RIGHT, _HEAD, _ROW, _BAR, _GAP, _FOOT = 450, 24, 104, 66, 34, 14, 14
_MONTH_WIDTH = 76  # the smallest width for the name of a month
_OPEN_DAYS, _TIP = 45, 22  # the drawn length of a bar without an end, and the length of its arrow tip
_MOST_MONTHS_MORE = 12

_INK, _GREY, _LINE = "#1a1a1a", "#595959", "#d0d0d0"
_GROUNDS = ("#f2f4f7", "#ffffff")
_COLOURS = {
    "filing": "#9db2cc",
    "decision": "#c9cdd3",
    "visit": "#1f3a5f",
    "culture": "#d9a441",
    "phase": "#5b8e7d",
}
_MARK = "#b3261e"
_SOFTWARE = "visa-packet timeline"
#: The level of compression that takes a third of the time, and makes a picture of flat areas hardly larger.
_LEVEL = 1
#: The steps between a text and its ground at the edges of letters. Pillow takes more of them for the ground itself.
_STEPS = 24


@dataclass(frozen=True, slots=True)
class _Axis:
    """The horizontal positions of days."""

    first: date
    last: date

    def x(self, day: date) -> int:
        """Return the left edge of ``day``."""
        span = max((self.last - self.first).days, 1)
        part = (min(max(day, self.first), self.last) - self.first).days / span
        return round(_LEFT + part * (_WIDTH - _LEFT - _RIGHT))

    def months(self) -> list[date]:
        """Return the first days of as many months as fit."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        room = (_WIDTH - _LEFT - _RIGHT) // _MONTH_WIDTH
        every = next((step for step in (1, 2, 3, 6, 12) if count <= room * step), 12 * (1 + count // (12 * room)))
        return [months_after(self.first, number) for number in range(0, count, every)]


def draw_png(timeline: Timeline, language: Language) -> bytes:
    """Return the picture as PNG, 170 mm wide when printed at its 300 dots per inch."""
    rows = list(picture_rows(timeline, language))
    image = Image.new("RGB", (_WIDTH, _HEAD + _ROW * len(rows) + _FOOT), "white")
    draw, axis = ImageDraw.Draw(image), _axis(rows, _font(language, _SMALL))
    for number in range(len(rows)):
        top = _HEAD + number * _ROW
        draw.rectangle((0, top, _WIDTH, top + _ROW - 1), fill=_GROUNDS[number % 2])
    _draw_months(draw, axis, image.height, language)
    for number, row in enumerate(rows):
        _draw_row(draw, axis, row, number, language)
    metadata = PngInfo()
    metadata.add_text("Software", _SOFTWARE)
    out = io.BytesIO()
    indexed = image.quantize(palette=_palette(), dither=Image.Dither.NONE)
    indexed.save(out, "PNG", dpi=(_DPI, _DPI), pnginfo=metadata, compress_level=_LEVEL)
    return out.getvalue()


@cache
def _palette() -> Image.Image:
    """Return a picture with all colours. A file with their numbers is written in a quarter of the time."""
    exact = [_INK, _GREY, _LINE, _MARK, *_GROUNDS, *_COLOURS.values()]
    edges = [(_INK, ground) for ground in _GROUNDS] + [(_GREY, _GROUNDS[1])]
    blended = [_blend(text, ground, step) for text, ground in edges for step in range(1, _STEPS)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in [*map(ImageColor.getrgb, exact), *blended] for level in colour])
    return palette


def _blend(text: str, ground: str, step: int) -> tuple[int, ...]:
    pairs = zip(ImageColor.getrgb(text), ImageColor.getrgb(ground), strict=True)
    return tuple(round(one + (other - one) * step / _STEPS) for one, other in pairs)


def is_own_png(content: bytes) -> bool:
    """Return True if the picture was drawn by this program and may be replaced."""
    return f"Software\0{_SOFTWARE}".encode() in content[:200]


def _axis(rows: Sequence[PictureRow], font: ImageFont.FreeTypeFont) -> _Axis:
    """Return whole months around all bars, and as many more as the dates beside the bars need."""
    days = [day for row in rows for day in (row.start, row.mark, _end(row)) if day is not None]
    first = min(days).replace(day=1)
    for more in range(1, _MOST_MONTHS_MORE + 1):
        axis = _Axis(first, months_after(max(days).replace(day=1), more))
        if all(_beside(axis, row, font.getlength(row.days)) for row in rows):
            break
    return axis


def _bar(axis: _Axis, row: PictureRow) -> tuple[int, int]:
    """Return the left and right end; for an open bar, the tip of its arrow."""
    left = axis.x(row.start)
    right = max(axis.x(days_after(_end(row), 1)), left + 6)  # keep a single day visible
    return left, min(right + _TIP, _WIDTH - 2) if row.end is None else right


def _beside(axis: _Axis, row: PictureRow, width: float) -> tuple[int, str] | None:
    """Return position and anchor of a text of that width beside the bar, or None if it does not fit."""
    left, right = _bar(axis, row)
    if right + _GAP + width <= _WIDTH:
        return right + _GAP, "lm"
    if left - _GAP - width >= _LEFT:
        return left - _GAP, "rm"
    return None


def _end(row: PictureRow) -> date:
    return row.end if row.end is not None else days_after(row.start, _OPEN_DAYS)


def _draw_months(draw: ImageDraw.ImageDraw, axis: _Axis, height: int, language: Language) -> None:
    months = axis.months()
    years: set[int] = set()
    edges = [*(axis.x(month) for month in months), _WIDTH - _RIGHT]
    for month, (left, right) in zip(months, pairwise(edges), strict=True):
        draw.line((left, _HEAD - 48, left, height - _FOOT), fill=_LINE, width=2)
        name = format_date(month, "LLL", locale=language)
        draw.text(((left + right) / 2, _HEAD - 26), name, fill=_GREY, font=_font(language, _SMALL), anchor="mm")
        if month.year not in years:
            years.add(month.year)
            year = str(month.year) if language == "en" else f"{month.year}年"
            draw.text((left + 8, _HEAD - 76), year, fill=_INK, font=_font(language, _SMALL), anchor="lm")
    draw.line((edges[-1], _HEAD - 48, edges[-1], height - _FOOT), fill=_LINE, width=2)
    draw.line((_LEFT, _HEAD, _WIDTH - _RIGHT, _HEAD), fill=_GREY, width=2)


def _draw_row(draw: ImageDraw.ImageDraw, axis: _Axis, row: PictureRow, number: int, language: Language) -> None:
    middle = _HEAD + number * _ROW + _ROW // 2
    upper, lower = middle - _BAR // 2, middle + _BAR // 2
    draw.text((_GAP, middle), row.label, fill=_INK, font=_font(language, _TEXT), anchor="lm")
    left, right = _bar(axis, row)
    if row.end is None:  # an arrow for an open end
        neck = right - _TIP
        draw.polygon(
            [(left, upper), (neck, upper), (right, middle), (neck, lower), (left, lower)], fill=_COLOURS[row.kind]
        )
    else:
        draw.rectangle((left, upper, right, lower), fill=_COLOURS[row.kind])
    if row.mark is not None:
        mark = axis.x(row.mark)
        draw.rectangle((mark - 3, upper - 8, mark + 3, lower + 8), fill=_MARK)
    font = _font(language, _SMALL)
    x, anchor = _beside(axis, row, font.getlength(row.days)) or ((_LEFT + _WIDTH) // 2, "mm")
    box = draw.textbbox((x, middle), row.days, font=font, anchor=anchor)
    ground = (box[0] - 4, box[1] - 2, box[2] + 4, box[3] + 2)  # cover the month lines behind the text
    draw.rectangle(ground, fill=_GROUNDS[number % 2])
    draw.text((x, middle), row.days, fill=_INK, font=font, anchor=anchor)


@cache
def _font(language: Language, size: int) -> ImageFont.FreeTypeFont:
    """Return the face of the language in the shipped collection. Basic layout is the same on every machine."""
    face = FACES[language]
    file = str(font_file(face.package))
    return ImageFont.truetype(file, size, index=face.number, layout_engine=ImageFont.Layout.BASIC)
