"""The two data sheets: they say what the case says, answer nothing for the applicant, and are no forms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.document import DocumentSource, DrawnDocument, draw
from pipeline.documents.engines.engine import DEFAULT_ENGINE, load_engine
from pipeline.documents.filters import phone_ja
from pipeline.formats.pdf.reading import squeeze, text_of
from tests.support.built import MEDICAL_STAY
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit

pytestmark = pytest.mark.slow

WANG = EXAMPLES / "wang-xiaoming" / "case.json"
CHEN = EXAMPLES / "chen-lihua" / "case.json"
COMBINED, VISA = "combined-form-data-sheet", "visa-application-data-sheet"
ANSWERS, VISIT = "/patient/application", "/treatment/visits/0"
QUESTIONS = f"{ANSWERS}/questions"
OPEN_QUESTION = "□是Yes□否No"


def drawn(name: str, case: Path, person: str = "patient") -> DrawnDocument:
    loaded = load_case(case)
    template = (MEDICAL_STAY / f"{name}.docx").read_bytes()
    source = DocumentSource(template, name, document_context(loaded.case, AS_OF, person))
    return draw(source, load_engine(DEFAULT_ENGINE), loaded.json_file)


def sheet(name: str, case: Path = WANG, person: str = "patient") -> str:
    """Text of a data sheet, without spaces."""
    return text_of(drawn(name, case, person).pdf)


def assert_says(text: str, *values: str) -> None:
    assert [value for value in values if squeeze(value) not in text] == []


@pytest.fixture(scope="module")
def combined() -> str:
    return sheet(COMBINED)


@pytest.fixture(scope="module")
def visa() -> str:
    return sheet(VISA)


class TestCombinedForm:
    """The sheet for the form of hospital and guarantor."""

    def test_each_block_names_its_author_and_what_is_to_be_filled_in(self, combined: str) -> None:
        case = load_case(WANG).case
        upper, rest = combined.split(squeeze("患者等及び同伴者に関する情報の欄"))
        patient, lower = rest.split(squeeze("身元保証機関が記入する欄"))
        assert_says(
            upper,
            "医療機関が記入する欄",
            case.condition.diagnosis.ja,
            "［右］",
            "グレードII",
            case.treatment.product.ja,
        )
        for block, organisation in ((upper, case.hospital), (lower, case.guarantor)):
            assert organisation.fax
            assert organisation.corporate_number
            assert_says(block, organisation.name.ja, organisation.name.en, organisation.address.ja)
            assert_says(
                block, organisation.registration_number, phone_ja(organisation.phone), phone_ja(organisation.fax)
            )
            assert_says(block, organisation.email, organisation.corporate_number, f"〒{organisation.postal_code}")
            assert_says(block, f"{organisation.contact.name.ja}（{organisation.contact.department.ja}）")
        assert_says(lower, "国際医療交流コーディネーター", "代表取締役 山田 花子")
        assert_says(patient, "WANG XIAOMING 王晓明", "1992年3月14日", "男", "中国", "EJ0123456", "会社員")

    def test_every_visit_has_its_days(self, combined: str) -> None:
        assert_says(combined, "第1回 入国 2027年1月12日 ～ 出国 2027年1月18日（7日・通院）")
        assert_says(combined, "第2回 入国 2027年3月9日 ～ 出国 2027年3月16日（8日・通院）")
        assert_says(combined, "自己由来培養間葉系幹細胞", "関節内", "MRI 2026年9月18日、X線 2026年9月16日")

    def test_companions_are_named_as_in_their_passports(self) -> None:
        assert_says(sheet(COMBINED, CHEN), "同伴者1", "ZHAO JIANGUO 赵建国", "夫", "患者と同伴者1名")

    def test_each_party_seals_the_form_and_not_the_sheet(self, combined: str) -> None:
        assert_says(combined, "正式の書式に医療機関が必ず押印", "正式の書式に身元保証機関が必ず押印")
        assert combined.count(squeeze("このシートには押印しません")) == 2

    def test_what_is_not_given_is_shown_as_open(self, edit: Edit) -> None:
        optional = ("/hospital/fax", "/hospital/corporate_number", "/guarantor/fax", "/guarantor/corporate_number")
        bare = dict.fromkeys((*optional, "/condition/imaging", "/condition/grade"), REMOVE)
        text = sheet(COMBINED, edit({**bare, "/condition/kind": "meniscus_tear"}))
        assert text.count(squeeze("未記入")) == len(optional)
        assert not [word for word in ("遠隔相談用の画像", "グレード") if word in text]

    def test_the_side_is_left_out_where_there_is_none(self, edit: Edit) -> None:
        assert "［" not in sheet(COMBINED, edit({"/condition/side": "not_applicable"}))

    @pytest.mark.parametrize("case", [WANG, CHEN])
    def test_each_party_has_a_page(self, case: Path) -> None:
        assert drawn(COMBINED, case).pages == 2


class TestVisaApplication:
    """The sheet for the form of the applicant."""

    def test_it_says_what_the_case_says(self, visa: str) -> None:
        person = load_case(WANG).case.patient
        assert person.application
        assert person.passport.mrz
        assert_says(visa, "WANG", "XIAOMING", "王晓明", "1992年3月14日", "中国 China CHN", "110105199203140032")
        assert_says(
            visa, "EJ0123456", "普通护照", "国家移民管理局", "2022年5月19日", "2032年5月18日", *person.passport.mrz
        )
        assert_says(
            visa, "2027年1月12日 至 2027年1月18日 7天", "申请人填写的天数：7天", "羽田机场 HND", "XX123", "多次"
        )
        assert_says(visa, "Hotel Mihon Tokyo", "+81 3 0000 0005", "2024-04-02 至 2024-04-07，6天")
        assert_says(visa, person.address.text, person.phone, "+86 130 0000 0123", "wang.xiaoming@example.com")
        assert_says(visa, "公司职员", "北京虚构科技有限公司", "+86 10 0000 0321", "北京市海淀区示例街1号", "教师")
        assert_says(visa, "户口所在地", "停留不超过90天，不需要")

    def test_guarantor_and_inviter_are_those_of_the_case(self, visa: str) -> None:
        guarantor, inviter = visa.split(squeeze("在日邀请人Inviter"))
        assert_says(guarantor, "Mihon Medical Coordination Co., Ltd.", "+81 6 0000 0003", "B-999", "参照身元保证书")
        assert_says(inviter, "Aoba Joint Clinic, Kakukai Medical Corporation", "+81 3 0000 0001", "参照邀请理由书")

    def test_the_form_comes_in_its_own_order(self, visa: str) -> None:
        labels = (
            "Surname",
            "Othernames",
            "Dateofbirth",
            "Sex",
            "Maritalstatus",
            "IDNo.",
            "Passporttype",
            "Dateofexpiry",
        )
        later = ("CertificateofEligibility", "Purpose", "Dateofarrival", "Portofentry", "Nameofship", "hotels")
        last = ("previousstays", "Yourcurrent", "MobileNo", "employer", "Partner", "Guarantoror", "Inviter", "Haveyou")
        places = [visa.index(label) for label in (*labels, *later, *last, "signatureofapplicant")]
        assert places == sorted(places)

    @pytest.mark.parametrize(
        ("status", "ticked"), [("single", "■单身"), ("married", "■已婚"), ("widowed", "■丧偶"), ("divorced", "■离婚")]
    )
    def test_one_marital_status_is_ticked(self, edit: Edit, status: str, ticked: str) -> None:
        text = sheet(VISA, edit({f"{ANSWERS}/marital_status": status}))
        row = text[text.index("Maritalstatus") : text.index("国籍Nationality")]
        assert ticked in row
        assert row.count("■") == 1

    def test_none_is_printed_as_an_answer(self, visa: str) -> None:
        assert visa.count(squeeze("无 / None")) == 2 + 1  # names, nationalities; the line that explains it

    def test_more_visits_are_left_to_the_schedule(self, visa: str) -> None:
        assert_says(visa, "共2次，其他各次参照停留日程表")
        assert "其他各次" not in sheet(VISA, CHEN)

    def test_a_certificate_of_eligibility_is_named(self, edit: Edit) -> None:
        text = sheet(VISA, edit({"/visa/certificate_of_eligibility": "TX0000001"}))
        assert_says(text, "TX0000001")
        assert "不需要" not in text

    def test_whose_lodging_is_the_hospital(self, edit: Edit) -> None:
        text = sheet(VISA, edit({f"{VISIT}/lodging": REMOVE, f"{VISIT}/hospitalised": True}))
        assert_says(text, "住院 In hospital Aoba Joint Clinic")
        assert "住院" not in sheet(VISA, edit({f"{VISIT}/hospitalised": False}))

    def test_an_airport_without_a_name_stands_there_once(self, edit: Edit) -> None:
        assert sheet(VISA, edit({f"{VISIT}/arrival/port": "OKD"})).count("OKD") == 1

    def test_details_are_printed(self, edit: Edit) -> None:
        yes: Mapping[str, Any] = {f"{QUESTIONS}/deported": True, f"{ANSWERS}/details": "2015年因逾期停留被要求离境。"}
        assert_says(sheet(VISA, edit(yes)), "2015年因逾期停留被要求离境。")

    @pytest.mark.parametrize(("person", "case"), [("patient", WANG), ("patient", CHEN), ("companion-1", CHEN)])
    def test_it_is_three_pages(self, case: Path, person: str) -> None:
        assert drawn(VISA, case, person).pages == 3


class TestQuestions:
    """The six questions, which only the applicant answers."""

    def test_no_is_ticked_where_the_applicant_said_no(self, visa: str) -> None:
        assert visa.count("□是Yes■否No") == 6

    @pytest.mark.parametrize(
        ("question", "place"),
        [
            ("convicted", 0),
            ("imprisoned", 1),
            ("deported", 2),
            ("drug_offence", 3),
            ("prostitution", 4),
            ("trafficking", 5),
        ],
    )
    def test_yes_is_ticked_at_its_own_question(self, edit: Edit, question: str, place: int) -> None:
        text = sheet(VISA, edit({f"{QUESTIONS}/{question}": True}))
        rows = text[text.index("Haveyouever") :].split("否No")[:6]
        assert [row.endswith("■是Yes□") for row in rows] == [number == place for number in range(6)]

    @pytest.mark.parametrize("absent", [QUESTIONS, ANSWERS])
    def test_without_answers_every_box_is_empty(self, edit: Edit, absent: str) -> None:
        text = sheet(VISA, edit({absent: REMOVE}))
        assert text.count(OPEN_QUESTION) == 6
        assert not [word for word in ("■是", "■否") if word in text]

    def test_one_that_is_left_out_has_two_empty_boxes(self, edit: Edit) -> None:
        text = sheet(VISA, edit({f"{QUESTIONS}/imprisoned": REMOVE}))
        assert (text.count(OPEN_QUESTION), text.count("□是Yes■否No")) == (1, 5)

    def test_a_suspended_sentence_counts(self, visa: str) -> None:
        assert_says(visa, "** 判处缓刑的，也请回答“是”", "Yes also when the sentence was suspended")
        assert visa.count("**") == 2 * 2 + 2

    def test_nothing_else_is_answered_for_the_applicant(self, edit: Edit) -> None:
        text = sheet(VISA, edit({ANSWERS: REMOVE}))
        assert text.count("■") == 1  # the sex, which the passport says
        assert text.count(squeeze("无 / None")) == 1


class TestCompanion:
    """The sheet of a companion."""

    def test_it_is_the_companion_s_and_not_the_patient_s(self) -> None:
        text = sheet(VISA, CHEN, "companion-1")
        assert_says(text, "ZHAO", "JIANGUO", "赵建国", "EK0345678", "120101198501070118", "工程师")
        assert not [word for word in ("CHENLIHUA", "EK0234567", "陈丽华", "虚构道", "户口所在地") if word in text]
        assert text.count(OPEN_QUESTION) == 6

    def test_home_is_printed_when_it_is_given(self, tmp_path: Path) -> None:
        home = '"address": "天津市和平区示例道1号", "phone": "+86 22 0000 0999", "email": "zhao@example.com"'
        own = f'"sex": "male", {home},'
        case = tmp_path / "case.json"
        case.write_text(CHEN.read_text(encoding="utf-8").replace('"sex": "male",', own), encoding="utf-8")
        text = sheet(VISA, case, "companion-1")
        assert_says(text, "天津市和平区示例道1号", "+86 22 0000 0999", "zhao@example.com")


def test_no_sheet_passes_for_the_form(combined: str, visa: str) -> None:
    assert_says(
        combined, "記入用データシート", "正式の書式ではありません", "This is not the official form", "本表不是正式表格"
    )
    assert_says(combined, "外務省ホームページからダウンロード", "Embassy of Japan in Russia (as of 2026-11-22)")
    assert visa.startswith(squeeze("赴日签证申请表 填写资料表 Data sheet for the visa application form"))
    assert_says(visa, "本表不是签证申请表", "This is not the application form", "査証申請書ではありません")
    assert squeeze("VISA APPLICATION FORM TO ENTER JAPAN") not in visa
    for text, pages in ((combined, 2), (visa, 3)):
        assert text.count(squeeze("Data sheet, not the form")) == pages


def test_nothing_is_signed_on_a_sheet(visa: str) -> None:
    assert_says(visa, "由申请人在正式申请表上亲笔填写，本表不签字")
