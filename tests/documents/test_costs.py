"""The estimate of costs: when it is made, and that its amounts are those of the case."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pipeline.case.load import load_case
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import BuildOptions
from pipeline.packet.plan import plan_packet
from pipeline.packet.set_files import load_template_set
from pipeline.run.one import build_case
from tests.support.built import make_part
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit

pytestmark = pytest.mark.slow

WANG = EXAMPLES / "wang-xiaoming" / "case.json"
LINE = {"text": {"ja": "再診", "en": "Second consultation", "zh": "复诊"}, "amount_jpy": 1}
RATES = {"jpy_per_cny": "3", "jpy_per_usd": "200", "date": "2026-11-18", "source": "みほん銀行 公示仲値"}

Built = Callable[[Mapping[str, Any]], bytes]


@pytest.fixture
def built(edit: Edit, tmp_path: Path) -> Built:
    """Build the example after edits; returns the PDF of the estimate."""

    def build(edits: Mapping[str, Any]) -> bytes:
        options = BuildOptions(AS_OF, str(make_part(tmp_path / "set", "cost-estimate")))
        folder = build_case(edit(edits), tmp_path / "out", options).folder
        [pdf] = (folder / "documents").glob("*-cost-estimate.pdf")
        return pdf.read_bytes()

    return build


def documents(path: Path) -> list[str]:
    """Ids of the documents that are made of a case."""
    return [part.id for part in plan_packet(load_case(path).case, load_template_set("medical-stay")).documents]


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(io.BytesIO(pdf)).pages)


def assert_says(text: str, *values: str) -> None:
    assert [value for value in values if squeeze(value) not in text] == []


@pytest.fixture(scope="module")
def estimate(packet: Path) -> str:
    """Text of the example's estimate, without spaces."""
    [pdf] = (packet / "documents").glob("*-cost-estimate.pdf")
    return text_of(pdf.read_bytes())


@pytest.mark.parametrize(("edits", "expected"), [({}, True), ({"/costs": REMOVE}, False)])
def test_it_is_made_when_the_case_has_costs(edit: Edit, edits: Mapping[str, Any], expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert ("cost-estimate" in documents(edit(edits))) is expected


def test_it_is_in_the_working_file() -> None:
    packet = plan_packet(load_case(WANG).case, load_template_set("medical-stay"))
    assert packet.working is not None
    assert "cost-estimate" in [part.id for part in packet.working.parts]


def test_it_says_what_the_case_says(estimate: str) -> None:
    costs = load_case(WANG).case.costs
    assert costs is not None
    assert costs.deposit is not None
    assert_says(estimate, "治療費概算書", "WANG XIAOMING", "王晓明", "EJ0123456", "令和8年11月20日")
    for line in costs.lines:
        assert_says(estimate, line.text.ja, line.text.en, line.text.zh, f"{line.amount_jpy:,}円")
    assert_says(estimate, "1人民元＝21.40円", "1米ドル＝152.30円", "2026年11月18日", "みほん銀行 公示仲値")
    assert_says(estimate, costs.deposit.terms.ja, costs.deposit.terms.en, costs.deposit.terms.zh, "2026年12月21日")


def test_amounts_are_in_three_currencies(estimate: str) -> None:
    """Computed by hand: 88,000 / 21.40 = 4112.149…, 88,000 / 152.30 = 577.807…"""
    assert_says(estimate, "88,000円", "CNY 4,112.15", "USD 577.81")
    assert_says(estimate, "合計 合计 1,441,000円 CNY 67,336.45 USD 9,461.59")
    assert_says(estimate, "500,000円 CNY 23,364.49 USD 3,282.99")
    assert not set("¥￥") & set(estimate)


def test_it_is_an_estimate_for_private_treatment(estimate: str) -> None:
    assert_says(estimate, "概算であり、請求書ではありません", "an estimate, not an invoice", "本书为估算，不是付款通知")
    assert_says(estimate, "公的医療保険の適用がない自由診療です。", "不适用公共医疗保险的自费诊疗")
    assert "http" not in estimate  # no source under a seal


def test_it_names_who_issues_it(estimate: str) -> None:
    assert_says(estimate, "院長 高橋 直樹", "国際診療部 伊藤 恵")


def test_the_total_is_converted_from_yen_and_not_added_up(built: Built) -> None:
    """Two lines of 0.33 yuan and of 0.01 dollars, and a total of 0.67 and 0.01: the page says why."""
    text = text_of(built({"/costs": {"lines": [LINE, LINE], "exchange": RATES}}))
    assert text.count(squeeze("1円 CNY 0.33 USD 0.01")) == 2
    assert_says(text, "合計 合计 2円 CNY 0.67 USD 0.01", "項目の和が合計と合わない")


def test_without_a_deposit_there_is_no_word_of_it(built: Built) -> None:
    text = text_of(built({"/costs/deposit": REMOVE}))
    assert not [word for word in ("前払金", "Deposit", "预付款", "23,364.49") if word in text]


def test_a_deposit_may_have_no_due_date(built: Built) -> None:
    text = text_of(built({"/costs/deposit/due_date": REMOVE}))
    assert "支払期日" not in text
    assert_says(text, "500,000円 CNY 23,364.49 USD 3,282.99")


def test_eight_lines_are_one_page(built: Built) -> None:
    lines = json.loads(WANG.read_text(encoding="utf-8"))["costs"]["lines"]
    assert pages_of(built({"/costs/lines": [*lines, *lines[:3]]})) == 1


def test_twenty_long_lines_have_the_header_on_each_page(built: Built) -> None:
    words = {"ja": "長" * 199 + "終", "en": "word " * 39 + "last.", "zh": "长" * 199 + "终"}
    line = {"text": words, "amount_jpy": 1000000000}
    pdf = built({"/costs/lines": [line] * 20})
    text = text_of(pdf)
    assert pages_of(pdf) > 4
    header = squeeze("円 日元")
    pages = [squeeze(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]
    assert text.count(header) == sum("USD" in page and squeeze("1,000,000,000") in page for page in pages)
    assert text.count(squeeze("CNY 46,728,971.96")) == 20
    assert_says(text, "20,000,000,000円", "CNY 934,579,439.25", "USD 131,319,763.62")
