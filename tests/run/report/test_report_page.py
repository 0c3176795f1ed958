"""The report's page as a file: whole, private, safe, and made without holding the cases."""

from __future__ import annotations

import base64
import errno
import hashlib
import json
import re
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.people import PersonName
from pipeline.errors import OutputError
from pipeline.language import LANGUAGES
from pipeline.run.report import report_page as module
from pipeline.run.report.report_page import report_page
from tests.support.built import names_in
from tests.support.cases import ROOT
from tests.support.reported import head, run, write

pytestmark = pytest.mark.slow

_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def data_of(path: Path) -> dict[str, Any]:
    [text] = _DATA.findall(path.read_text(encoding="utf-8"))
    data: dict[str, Any] = json.loads(text)
    return data


@pytest.mark.parametrize("count", [0, 1, 250])
def test_it_holds_every_case_in_order(tmp_path: Path, count: int) -> None:
    path = write(tmp_path, count)
    data = data_of(path)
    assert [row["number"] for row in data["rows"]] == list(range(1, count + 1))
    assert names_in(tmp_path) == ["report.html"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_nobody_is_named_unless_asked(tmp_path: Path) -> None:
    assert "secret-name" not in write(tmp_path / "ids", 120).read_text(encoding="utf-8")
    named = write(tmp_path / "names", 120, names=True)
    assert data_of(named)["rows"][0]["name"] == ["WANG XIAOMING", "王晓明"]
    assert "This page contains patient names" in named.read_text(encoding="utf-8")


def test_nothing_in_the_data_ends_the_script_or_begins_a_comment(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script><!--\u2028"
    with report_page(head(names=True), tmp_path) as page:
        for done in run(2, tmp_path):
            page.add(replace(done, name=hostile, patient=PersonName(hostile, hostile, hostile)))
        path = page.publish()
    assert data_of(path)["rows"][1]["file"] == hostile
    text = path.read_text(encoding="utf-8")
    assert text.count("</script>") == 2
    assert text.count("<!--") == 1


def test_the_policy_names_its_own_script_and_style_alone(tmp_path: Path) -> None:
    text = write(tmp_path, 1).read_text(encoding="utf-8")
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    for text in (script, style):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert not re.search(r"\b(?:https?:)?//[a-z]", style + script)


def test_a_later_report_replaces_ours_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, 3)
    assert len(data_of(write(tmp_path, 5))["rows"]) == 5
    (tmp_path / "report.html").write_text("<!doctype html>\nsomebody's own", encoding="utf-8")
    with pytest.raises(OutputError) as error, report_page(head(), tmp_path):
        pytest.fail("the work had begun")
    assert "not written by visa-packet" in error.value.problems[0].message
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("own")


def test_a_file_that_appears_meanwhile_stays(tmp_path: Path) -> None:
    with report_page(head(), tmp_path) as page:
        page.add(next(run(1, tmp_path)))
        (tmp_path / "report.html").write_text("somebody's own", encoding="utf-8")
        with pytest.raises(OutputError):
            page.publish()
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "somebody's own"
    assert names_in(tmp_path) == ["report.html"]


def test_a_full_disk_is_reported_at_the_end_and_the_former_page_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = write(tmp_path, 2).read_bytes()

    def full(_path: Path) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with report_page(head(), tmp_path) as page:
        monkeypatch.setattr(module, "_create", full)
        for done in run(3, tmp_path):
            page.add(done)
        with pytest.raises(OutputError) as error:
            page.publish()
    [problem] = error.value.problems
    assert problem.message == "the HTML report cannot be written: no space left on device"
    assert (tmp_path / "report.html").read_bytes() == former
    assert names_in(tmp_path) == ["report.html"]


@pytest.mark.parametrize("many", [4_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_memory_does_not_grow_with_the_cases(tmp_path: Path, many: int) -> None:
    """A page that was put together in memory would take more than 200 bytes for each case."""
    write(tmp_path, 10)
    peaks = []
    for count in (500, many):
        tracemalloc.start()
        path = write(tmp_path, count)
        left, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        peaks.append(peak - left)  # what is left is the interpreter's: its table of names grows by doubling
    assert path.stat().st_size > 200 * many
    assert peaks[1] < peaks[0] + 500_000


def test_the_languages_have_the_same_words(tmp_path: Path) -> None:
    words = json.loads((ROOT / "pipeline/run/report/web/words.json").read_text(encoding="utf-8"))
    assert set(words) == set(LANGUAGES)
    placeholders = [
        {
            (group, key): sorted(set(re.findall(r"\{\d\}", text)))
            for group, texts in words[language].items()
            for key, text in texts.items()
        }
        for language in LANGUAGES
    ]
    assert placeholders[0] == placeholders[1] == placeholders[2]
    for language in LANGUAGES:
        text = write(tmp_path / language, 3, language).read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in text
        assert words[language]["report"]["search_hint"] in text


def test_every_word_is_used() -> None:
    web = ROOT / "pipeline" / "run" / "report" / "web"
    groups = json.loads((web / "words.json").read_text(encoding="utf-8"))["en"]
    common = [web / "page.html", web / "list.js"]
    used = {
        "report": "".join(path.read_text("utf-8") for path in [*common, web / "report.html", web / "report.js"]),
        "patients": "".join(path.read_text("utf-8") for path in [*common, web / "patients.html", web / "patients.js"]),
    }
    used["common"] = "".join(used.values())
    by_pattern = re.compile(r"(column_.*|is_(error|warning|info)|.*_one|built|current|failed|error|warning|info|page)")
    tiles = re.compile(r"unanswered|incomplete|to_be_signed|ready_to_file")
    assert [
        key
        for group, texts in groups.items()
        for key in texts
        if key not in used[group] and not by_pattern.fullmatch(key) and not tiles.fullmatch(key)
    ] == []
