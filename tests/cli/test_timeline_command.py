"""``visa-packet timeline``: the table, the report, the files, and what happens to a wrong case."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest
from icalendar import Calendar
from PIL import Image

from tests.support.built import names_in
from tests.support.cases import EXAMPLES, PERSONAL, REMOVE, Edit
from tests.support.run import Command, assert_refused

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
DAY = ("--as-of", "2026-11-22")


def test_the_table_is_for_people(visa_packet: Command) -> None:
    run = visa_packet("timeline", CASE, *DAY)
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert "2026-11-24 – 2026-12-28  coordinator  Filing window" in lines
    assert "2027-01-14               hospital     Visit 1: Tissue harvest" in lines
    assert any(line.startswith("from 2026-12-14") and line.endswith("Decision, at the earliest") for line in lines)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Filing window"), ("ja", "申請できる期間"), ("zh", "可递交期间")]
)
def test_in_three_languages(visa_packet: Command, language: str, words: str) -> None:
    assert words in visa_packet("timeline", CASE, *DAY, "--lang", language).out


def test_each_reads_what_concerns_them(visa_packet: Command) -> None:
    patient = visa_packet("timeline", CASE, *DAY, "--for", "patient").out
    coordinator = visa_packet("timeline", CASE, *DAY, "--for", "coordinator").out
    assert ("出国報告" in patient, "Return to sport" in patient) == (False, True)
    assert ("出国報告" in coordinator, "Return to sport" in coordinator) == (True, False)


def test_the_report_holds_the_timeline(visa_packet: Command) -> None:
    run = visa_packet("timeline", CASE, *DAY, "--json")
    [result] = run.report["results"]
    assert (run.report["command"], result["case_id"], result["problems"]) == ("timeline", "wang-xiaoming", [])
    assert result["timeline"]["filing"] == {
        "earliest": "2026-11-24",
        "latest": "2026-12-28",
        "planned": "2026-12-07",
        "is_open": True,
        "fits": True,
    }
    assert (result["ics"], result["png"]) == (None, None)


def test_a_folder_with_one_case_names_it(visa_packet: Command) -> None:
    assert visa_packet("timeline", CASE.parent, *DAY, "--json").report["results"][0]["case"] == str(CASE)
    run = visa_packet("timeline", EXAMPLES, *DAY, "--json")
    assert run.code == 2
    assert "several cases" in run.problems[0]["message"]


def test_the_files_are_private_and_complete(visa_packet: Command, tmp_path: Path) -> None:
    ics, png = tmp_path / "new" / "visit.ics", tmp_path / "new" / "visit.png"
    run = visa_packet("timeline", CASE, *DAY, "--ics", ics, "--png", png, "--lang", "zh")
    assert run.code == 0
    assert run.out.splitlines()[-2:] == [str(ics), str(png)]
    assert len(Calendar.from_ical(ics.read_bytes()).walk("VEVENT")) > 15
    assert Image.open(io.BytesIO(png.read_bytes())).format == "PNG"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (ics, png)} == {0o600}
    assert names_in(tmp_path / "new") == ["visit.ics", "visit.png"]
    for value in PERSONAL:
        assert value.encode() not in ics.read_bytes() + png.read_bytes()


def test_the_same_run_gives_the_same_files(visa_packet: Command, tmp_path: Path) -> None:
    seen = set()
    for _ in range(2):
        visa_packet("timeline", CASE, *DAY, "--ics", tmp_path / "x.ics", "--png", tmp_path / "x.png")
        seen.add((tmp_path / "x.ics").read_bytes() + (tmp_path / "x.png").read_bytes())
    assert len(seen) == 1


@pytest.mark.parametrize("option", ["--ics", "--png"])
def test_a_file_of_another_is_not_replaced(visa_packet: Command, tmp_path: Path, option: str) -> None:
    path = tmp_path / "mine"
    path.write_text("mine", encoding="utf-8")
    run = visa_packet("timeline", CASE, *DAY, option, path, "--json")
    [problem] = run.problems
    assert (run.code, problem["code"], problem["file"]) == (7, "output", str(path))
    assert "not written by visa-packet" in problem["message"]
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "edits",
    [
        {"/visa/letter_date": REMOVE},
        {"/patient/passport/number": "X"},
        {"/treatment/visits/1/entry_date": "2027-01-14"},
        {"/treatment/return_to_sport/1/to_week": 1},
    ],
)
def test_a_wrong_case_is_refused(visa_packet: Command, edit: Edit, tmp_path: Path, edits: dict[str, object]) -> None:
    out = tmp_path / "out.ics"
    case = edit({"/patient/passport/mrz": REMOVE, **edits})
    data = json.loads(case.read_text(encoding="utf-8"))
    if edits.get("/patient/passport/number"):
        data["patient"]["resident_id"] = "110105199203140031"
        case.write_text(json.dumps(data), encoding="utf-8")
    run = visa_packet("timeline", case, *DAY, "--ics", out, "--json")
    assert_refused(run, out, 3)
    assert run.report["results"][0]["timeline"] is None


def test_its_problems_are_reported_in_the_language(visa_packet: Command, edit: Edit) -> None:
    run = visa_packet("timeline", edit({"/treatment/return_to_sport/1/to_week": 1}), *DAY, "--lang", "zh")
    assert (run.code, run.out) == (3, "")
    assert "重返运动的这一阶段" in run.err


@pytest.mark.parametrize("day", ["2026-12-05", "2027-01-12", "2027-02-22"])
def test_a_wrong_filing_day_is_what_the_timeline_is_for(visa_packet: Command, edit: Edit, day: str) -> None:
    run = visa_packet("timeline", edit({"/visa/filing_date": day}), *DAY, "--json")
    assert run.code == 0
    filing = run.report["results"][0]["timeline"]["filing"]
    assert (filing["fits"], filing["earliest"], filing["latest"]) == (False, "2026-11-24", "2026-12-28")


def test_another_day_of_a_visit_is_only_shown(visa_packet: Command, tmp_path: Path) -> None:
    before = CASE.read_bytes()
    run = visa_packet("timeline", CASE, *DAY, "--visit-1", "2027-02-21", "--lang", "zh")
    assert run.code == 0
    assert "2027-01-12              → 2027-02-21" in run.out
    assert "SCH-01" in run.err
    [result] = visa_packet("timeline", CASE, *DAY, "--visit-1", "2027/2/21", "--json").report["results"]
    assert {"id": "visit-1-entry", "from": ["2027-01-12"] * 2, "to": ["2027-02-21"] * 2} in result["what_if"]["moved"]
    assert "SCH-01" in {problem["code"] for problem in result["what_if"]["appearing"]}
    assert visa_packet("timeline", CASE, *DAY, "--visit-3", "2027-02-21", "--json").code == 2
    assert visa_packet("timeline", CASE, *DAY, "--visit-1", "2027/2/30").code == 2
    refused = visa_packet("timeline", CASE, *DAY, "--visit-1", "2027-02-21", "--ics", tmp_path / "a.ics")
    assert (refused.code, names_in(tmp_path)) == (2, [])
    assert CASE.read_bytes() == before
