"""The directory of hospitals and guarantors, and the cases that refer to it by id."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.directory import Kind, find_directory, read_hospitals
from pipeline.case.load import load_case
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import read_json
from pipeline.formats.json.schema import check_schema
from pipeline.options import BuildOptions, CheckOptions
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from tests.support.built import make_set, snapshot
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, WITHOUT_FORMS, Edit, change, strings

WANG = EXAMPLES / "wang-xiaoming" / "case.json"
BY_ID = {"/hospital": "aoba", "/guarantor": "mihon"}
ENTRIES = sorted((EXAMPLES / "directory").glob("*/*.json"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the example directory, beside the folder of the copied case."""
    return Path(shutil.copytree(EXAMPLES / "directory", tmp_path / "directory"))


def spoil(path: Path, edits: Mapping[str, Any]) -> Path:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data, edits)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def refused(path: Path, directory: Path | None = None) -> list[Problem]:
    with pytest.raises(CaseError) as error:
        load_case(path, directory)
    return list(error.value.problems)


def text_at(problem: Problem) -> str:
    """What stands in the file at the place that the problem names."""
    assert problem.file is not None
    assert problem.line is not None
    assert problem.column is not None
    return Path(problem.file).read_text(encoding="utf-8").splitlines()[problem.line - 1][problem.column - 1 :]


class TestExamples:
    def test_the_entries_are_those_of_the_case(self) -> None:
        case = json.loads(WANG.read_text(encoding="utf-8"))
        for kind, entry_id in (("hospital", "aoba"), ("guarantor", "mihon")):
            path = EXAMPLES / "directory" / f"{kind}s" / f"{entry_id}.json"
            assert json.loads(path.read_text(encoding="utf-8"))[kind] == case[kind]

    @pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.stem)
    def test_an_entry_is_good_and_invented(self, path: Path) -> None:
        kind = path.parent.name.removesuffix("s")
        json_file = read_json(path)
        assert check_schema(json_file, f"directory-{kind}") == []
        schema = (path.parent / json_file.data["$schema"]).resolve()
        assert schema == EXAMPLES.parent / "schemas" / f"directory-{kind}.schema.json"
        for address in (text for text in strings(json_file.data) if "@" in text):
            assert re.search(r"[@.]example$", address)
        assert "見本" in json_file.data["source"]

    @pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.stem)
    def test_a_case_that_refers_to_it_breaks_no_rule(self, path: Path, edit: Edit, directory: Path) -> None:
        # The rules on organisations hold for every entry; whether the plan fits is another matter (REG-11).
        kind = path.parent.name.removesuffix("s")
        case = edit({f"/{kind}": path.stem})
        found = check_case(case, CheckOptions(AS_OF, directory=directory)).problems
        assert {problem.code for problem in found if problem.severity != "info"} <= {"REG-11"}


class TestReference:
    def test_the_case_is_the_same_as_with_the_fields_in_it(self, edit: Edit, directory: Path) -> None:
        loaded = load_case(edit(BY_ID))
        assert loaded.case == load_case(WANG).case
        assert [(listed.entry.kind, listed.id) for listed in loaded.references.listed] == [
            ("hospital", "aoba"),
            ("guarantor", "mihon"),
        ]
        assert loaded.references.listed[0].json_file.name == str(directory / "hospitals" / "aoba.json")

    @pytest.mark.parametrize("kind", ["hospital", "guarantor"])
    def test_one_alone_may_refer(self, edit: Edit, directory: Path, kind: Kind) -> None:
        loaded = load_case(edit({f"/{kind}": BY_ID[f"/{kind}"]}), directory)
        assert [listed.entry.kind for listed in loaded.references.listed] == [kind]
        assert loaded.case == load_case(WANG).case

    def test_a_case_without_references_needs_no_directory(self, edit: Edit) -> None:
        assert load_case(edit({})).references.listed == []

    def test_the_packet_is_the_same_but_for_the_manifest(self, edit: Edit, directory: Path, tmp_path: Path) -> None:
        texts = ("{{ hospital.name.ja }}", "{{ guarantor.contact.name.en }}")
        options = BuildOptions(AS_OF, str(make_set(tmp_path / "small", *texts)))
        whole = snapshot(build_case(edit({}), tmp_path / "whole", options).folder)
        by_id = snapshot(build_case(edit(BY_ID), tmp_path / "by-id", options).folder)
        manifests = [json.loads(files.pop("manifest.json")) for files in (whole, by_id)]
        assert by_id == whole
        assert manifests[0]["inputs"]["directory"] == []
        assert manifests[1]["inputs"]["directory"] == [
            {"kind": kind, "id": entry_id, "sha256": read_json(directory / f"{kind}s" / f"{entry_id}.json").sha256}
            for kind, entry_id in (("hospital", "aoba"), ("guarantor", "mihon"))
        ]


class TestFolder:
    def test_it_is_the_one_beside_the_case_or_one_above(self, edit: Edit, directory: Path) -> None:
        path = edit(BY_ID)
        assert find_directory(path.parent) == directory
        nearer = shutil.copytree(directory, path.parent / "directory")
        assert find_directory(path.parent) == nearer
        assert find_directory(path.parent, directory) == directory

    def test_it_may_be_beside_the_folder_of_all_cases(self, tmp_path: Path) -> None:
        case = tmp_path / "agency" / "cases" / "p-101"
        case.mkdir(parents=True)
        (tmp_path / "directory").mkdir()
        assert find_directory(case) == case / "directory", "that of somebody else is too far away"
        (tmp_path / "agency" / "directory").mkdir()
        assert find_directory(case) == tmp_path / "agency" / "directory"

    @pytest.mark.parametrize(("inside", "name"), [("case", "case.json"), ("case/papers", "../case.json")])
    def test_a_relative_path_leads_to_it_too(
        self, edit: Edit, directory: Path, monkeypatch: pytest.MonkeyPatch, inside: str, name: str
    ) -> None:
        edit(BY_ID)
        monkeypatch.chdir(directory.parent / inside)
        assert find_directory(Path(name).parent).samefile(directory)
        assert load_case(Path(name)).case == load_case(WANG).case

    def test_the_given_one_is_used(self, edit: Edit, directory: Path, tmp_path: Path) -> None:
        other = shutil.copytree(directory, tmp_path / "other")
        spoil(other / "hospitals" / "aoba.json", {"/hospital/phone": "+81 3 0000 0099"})
        assert load_case(edit(BY_ID), other).case.hospital.phone == "+81 3 0000 0099"
        assert load_case(edit(BY_ID)).case.hospital.phone == "+81 3 0000 0001"

    @pytest.mark.usefixtures("directory")
    def test_a_missing_one_is_reported(self, edit: Edit, tmp_path: Path) -> None:
        problems = refused(edit(BY_ID), tmp_path / "nowhere")
        assert [(problem.code, problem.pointer) for problem in problems] == [
            ("directory-unknown", "/hospital"),
            ("directory-unknown", "/guarantor"),
        ]
        assert all(str(tmp_path / "nowhere") in problem.hint for problem in problems)


@pytest.mark.usefixtures("directory")
class TestWrongReference:
    @pytest.mark.parametrize(
        ("wanted", "hint"), [("aobo", r"did you mean 'aoba'\?"), ("zzzz", "ids in .*: aoba, hibari, midori, reiji")]
    )
    def test_an_unknown_id_is_reported_with_the_known_ones(self, edit: Edit, wanted: str, hint: str) -> None:
        path = edit({"/hospital": wanted})
        [problem] = refused(path)
        assert (problem.code, problem.pointer, problem.file) == ("directory-unknown", "/hospital", str(path))
        assert text_at(problem).startswith(f'"{wanted}"')
        assert re.fullmatch(hint, problem.hint)
        assert wanted not in problem.message + problem.hint

    def test_missing_fields_beside_it_are_questions(self, edit: Edit) -> None:
        unknown, question = refused(edit({"/hospital": "zzzz", "/patient/sex": REMOVE}))
        assert unknown.code == "directory-unknown"
        assert question.message == "Which sex does the patient's passport state?"

    def test_an_id_of_the_other_kind_is_unknown(self, edit: Edit) -> None:
        assert [problem.code for problem in refused(edit({"/guarantor": "aoba"}))] == ["directory-unknown"]

    def test_of_many_ids_only_some_are_reported(self, edit: Edit, directory: Path) -> None:
        for number in range(20):
            shutil.copy(directory / "hospitals" / "aoba.json", directory / "hospitals" / f"h{number:02}.json")
        [problem] = refused(edit({"/hospital": "zzzz"}))
        assert problem.hint.endswith("h00, h01, h02, h03, h04, h05, h06, h07, h08, …")

    @pytest.mark.parametrize("wanted", ["", "../case", "..", "/etc/passwd", "AOBA", "aoba.json", "a b", "-a", "a" * 64])
    def test_what_is_no_id_is_refused_and_nothing_is_read(self, edit: Edit, directory: Path, wanted: str) -> None:
        shutil.copy(directory / "hospitals" / "aoba.json", directory / "case.json")
        [problem] = refused(edit({"/hospital": wanted}))
        assert problem.pointer == "/hospital"
        assert problem.code == "schema-pattern"
        assert "aoba" in problem.hint

    @pytest.mark.parametrize("value", [[], 1, None, True])
    def test_what_is_neither_fields_nor_id_is_one_problem(self, edit: Edit, value: object) -> None:
        [problem] = refused(edit({"/guarantor": value}))
        assert (problem.code, problem.pointer) == ("schema-type", "/guarantor")
        assert problem.message == "this must be an object or text in quotes"

    def test_a_mistake_in_the_fields_is_reported_at_its_place(self, edit: Edit) -> None:
        problems = refused(edit({"/hospital/fex": "+81 3 0000 0002", "/guarantor/name/ja": REMOVE}))
        assert [(problem.code, problem.pointer) for problem in problems] == [
            ("schema-unknown-field", "/hospital/fex"),
            ("schema-required", "/guarantor/name"),
        ]
        assert problems[0].hint == "did you mean 'fax'?"

    def test_mistakes_of_case_and_directory_are_reported_together(self, edit: Edit, directory: Path) -> None:
        spoil(directory / "guarantors" / "mihon.json", {"/guarantor/kind": "friend"})
        problems = refused(edit({"/hospital": "aobo", "/guarantor": "mihon", "/visa/entries": "x"}))
        assert [problem.code for problem in problems] == ["schema-enum", "directory-unknown", "schema-enum"]


class TestWrongEntry:
    @pytest.mark.parametrize(
        ("edits", "code", "pointer"),
        [
            ({"/hospital/fex": "+81 3 0000 0002"}, "schema-unknown-field", "/hospital/fex"),
            ({"/hospital/email": "nobody"}, "schema-format", "/hospital/email"),
            ({"/plans/0/conditions/0": "knee"}, "schema-enum", "/plans/0/conditions/0"),
            ({"/plans/0/kinds": []}, "schema-minItems", "/plans/0/kinds"),
            ({"/plans/0/risk_class": REMOVE}, "schema-required", "/plans/0"),
            ({"/plans/2/routes/0": "muscle"}, "schema-uniqueItems", "/plans/2/routes"),
            ({"/languages/0": "Chinese"}, "schema-pattern", "/languages/0"),
            ({"/as_of": "2026-02-30"}, "schema-format", "/as_of"),
            ({"/id": "aoba"}, "schema-unknown-field", "/id"),
        ],
    )
    def test_it_is_reported_in_its_own_file(
        self, edit: Edit, directory: Path, edits: dict[str, Any], code: str, pointer: str
    ) -> None:
        path = spoil(directory / "hospitals" / "aoba.json", edits)
        [problem] = refused(edit(BY_ID))
        assert (problem.code, problem.pointer, problem.file) == (code, pointer, str(path))
        assert text_at(problem)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"{", "json-syntax"),
            (b"", "file-empty"),
            (b"[" * 40 + b"]" * 40, "json-depth"),
            (b" " * 1_000_001, "file-size"),
        ],
        ids=["syntax", "empty", "depth", "size"],
    )
    def test_it_is_read_within_the_limits_of_a_case(
        self, edit: Edit, directory: Path, content: bytes, code: str
    ) -> None:
        (directory / "hospitals" / "aoba.json").write_bytes(content)
        [problem] = refused(edit(BY_ID))
        assert (problem.code, problem.file) == (code, str(directory / "hospitals" / "aoba.json"))

    def test_a_pipe_is_not_waited_for(self, edit: Edit, directory: Path) -> None:
        path = directory / "hospitals" / "aoba.json"
        path.unlink()
        os.mkfifo(path)
        assert [problem.code for problem in refused(edit(BY_ID))] == ["file-kind"]

    def test_an_entry_that_nobody_refers_to_does_not_disturb(self, edit: Edit, directory: Path) -> None:
        (directory / "hospitals" / "midori.json").write_bytes(b"{")
        assert load_case(edit(BY_ID)).case == load_case(WANG).case


class TestPlaces:
    """A problem that a rule or the engine finds in an entry is placed in the directory's file."""

    def test_of_a_rule(self, edit: Edit, directory: Path) -> None:
        path = spoil(directory / "hospitals" / "aoba.json", {"/hospital/corporate_number": "6010001000002"})
        with pytest.raises(CaseError) as error:
            check_case(edit({**BY_ID, "/patient/passport/expiry_date": "2027-01-01"}), CheckOptions(AS_OF))
        found = {problem.code: problem for problem in error.value.problems}
        assert (found["ID-10"].file, found["ID-10"].pointer) == (str(path), "/hospital/corporate_number")
        assert text_at(found["ID-10"]).startswith('"6010001000002"')
        assert found["ID-06"].file == str(directory.parent / "case" / "case.json")

    def test_of_a_missing_field(self, edit: Edit, directory: Path) -> None:
        path = spoil(directory / "guarantors" / "mihon.json", {"/guarantor/fax": REMOVE})
        with pytest.raises(CaseError) as error:
            check_case(edit({**BY_ID, **WITHOUT_FORMS}), CheckOptions(AS_OF))
        [problem] = [problem for problem in error.value.problems if problem.code == "GUA-05"]
        assert (problem.file, text_at(problem)) == (str(path), "{")

    def test_of_a_character_without_a_glyph(self, edit: Edit, directory: Path, tmp_path: Path) -> None:
        path = spoil(directory / "hospitals" / "aoba.json", {"/hospital/contact/name/ja": "伊藤😀"})
        templates = make_set(tmp_path / "small", "{{ hospital.contact.name.ja }}")
        with pytest.raises(CaseError) as error:
            build_case(edit(BY_ID), tmp_path / "out", BuildOptions(AS_OF, str(templates)))
        [problem] = [problem for problem in error.value.problems if problem.severity == "error"]
        assert (problem.code, problem.file, problem.pointer) == (
            "glyph-missing",
            str(path),
            "/hospital/contact/name/ja",
        )
        assert text_at(problem).startswith('"伊藤😀"')

    def test_of_the_plan_is_in_the_case(self, edit: Edit, directory: Path) -> None:
        path = edit({**BY_ID, "/treatment/plan_number": "PB3999009"})
        found = check_case(path, CheckOptions(AS_OF, directory=directory)).problems
        [problem] = [problem for problem in found if problem.code == "REG-11"]
        assert (problem.file, problem.severity) == (str(path), "warning")
        assert text_at(problem).startswith('"PB3999009"')


class TestHospitals:
    def test_all_are_read_in_the_order_of_their_ids(self, directory: Path) -> None:
        (directory / "hospitals" / ".#aoba.json").write_bytes(b"an editor's own file")
        (directory / "hospitals" / "notes.txt").write_bytes(b"")
        assert [listed.id for listed in read_hospitals(directory)] == ["aoba", "hibari", "midori", "reiji"]

    def test_all_mistakes_of_all_entries_are_reported(self, directory: Path) -> None:
        hospitals = directory / "hospitals"
        spoil(hospitals / "aoba.json", {"/as_of": "x", "/source": ""})
        (hospitals / "midori.json").write_bytes(b"{")
        (hospitals / "reiji.json").rename(hospitals / "Reiji.json")
        with pytest.raises(CaseError) as error:
            read_hospitals(directory)
        found = {(Path(problem.file or "").name, problem.code) for problem in error.value.problems}
        assert found == {
            ("aoba.json", "schema-format"),
            ("aoba.json", "schema-pattern"),
            ("midori.json", "json-syntax"),
            ("Reiji.json", "directory-name"),
        }
        assert all(problem.hint for problem in error.value.problems)

    def test_a_folder_that_is_no_directory_is_reported(self, tmp_path: Path) -> None:
        with pytest.raises(CaseError) as error:
            read_hospitals(tmp_path)
        [problem] = error.value.problems
        assert (problem.code, problem.file) == ("directory-empty", str(tmp_path))
