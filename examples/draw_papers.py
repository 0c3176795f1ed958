"""Draw the sample papers of an example case: invented, plainly so, and the same bytes on every run.

Usage: python examples/draw_papers.py examples/wang-xiaoming
Draws each attachment that the case names, by its role; nothing drawn here imitates a real document.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import img2pdf
import noto_cjk_sans_jp_bold
import noto_cjk_sans_otc
from bank_certificate import bank_certificate
from PIL import Image, ImageDraw, ImageFont

from pipeline.case.filing import Attachment
from pipeline.case.load import load_case
from pipeline.case.model import Case
from pipeline.case.people import Traveller

CHINESE, MONO, BOLD = 2, 5, -1  # faces of the font collection, and the bold font beside it
INK, GREY, RED = "#22303c", "#6b7780", "#b03030"
SEX = {"male": ("男", "M"), "female": ("女", "F")}
NOTICES = {
    "visa_application": ("签证申请书", "Visa application form", "the signed application form"),
    "combined_form": ("受诊等预定证明书及身元保证书", "Combined form", "the signed and sealed combined form"),
    "certificate_of_eligibility": ("在留资格认定证明书", "Certificate of Eligibility", "the certificate as issued"),
}


@cache
def _font(size: int, face: int = CHINESE) -> ImageFont.FreeTypeFont:
    path = noto_cjk_sans_jp_bold.FONT_PATH if face == BOLD else noto_cjk_sans_otc.FONT_PATH
    return ImageFont.truetype(str(path), size, index=max(face, 0), layout_engine=ImageFont.Layout.BASIC)


def _stamp(picture: Image.Image, size: int, angle: float) -> Image.Image:
    """Write 样本 SPECIMEN across the picture, light enough to read what lies below."""
    layer = Image.new("RGBA", picture.size, (176, 48, 48, 0))
    middle = (picture.width / 2, picture.height / 2)
    ImageDraw.Draw(layer).text(middle, "样本 SPECIMEN", (176, 48, 48, 64), _font(size, BOLD), anchor="mm")
    turned = layer.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(176, 48, 48, 0))
    return Image.alpha_composite(picture.convert("RGBA"), turned).convert("RGB")


def _portrait(person: Traveller, side: int, ground: str) -> Image.Image:
    """Draw a friendly grey figure on a square, large then made smaller for smooth edges."""
    unit = side * 2 / 100
    picture = Image.new("RGB", (side * 2, side * 2), ground)
    draw = ImageDraw.Draw(picture)

    def oval(left: float, top: float, right: float, bottom: float, colour: str) -> None:
        draw.ellipse((left * unit, top * unit, right * unit, bottom * unit), colour)

    if person.sex == "female":
        draw.rounded_rectangle((27 * unit, 15 * unit, 73 * unit, 72 * unit), 22 * unit, "#4c565e")
    oval(14, 70, 86, 150, "#7d8890")
    draw.rounded_rectangle((43 * unit, 60 * unit, 57 * unit, 79 * unit), 7 * unit, "#b3bbc1")
    oval(30, 15, 70, 58, "#4c565e")
    oval(32, 22, 68, 70, "#c5ccd1")
    draw.chord((30 * unit, 15 * unit, 70 * unit, 58 * unit), 197, 343, "#4c565e")
    for eye in (42, 58):
        oval(eye - 1.6, 43, eye + 1.6, 46.2, INK)
    draw.arc((42 * unit, 45 * unit, 58 * unit, 60 * unit), 30, 150, INK, round(1.1 * unit))
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def passport(person: Traveller) -> bytes:
    """Draw a data page of a design of its own, with the machine-readable zone of the case, as PNG."""
    paper, name = person.passport, person.name
    picture = Image.new("RGB", (1500, 1050), "#f3f6f2")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 1500, 96), "#dbe5dd")
    draw.text((50, 48), "护照 PASSPORT", INK, _font(44), anchor="lm")
    draw.text((1450, 48), "虚构 · 仅作示例  FICTIONAL · EXAMPLE ONLY", GREY, _font(26), anchor="rm")
    picture.paste(_portrait(person, 370, "#e3e9e5"), (50, 150))
    draw.rectangle((50, 150, 420, 520), outline=GREY, width=2)
    fields = (
        (470, 130, "类型 Type", "P"),
        (690, 130, "国家码 Country code", paper.issuing_country),
        (1080, 130, "护照号 Passport No.", paper.number),
        (470, 245, "姓名 Name", name.chinese),
        (470, 360, "姓 Surname", name.surname),
        (1080, 360, "名 Given names", name.given_names),
        (470, 475, "性别 Sex", "/".join(SEX[person.sex])),
        (690, 475, "国籍 Nationality", person.nationality),
        (1080, 475, "出生日期 Date of birth", f"{person.birth_date:%Y-%m-%d}"),
        (470, 590, "签发地点 Place of issue", paper.place_of_issue or ""),
        (1080, 590, "签发日期 Date of issue", f"{paper.issue_date:%Y-%m-%d}"),
        (470, 705, "签发机关 Authority", paper.authority or ""),
        (1080, 705, "有效期至 Date of expiry", f"{paper.expiry_date:%Y-%m-%d}"),
    )
    for left, top, label, value in fields:
        draw.text((left, top), label, GREY, _font(24))
        draw.text((left, top + 32), value, INK, _font(44))
    picture = _stamp(picture, 150, 18)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 850, 1500, 1050), "#ffffff")
    for index, line in enumerate(paper.mrz or ()):
        draw.text((750, 908 + 80 * index), line, "#000000", _font(62, MONO), anchor="mm")
    return _saved(picture.quantize(64, dither=Image.Dither.NONE), "PNG", dpi=(300, 300), optimize=True)


def photo(person: Traveller) -> bytes:
    """Draw 45 x 45 mm at 600 dpi on white, as JPEG."""
    return _saved(_portrait(person, 1063, "#ffffff"), "JPEG", dpi=(600, 600), quality=85)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _pages(pictures: Iterable[Image.Image]) -> bytes:
    """Make an A4 PDF page for each picture."""
    layout = img2pdf.get_layout_fun((img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297)))
    scans = [_saved(picture, "JPEG", dpi=(150, 150), quality=70) for picture in pictures]
    pdf: bytes = img2pdf.convert(scans, layout_fun=layout, nodate=True, producer="", engine=img2pdf.Engine.internal)
    return pdf


def _sheet(title: str, subtitle: str, rows: Iterable[tuple[str, str]]) -> Image.Image:
    """Draw an A4 sheet at 150 dpi: two lines of heading and a table of labels and values."""
    picture = Image.new("RGB", (1240, 1754), "#fdfcf8")
    draw = ImageDraw.Draw(picture)
    draw.text((620, 220), title, INK, _font(64), anchor="mm")
    draw.text((620, 305), subtitle, GREY, _font(30), anchor="mm")
    for index, (label, value) in enumerate(rows):
        top = 420 + 100 * index
        draw.rectangle((130, top, 1110, top + 100), outline=GREY, width=2)
        draw.line((430, top, 430, top + 100), GREY, 2)
        draw.text((155, top + 50), label, GREY, _font(30), anchor="lm")
        draw.text((455, top + 50), value, INK, _font(34), anchor="lm")
    draw.text(
        (620, 1660), "虚构样本，与任何真实证件无关  Invented sample, no real document", RED, _font(28), anchor="mm"
    )
    return _stamp(picture, 150, 40)


def household(case: Case, person: Traveller) -> bytes:
    """Draw the household register of that person: cover, page of the household, page of the person."""
    head = case.companions[0] if case.companions else case.patient
    spouse = "夫" if person.sex == "male" else "妻"
    address, born = case.patient.address, person.birth_date
    cover = (("地区", address.province), ("户号", "000000001"), ("说明", "本页为程序绘制的示例封面"))
    home = (("户别", "家庭户"), ("户主姓名", head.name.chinese), ("户号", "000000001"), ("住址", address.text))
    own = (
        ("姓名", person.name.chinese),
        ("与户主关系", "户主" if person is head else spouse),
        ("性别", SEX[person.sex][0]),
        ("出生日期", f"{born.year}年{born.month}月{born.day}日"),
        ("公民身份号码", person.resident_id or ""),
        ("职业", person.occupation.zh),
        ("住址", address.text),
    )
    titles = (("户口簿", "Household register", cover), ("户主页", "Household", home), ("本人页", "Person", own))
    return _pages(_sheet(title, f"{english} · {page}/3", rows) for page, (title, english, rows) in enumerate(titles, 1))


def notice(role: str, person: Traveller) -> bytes:
    """Draw one page that stands in for a paper that somebody signs or issues."""
    title, english, wanted = NOTICES[role]
    name = f"{person.name.chinese} {person.name.surname} {person.name.given_names}"
    number = ("护照号 Passport No.", person.passport.number)
    rows = (("姓名 Name", name), number, ("说明", "此处放入原件扫描件"), ("Placeholder for", wanted))
    return _pages([_sheet(title, english, rows)])


def draw(case: Case, attachment: Attachment) -> bytes:
    """Draw one attachment by its role."""
    person = case.travellers[attachment.person][1]
    drawings: dict[str, Callable[[], bytes]] = {
        "passport": lambda: passport(person),
        "photo": lambda: photo(person),
        "funds_proof": lambda: bank_certificate(case, attachment.issued_on or case.visa.letter_date),
        "identity_document": lambda: household(case, person),
    }
    return drawings.get(attachment.role, lambda: notice(attachment.role, person))()


def main(folders: list[str]) -> None:
    """Draw all papers of the cases in ``folders``."""
    for folder in map(Path, folders):
        case = load_case(folder / "case.json").case
        for attachment in case.attachments:
            target = folder / attachment.path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(draw(case, attachment))
            print(f"{target} ({target.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main(sys.argv[1:])
