"""The note for athletes: what it says, by whom and as of when, and what it never says."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pipeline.case.load import load_case
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import BuildOptions
from pipeline.packet.plan import plan_packet
from pipeline.packet.set_files import load_template_set
from pipeline.resources import read_data
from pipeline.run.one import build_case
from pipeline.visa.claims import makes_claim
from tests.support.built import make_part
from tests.support.cases import AS_OF, REMOVE, Edit

pytestmark = pytest.mark.slow

LANGUAGES = ("ja", "en", "zh")
TABLE = read_data("anti-doping")
SAID = [*TABLE["statements"], *TABLE["steps"]]
LATER = "/treatment/visits/1"

#: Promises and verdicts that nobody may make for an athlete, beside the expressions of wordings.json.
VERDICTS = (
    r"WADA.{0,12}(approv|certif|accept|承認|認可|公認|认可|批准|认证)",
    r"(not|no|never) doping",
    r"(guarantee|certif(y|ies)) that",
    r"(safe|permitted|allowed) for athletes",
    r"(不会|不構成|不构成|不是|不属于|不算)(兴奋剂|违规|ドーピング)",
    r"(保证|保証|確約|承诺)",
    r"ドーピングに(は)?(該当し|あたり|当たり|あたら|当たら)",
    r"(可以|能够|能)参赛",
)

Built = Callable[[Mapping[str, Any]], bytes]


@pytest.fixture
def note(edit: Edit, tmp_path: Path) -> Built:
    """Build the example as an athlete's, after edits; returns the PDF of the note."""

    def build(edits: Mapping[str, Any]) -> bytes:
        options = BuildOptions(AS_OF, str(make_part(tmp_path / "set", "note-for-athletes")))
        folder = build_case(edit({"/athlete": True, **edits}), tmp_path / "out", options).folder
        [pdf] = (folder / "documents").glob("*-note-for-athletes.pdf")
        return pdf.read_bytes()

    return build


def assert_says(text: str, *values: str) -> None:
    assert [value for value in values if squeeze(value) not in text] == []


@pytest.mark.parametrize(("edits", "expected"), [({}, False), ({"/athlete": False}, False), ({"/athlete": True}, True)])
def test_it_is_made_for_an_athlete_alone(edit: Edit, edits: Mapping[str, Any], expected: bool) -> None:  # noqa: FBT001 - a parameter
    case = load_case(edit(edits)).case
    made = [part.id for part in plan_packet(case, load_template_set("medical-stay")).documents]
    assert ("note-for-athletes" in made) is expected
    if expected:
        assert made.index("note-for-athletes") == made.index("cost-estimate") + 1


def test_it_says_what_the_case_says(note: Built) -> None:
    pdf = note({"/treatment/infusion_ml": 250})
    text = text_of(pdf)
    assert_says(text, "参赛运动员须知", "Note for competing athletes", "競技者への注意")
    assert_says(text, "王晓明", "WANG XIAOMING", "EJ0123456", "2026年11月20日", "20 November 2026")
    assert_says(
        text, "自体脂肪来源间充质干细胞（培养）关节腔内注射", "自体培养间充质干细胞，关节腔内", "一次，细胞数由医生决定"
    )
    assert_says(
        text, "超声引导下", "12小时内最多 250 毫升", "up to 250 mL in 12 hours", "计划注射日期", "2027年3月11日"
    )
    assert_says(text, "伊藤 恵", "international@aoba-joint.example")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2


def test_every_statement_is_there_with_source_and_date(note: Built) -> None:
    text = text_of(note({}))
    for said in SAID:
        assert_says(text, said["text"]["zh"], said["text"]["en"], said["text"]["ja"], said["source"])
    dated = Counter(said["as_of"] for said in SAID)
    assert {day: text.count(squeeze(f"截至 {day}")) for day in dated} == dated


def test_it_never_promises_anything(note: Built) -> None:
    text = text_of(note({"/treatment/infusion_ml": 250}))
    assert [words for words in VERDICTS if re.search(words, text, re.IGNORECASE)] == []
    assert [rule_id for rule_id in read_data("wordings")["claims"] if makes_claim(rule_id, text)] == []


def test_the_texts_of_the_table_promise_nothing_either() -> None:
    """The same with spaces, which the text of a page does not have here."""
    for said in SAID:
        for language in LANGUAGES:
            text = said["text"][language]
            assert [words for words in VERDICTS if re.search(words, text, re.IGNORECASE)] == []
            assert [rule_id for rule_id in read_data("wordings")["claims"] if makes_claim(rule_id, text)] == []


def test_it_leaves_the_verdict_to_the_organisation_and_needs_no_seal(note: Built) -> None:
    text = text_of(note({}))
    assert_says(
        text, "由主管的反兴奋剂组织判断", "无需盖章或签名", "No seal or signature is needed", "押印・署名は不要です"
    )
    assert_says(text, "中国反兴奋剂中心（CHINADA）")
    assert squeeze("印seal") not in text
    assert squeeze("署名 Signature") not in text


def test_every_statement_has_every_language_a_source_and_a_date() -> None:
    for said in SAID:
        assert all(said["text"][language].strip() for language in LANGUAGES)
        assert said["source"]
        assert date(2020, 1, 1) < date.fromisoformat(said["as_of"]) <= date.fromisoformat(TABLE["as_of"])
    for statement in TABLE["statements"]:
        assert all(statement["topic"][language].strip() for language in LANGUAGES)


def test_a_statement_about_what_is_prohibited_names_who_says_so() -> None:
    for statement in TABLE["statements"]:
        said_by = "NADA" if "nada.de" in statement["source"] else "USADA"
        for language in LANGUAGES:
            assert said_by in statement["text"][language]
    assert sum("prohibit" in statement["text"]["en"] for statement in TABLE["statements"]) == 5


def test_the_limit_of_the_rule_is_that_of_the_text() -> None:
    [infusions] = [statement for statement in TABLE["statements"] if "M2" in statement["topic"]["en"]]
    for language in LANGUAGES:
        assert re.search(rf"(?<!\d){TABLE['infusion_limit_ml']}\s?(mL|毫升)", infusions["text"][language])


def test_what_the_case_does_not_say_is_left_out(note: Built) -> None:
    text = text_of(note({"/treatment/dose": REMOVE, "/treatment/guidance": REMOVE}))
    assert not [word for word in ("用量", "引导方式", "静脉输液量") if word in text]


def test_that_nothing_is_infused_is_said_too(note: Built) -> None:
    assert_says(text_of(note({"/treatment/infusion_ml": 0})), "静脉输液量 Infusion 点滴の量 0 毫升 0 mL 0 mL")


def test_days_of_injection_are_in_order(note: Built) -> None:
    steps = [{"date": f"2027-03-{day}", "step": "injection"} for day in (12, 10)]
    text = text_of(note({f"{LATER}/procedures": steps}))
    assert_says(text, "2027年3月10日、2027年3月12日", "10 March 2027, 12 March 2027")


def test_without_a_planned_injection_the_day_is_open(note: Built) -> None:
    text = text_of(note({f"{LATER}/procedures": [{"date": "2027-03-11", "step": "follow_up"}]}))
    assert_says(text, "计划注射日期", "未定 not decided 未定")


def test_the_longest_texts_are_printed_in_full(note: Built) -> None:
    words = {"ja": "長" * 199 + "終", "en": "word " * 39 + "last.", "zh": "长" * 199 + "终"}
    edits = {f"/treatment/{name}": words for name in ("product", "dose", "guidance")}
    text = text_of(note(edits | {"/treatment/infusion_ml": 5000}))
    assert text.count("终") == text.count(squeeze("last.")) == 3
