"""The rules on finished documents: where they look, what they say, and how a build ends with them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.case.load import load_case
from pipeline.documents.proof.dates_in_text import find_days
from pipeline.documents.proof.finished import find_source, mask_tags
from pipeline.documents.proof.foreign_values import quote
from pipeline.documents.proof.required_content import CONTENT_RULES
from pipeline.errors import TemplateError
from pipeline.formats.pdf.geometry import is_a4
from pipeline.formats.word.text import read_word
from pipeline.options import BuildOptions
from pipeline.packet.set_files import load_template_set
from pipeline.packet.template_set import Shown
from pipeline.run.one import build_case
from pipeline.visa.claims import free_texts
from tests.support.built import MEDICAL_STAY, make_docx, make_set
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, Edit
from tests.support.run import Command, assert_refused

DAY = ("--as-of", "2026-11-22")
WANG = EXAMPLES / "wang-xiaoming" / "case.json"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年11月20日", date(2026, 11, 20)),
        ("2026 年 11 月 20 日", date(2026, 11, 20)),
        ("２０２６年１１月２０日", date(2026, 11, 20)),
        ("2026年11月20号", date(2026, 11, 20)),
        ("令和8年11月20日", date(2026, 11, 20)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("20 November 2026", date(2026, 11, 20)),
        ("20\nNovember 2026", date(2026, 11, 20)),
        ("Nov. 20, 2026", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026/11/20", date(2026, 11, 20)),
        ("2026.11.20", date(2026, 11, 20)),
    ],
)
def test_a_day_is_read_in_every_form(text: str, day: date) -> None:
    assert list(find_days(f"発行日 {text}、北京")) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "2026年13月20日",
        "31 November 2026",
        "+81 3 0000 0001",
        "2026-11-20-7",
        "平成25年法律第85号",
        "1-2-3 Mihon-cho",
        "may 2027",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert find_days(text) == {}


def test_every_thing_that_a_document_may_show_has_a_check_and_a_rule() -> None:
    schema = json.loads((MEDICAL_STAY.parents[1] / "schemas" / "packet.schema.json").read_text(encoding="utf-8"))
    allowed = schema["$defs"]["document_entry"]["properties"]["shows"]["items"]["enum"]
    assert set(CONTENT_RULES) == set(get_args(Shown)) == set(allowed)


def test_every_shipped_document_names_the_applicant_by_letters_and_number() -> None:
    for entry in load_template_set("medical-stay").packet.contents:
        if entry.document:
            assert {"name", "passport_number"} <= set(entry.shows), entry.document


@pytest.mark.parametrize(
    ("size", "expected"), [((595, 842), True), ((842, 595), True), ((612, 792), False), ((595, 935), False)]
)
def test_a_page_is_a4_portrait_or_landscape(size: tuple[float, float], expected: bool) -> None:  # noqa: FBT001
    assert is_a4(*size) is expected


def test_text_is_read_across_runs_in_body_cells_and_footers() -> None:
    template = (MEDICAL_STAY / "letter-of-guarantee.docx").read_bytes()
    text = read_word(template)
    assert any(row[0].startswith("氏名") and "patient.name|surname_first" in row[1] for row in text.rows)
    assert any("身元保証書　{{ patient.name|surname_first }}" in paragraph for paragraph in text.paragraphs)
    assert any("保証します。" in paragraph and "{% if" in paragraph for paragraph in text.paragraphs)


def test_the_source_of_a_paragraph_is_the_one_with_most_words_of_its_own() -> None:
    template = read_word(make_docx("{{ a }}", "The {{ a }} of {{ b }}", "The cell of {{ b }}"))
    assert find_source("The cell of LI FANG", template) == "The cell of {{ b }}"
    assert find_source("LI FANG", template) is None
    assert "b" not in mask_tags("{{ b }}{% if b %}{# b #}")


def test_a_quote_holds_no_typed_in_value() -> None:
    text = quote("{{ a }} EJ7654321、令和7年3月3日、+81 3 0000 0099 other@guarantor.example 〒999-9999 施設")
    assert text == "{{ a }} …、…、… … … 施設"


def test_every_statement_of_a_case_is_looked_at_and_no_name() -> None:
    found = dict(free_texts(load_case(WANG).case))
    wanted = {
        "/condition/diagnosis/zh",
        "/treatment/dose/en",
        "/treatment/guidance/ja",
        "/treatment/aftercare/2",
        "/treatment/return_to_sport/0/text",
        "/treatment/visits/0/activities/0/text/en",
        "/treatment/plan_title",
        "/patient/application/previous_stays",
        "/patient/occupation/ja",
    }
    assert wanted <= found.keys()
    skipped = ("/patient/name", "/patient/passport", "/patient/address", "/attachments", "/hospital/name", "/case_id")
    assert [pointer for pointer in found if pointer.startswith(skipped)] == []


def test_costs_and_deposit_are_statements_too(edit: Edit) -> None:
    words = {"ja": "培養費", "en": "Culture, MHLW-approved", "zh": "培养费"}
    costs: dict[str, Any] = {
        "lines": [{"text": words, "amount_jpy": 1}],
        "deposit": {"amount_jpy": 1, "terms": words},
        "exchange": {"jpy_per_cny": "20", "jpy_per_usd": "150", "date": "2026-11-20", "source": "Bank"},
    }
    found = [pointer for pointer, text in free_texts(load_case(edit({"/costs": costs})).case) if "approved" in text]
    assert found == ["/costs/lines/0/text/en", "/costs/deposit/terms/en"]


def small(tmp_path: Path, *paragraphs: str, shows: list[str] | None = None) -> Path:
    words = {"ja": "手紙", "en": "Letter", "zh": "信件"}
    folder = make_set(tmp_path / "small", *paragraphs)
    if shows:
        packet = json.loads((folder / "packet.json").read_text(encoding="utf-8"))
        packet["contents"][0] |= {"shows": shows, "title": words}
        (folder / "packet.json").write_text(json.dumps(packet, ensure_ascii=False), encoding="utf-8")
    return folder


def test_a_claim_of_the_template_stops_the_build_with_4(tmp_path: Path, visa_packet: Command) -> None:
    templates = small(tmp_path, "{{ patient.name.chinese }}: 厚生労働省承認の治療です。")
    out = tmp_path / "out"
    run = visa_packet("build", WANG, "--templates", templates, "-o", out, "--json", *DAY)
    (problem,) = [problem for problem in assert_refused(run, out, 4) if problem["code"] == "REG-08"]
    assert problem["severity"] == "error"
    assert problem["file"] == str(templates / "letter.docx")
    assert problem["pointer"] is None
    assert "near “{{ patient.name.chinese }}: 厚生労働省承認の治療です。”" in problem["message"]


def test_a_claim_of_the_case_stops_build_and_validate_with_3(tmp_path: Path, edit: Edit, visa_packet: Command) -> None:
    path = edit({"/treatment/guidance/en": "MHLW-approved, under ultrasound"})
    for command in (("build", path, "-o", tmp_path / "out"), ("validate", path)):
        run = visa_packet(*command, "--json", *DAY)
        (problem,) = [problem for problem in assert_refused(run, tmp_path / "out", 3) if problem["code"] == "REG-08"]
        assert problem["pointer"] == "/treatment/guidance/en"
        assert "under ultrasound" in path.read_text(encoding="utf-8").splitlines()[problem["line"] - 1]


def test_a_name_that_makes_a_claim_is_found_on_the_page_with_3(
    tmp_path: Path, edit: Edit, visa_packet: Command
) -> None:
    path = edit({"/hospital/name/en": "WADA-approved Clinic"})
    assert visa_packet("validate", path, "--json", *DAY).code == 0
    templates = small(tmp_path, "{{ hospital.name.en }}", "at {{ hospital.name.en }}")
    run = visa_packet("build", path, "--templates", templates, "-o", tmp_path / "out", "--json", *DAY)
    (problem,) = [problem for problem in assert_refused(run, tmp_path / "out", 3) if problem["code"] == "SPO-03"]
    assert (problem["file"], problem["pointer"]) == (str(path), "/hospital/name/en")
    assert problem["line"]


def test_another_patients_number_stops_the_build_and_is_not_repeated(tmp_path: Path, visa_packet: Command) -> None:
    templates = small(tmp_path, "{{ patient.name.chinese }} EJ7654321")
    for language in ("en", "ja", "zh"):
        run = visa_packet(
            "build", WANG, "--templates", templates, "-o", tmp_path / "out", "--json", "--lang", language, *DAY
        )
        assert run.code == 4
        assert "EJ7654321" not in run.out + run.err
        assert "FRM-08" in {problem["code"] for problem in run.problems}


@pytest.mark.parametrize("text", ['{{ "EJ7654321" }}', 'EJ765{{ "4321" }}'])
def test_a_number_that_a_tag_holds_is_found_on_the_page(tmp_path: Path, text: str) -> None:
    templates = small(tmp_path, "{{ case_id }}", text)
    with pytest.raises(TemplateError) as error:
        build_case(WANG, tmp_path / "out", BuildOptions(AS_OF, str(templates)))
    (problem,) = [problem for problem in error.value.problems if problem.severity == "error"]
    assert problem.code == "FRM-08"
    assert "EJ765" not in problem.message


def test_the_problems_of_all_documents_are_reported_at_once(tmp_path: Path) -> None:
    templates = small(tmp_path, "WADA-approved", "EJ7654321", shows=["name", "seal", "addressee", "guarantee"])
    with pytest.raises(TemplateError) as error:
        build_case(WANG, tmp_path / "out", BuildOptions(AS_OF, str(templates)))
    codes = {problem.code for problem in error.value.problems if problem.severity == "error"}
    assert codes == {"SPO-03", "FRM-08", "LET-01", "LET-02", "LET-04", "LET-05"}
    assert not any(value in problem.message for problem in error.value.problems for value in PERSONAL)


def test_a_note_on_a_page_does_not_stop_and_stands_in_the_manifest(tmp_path: Path) -> None:
    templates = small(tmp_path, "特定細胞加工物 {{ case_id }}")
    built = build_case(WANG, tmp_path / "out", BuildOptions(AS_OF, str(templates)))
    manifest = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))
    assert "REG-09" in {problem.code for problem in built.problems}
    (finding,) = [finding for finding in manifest["findings"] if finding["rule"] == "REG-09"]
    assert (finding["pointer"], finding["template"]) == (None, "letter.docx")


def test_words_that_are_split_over_runs_and_lines_are_found(tmp_path: Path) -> None:
    templates = small(tmp_path, "{{ case_id }} " + "長い文章です" * 12 + "厚生労働省　承認の治療です。")
    with pytest.raises(TemplateError):
        build_case(WANG, tmp_path / "out", BuildOptions(AS_OF, str(templates)))
