"""Values for a new case, from the lines of a paper."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.attachments.messages import ReadLine
from pipeline.attachments.proposed_values import propose_values

AS_OF = date(2026, 11, 22)
FIRST = "P<CHNWANG<<XIAO<MING<<<<<<<<<<<<<<<<<<<<<<<<"
SECOND = "EJ01234560CHN9203147M3205183<<<<<<<<<<<<<<04"


def line(text: str, left: float, top: float, page: int = 1) -> ReadLine:
    return ReadLine(text, page, (left, top, left + 40, top + 6), 0.9)


def values(*lines: ReadLine, person: str = "/patient") -> dict[str, str]:
    return {each.pointer: each.value for each in propose_values(lines, person, AS_OF)}


def test_a_passport_gives_what_its_zone_and_its_labels_say() -> None:
    passport = (
        *(line("姓名/Name", 60, 20), line("王晓明", 60, 28), line("签发地点/Place of issue", 60, 60)),
        *(line("签发日期/Date of issue", 120, 60), line("北京/BEIJING", 60, 68), line("19 5月/MAY 2022", 120, 68)),
        *(line("签发机关/Authority", 60, 80), line("国家移民管理局", 60, 88)),
        *(line("出生日期 Date of birth", 120, 20), line("1992-03-14", 120, 28)),
        *(line(FIRST, 20, 100), line(SECOND, 20, 110)),
    )
    found = propose_values(passport, "/companions/0", AS_OF)
    expected = {
        "name/surname": "WANG",
        "name/given_names": "XIAO MING",
        "passport/issuing_country": "CHN",
        "passport/mrz/0": FIRST,
        "passport/mrz/1": SECOND,
        "passport/number": "EJ0123456",
        "nationality": "CHN",
        "sex": "male",
        "birth_date": "1992-03-14",
        "passport/expiry_date": "2032-05-18",
        "name/chinese": "王晓明",
        "passport/place_of_issue": "北京",
        "passport/issue_date": "2022-05-19",
        "passport/authority": "国家移民管理局",
    }
    assert {each.pointer: each.value for each in found} == {f"/companions/0/{k}": v for k, v in expected.items()}
    proved = {each.pointer.removeprefix("/companions/0/") for each in found if each.is_proved}
    assert proved == {"passport/mrz/1", "passport/number", "birth_date", "passport/expiry_date"}


def test_a_table_has_its_values_beside_the_labels() -> None:
    household = (
        *(line("户主姓名", 20, 20), line("赵建国", 70, 20), line("姓名", 20, 40, 2), line("王晓明", 70, 40, 2)),
        *(line("与户主关系", 20, 50, 2), line("户主", 70, 50, 2), line("公民身份号码", 20, 60, 2)),
        line("110105 19920314 0032", 70, 60, 2),
    )
    assert values(*household) == {
        "/patient/resident_id": "110105199203140032",
        "/patient/birth_date": "1992-03-14",
        "/patient/name/chinese": "王晓明",
    }


@pytest.mark.parametrize(
    "text",
    [
        "110105199203140033",
        "EJ01234560CHN9203148M3205183<<<<<<<<<<<<<<04",
        "姓名",
        "签发日期 2022-05-19",
        "合计 400,000.00",
    ],
)
def test_nothing_is_proposed_that_is_not_there(text: str) -> None:
    assert values(line(text, 20, 20)) == {}


def test_values_that_differ_are_all_proposed() -> None:
    found = propose_values([line("姓名 王晓明", 20, 20), line("姓名 赵建国", 20, 60)], "/patient", AS_OF)
    assert {each.value for each in found} == {"王晓明", "赵建国"}
