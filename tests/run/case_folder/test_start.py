"""A new case: what is known and what follows from it is in the file, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import InputError, OutputError
from pipeline.formats.json.schema import is_valid
from pipeline.language import LANGUAGES, Language
from pipeline.packet.set_files import load_template_set
from pipeline.resources import SCHEMAS
from pipeline.run.case_folder.fields import value_at
from pipeline.run.case_folder.offer import Offer
from pipeline.run.case_folder.samples import DIRECTORY, EXAMPLE, copy_sample
from pipeline.run.case_folder.start import CaseStart, case_id_for, complete_start, first_fields, start_case
from tests.support.cases import EXAMPLES

SET = load_template_set("medical-stay")
OFFER = Offer.of(EXAMPLES / "directory")
START = CaseStart("case-a")


@pytest.mark.parametrize(
    ("start", "pointer", "value"),
    [
        (CaseStart("case-a", address="上海市虚构路88号"), "/patient/address/province", "上海"),
        (CaseStart("case-a", address="上海市虚构路88号"), "/visa/mission", "shanghai"),
        (CaseStart("case-a", province="内蒙古自治区"), "/visa/mission", "beijing"),
        (CaseStart("case-a", province="辽宁"), "/visa/mission", None),  # a city decides
        (CaseStart("case-a", address="辽宁省大连市虚构路1号"), "/visa/mission", "dalian"),
        (CaseStart("case-a", address="辽宁省沈阳市虚构路1号"), "/visa/mission", "shenyang"),
        (CaseStart("case-a", address="虚构路1号"), "/patient/address/province", None),
        (CaseStart("case-a", province="上海"), "/tb_screening/residence_country", "CHN"),
        (CaseStart("case-a", province="香港"), "/tb_screening/residence_country", "HKG"),
        (CaseStart("case-a", visits=1), "/visa/entries", "single"),
        (CaseStart("case-a", visits=2), "/visa/entries", "multiple"),
        (CaseStart("case-a", visits=2), "/treatment/visits", [{}, {}]),
        (CaseStart("case-a", companions=1), "/companions", [{}]),
        (START, "/companions", None),
        (START, "/visa", None),
        (START, "/attachments", []),
        (START, "/patient", None),
        (CaseStart("case-a", hospital="hibari", condition="rotator_cuff_injury"), "/treatment/route", "tendon"),
        (
            CaseStart("case-a", hospital="hibari", condition="rotator_cuff_injury"),
            "/treatment/plan_number",
            "PB5999006",
        ),
        (CaseStart("case-a", hospital="hibari", condition="rotator_cuff_injury"), "/treatment/risk_class", "II"),
        (CaseStart("case-a", hospital="hibari", condition="meniscus_tear"), "/treatment", None),
        (CaseStart("case-a", hospital="midori", condition="knee_osteoarthritis"), "/treatment/kind", "prp"),
    ],
)
def test_what_follows_is_written_and_nothing_else(start: CaseStart, pointer: str, value: object) -> None:
    assert value_at(first_fields(complete_start(start, OFFER)), pointer) == value


def test_a_suspended_plan_is_not_chosen() -> None:
    start = CaseStart("case-a", hospital="midori", condition="knee_osteoarthritis", treatment="cultured_autologous_msc")
    assert complete_start(start, OFFER).plan is None


@pytest.mark.parametrize("start", [replace(START, hospital="hibar"), replace(START, guarantor="x")])
def test_an_entry_that_the_directory_lacks_is_refused(start: CaseStart) -> None:
    with pytest.raises(InputError, match="no valid"):
        complete_start(start, OFFER)


def test_a_new_case_has_only_open_questions(tmp_path: Path) -> None:
    file = start_case(tmp_path / "case-a", START, SET, "en")
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["$schema"] == f"{SCHEMAS}case.schema.json"
    assert not is_valid(data, "case")
    assert {path.name for path in (tmp_path / "case-a").iterdir()} == {"case.json", "papers", "README.md"}
    assert (tmp_path / "case-a" / "papers" / "01-passport").is_dir()
    assert file.stat().st_mode & 0o077 == 0


def test_an_existing_case_stays(tmp_path: Path) -> None:
    folder = tmp_path / "case-a"
    folder.mkdir()
    (folder / "case.json").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="case already"):
        start_case(folder, START, SET, "en")
    assert [path.read_text(encoding="utf-8") for path in folder.iterdir()] == ["mine"]


def test_a_folder_with_scans_becomes_a_case(tmp_path: Path) -> None:
    for name in ("scan.pdf", "README.md"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    start_case(tmp_path, START, SET, "en")
    assert {path.name for path in tmp_path.iterdir()} == {"case.json", "papers", "README.md", "scan.pdf"}
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_value_that_no_case_can_have_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        start_case(tmp_path / "case-a", replace(START, surname="李"), SET, "en")
    assert list(tmp_path.iterdir()) == []


def test_the_id_is_the_folder_or_the_next_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case-2026-0001").mkdir()
    assert case_id_for(None, None, date(2026, 12, 1)) == (Path("case-2026-0002"), "case-2026-0002")
    assert case_id_for(Path("Li_Case 1"), None, date(2026, 12, 1))[1] == "li-case-1"
    assert case_id_for(Path("王"), "case-b", date(2026, 12, 1)) == (Path("王"), "case-b")
    with pytest.raises(InputError, match="id of the case"):
        case_id_for(Path("王"), None, date(2026, 12, 1))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["| ア Passport | `papers/01-passport/` | Patient |", "only for a stay of more than 90 days"]),
        ("ja", ["| ア 旅券 | `papers/01-passport/` | 患者 |", "90日を超える滞在の場合のみ", "| 招へい理由書 |"]),
        ("zh", ["| ア 护照 | `papers/01-passport/` | 患者 |", "| `papers/companion-1/02-photo/` | 同行人1 |"]),
    ],
)
def test_the_readme_says_what_to_collect_from_whom(tmp_path: Path, language: Language, words: list[str]) -> None:
    start_case(tmp_path / "case-a", replace(START, companions=1, visits=1), SET, language)
    text = (tmp_path / "case-a" / "README.md").read_text(encoding="utf-8")
    assert [word for word in words if word not in text] == []
    assert "visa-packet answer case-a\n" in text
    assert "treatment-schedule" not in text  # one visit needs none


def test_the_readme_has_all_words_in_all_languages(tmp_path: Path) -> None:
    texts = set()
    for language in LANGUAGES:
        start_case(tmp_path / language, replace(START, case_id=f"case-{language}"), SET, language)
        texts.add((tmp_path / language / "README.md").read_text(encoding="utf-8"))
    assert len(texts) == len(LANGUAGES)


def test_samples_are_copied_and_refer_to_the_schemas_by_address(tmp_path: Path) -> None:
    copy_sample(DIRECTORY, tmp_path / "directory")
    files = copy_sample(EXAMPLE, tmp_path / "example")
    assert [file.name for file in files] == ["case.json"]
    for file in [*files, *(tmp_path / "directory").rglob("*.json")]:
        assert json.loads(file.read_text(encoding="utf-8"))["$schema"].startswith(SCHEMAS)
    assert len(Offer.of(tmp_path / "directory").hospitals) == len(OFFER.hospitals)
    with pytest.raises(OutputError, match="exists already"):
        copy_sample(EXAMPLE, tmp_path / "example")
