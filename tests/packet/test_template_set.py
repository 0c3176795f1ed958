from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.case.filing import Role
from pipeline.errors import Problem, TemplateError
from pipeline.packet import set_files
from pipeline.packet.set_files import load_template_set
from tests.support.built import MEDICAL_STAY, make_set
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, change
from tests.support.run import Command, assert_refused

CASE = EXAMPLES / "wang-xiaoming" / "case.json"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped set, free to be spoilt."""
    return Path(shutil.copytree(MEDICAL_STAY, tmp_path / "own-set"))


def edit_packet(folder: Path, edits: Mapping[str, Any]) -> None:
    path = folder / "packet.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data, edits)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")


def problems_of(folder: Path | str) -> tuple[Problem, ...]:
    with pytest.raises(TemplateError) as error:
        load_template_set(str(folder))
    assert all(problem.hint and problem.file for problem in error.value.problems)
    return error.value.problems


def test_the_shipped_set_is_found_by_name_and_by_folder(copied: Path) -> None:
    by_name, by_folder = load_template_set("medical-stay"), load_template_set(str(copied))
    assert by_name.packet == by_folder.packet
    assert by_name.templates == by_folder.templates
    assert by_name.sha256 == by_folder.sha256
    assert len(by_name.templates) == 17


def test_a_set_is_read_once_and_later_changes_do_not_reach_a_run(copied: Path) -> None:
    before = load_template_set(str(copied))
    (copied / "cover-sheet.docx").write_bytes(b"changed")
    assert load_template_set(str(copied)) is before


def test_only_an_accepted_file_is_not_looked_through_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, looked = make_set(tmp_path / "set"), list[bytes]()
    monkeypatch.setattr(set_files, "open_docx", looked.append)
    file = next(folder.glob("*.docx"))
    content = file.read_bytes() + str(tmp_path).encode()
    file.write_bytes(content)
    for _ in range(2):
        assert set_files._read_template(file) == content
    assert looked == [content]
    monkeypatch.undo()
    file.write_bytes(b"no Word file")
    for _ in range(2):
        with pytest.raises(TemplateError):
            set_files._read_template(file)


@pytest.mark.parametrize("name", ["packet.json", "cover-sheet.docx", "letter-of-guarantee.docx"])
def test_the_hash_watches_every_file(tmp_path: Path, name: str) -> None:
    other = Path(shutil.copytree(MEDICAL_STAY, tmp_path / "other"))
    (other / name).write_bytes((other / name).read_bytes() + b"\n")
    assert load_template_set(str(other)).sha256 != load_template_set("medical-stay").sha256


@pytest.mark.parametrize("name", ["medical-sty", "", ".", "/nowhere", "../pipeline"])
def test_an_unknown_set_is_reported_with_those_that_are_there(name: str) -> None:
    (problem,) = problems_of(name or "no such name")
    assert problem.code == "template-set"
    assert "medical-stay" in problem.hint


def test_a_folder_without_packet_json_is_no_set(copied: Path) -> None:
    (copied / "packet.json").unlink()
    assert problems_of(copied)[0].code == "template-set"


def test_a_missing_word_file_is_reported(copied: Path) -> None:
    (copied / "invitation-letter.docx").unlink()
    (problem,) = problems_of(copied)
    assert (problem.code, problem.file) == ("template-missing", str(copied / "invitation-letter.docx"))


@pytest.mark.parametrize(
    ("edits", "code", "pointer"),
    [
        ({"/contents/11/when": "sometimes"}, "schema-enum", "/contents/11/when"),
        ({"/contents/11/wen": "always"}, "schema-unknown-field", "/contents/11/wen"),
        ({"/contents/11/template": "../invitation-letter.docx"}, "schema-pattern", "/contents/11/template"),
        ({"/contents/11/template": "/etc/hostname"}, "schema-pattern", "/contents/11/template"),
        ({"/contents/11/template": REMOVE}, "schema-required", "/contents/11"),
        ({"/contents/11/is_cover": True}, "schema-maxContains", "/contents"),
        ({"/contents/19/is_cover": True}, "schema-maxContains", "/contents"),
        ({"/languages": ["en", "zh"]}, "schema-contains", "/languages"),
        ({"/contents": []}, "schema-minItems", "/contents"),
        ({"/contents/2/print_size_mm": [45]}, "schema-minItems", "/contents/2/print_size_mm"),
        ({"/contents/2/print_size_mm": [45, 4500]}, "schema-maximum", "/contents/2/print_size_mm/1"),
        ({"/contents/1/attachments": "pasport"}, "schema-enum", "/contents/1/attachments"),
        ({"/official_list/0/letter": "A"}, "schema-enum", "/official_list/0/letter"),
        ({"/official_list/0/for": "nobody"}, "schema-enum", "/official_list/0/for"),
        ({"/official_list/8/document": "treatment-schedul"}, "packet-document", "/official_list/8/document"),
        ({"/contents/14/unless_attached": "schedule"}, "schema-enum", "/contents/14/unless_attached"),
        ({"/contents/1/unless_attached": "other"}, "schema-unknown-field", "/contents/1/unless_attached"),
        ({"/official_list": REMOVE}, "schema-required", ""),
        ({"/title/zh": REMOVE}, "schema-required", "/title"),
        ({"/as_of": "2026-02-30"}, "schema-format", "/as_of"),
        ({"/id": "Medical Stay"}, "schema-pattern", "/id"),
    ],
)
def test_a_wrong_packet_json_is_placed(copied: Path, edits: Mapping[str, Any], code: str, pointer: str) -> None:
    edit_packet(copied, edits)
    found = [(problem.code, problem.pointer) for problem in problems_of(copied)]
    assert (code, pointer) in found
    assert all(problem.line and problem.file == str(copied / "packet.json") for problem in problems_of(copied))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file-empty"),
        ("{", "json-syntax"),
        ("[]", "schema-type"),
        ('{"id": "a", "id": "b"}', "json-repeated-key"),
        ("\ufeff{}", "schema-required"),
    ],
)
def test_a_packet_json_that_is_not_json_is_reported(copied: Path, text: str, code: str) -> None:
    (copied / "packet.json").write_text(text, encoding="utf-8")
    assert problems_of(copied)[0].code == code


def test_attachments_beyond_the_official_list_need_a_title(copied: Path) -> None:
    data = json.loads((copied / "packet.json").read_text(encoding="utf-8"))
    index = [entry.get("attachments") for entry in data["contents"]].index("other")
    edit_packet(copied, {f"/contents/{index}/title": REMOVE})
    (problem,) = problems_of(copied)
    assert (problem.code, problem.pointer) == ("packet-title", f"/contents/{index}")


@pytest.mark.parametrize(("key", "first", "second"), [("document", 11, 12), ("attachments", 1, 2)])
def test_a_part_may_not_be_there_twice(copied: Path, key: str, first: int, second: int) -> None:
    """The parts of a packet are known by these names: one of the two would be drawn in the place of both."""
    data = json.loads((copied / "packet.json").read_text(encoding="utf-8"))
    edit_packet(copied, {f"/contents/{second}/{key}": data["contents"][first][key]})
    (problem,) = problems_of(copied)
    assert (problem.code, problem.pointer) == ("packet-repeated", f"/contents/{second}/{key}")


def test_every_shipped_template_is_used_and_every_document_has_one() -> None:
    used = {entry.template for entry in load_template_set("medical-stay").packet.contents if entry.template}
    assert used == {path.name for path in MEDICAL_STAY.glob("*.docx")}


class TestBuild:
    """The same through the command."""

    def refused(self, visa_packet: Command, folder: Path | str, out: Path) -> list[dict[str, Any]]:
        run = visa_packet("build", CASE, "--templates", folder, "-o", out, "--as-of", AS_OF.isoformat(), "--json")
        return assert_refused(run, out, 4)

    def test_an_unknown_set(self, tmp_path: Path, visa_packet: Command) -> None:
        (problem,) = self.refused(visa_packet, "medical-sty", tmp_path / "out")
        assert (problem["code"], problem["file"]) == ("template-set", "medical-sty")

    def test_a_missing_word_file(self, copied: Path, tmp_path: Path, visa_packet: Command) -> None:
        (copied / "cover-sheet.docx").unlink()
        (problem,) = self.refused(visa_packet, copied, tmp_path / "out")
        assert problem["code"] == "template-missing"

    def test_a_wrong_condition_has_line_and_column(self, copied: Path, tmp_path: Path, visa_packet: Command) -> None:
        edit_packet(copied, {"/contents/11/when": "sometimes"})
        (problem,) = self.refused(visa_packet, copied, tmp_path / "out")
        assert problem["pointer"] == "/contents/11/when"
        line = (copied / "packet.json").read_text(encoding="utf-8").splitlines()[problem["line"] - 1]
        assert line[problem["column"] - 1 :].startswith('"sometimes"')

    def test_a_spoilt_copy_of_the_shipped_set(self, copied: Path, tmp_path: Path, visa_packet: Command) -> None:
        content = (copied / "letter-of-guarantee.docx").read_bytes()
        (copied / "letter-of-guarantee.docx").write_bytes(content[: len(content) // 2])
        (problem,) = self.refused(visa_packet, copied, tmp_path / "out")
        assert (problem["code"], problem["file"]) == ("template-unusable", str(copied / "letter-of-guarantee.docx"))

    def test_a_cover_that_never_settles_is_reported(self, tmp_path: Path, visa_packet: Command) -> None:
        words = {"ja": "表紙", "en": "Cover", "zh": "封面"}
        cover = {"document": "cover", "template": "letter.docx", "title": words, "issuer": words, "when": "always"}
        growing = ("{%p for row in packet.required * 8 * packet.page_count %}", "{{ row.letter }}", "{%p endfor %}")
        folder = make_set(
            tmp_path / "set",
            *growing,
            edits={"contents": [{**cover, "is_cover": True}], "not_filed": list(get_args(Role))},
        )
        (problem,) = self.refused(visa_packet, folder, tmp_path / "out")
        assert problem["code"] == "template-cover"

    def test_a_set_of_the_users_own_from_another_folder(
        self, tmp_path: Path, visa_packet: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_set(tmp_path / "own", "{{ patient.name.chinese }}")
        monkeypatch.chdir(tmp_path)
        run = visa_packet("build", CASE, "--templates", "own", "-o", "out", "--as-of", "2026-11-22", "--json")
        assert run.code == 0, run.err
        manifest = json.loads((tmp_path / "out" / "wang-xiaoming" / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["template_set"]["id"] == "small"
