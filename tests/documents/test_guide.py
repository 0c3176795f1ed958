"""The patient guide: what it says, what it leaves open, and what it never says."""

from __future__ import annotations

import io
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from PIL import ImageOps

from pipeline.case.load import load_case
from pipeline.case.people import PATIENT
from pipeline.documents.context import document_context
from pipeline.documents.document import DocumentSource, DrawnDocument, draw
from pipeline.documents.engines.engine import load_engine
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.visa.timeline.picture import draw_png
from pipeline.visa.timeline.timeline import make_timeline
from tests.support.built import MEDICAL_STAY
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit
from tests.support.pages import pictures

WANG, CHEN, XU = (EXAMPLES / name / "case.json" for name in ("wang-xiaoming", "chen-lihua", "xu-wenjing"))


def guide(path: Path, person: str = PATIENT, engine: str = "office2pdf") -> DrawnDocument:
    loaded = load_case(path)
    name = "patient-guide.docx" if person == PATIENT else "companion-guide.docx"
    context = document_context(loaded.case, AS_OF, person)
    source = DocumentSource((MEDICAL_STAY / name).read_bytes(), name, context)
    return draw(source, load_engine(engine), loaded.json_file)


@cache
def example(path: Path) -> DrawnDocument:
    return guide(path)


def assert_says(drawn: DrawnDocument, *values: str) -> None:
    text = text_of(drawn.pdf)
    assert [value for value in values if squeeze(value) not in text] == []


@pytest.mark.parametrize(("path", "pages"), [(WANG, 2), (CHEN, 2), (XU, 2)])
def test_its_pages(path: Path, pages: int) -> None:
    assert example(path).pages == pages


@pytest.mark.parametrize("path", [WANG, CHEN, XU])
def test_the_first_page_is_full_and_has_the_picture(path: Path) -> None:
    pdf = example(path).pdf
    first = pictures(pdf, dpi=20)[0].convert("L").crop((0, 190, 165, 217))  # above the footer
    assert ImageOps.invert(first).getbbox()  # something is printed there
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert [len(page.get_images()) for page in opened.pages] == [1, 0]


def test_it_is_in_the_order_of_time() -> None:
    text = text_of(example(WANG).pdf)
    heads = (
        "1 您的治疗",
        "2 时间安排",
        "3 签证申请",
        "4 出发前",
        "5 在日本期间",
        "6 治疗后",
        "随访和远程复诊",
        "重返运动",
    )
    places = [text.index(squeeze(head)) for head in heads]
    assert places == sorted(places)


@pytest.mark.slow
def test_it_has_the_days_of_follow_ups(edit: Edit) -> None:
    assert_says(example(WANG), "2027年3月15日 来院随访（第2次来日）", "远程复诊的日期由医院另行通知")
    assert_says(guide(edit({"/treatment/remote_consultations": ["2027-04-20"]})), "2027年4月20日 远程复诊")


@pytest.mark.slow
def test_it_names_the_fee_and_leaves_the_number_of_entries_to_the_patient(edit: Edit) -> None:
    asked = "是否申请多次，请您决定"
    fees = "每人一份：单次715元，多次1430元（自2026年7月1日起"
    assert_says(example(WANG), fees, "预定申请多次签证，比单次多付715元", asked)
    single = guide(edit({"/visa/entries": "single", "/visa/mission": "hong_kong"}))
    assert_says(
        single, "单次15000日元，多次30000日元", "以当地货币支付", "每次来日须另行申请并付费", "须多付15000日元", asked
    )
    assert_says(example(CHEN), fees, "预定申请单次签证")
    assert squeeze(asked) not in text_of(example(CHEN).pdf)  # one visit needs one entry
    assert_says(guide(CHEN, "companion-1"), fees, "预定申请单次签证")


@pytest.mark.slow
def test_a_stay_that_fills_more_than_a_page_goes_on(edit: Edit) -> None:
    days = [date(2027, 3, 20) + timedelta(days=number) for number in range(60)]
    texts = dict.fromkeys(("ja", "en"), "リハビリ") | {"zh": "康复训练"}
    visit = "/treatment/visits/1"
    path = edit(
        {f"{visit}/exit_date": "2027-05-30", f"{visit}/activities": [{"date": str(day), "text": texts} for day in days]}
    )
    assert_says(guide(path, engine="typst"), "2027年3月20日", "2027年5月18日", "6 治疗后")


def test_it_says_what_the_case_says() -> None:
    case = load_case(WANG).case
    assert_says(example(WANG), "王晓明 您好", "2次来日就诊", *case.treatment.aftercare)
    assert_says(example(WANG), *(phase.text for phase in case.treatment.return_to_sport))
    assert_says(example(WANG), "MRI 2026年9月18日、X线 2026年9月16日")
    for visit in case.treatment.visits:
        assert visit.lodging
        assert_says(example(WANG), visit.purpose.zh, visit.physician.ja, visit.lodging.name.ja, visit.lodging.phone)
    assert_says(example(WANG), "第0–2周", "2027年3月11日 – 2027年3月24日", "2027年6月3日 起")
    assert_says(example(WANG), "2026年11月24日 – 2026年12月28日", "2027年2月25日 起", "42天：医疗机构给出的天数")


def test_contacts_who_speak_mandarin_come_first() -> None:
    case = load_case(WANG).case
    for contact in (case.hospital.mandarin_contact, case.guarantor.mandarin_contact):
        assert contact
        assert_says(example(WANG), f"普通话：{contact.name} {contact.phone}")
    assert squeeze("未登记普通话联系人") not in text_of(example(WANG).pdf)


def test_what_the_case_does_not_say_is_left_to_the_hospital() -> None:
    assert_says(example(CHEN), "由医院在治疗后向您说明", "由医生在治疗后说明", "已有的影像光盘和检查报告")
    assert_says(example(CHEN), "电话 +81 3 0000 0001", "电话 +81 6 0000 0003", "未登记普通话联系人")


@pytest.mark.slow
def test_without_lodging_it_is_open(edit: Edit) -> None:
    bare = {f"/treatment/visits/{number}/lodging": REMOVE for number in (0, 1)}
    assert_says(guide(edit({**bare, "/treatment/visits/1/hospitalised": True})), "未定", "住院")


def test_the_picture_is_in_it_as_it_was_drawn() -> None:
    wanted = draw_png(make_timeline(load_case(WANG).case, AS_OF, "patient"), "zh")
    size = (int.from_bytes(wanted[16:20], "big"), int.from_bytes(wanted[20:24], "big"))
    with pikepdf.open(io.BytesIO(example(WANG).pdf)) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        images = [each for each in streams if each.get("/Subtype") == "/Image"]
        assert [(int(image.Width), int(image.Height)) for image in images] == [size]


def test_its_steps_are_those_of_the_patient() -> None:
    kinds = {row["kind"] for row in document_context(load_case(WANG).case, AS_OF)["timeline"]}
    assert "phase" in kinds
    assert "report" not in kinds


@pytest.mark.parametrize("path", [WANG, CHEN])
def test_it_promises_nothing(path: Path) -> None:
    text = text_of(example(path).pdf)
    assert squeeze("本指南对签证结果和治疗效果均不作任何保证") in text
    words = ("治愈", "根治", "有效率", "一定能", "必定", "保证获得", "批准", "认可", "承認", "认证")
    assert [word for word in words if word in text] == []


def test_two_runs_give_the_same_bytes() -> None:
    assert guide(WANG) == example(WANG)
