from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import inspect

from pipeline.formats.json.violations import validator
from pipeline.options import BuildOptions
from pipeline.packet.set_files import load_template_set
from pipeline.publish.manifest import Manifest
from pipeline.publish.provenance import LIBRARIES, library_versions
from pipeline.publish.verify.verify import verify_path
from pipeline.resources import VERSION
from pipeline.run.one import build_case
from tests.support.built import make_part, make_set
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, WITHOUT_FORMS, Edit, strings
from tests.support.struct_pictures import SCHEMAS, picture_of_schema, picture_of_type

pytestmark = pytest.mark.slow


@pytest.fixture(params=["one", "two"])
def built(request: pytest.FixtureRequest, packet: Path, packet_with_companion: Path) -> Path:
    return packet if request.param == "one" else packet_with_companion


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def case_of(folder: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((EXAMPLES / folder.name / "case.json").read_text(encoding="utf-8"))
    return case


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_types_and_schema_agree() -> None:
    picture = picture_of_schema(SCHEMAS, "manifest")
    assert picture["as_of"] == (True, "date")
    assert picture["versions"] == (True, ("map", "text"))
    assert picture["findings"][1][2]["pointer"] == (True, ("or null", "text"))
    assert picture["documents"][1][2]["signed_by"] == (True, ("or null", {"hospital", "guarantor"}))
    assert picture_of_type(inspect.type_info(Manifest)) == picture


def test_it_meets_its_schema(built: Path) -> None:
    assert [error.message for error in validator("manifest").iter_errors(manifest_of(built))] == []


def test_it_lists_every_file_but_itself(built: Path) -> None:
    listed = {output["path"]: (output["sha256"], output["bytes"]) for output in manifest_of(built)["outputs"]}
    there = {
        path.relative_to(built).as_posix(): (sha256(path), path.stat().st_size)
        for path in built.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == there
    assert list(listed) == sorted(listed)


def test_it_records_the_origin_of_the_packet(built: Path) -> None:
    manifest, case = manifest_of(built), case_of(built)
    assert manifest["visa_packet"] == VERSION
    assert manifest["case_id"] == built.name
    assert manifest["as_of"] == AS_OF.isoformat()
    assert manifest["inputs"]["case"] == sha256(EXAMPLES / built.name / "case.json")
    supplied = {
        (each["role"], each.get("person", "patient")): sha256(EXAMPLES / built.name / each["path"])
        for each in case["attachments"]
    }
    assert {(each["role"], each["person"]): each["sha256"] for each in manifest["inputs"]["attachments"]} == supplied
    sizes = [each["bytes"] for each in manifest["inputs"]["attachments"]]
    papers = (EXAMPLES / built.name / "papers").iterdir()
    assert sorted(sizes) == sorted(paper.stat().st_size for paper in papers)
    assert manifest["template_set"] == {"id": "medical-stay", "sha256": load_template_set("medical-stay").sha256}
    assert manifest["engine"]["name"] == "typst"
    assert set(manifest["versions"]) == set(LIBRARIES)
    assert manifest["versions"] == library_versions()


def test_it_describes_the_bundle(built: Path) -> None:
    manifest = manifest_of(built)
    for bundle in manifest["bundles"]:
        assert bundle["sha256"] == sha256(built / bundle["path"])
        assert bundle["pages"] == sum(part["pages"] for part in bundle["page_map"])


def test_it_records_missing_papers_and_findings(edit: Edit, tmp_path: Path) -> None:
    options = BuildOptions(AS_OF, str(make_set(tmp_path / "set")), allow_missing=True)
    manifest = manifest_of(build_case(edit(WITHOUT_FORMS), tmp_path / "out", options).folder)
    assert manifest["state"] == "incomplete"
    assert [(row["role"], row["person"]) for row in manifest["missing"]] == [
        ("visa_application", "patient"),
        ("combined_form", "patient"),
    ]
    found = [finding["rule"] for finding in manifest["findings"]]
    assert found.count("DOC-01") == 2
    assert "TB-01" in found
    assert all(finding["severity"] != "error" for finding in manifest["findings"])


def test_it_holds_nothing_personal(built: Path) -> None:
    text = (built / "manifest.json").read_text(encoding="utf-8")
    case = case_of(built)
    private = [*PERSONAL]
    for person in (case["patient"], *case["companions"]):
        private += [
            *strings(person["name"]),
            *strings(person["passport"]),
            person["birth_date"],
            person["occupation"]["zh"],
        ]
    private += [value for part in ("condition", "hospital", "guarantor") for value in strings(case[part])]
    short = {"CHN", "ordinary", "right", "left", "coordinator", "travel_agency", "not_applicable", "both"}
    for value in private:
        if value not in short and len(value) > 2:
            assert value not in text, value


def test_it_holds_no_name_of_a_file_or_folder(case_folder: Path, edit: Edit, tmp_path: Path) -> None:
    (case_folder / "papers" / "passport.png").rename(case_folder / "王晓明 passport.png")
    case = edit({"/attachments/0/path": "王晓明 passport.png"})
    folder = build_case(case, tmp_path / "out", BuildOptions(AS_OF)).folder
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    for word in ("王晓明", "passport.png", "papers", "bank-certificate", str(case_folder), str(tmp_path)):
        assert word not in text
    assert sorted(path.name for path in folder.iterdir()) == [
        "bundle.pdf",
        "documents",
        "manifest.json",
        "working-file.pdf",
    ]


def test_names_of_files_name_nobody(built: Path) -> None:
    names = [path.name for path in built.rglob("*")]
    assert all(not set(name) & set("王晓明陈丽华") for name in names)


def test_without_documents_only_what_is_in_no_bundle_remains(tmp_path: Path) -> None:
    case = EXAMPLES / "wang-xiaoming" / "case.json"
    few = BuildOptions(AS_OF, str(make_part(tmp_path / "set", "cover-sheet", "patient-guide")))
    packet = build_case(case, tmp_path / "whole", few).folder
    folder = build_case(case, tmp_path / "out", replace(few, no_documents=True)).folder
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"bundle.pdf", "manifest.json", "documents/02-patient-guide.pdf"}
    assert (folder / "bundle.pdf").read_bytes() == (packet / "bundle.pdf").read_bytes()
    found, whole = manifest_of(folder), manifest_of(packet)
    assert [error.message for error in validator("manifest").iter_errors(found)] == []
    assert {row["path"] for row in found["documents"]} == {None, "documents/02-patient-guide.pdf"}
    differing = {key for key, value in whole.items() if found[key] != value}
    assert differing == {"documents", "options", "outputs", "sha256"}
    assert verify_path(folder).manifest.options.no_documents
    assert not build_case(case, tmp_path / "out", few).is_current
