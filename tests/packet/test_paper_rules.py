"""The days of a stay, and what the papers that the packet makes say and never say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.bundle.seal_boxes import seal_boxes
from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.context_days import days_of, periods_of
from pipeline.documents.context_types import Day
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import BuildOptions
from pipeline.run.one import build_case
from tests.support.built import make_part
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit, change

pytestmark = pytest.mark.slow

WANG = EXAMPLES / "wang-xiaoming" / "case.json"
FORBIDDEN = ("認可", "承認", "认可", "批准", "approved")
#: A number of the hospital, not of the therapy: the label is that of the embassy's instructions for the combined form.
NUMBER_OF_HOSPITAL = "都道府県承認番号(登録番号)"
VISIT = "/treatment/visits/0"
OF_VISITS = ("lodging", "arrival", "departure", "activities")
OF_TREATMENT = (
    "plan_number",
    "plan_title",
    "risk_class",
    "committee_number",
    "committee_name",
    "cell_processing",
    "dose",
    "guidance",
    "culture_and_release_days",
)
BARE: Mapping[str, Any] = {
    **{f"/treatment/visits/{visit}/{name}": REMOVE for visit in (0, 1) for name in OF_VISITS},
    **{f"/treatment/{name}": REMOVE for name in OF_TREATMENT},
}


def days(path: Path) -> Sequence[Sequence[Day]]:
    return document_context(load_case(path).case, AS_OF)["days_of_stay"]


def plans(path: Path, stay: int = 0) -> list[list[str]]:
    return [[text.ja for text in day["activities"]] for day in days(path)[stay]]


def document(folder: Path, name: str) -> str:
    """Text of one document of a packet, without spaces."""
    [pdf] = (folder / "documents").glob(f"*-{name}.pdf")
    return text_of(pdf.read_bytes())


def built(path: Path, out: Path, *documents: str) -> Path:
    """Folder of a packet with those of the documents."""
    few = str(make_part(out / "set", *documents))
    return build_case(path, out, BuildOptions(AS_OF, few, allow_missing=True)).folder


def assert_says(text: str, *values: str) -> None:
    assert [value for value in values if squeeze(value) not in text] == []


def test_many_days_of_one_plan_are_one_row() -> None:
    visit = load_case(WANG).case.treatment.visits[0]
    rows = periods_of(days_of(visit))
    assert [(row["first"], row["last"]) for row in rows] == [(day, day) for day in (d["date"] for d in days_of(visit))]
    assert [row["repeats_lodging"] for row in rows] == [False, *[True] * 5, False]
    longer = msgspec.structs.replace(visit, exit_date=date(2027, 1, 21), hospitalised=True, lodging=None)
    rest = [row for row in periods_of(days_of(longer)) if not row["activities"]]
    assert [(row["first"], row["last"]) for row in rest] == [(date(2027, 1, 16), date(2027, 1, 20))]


def test_a_visit_that_ends_before_it_begins_has_days_all_the_same() -> None:
    """A letter that was changed by hand is compared with the case before the rules are heard."""
    visit = load_case(WANG).case.treatment.visits[0]
    reversed_visit = msgspec.structs.replace(visit, exit_date=date(2026, 12, 31))
    assert {day["date"] for day in days_of(reversed_visit)} >= {visit.entry_date, reversed_visit.exit_date}


class TestDays:
    """The name ``days_of_stay``."""

    def test_there_is_a_row_for_each_day(self) -> None:
        case = load_case(WANG).case
        for visit, rows in zip(case.treatment.visits, days(WANG), strict=True):
            assert len(rows) == visit.days
            assert [row["date"] for row in rows] == [visit.entry_date + timedelta(days=n) for n in range(visit.days)]

    def test_what_is_planned_stands_on_its_day_and_nothing_else(self) -> None:
        assert plans(WANG) == [
            ["入国 XX123 PEK–HND"],
            ["診察・検査"],
            ["組織採取"],
            ["採取部位の安静（宿泊先）"],
            [],
            [],
            ["出国 XX124 HND–PEK"],
        ]

    def test_in_three_languages(self) -> None:
        first, last = days(WANG)[1][0], days(WANG)[1][-1]
        assert [(text.en, text.zh) for text in first["activities"]] == [("Entry XX123 PEK–HND", "入境 XX123 PEK–HND")]
        assert [(text.en, text.zh) for text in last["activities"]] == [("Exit XX126 NRT–PEK", "离境 XX126 NRT–PEK")]
        weekday = first["weekday"]
        assert (first["date"], weekday.ja, weekday.en, weekday.zh) == (date(2027, 3, 9), "火", "Tue", "周二")

    def test_without_flights_entry_and_exit_stay(self, edit: Edit) -> None:
        found = plans(edit(BARE))
        assert (found[0], found[-1]) == (["入国"], ["出国"])

    def test_a_flight_without_a_number_has_its_airports(self, edit: Edit) -> None:
        assert plans(edit({f"{VISIT}/arrival/flight": REMOVE}))[0] == ["入国 PEK–HND"]

    def test_an_airport_without_a_name_is_called_by_its_code(self, edit: Edit) -> None:
        found = plans(edit({f"{VISIT}/arrival/port": "OKD", f"{VISIT}/arrival/abroad": REMOVE}))
        assert found[0] == ["入国 XX123 OKD"]

    def test_the_airport_in_japan_is_named_when_it_is_the_only_one(self, edit: Edit) -> None:
        found = plans(edit({f"{VISIT}/arrival/abroad": REMOVE}))
        assert found[0] == ["入国 XX123 羽田空港"]

    def test_all_on_one_day(self, edit: Edit) -> None:
        moved = {f"{VISIT}/{name}/0/date": "2027-01-12" for name in ("procedures", "activities")}
        one_day = {f"{VISIT}/exit_date": "2027-01-12", f"{VISIT}/procedures/1/date": "2027-01-12"}
        [found] = plans(edit({**moved, **one_day}))
        expected = [
            "入国 XX123 PEK–HND",
            "診察・検査",
            "組織採取",
            "採取部位の安静（宿泊先）",
            "出国 XX124 HND–PEK",
        ]
        assert found == expected

    def test_nobody_sleeps_there_in_the_night_after_the_exit(self, edit: Edit) -> None:
        [first, *_] = days(WANG)
        assert [row["lodging"] is not None for row in first] == [True] * 6 + [False]
        assert all(row["lodging"] is None for rows in days(edit(BARE)) for row in rows)


def test_the_treatment_schedule_says_what_the_case_says(packet: Path) -> None:
    text = document(packet, "treatment-schedule")
    treatment = load_case(WANG).case.treatment
    assert treatment.need_for_visits
    assert_says(text, "治療予定表", "WANG XIAOMING", "王晓明", "EJ0123456", treatment.product.ja)
    assert_says(text, "変形性膝関節症（スポーツ外傷後）", "（右）", "1回、細胞数は医師が決定", "超音波ガイド下")
    assert_says(text, treatment.need_for_visits.ja, treatment.need_for_visits.en)
    assert squeeze(treatment.need_for_visits.zh) not in text  # the languages of the set
    assert_says(text, "42日", "提供計画を提出（受理）", "PB3999001", "医師 高橋 直樹")
    for visit in treatment.visits:
        assert_says(text, visit.purpose.ja, visit.purpose.en, f"{visit.days}日間・通院")
    assert_says(text, "2027年1月14日 組織採取", "2027年3月11日 投与")


def test_the_schedule_of_stay_says_what_the_case_says(packet: Path) -> None:
    text = document(packet, "schedule-of-stay")
    assert_says(text, "滞在予定表", "ホテルみほん東京", "東京都架空区見本町7丁目8番9号", "03-0000-0005")
    assert_says(
        text,
        "2027年1月12日（火）",
        "入国 XX123 PEK–HND",
        "2027年3月16日（火）",
        "出国 XX126 NRT–PEK",
    )
    assert text.count(squeeze("静養")) == 2 + 3
    assert text.count(squeeze("06-0000-0003")) == 1 + 2 + 2  # the issuer, and the head and the first day of each visit
    assert text.count(squeeze("同上")) == 6 + 5 + 7 + 6
    assert_says(text, "Rest", "代表取締役 山田 花子")


def test_the_list_of_applicants_names_everyone(packet_with_companion: Path) -> None:
    text = document(packet_with_companion, "list-of-applicants")
    case = load_case(EXAMPLES / "chen-lihua" / "case.json").case
    for _, person in case.travellers.values():
        assert_says(text, f"{person.name.surname} {person.name.given_names}", person.name.chinese)
        assert_says(text, person.passport.number, person.occupation.ja)
        assert_says(text, f"{person.birth_date.year}年{person.birth_date.month}月{person.birth_date.day}日")
    assert_says(text, "患者本人", case.companions[0].relationship.ja, "次の2名")


def test_the_regenerative_medicine_sheet_says_what_the_case_says(packet: Path) -> None:
    text = document(packet, "regenerative-medicine-sheet")
    assert_says(text, "PB3999001", "提供計画を提出（受理）", "第二種再生医療等", "みほん特定認定再生医療等委員会")
    assert_says(text, "NA9990001", "あおば関節クリニック 細胞加工室", "届出 施設番号", "FC9990001")
    assert_says(
        text, "自己脂肪由来間葉系幹細胞を用いた変形性膝関節症の治療", "効果を示すものではありません", "院長 高橋 直樹"
    )
    assert squeeze("未記入") not in text


def test_a_sheet_without_plan_names_no_class_and_shows_what_is_open(edit: Edit, tmp_path: Path) -> None:
    sheet = "regenerative-medicine-sheet"
    path = edit({f"/treatment/{name}": REMOVE for name in OF_TREATMENT if name != "plan_title"})
    text = document(built(path, tmp_path, sheet), sheet)
    assert text.count(squeeze("未記入")) == 4
    assert not [word for word in ("第一種", "第二種", "第三種", "受理）", "届出") if word in text]


def test_a_class_without_a_plan_number_is_not_named(edit: Edit, tmp_path: Path) -> None:
    path = edit({"/treatment/plan_number": REMOVE, "/treatment/risk_class": REMOVE})
    sheet = "regenerative-medicine-sheet"
    text = document(built(path, tmp_path, sheet), sheet)
    assert "第二種" not in text
    assert text.count(squeeze("未記入")) == 2


def test_a_document_without_any_of_its_fields_is_not_made(packet_with_companion: Path) -> None:
    assert not list((packet_with_companion / "documents").glob("*-regenerative-medicine-sheet.*"))


def test_a_case_without_the_optional_fields_gives_the_same_papers(edit: Edit, tmp_path: Path) -> None:
    folder = build_case(edit(BARE), tmp_path, BuildOptions(AS_OF, allow_missing=True)).folder
    schedule = document(folder, "treatment-schedule")
    case = load_case(WANG).case
    assert case.treatment.need_for_visits
    assert_says(schedule, case.treatment.need_for_visits.ja)
    assert squeeze(case.condition.background.ja) not in schedule  # no substitute for a reason (rule DOC-06)
    assert not [word for word in ("投与量", "提供計画", "採取から投与まで") if word in schedule]
    stay = document(folder, "schedule-of-stay")
    assert stay.count("未定") == 2  # then 同上
    assert "XX123" not in stay


def test_a_long_stay_in_hospital_has_a_row_for_all_days_of_care(edit: Edit, tmp_path: Path) -> None:
    long = {"/visa/entries": "single", "/visa/certificate_of_eligibility": "TX0000001"}
    no_figure = {"/patient/application/days_in_japan": REMOVE}
    path = edit(
        {
            **long,
            **no_figure,
            f"{VISIT}/exit_date": "2027-07-10",
            f"{VISIT}/hospitalised": True,
            f"{VISIT}/lodging": REMOVE,
        }
    )
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data, {"/treatment/visits": data["treatment"]["visits"][:1]})
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    folder = built(path, tmp_path, "schedule-of-stay")  # the certificate itself is missing
    pages = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["bundles"][0]["page_map"]
    [count] = [part["pages"] for part in pages if part["id"] == "schedule-of-stay"]
    text = document(folder, "schedule-of-stay")
    assert count == 1
    assert text.count(squeeze("行動予定")) == 1
    assert_says(text, "2027年1月16日（土） ～2027年7月9日（金） 入院療養 In-patient care")
    assert "静養" not in text


@pytest.mark.parametrize("which", ["packet", "packet_with_companion"])
def test_no_document_says_that_a_therapy_has_leave_of_the_state(which: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    found = sorted((folder / "documents").glob("*.pdf"))
    assert found
    for pdf in found:
        text = text_of(pdf.read_bytes()).lower().replace(NUMBER_OF_HOSPITAL, "")
        assert [word for word in FORBIDDEN if word in text] == [], pdf.name


@pytest.mark.parametrize(
    ("which", "names"),
    [
        ("packet", ("schedule-of-stay", "regenerative-medicine-sheet")),
        ("packet_with_companion", ("schedule-of-stay", "list-of-applicants")),
    ],
)
def test_every_seal_place_is_empty(which: str, names: tuple[str, ...], request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    for name in names:
        [pdf] = (folder / "documents").glob(f"??-{name}.pdf")
        assert len(seal_boxes(pdf.read_bytes())) == 1
