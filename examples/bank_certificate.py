"""Deposit certificate and account statement of an invented bank, as a PDF with real text, for an example case."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from pipeline.case.model import Case
from pipeline.documents.engines.engine import load_engine

INK, GREY, RED = "22303C", "6B7780", "B03030"
FONT = "Noto Sans CJK SC"
OPENING, TIME_DEPOSIT = 96_400, 300_000
#: day of the month, text, yuan in (+) or out (-), yuan more or less from month to month
MONTHLY = (
    (3, "物业费", -680, 0),
    (6, "超市消费", -742, 37),
    (8, "水电燃气费", -416, 21),
    (10, "工资", 32_500, 0),
    (13, "餐饮消费", -958, 64),
    (17, "转入定期存款", -12_000, 0),
    (24, "超市消费", -867, 45),
    (27, "保险费", -1_250, 0),
)


def bank_certificate(case: Case, issued: date) -> bytes:
    """Draw three pages: the certificate, and the statement of the half year before it."""
    word = _empty_document()
    patient = case.patient
    owner = f"{patient.name.chinese} {patient.name.surname} {patient.name.given_names}"
    branch = f"虚构银行 {patient.address.province}示例支行"
    lines = list(_movements(issued))
    current = lines[-1][-1]
    _heading(word, branch, "个人存款证明书", "Certificate of deposit · No. SAMPLE-0001")
    day = f"{issued.year}年{issued.month}月{issued.day}日"
    _line(word, f"兹证明，截至{day}，下列客户在本行的人民币存款如下：", 11)
    _line(word, f"We certify that on {issued} the customer below held these deposits in CNY:", 11)
    rows = (
        ("项目 Item", "内容 Content"),
        ("户名 Account holder", owner),
        ("证件号码 Identity No.", patient.resident_id or patient.passport.number),
        ("活期存款 Current account 0000 0000 0001", f"{current:,}.00"),
        ("定期存款 Time deposit 0000 0000 0002", f"{TIME_DEPOSIT:,}.00"),
        ("合计 Total (CNY)", f"{current + TIME_DEPOSIT:,}.00"),
    )
    _table(word, rows, (90, 76), 20)
    _line(word, "", 11)
    _line(word, f"{branch}　{day}", 11)
    _line(word, "本行、账号及金额均为虚构，仅作示例，无印章。", 10, RED)
    _line(word, "The bank, its accounts and all amounts are invented; sample without a seal.", 10, RED)
    half = (len(lines) + 1) // 2
    for number, part in enumerate((lines[:half], lines[half:]), 1):
        subtitle = f"Account statement · 0000 0000 0001 · {patient.name.chinese} · {number}/2"
        _heading(word, branch, "账户交易明细", subtitle, new_page=True)
        printed = [(f"{when}", text, f"{yuan:+,}.00", f"{balance:,}.00") for when, text, yuan, balance in part]
        heads = ("日期 Date", "摘要 Description", "金额 Amount (CNY)", "余额 Balance (CNY)")
        _table(word, (heads, *printed), (34, 52, 40, 40), 18)
    out = io.BytesIO()
    word.save(out)
    return load_engine("office2pdf").convert(out.getvalue())


def _movements(issued: date) -> Iterator[tuple[date, str, int, int]]:
    """Day, text, yuan and new balance of each movement from six months before ``issued`` until the day before it."""
    balance = OPENING
    for back in range(6, -1, -1):
        year, month = divmod(issued.year * 12 + issued.month - 1 - back, 12)
        for day, text, usual, step in MONTHLY:
            when = date(year, month + 1, day)
            if when < issued:
                yuan = usual + step * (month % 4 - 1)
                balance += yuan
                yield when, text, yuan, balance


def _empty_document() -> WordDocument:
    word = Document()
    word.core_properties.author = "visa-packet examples"
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(22)
    font = word.styles["Normal"].font
    font.name = FONT
    font.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    return word


def _heading(word: WordDocument, branch: str, title: str, subtitle: str, *, new_page: bool = False) -> None:
    first = _line(word, branch, 12, centred=True)
    first.paragraph_format.page_break_before = new_page
    _line(word, "样本 SPECIMEN", 22, RED, centred=True)
    _line(word, title, 18, centred=True)
    _line(word, subtitle, 10, GREY, centred=True)


def _line(word: WordDocument, text: str, size: float, colour: str = INK, *, centred: bool = False) -> Paragraph:
    paragraph = word.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    layout = paragraph.paragraph_format
    layout.space_after, layout.line_spacing = Pt(6), Pt(size * 1.5)
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(size), RGBColor.from_string(colour)
    return paragraph


def _table(word: WordDocument, rows: Iterable[tuple[str, ...]], widths: tuple[int, ...], pitch: int) -> None:
    """Add a table with column widths in mm and line pitch in points; amounts stand at the right."""
    table = word.add_table(rows=0, cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in rows:
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), Pt(pitch)
            if text.endswith((".00", "(CNY)")) and not text.startswith("合计"):
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.add_run(text).font.size = Pt(9.5)
