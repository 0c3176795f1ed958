"""visa-packet templates preview, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ExitCode
from pipeline.packet import set_files
from tests.support.built import make_set
from tests.support.cases import EXAMPLES, Edit
from tests.support.run import Command, assert_refused

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
DAY = ("--as-of", "2026-11-22")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return make_set(tmp_path / "small", "治療予定表")


@pytest.fixture
def former(tmp_path: Path) -> Path:
    return make_set(tmp_path / "former", "滞在予定表")


def test_the_report(visa_packet: Command, small: Path, tmp_path: Path) -> None:
    run = visa_packet("templates", "preview", small, "--case", CASE, "-o", tmp_path / "out", *DAY, "--json")
    assert run.code == ExitCode.OK
    assert run.report["command"] == "templates preview"
    [result] = run.report["results"]
    assert (result["case_id"], result["set"], result["against"]) == ("wang-xiaoming", "small", None)
    assert result["html"] == str(tmp_path / "out" / "index.html")
    [letter] = result["documents"]
    assert (letter["id"], letter["difference"], letter["pages"], letter["words_added"]) == ("letter", None, 1, 0)


def test_the_report_of_a_comparison(visa_packet: Command, small: Path, former: Path, tmp_path: Path) -> None:
    out = ("-o", tmp_path / "out", "--against", former)
    run = visa_packet("templates", "preview", small, "--case", CASE, *out, *DAY, "--json")
    [result] = run.report["results"]
    [letter] = result["documents"]
    assert result["against"] == "former"
    assert (letter["difference"], letter["pages_changed"]) == ("changed", 1)
    assert (letter["words_added"], letter["words_gone"]) == (1, 1)


def test_for_people(visa_packet: Command, small: Path, former: Path, tmp_path: Path) -> None:
    out = ("-o", tmp_path / "out", "--against", former)
    run = visa_packet("templates", "preview", small, "--case", CASE.parent, *out, *DAY)
    assert run.code == ExitCode.OK
    assert run.out.splitlines()[-2:] == [str(tmp_path / "out" / "index.html"), "1 of 1 documents differ from former"]
    assert "-1+1" in run.out
    alone = visa_packet("templates", "preview", small, "--case", CASE, "-o", tmp_path / "out", *DAY)
    assert alone.out.splitlines()[0].split() == ["pages", "document"]


def test_the_shipped_set_is_meant_without_a_name(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """With a smaller one in its place."""
    request.addfinalizer(set_files.load_template_set.cache_clear)
    make_set(tmp_path / "medical-stay", edits={"id": "medical-stay"})
    monkeypatch.setattr(set_files, "shipped", lambda _kind: tmp_path)
    set_files.load_template_set.cache_clear()
    run = visa_packet("templates", "preview", "--case", CASE, "-o", tmp_path / "out", *DAY, "--json")
    assert run.report["results"][0]["set"] == "medical-stay"
    assert [each["id"] for each in run.report["results"][0]["documents"]] == ["letter"]


def test_the_case_must_be_one(visa_packet: Command, small: Path, tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("")
    for given in ((), ("--case", EXAMPLES), ("--case", tmp_path / "none.jsonl")):
        run = visa_packet("templates", "preview", small, *given, "-o", tmp_path / "out", *DAY, "--json")
        assert_refused(run, tmp_path / "out", ExitCode.USAGE)


@pytest.mark.parametrize("against", ["no-such-revision", "--json"])
def test_a_wrong_revision(visa_packet: Command, small: Path, tmp_path: Path, against: str) -> None:
    out = ("-o", tmp_path / "out", f"--against={against}")
    run = visa_packet("templates", "preview", small, "--case", CASE, *out, *DAY, "--json")
    assert_refused(run, tmp_path / "out", ExitCode.USAGE)


def test_a_wrong_set_and_a_wrong_version(visa_packet: Command, small: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for given in (("no-such-set",), (small, "--against", tmp_path / "empty")):
        run = visa_packet("templates", "preview", *given, "--case", CASE, "-o", tmp_path / "out", *DAY, "--json")
        assert_refused(run, tmp_path / "out", ExitCode.TEMPLATE)


def test_a_claim_may_be_in_the_earlier_version_only(visa_packet: Command, small: Path, tmp_path: Path) -> None:
    claims = make_set(tmp_path / "claims", "厚生労働省承認の治療です。")
    common = ("--case", CASE, "-o", tmp_path / "out", *DAY, "--json")
    problems = assert_refused(visa_packet("templates", "preview", claims, *common), tmp_path / "out", ExitCode.TEMPLATE)
    assert "REG-08" in {problem["code"] for problem in problems}
    assert visa_packet("templates", "preview", small, "--against", claims, *common).code == ExitCode.OK


def test_a_wrong_case(visa_packet: Command, edit: Edit, small: Path, tmp_path: Path) -> None:
    case = edit({"/patient/passport/expiry_date": "2020-01-01"})
    run = visa_packet("templates", "preview", small, "--case", case, "-o", tmp_path / "out", *DAY, "--json")
    assert_refused(run, tmp_path / "out", ExitCode.CASE)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_has_an_example(visa_packet: Command, option: str) -> None:
    run = visa_packet("templates", "preview", option)
    assert run.code == ExitCode.OK
    assert "visa-packet templates preview --case" in run.out.split("Example:\n", 1)[1]
