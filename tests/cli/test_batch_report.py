"""The report's page as `build` of many cases writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import OutputError, Problem
from pipeline.run.report.report_page import ReportPage
from tests.support.built import make_set, names_in
from tests.support.cases import EXAMPLES, PERSONAL, change
from tests.support.run import Command

pytestmark = pytest.mark.usefixtures("inline_pools")

#: The cases have no attachments, to be quick.
AS_USUAL = ("--as-of", "2026-11-22", "--allow-missing")


@pytest.fixture
def arguments(tmp_path: Path) -> list[str | Path]:
    """Three cases, of which the second breaks a rule and the third is no case, and where their packets go."""
    data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    lines = []
    for number, more in enumerate(({}, {"/visa/letter_date": "2027-01-01"})):
        case = json.loads(json.dumps(data))
        change(case, {"/case_id": f"case-{number}", "/attachments": [], **more})
        lines.append(json.dumps(case, ensure_ascii=False))
    (tmp_path / "wang-xiaoming.jsonl").write_text("\n".join([*lines, "{"]), encoding="utf-8")
    small = make_set(tmp_path / "small", "{{ patient.name.chinese }}")
    return ["build", tmp_path / "wang-xiaoming.jsonl", "--templates", small, "-o", tmp_path / "out", *AS_USUAL]


def data_of(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8").partition('id="data">')[2].partition("</script>")[0]
    data: dict[str, Any] = json.loads(text)
    return data


def test_it_is_written_also_when_some_fail(arguments: list[str | Path], visa_packet: Command, tmp_path: Path) -> None:
    run = visa_packet(*arguments, "--json")
    path = tmp_path / "out" / "report.html"
    assert (run.code, run.report["html"]) == (9, str(path))
    first, second, third = data_of(path)["rows"]
    assert [(row["id"], row["status"]) for row in (first, second, third)] == [
        ("case-0", "built"),
        ("case-1", "failed"),
        (None, "failed"),
    ]
    assert ["ア", "passport", "patient"] in first["missing"]
    assert [found[0] for found in third["findings"]] == ["json-syntax"]
    assert names_in(tmp_path / "out") == ["case-0", "report.html"]


def test_it_holds_no_personal_value(arguments: list[str | Path], visa_packet: Command, tmp_path: Path) -> None:
    visa_packet(*arguments)
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert [value for value in (*PERSONAL, "wang-xiaoming") if value in text] == []


def test_names_when_asked_also_of_what_failed(
    arguments: list[str | Path], visa_packet: Command, tmp_path: Path
) -> None:
    visa_packet(*arguments, "--show-names")
    rows = data_of(tmp_path / "out" / "report.html")["rows"]
    assert [row.get("name") for row in rows] == [["WANG XIAOMING", "王晓明"]] * 2 + [None]
    assert rows[2]["file"].endswith("wang-xiaoming.jsonl:3")


def test_what_is_current_has_its_pages_and_missing_papers(
    arguments: list[str | Path], visa_packet: Command, tmp_path: Path
) -> None:
    visa_packet(*arguments)
    built = data_of(tmp_path / "out" / "report.html")["rows"][0]
    visa_packet(*arguments)
    current = data_of(tmp_path / "out" / "report.html")["rows"][0]
    assert current["status"] == "current"
    assert (current["missing"], current["apart"]) == (built["missing"], built["apart"])
    assert [bundle[:3] for bundle in current["bundles"]] == [bundle[:3] for bundle in built["bundles"]]


def test_not_when_not_wanted(arguments: list[str | Path], visa_packet: Command, tmp_path: Path) -> None:
    run = visa_packet(*arguments, "--no-report", "--json")
    assert run.report["html"] is None
    assert names_in(tmp_path / "out") == ["case-0"]


def test_a_file_of_somebody_else_stops_it_before_the_work(
    arguments: list[str | Path], visa_packet: Command, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("mine", encoding="utf-8")
    run = visa_packet(*arguments, "--json")
    assert run.code == 7
    assert [problem["code"] for problem in run.problems] == ["output"]
    assert names_in(tmp_path / "out") == ["report.html"]
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == "mine"
    assert visa_packet(*arguments, "--no-report").code == 9


def test_a_page_that_cannot_be_written_is_reported_after_the_packets(
    arguments: list[str | Path], visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_page: ReportPage) -> Path:
        raise OutputError(Problem("output", "error", "the page cannot be written", "the packets are complete"))

    monkeypatch.setattr(ReportPage, "publish", full)
    run = visa_packet(*arguments, "--json")
    assert (run.code, run.report["html"]) == (9, None)
    assert [problem["message"] for problem in run.report["problems"]] == ["the page cannot be written"]
    [lines] = tmp_path.glob("*.jsonl")
    lines.write_text(lines.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    assert visa_packet(*arguments, "--json").code == 7
    assert names_in(tmp_path / "out") == ["case-0"]


def test_a_broken_template_set_is_reported_by_each_case(
    arguments: list[str | Path], visa_packet: Command, tmp_path: Path
) -> None:
    (tmp_path / "small" / "packet.json").write_text("{", encoding="utf-8")
    run = visa_packet(*arguments, "--json")
    assert [result["exit_code"] for result in run.report["results"]] == [4, 4, 3]
    assert len(data_of(tmp_path / "out" / "report.html")["rows"]) == 3


def test_one_case_alone_has_none(visa_packet: Command, tmp_path: Path) -> None:
    small = make_set(tmp_path / "small", "{{ case_id }}")
    case = EXAMPLES / "wang-xiaoming" / "case.json"
    assert visa_packet("build", case, "--templates", small, "-o", tmp_path / "out", *AS_USUAL).code == 0
    assert names_in(tmp_path / "out") == ["wang-xiaoming"]
