"""Scans are read on request: compared with the case, and read for a new one."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.attachments import scan_client
from tests.support.cases import EXAMPLES, PERSONAL, Edit
from tests.support.reading import pictures_of
from tests.support.run import Command
from tests.support.scans import distorted, needs_reader

pytestmark = pytest.mark.slow

PAPERS = EXAMPLES / "wang-xiaoming" / "papers"
OTHERS = EXAMPLES / "chen-lihua" / "papers"
DAY = ("--as-of", "2026-11-22")


def put(folder: Path, name: str, content: bytes, role: str) -> dict[str, Any]:
    (folder / "papers" / name).write_bytes(content)
    return {"role": role, "path": f"papers/{name}"}


@needs_reader
@pytest.mark.process
def test_scans_are_compared_with_the_case(visa_packet: Command, case_folder: Path, edit: Edit) -> None:
    """One run: the passport of somebody else, a right page that was turned, and one that says nothing.

    `make soak` reads scans of every paper, and of those of somebody else.
    """
    with Image.open(OTHERS / "passport.png") as passport:
        other = put(case_folder, "other.jpg", distorted(passport, "JPEG 40"), "passport")
    own_page = pictures_of((PAPERS / "hukou.pdf").read_bytes(), 150)[2]
    turned = put(case_folder, "turned.jpg", distorted(own_page, "turned by 90 degrees"), "identity_document")
    blank = put(case_folder, "blank.jpg", distorted(Image.new("RGB", (1240, 1754), "white"), "as it is"), "funds_proof")
    case = edit({"/attachments": [other, turned, blank]})
    run = visa_packet("validate", case, *DAY, "--draft", "--json", "--read-scans")
    codes = {"DOC-18", "DOC-19", "DOC-20", "DOC-27", "DOC-28"}
    found = {(each["code"], each["pointer"]) for each in run.report["results"][0]["problems"]}
    assert {(code, place) for code, place in found if code in codes} == {
        ("DOC-18", "/attachments/0/path"),
        ("DOC-28", "/attachments/2/path"),
    }
    assert "machine-readable zone" in run.err
    assert not any(value in run.err for value in PERSONAL)


@needs_reader
@pytest.mark.process
def test_a_passport_gives_values_for_a_new_case(visa_packet: Command, tmp_path: Path) -> None:
    shutil.copy(PAPERS / "passport.png", tmp_path)
    run = visa_packet("read", tmp_path / "passport.png", *DAY, "--json")
    patient = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))["patient"]
    values = {each["pointer"].removeprefix("/patient/"): each["value"] for each in run.report["results"]}
    passport = patient["passport"]
    assert values == {
        **{name: patient[name] for name in ("sex", "birth_date", "nationality")},
        **{f"name/{name}": value for name, value in patient["name"].items() if name != "chinese_surname"},
        **{f"passport/{name}": value for name, value in passport.items() if name not in {"mrz", "kind"}},
        **{f"passport/mrz/{index}": line for index, line in enumerate(passport["mrz"])},
    }
    assert [path.name for path in tmp_path.iterdir()] == ["passport.png"]


def test_text_is_read_without_the_extra(visa_packet: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_client, "find_spec", lambda _name: None)
    run = visa_packet("read", PAPERS / "bank-certificate.pdf", "--person", "companion-2")
    assert run.code == 0
    rows = [line.split() for line in run.out.splitlines()[:-1]]
    assert {row[0] for row in rows} == {
        f"/companions/1/{name}" for name in ("resident_id", "birth_date", "name/chinese")
    }
    assert "proved by check digits" in run.out
    assert "page 1, 114 mm from the left" in run.out


def test_without_the_extra_the_command_says_what_to_install(
    visa_packet: Command, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setattr(scan_client, "find_spec", lambda name: None if name == "rapidocr" else find_spec(name))
    case = EXAMPLES / "wang-xiaoming" / "case.json"
    checks = dict.fromkeys(("validate", "status"), (case, "--read-scans"))
    for name, words in {"read": (PAPERS / "passport.png",), **checks}.items():
        with subtests.test(name):
            run = visa_packet(name, *words)
            assert run.code == 2
            assert "pip install 'visa-packet[read]'" in run.err


@pytest.mark.parametrize("person", ["companion-0", "companion-100", "patient-1", ""])
def test_a_person_that_no_case_has(visa_packet: Command, person: str) -> None:
    run = visa_packet("read", PAPERS / "passport.png", "--person", person)
    assert run.code == 2
    assert "companion-1" in run.err


def test_a_file_that_is_no_paper(visa_packet: Command, tmp_path: Path) -> None:
    (tmp_path / "paper.png").write_bytes(b"no picture")
    for name, code in (("paper.png", "attachment-kind"), ("none.png", "attachment-missing")):
        run = visa_packet("read", tmp_path / name)
        assert run.code == 5
        assert code in run.err
        assert str(tmp_path / name) in run.err
