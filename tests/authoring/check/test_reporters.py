"""The outputs: text, SARIF 2.1.0, GitHub annotations, all from one result."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.authoring.check.finding import Finding, from_told
from pipeline.authoring.check.reporters import github, lines_of, sarif, shown_path
from pipeline.authoring.check.sets import CheckedSet
from pipeline.errors import WordPlace

PLACE = WordPlace("body", 3, "table 1, row 2, column 3", "before", "here: 50 %, {{ x }}", "after")
WRONG = Finding(
    "name-unknown", "error", "there is no x\nhere", "mend it, 100 %", "templates/a b/letter:1,é.docx", PLACE
)
PACKET = Finding("schema-enum", "warning", "wrong", "mend", "packet.json", None, "/contents/0/when", 12, 7)
NOTE = Finding("name-unused", "info", "unused", "nothing", None)
RESULT = [CheckedSet("set", 1, (WRONG, PACKET, NOTE))]


def test_a_finding_survives_the_way_between_processes() -> None:
    assert [from_told(finding.told()) for finding in (WRONG, PACKET, NOTE)] == [WRONG, PACKET, NOTE]


def test_text_has_place_and_the_text_around() -> None:
    assert list(lines_of(WRONG)) == [
        "name-unknown  templates/a b/letter:1,é.docx  body, table 1, row 2, column 3",
        "  there is no x\nhere",
        "    before",
        "  > here: 50 %, {{ x }}",
        "    after",
        "  hint: mend it, 100 %",
    ]
    assert next(lines_of(PACKET)) == "schema-enum  packet.json:12:7  /contents/0/when"


def test_github_annotations_are_escaped() -> None:
    first, second, third = github(RESULT)
    assert first == (
        "::error file=templates/a b/letter%3A1%2Cé.docx,title=name-unknown::body, table 1, row 2, column 3, "
        "near “here: 50 %25, {{ x }}”%0Athere is no x%0Ahere%0Ahint: mend it, 100 %25"
    )
    assert second == "::warning file=packet.json,line=12,col=7,title=schema-enum::wrong%0Ahint: mend"
    assert third == "::notice title=name-unused::unused%0Ahint: nothing"
    assert "\n" not in first


class TestSarif:
    def test_it_has_what_the_standard_asks_for(self) -> None:
        log = sarif(RESULT)
        assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
        assert log["$schema"].endswith("sarif-2.1.0.json")
        run = log["runs"][0]
        driver = run["tool"]["driver"]
        assert driver["name"] == "visa-packet"
        rules = [rule["id"] for rule in driver["rules"]]
        assert rules == sorted(set(rules))
        for result, finding in zip(run["results"], RESULT[0].findings, strict=True):
            assert result["ruleId"] == rules[result["ruleIndex"]] == finding.code
            assert result["level"] in {"error", "warning", "note"}
            assert finding.message in result["message"]["text"]
            (location,) = result["locations"]
            region = location["physicalLocation"]["region"]
            assert region["startLine"] >= 1
            assert region["startColumn"] >= 1

    def test_places(self) -> None:
        first, second, _ = sarif(RESULT)["runs"][0]["results"]
        place = first["locations"][0]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "templates/a%20b/letter%3A1%2C%C3%A9.docx"
        assert place["logicalLocations"][0]["fullyQualifiedName"] == PLACE.describe()
        assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 12, "startColumn": 7}

    def test_a_fingerprint_stays_when_paragraphs_move(self) -> None:
        moved = Finding(
            WRONG.code, "error", WRONG.message, "x", WRONG.file, WordPlace("body", 9, "c", "q", PLACE.text, "r")
        )
        prints = {
            result["partialFingerprints"]["visaPacketFinding/v1"]
            for result in sarif([CheckedSet("set", 1, (WRONG, moved))])["runs"][0]["results"]
        }
        assert len(prints) == 1

    def test_nothing_found(self) -> None:
        run = sarif([CheckedSet("set", 1, ())])["runs"][0]
        assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_a_path_below_the_folder_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(str(tmp_path / "a" / "b.docx")) == "a/b.docx"
    assert shown_path("/elsewhere/b.docx") == "/elsewhere/b.docx"
