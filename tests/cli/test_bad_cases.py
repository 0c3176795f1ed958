"""Invalid case files through the command line: rejected with place and hint, while similar valid ones are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.visa.rules.catalogue import checked_rules
from tests.support.cases import AS_OF, EXAMPLES, GOOD_EXAMPLES, REMOVE, Edit
from tests.support.run import Command, assert_refused

pytestmark = pytest.mark.slow

WRONG = EXAMPLES / "wrong-on-purpose"
GOOD_MRZ = "EJ01234560CHN9203147M3205183<<<<<<<<<<<<<<04"


@dataclass(frozen=True)
class Bad:
    """One invalid case: its origin, the reported problem, and a similar valid case."""

    bad: Callable[[Path, Edit], object]
    code: str
    pointer: str | None = None
    #: the text at the reported line and column; None if no place can be reported
    stands: str | None = None
    good: Callable[[Path, Edit], object] = lambda _path, _edit: None


def text(old: str, new: str) -> Callable[[Path, Edit], object]:
    """Replace one passage of the file as it stands."""

    def write(path: Path, _edit: Edit) -> None:
        content = path.read_text(encoding="utf-8")
        assert content.count(old) == 1
        path.write_text(content.replace(old, new), encoding="utf-8")

    return write


def encoded(encoding: str) -> Callable[[Path, Edit], object]:
    return lambda path, _edit: path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))


def edits(**changes: Any) -> Callable[[Path, Edit], object]:
    """Change one or more fields; the name of a field is its pointer with two underscores for each slash."""
    return lambda _path, edit: edit({"/" + name.replace("__", "/"): value for name, value in changes.items()})


BAD = {
    "missing": Bad(lambda path, _edit: path.unlink(), "file-missing"),
    "empty": Bad(lambda path, _edit: path.write_bytes(b" \n"), "file-empty"),
    "utf-16": Bad(encoded("utf-16"), "file-encoding", good=encoded("utf-8-sig")),
    "gb18030": Bad(encoded("gb18030"), "file-encoding", stands="", good=encoded("utf-8")),
    "not-json": Bad(
        text('"multiple",', '"multiple"'), "json-syntax", stands='"', good=text('"multiple",', '"multiple" ,')
    ),
    "cut-off": Bad(
        lambda path, _edit: path.write_text(path.read_text("utf-8")[:-3], "utf-8"), "json-syntax", stands=""
    ),
    "top-level-list": Bad(text('{\n  "$schema"', '[{\n  "$schema"'), "json-syntax", stands=""),
    "list-for-a-case": Bad(lambda path, _edit: path.write_text("[]", "utf-8"), "schema-type", "", "[]"),
    "duplicate-key": Bad(
        text('"sex": "male",', '"sex": "male", "\\u0073ex": "female",'),
        "json-repeated-key",
        "/patient/sex",
        '"\\u0073ex"',
        good=text('"sex": "male",', '"\\u0073ex": "male",'),
    ),
    "nan": Bad(
        text('"culture_and_release_days": 42', '"culture_and_release_days": NaN'),
        "json-number",
        stands="NaN",
        good=text('"culture_and_release_days": 42', '"culture_and_release_days": 4.2E1'),
    ),
    "infinity": Bad(
        text('"culture_and_release_days": 42', '"culture_and_release_days": 1e999'), "json-number", stands="1e999"
    ),
    "zero-width": Bad(
        edits(visa__agency="北京\u200b虚构"),
        "text-character",
        "/visa/agency",
        '"北京\u200b虚构"',
        good=edits(visa__agency="北京 虚构"),
    ),
    "wrong-shape": Bad(edits(companions={}), "schema-type", "/companions", "{}", good=edits(companions=[])),
    "number-for-text": Bad(edits(visa__agency=5), "schema-type", "/visa/agency", "5", good=edits(visa__agency="5")),
    "missing-field": Bad(
        edits(visa__letter_date=REMOVE), "schema-required", "/visa", "{", good=edits(visa__agency=REMOVE)
    ),
    "unknown-field": Bad(
        edits(visa__fillng_date="2026-12-07"),
        "schema-unknown-field",
        "/visa/fillng_date",
        '"fillng_date"',
        good=edits(visa__filing_date="2026-12-07"),
    ),
    "impossible-date": Bad(
        edits(tb_screening__steps__examination="2023-02-29"),
        "schema-format",
        "/tb_screening/steps/examination",
        '"2023-02-29"',
        good=edits(tb_screening__steps__examination="2024-02-29"),
    ),
    "impossible-date-of-birth": Bad(
        edits(patient__birth_date="1992-02-30"), "schema-format", "/patient/birth_date", '"1992-02-30"'
    ),
    "unknown-word": Bad(
        edits(condition__side="rigth"), "schema-enum", "/condition/side", '"rigth"', good=edits(condition__side="left")
    ),
    "short-resident-id": Bad(
        edits(patient__resident_id="11010519920314003"),
        "schema-pattern",
        "/patient/resident_id",
        '"11010519920314003"',
        good=edits(patient__resident_id=REMOVE),
    ),
    "resident-id-check-digit": Bad(
        edits(patient__resident_id="110105199203140033"), "ID-04", "/patient/resident_id", '"110105199203140033"'
    ),
    "mrz-check-digit": Bad(
        edits(patient__passport__mrz__1=GOOD_MRZ[:9] + "1" + GOOD_MRZ[10:]),
        "ID-02",
        "/patient/passport/mrz/1",
        '"EJ01234561CHN',
        good=edits(patient__passport__mrz__1=GOOD_MRZ[:42] + "<4"),
    ),
    "mrz-differs": Bad(
        edits(patient__name__given_names="XIAOMIN", patient__passport__mrz__0="P<CHNWANG<<XIAOMINK" + "<" * 25),
        "ID-03",
        "/patient/name",
        "{",
        good=edits(patient__passport__mrz=REMOVE, patient__name__given_names="XIAOMIN"),
    ),
    "corporate-number-check-digit": Bad(
        edits(hospital__corporate_number="7010001000001"), "ID-10", "/hospital/corporate_number", '"7010001000001"'
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_case_is_refused(name: str, visa_packet: Command, edit: Edit, case_folder: Path, tmp_path: Path) -> None:
    case = BAD[name]
    path = case_folder / "case.json"
    case.bad(path, edit)
    out = tmp_path / "out"
    run = visa_packet("build", path, "-o", out, "--as-of", AS_OF, "--json")
    problems = assert_refused(run, out, 3)
    errors = [problem for problem in problems if problem["severity"] == "error"]
    assert [(problem["code"], problem["pointer"]) for problem in errors] == [(case.code, case.pointer)]
    [problem] = errors
    assert problem["file"] == str(path)
    if case.stands is None:
        assert problem["line"] is None
        return
    assert f"{path}:{problem['line']}:{problem['column']}" in run.err
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    assert lines[problem["line"] - 1][problem["column"] - 1 :].startswith(case.stands)


@pytest.mark.parametrize("name", BAD)
def test_its_good_neighbour_is_not(name: str, visa_packet: Command, edit: Edit, case_folder: Path) -> None:
    path = case_folder / "case.json"
    BAD[name].good(path, edit)
    run = visa_packet("validate", path, "--as-of", AS_OF, "--json")
    assert run.code == 0
    assert [problem for problem in run.problems if problem["severity"] == "error"] == []
    assert run.report["results"][0]["case_id"] == "wang-xiaoming"


def test_a_wrong_byte_is_reported_by_line_and_byte(visa_packet: Command, case_folder: Path, tmp_path: Path) -> None:
    path = case_folder / "case.json"
    content = path.read_bytes().split(b"\n")
    content[3] = content[3] + b" \xe9"
    path.write_bytes(b"\n".join(content))
    out = tmp_path / "out"
    [problem] = assert_refused(visa_packet("build", path, "-o", out, "--json"), out, 3)
    assert (problem["line"], problem["column"]) == (4, len(content[3]))


def test_an_earlier_packet_stays(visa_packet: Command, edit: Edit, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "wang-xiaoming").mkdir(parents=True)
    (out / "wang-xiaoming" / "bundle.pdf").write_bytes(b"earlier")
    run = visa_packet("build", edit({"/visa/entries": "twice"}), "-o", out, "--json")
    assert run.code == 3
    assert [path.name for path in out.rglob("*")] == ["wang-xiaoming", "bundle.pdf"]
    assert (out / "wang-xiaoming" / "bundle.pdf").read_bytes() == b"earlier"


def reported(run: Any) -> list[tuple[str, str | None]]:
    return [(problem["code"], problem["pointer"]) for problem in run.problems]


def test_all_that_is_wrong_is_reported_at_once(visa_packet: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = visa_packet("build", WRONG / "case.json", "-o", out, "--as-of", AS_OF, "--json")
    assert_refused(run, out, 3)
    assert reported(run) == [
        ("schema-required", "/patient"),
        ("schema-pattern", "/patient/resident_id"),
        ("schema-format", "/patient/email"),
        ("schema-unknown-field", "/patient/passport/pasport_type"),
        ("schema-format", "/patient/passport/issue_date"),
        ("schema-pattern", "/patient/passport/mrz/0"),
        ("schema-type", "/companions"),
        ("schema-enum", "/condition/side"),
        ("schema-type", "/treatment/culture_and_release_days"),
        ("schema-minItems", "/treatment/visits"),
        ("schema-enum", "/visa/entries"),
        ("schema-format", "/visa/filing_date"),
        ("schema-enum", "/attachments/1/role"),
        ("schema-format", "/attachments/1/issued_on"),
    ]
    assert reported(visa_packet("validate", WRONG / "case.json", "--as-of", AS_OF, "--json")) == reported(run)


def test_all_broken_rules_are_reported_at_once(visa_packet: Command, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = visa_packet("build", WRONG / "breaks-the-rules.json", "-o", out, "--as-of", AS_OF, "--json")
    assert_refused(run, out, 3)
    errors = [problem["code"] for problem in run.problems if problem["severity"] == "error"]
    of_case = ["ID-02", "ID-04", "ID-06", "LET-03", "SCH-01", "SCH-04", "DOC-07", "DOC-07", "DOC-08", "FRM-01"]
    assert errors == of_case + ["DOC-01"] * 7 + ["DOC-25"] * 2
    others = [problem["code"] for problem in run.problems if problem["severity"] != "error"]
    notes = ["DOC-10", "DOC-15", "DOC-16", "VIS-01B"]
    assert sorted(others) == sorted(["TB-02", *notes])
    for problem in run.problems:
        entry = checked_rules()[problem["code"]]
        assert problem["severity"] == entry.severity
        assert problem["source"]
        assert problem["as_of"]


def test_rules_are_checked_only_when_the_shape_is_right(visa_packet: Command, edit: Edit) -> None:
    path = edit({"/patient/resident_id": "110105199203140033", "/visa/entries": "twice"})
    run = visa_packet("validate", path, "--as-of", AS_OF, "--json")
    assert reported(run) == [("schema-enum", "/visa/entries")]


@pytest.mark.parametrize("example", ["wang-xiaoming", "chen-lihua"])
@pytest.mark.parametrize("file", ["", "case.json"])
def test_good_examples_are_valid(visa_packet: Command, example: str, file: str) -> None:
    run = visa_packet("validate", EXAMPLES / example / file, "--as-of", AS_OF, "--json")
    assert run.code == 0
    assert "error" not in {problem["severity"] for problem in run.problems}


def test_one_bad_case_of_three_leaves_the_others_valid(visa_packet: Command) -> None:
    run = visa_packet("validate", EXAMPLES, "--as-of", AS_OF, "--json")
    results = {Path(result["case"]).parent.name: result["exit_code"] for result in run.report["results"]}
    assert results == {**dict.fromkeys(GOOD_EXAMPLES, 0), "wrong-on-purpose": 3}
    assert run.code == 9


def test_warnings_forbid_only_when_strict(visa_packet: Command, edit: Edit, tmp_path: Path) -> None:
    path = edit({"/visa/entries": "single"})
    assert visa_packet("validate", path, "--as-of", AS_OF, "--json").code == 0
    out = tmp_path / "out"
    run = visa_packet("build", path, "-o", out, "--as-of", AS_OF, "--strict", "--json")
    problems = assert_refused(run, out, 3)
    assert {problem["code"] for problem in problems if problem["severity"] == "warning"} == {"DOC-09"}


def test_text_output_names_place_and_hint(visa_packet: Command, edit: Edit) -> None:
    path = edit({"/visa/letter_date": "2026-12-08"})
    run = visa_packet("validate", path, "--as-of", AS_OF)
    assert run.code == 3
    assert run.out == f"{path}: cannot be built  (errors: 1, warnings: 0, notes: 8)\n"
    line = next(n for n, t in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "letter_date" in t)
    assert f"error LET-03  {path}:{line}:20  /visa/letter_date" in run.err
    assert "hint: date the letters on the day" in run.err
    assert "source: Embassy of Japan in China" in run.err


def test_json_is_one_document(visa_packet: Command, edit: Edit) -> None:
    run = visa_packet("validate", edit({"/visa/entries": "twice"}), "--json")
    assert json.loads(run.out)["results"][0]["problems"][0]["pointer"] == "/visa/entries"
