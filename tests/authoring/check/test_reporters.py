"""The outputs: text, SARIF 2.1.0, GitHub annotations, all from one result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.authoring.check.reporters import (
    display_path,
    format_github,
    format_json,
    format_lines,
    format_more_places,
    format_sarif,
    group_findings,
)
from pipeline.authoring.check.sets import CheckedSet
from pipeline.errors import JsonPlace, Problem, WordPlace

PLACE = WordPlace("body", 3, "table 1, row 2, column 3", "before", "here: 50 %, {{ x }}", "after")
WRONG = Problem(
    "name-unknown", "error", "there is no x\nhere", "correct it, 100 %", "templates/a b/letter:1,é.docx", PLACE
)
PACKET = Problem("schema-enum", "warning", "wrong", "correct", "packet.json", JsonPlace("/contents/0/when", 12, 7))
NOTE = Problem("name-unused", "info", "unused", "nothing", None)
RESULT = [CheckedSet("set", 1, (WRONG, PACKET, NOTE))]


def test_json_has_every_kind_of_place() -> None:
    word, packet, note = (format_json(finding) for finding in (WRONG, PACKET, NOTE))
    assert word["place"] == {
        "part": "body",
        "paragraph": 3,
        "cell": "table 1, row 2, column 3",
        "before": "before",
        "text": "here: 50 %, {{ x }}",
        "after": "after",
    }
    assert (packet["place"], packet["pointer"], packet["line"], packet["column"]) == (None, "/contents/0/when", 12, 7)
    assert (note["code"], note["severity"], note["file"], note["place"]) == ("name-unused", "info", None, None)


def test_text_has_place_and_the_text_around() -> None:
    assert list(format_lines(WRONG)) == [
        "name-unknown  templates/a b/letter:1,é.docx  body, table 1, row 2, column 3",
        "  there is no x\nhere",
        "    before",
        "  > here: 50 %, {{ x }}",
        "    after",
        "  hint: correct it, 100 %",
    ]
    assert next(format_lines(PACKET)) == "schema-enum  packet.json:12:7  /contents/0/when"


def test_github_annotations_are_escaped() -> None:
    first, second, third = format_github(RESULT, notes=True)
    assert first == (
        "::error file=templates/a b/letter%3A1%2Cé.docx,title=name-unknown::body, table 1, row 2, column 3, "
        "near “here: 50 %25, {{ x }}”%0Athere is no x%0Ahere%0Ahint: correct it, 100 %25"
    )
    assert second == "::warning file=packet.json,line=12,col=7,title=schema-enum::wrong%0Ahint: correct"
    assert third == "::notice title=name-unused::unused%0Ahint: nothing"
    assert "\n" not in first


def test_notes_are_hidden_unless_they_are_asked_for() -> None:
    assert [line.split(" ", 1)[0] for line in format_github(RESULT)] == ["::error", "::warning"]
    assert [result["level"] for result in format_sarif(RESULT)["runs"][0]["results"]] == ["error", "warning"]


def test_findings_that_differ_in_their_place_only_are_of_one_kind() -> None:
    places = [WordPlace("body", number) for number in range(1, 7)]
    same = [replace(WRONG, place=place) for place in places]
    other = replace(PACKET, place=JsonPlace("/contents/1/when", 20, 7))
    groups = group_findings([same[0], PACKET, *same[1:], other])
    assert groups == [same, [PACKET], [other]]
    assert list(format_more_places(same[1:])) == [
        *(f"  also: body, paragraph {number}" for number in (2, 3, 4)),
        "  and in 2 more places",
    ]


class TestSarif:
    def test_it_has_what_the_standard_asks_for(self) -> None:
        log = format_sarif(RESULT, notes=True)
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
        first, second, _ = format_sarif(RESULT, notes=True)["runs"][0]["results"]
        place = first["locations"][0]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "templates/a%20b/letter%3A1%2C%C3%A9.docx"
        assert place["logicalLocations"][0]["fullyQualifiedName"] == PLACE.describe()
        assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 12, "startColumn": 7}

    def test_a_fingerprint_stays_when_paragraphs_move(self) -> None:
        moved = Problem(
            WRONG.code, "error", WRONG.message, "x", WRONG.file, WordPlace("body", 9, "c", "q", PLACE.text, "r")
        )
        prints = {
            result["partialFingerprints"]["visaPacketFinding/v1"]
            for result in format_sarif([CheckedSet("set", 1, (WRONG, moved))])["runs"][0]["results"]
        }
        assert len(prints) == 1

    def test_nothing_found(self) -> None:
        run = format_sarif([CheckedSet("set", 1, ())])["runs"][0]
        assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_a_path_below_the_folder_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert display_path(str(tmp_path / "a" / "b.docx")) == "a/b.docx"
    assert display_path("/elsewhere/b.docx") == "/elsewhere/b.docx"
