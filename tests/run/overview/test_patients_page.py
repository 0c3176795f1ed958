"""The page of all patients as a file: every patient, in order, without a name or an identity number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.language import LANGUAGES, Language
from pipeline.run.overview.patient_row import PatientRow, sorted_rows
from pipeline.run.overview.patients_page import draw_patients_page
from tests.support.cases import AS_OF, PERSONAL
from tests.support.patients import STAGES, make_patients, row_of
from tests.support.run import Command
from tests.support.shared import Shared


@pytest.fixture(scope="module")
def patients(shared: Shared) -> Path:
    return shared.folder("patients", make_patients)


@pytest.fixture(scope="module")
def rows(patients: Path) -> list[PatientRow]:
    return sorted_rows(row_of(patients / name / "case.json") for name in [*STAGES, "p-broken"])


def data_of(page: bytes) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page.decode(), re.DOTALL)
    data: dict[str, Any] = json.loads(text)
    return data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.slow
def test_every_patient_with_what_is_open(rows: list[PatientRow], language: Language) -> None:
    page = draw_patients_page(rows, AS_OF, language)
    data = data_of(page)
    found = {row["id"]: row for row in data["rows"]}
    assert list(found) == ["p-broken", "p-blocked", "p-asked", "p-lacking", "p-unsigned"]
    assert [found[name]["tile"] for name in found] == ["failed", "failed", "unanswered", "incomplete", "to_be_signed"]
    counts = {name: [row[key] for key in ("questions", "missing", "unsigned")] for name, row in found.items()}
    assert counts == {
        "p-broken": [0, 0, 0],
        "p-blocked": [0, 0, 5],
        "p-asked": [4, 7, 0],
        "p-lacking": [0, 3, 5],
        "p-unsigned": [0, 0, 5],
    }
    assert (found["p-unsigned"]["day"], found["p-unsigned"]["left"]) == ("2026-12-28", 36)
    assert found["p-broken"]["findings"][0][:2] == ["json-syntax", "error"]
    assert [value for value in PERSONAL if value in page.decode()] == []


def test_it_is_written_and_replaced_but_another_file_is_not(
    visa_packet: Command, patients: Path, tmp_path: Path
) -> None:
    target = tmp_path / "patients.html"
    for _ in range(2):
        run = visa_packet("status", patients / "p-asked", "--html", target, "--as-of", "2026-11-22", "--json")
        assert run.code == 3
        assert len(data_of(target.read_bytes())["rows"]) == 1
    target.write_text("<!doctype html>\n<!-- visa-packet report -->\n", encoding="utf-8")
    run = visa_packet("status", patients, "--html", target, "--as-of", "2026-11-22", "--json")
    assert (run.code, run.report["results"]) == (7, [])
    assert target.read_text(encoding="utf-8").endswith("report -->\n")
