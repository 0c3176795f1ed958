"""The shipped mappings of the application form, on stand-ins for the ministry's hybrids of XFA and AcroForm."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from pipeline.attachments.forms.editions import mapping_of_edition, recognise, shipped_editions
from pipeline.attachments.forms.field_mapping import make_filling
from pipeline.attachments.forms.field_values import mapping_names
from pipeline.attachments.forms.fields import find_fields
from pipeline.attachments.forms.fill_form import fill_fields, save
from pipeline.attachments.forms.in_packet import form_findings
from pipeline.attachments.forms.standalone import inspect_form
from pipeline.case.load import load_case
from pipeline.case.source import Source
from pipeline.documents.context import document_context
from pipeline.errors import AttachmentError, Problem
from pipeline.formats.json.reader import JsonFile, parse_json
from pipeline.formats.pdf.reading import read_pages
from pipeline.options import BuildOptions, CheckOptions
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from tests.support.built import make_set
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit, change
from tests.support.forms_made import fonts_of_fields
from tests.support.official_forms import CHINESE_BOXES, ENGLISH_BOXES, YES_NO, OfficialForm
from tests.support.run import Command

EN, ZH = "mofa-application-en", "mofa-application-zh"
P1, P2 = "topmostSubform[0].Page1[0].", "topmostSubform[0].Page2[0]."
BOXES = {EN: ENGLISH_BOXES, ZH: CHINESE_BOXES}
#: The questions as they are printed, and the fields of their boxes.
QUESTIONS = {name: shipped_editions()[name].mapping.order for name in (EN, ZH)}


def rows(edition: str, order: Iterable[str] | None = None) -> list[str]:
    """Every field of an edition, the questions last."""
    questions = list(QUESTIONS[edition] if order is None else order)
    others = [name for name in shipped_editions()[edition].fields if name not in QUESTIONS[edition]]
    return sorted(others, key=lambda name: name.split(".")[1]) + questions


def blank(edition: str, boxes: Mapping[str, Mapping[str, str]] | None = None) -> OfficialForm:
    return OfficialForm(rows(edition), {**BOXES[edition], **(boxes or {})})


def filled(
    form: OfficialForm, edits: Mapping[str, Any], mapping: JsonFile | None = None, person: str = "patient"
) -> tuple[bytes, dict[str, Problem]]:
    """The form, filled from the case of an athlete, and the findings by rule."""
    data = json.loads((EXAMPLES / "sun-yifan" / "case.json").read_text(encoding="utf-8"))
    change(data, dict(edits))
    source = Source("case.json", EXAMPLES / "sun-yifan", json.dumps(data, ensure_ascii=False).encode())
    case = load_case(source).case
    pdf = pikepdf.open(io.BytesIO(form.saved()))
    json_file = mapping or mapping_of_edition(field.name for field in find_fields(pdf))
    filling = make_filling(json_file, mapping_names(document_context(case, AS_OF, person)))
    report = fill_fields(pdf, filling.request(flatten=False))
    filling.check(report)
    found = form_findings(report, filling, json_file, "")
    return save(pdf), {problem.code: problem for problem in found}


def values(pdf: bytes) -> dict[str, str]:
    """The value of each field; of boxes, the labels of those that are ticked."""
    with pikepdf.open(io.BytesIO(pdf)) as form:
        found = {}
        for field in find_fields(form):
            ticked = [
                dict(field.options)[str(widget.dictionary.AS)[1:]]
                for widget in field.widgets
                if field.kind == "radio" and widget.dictionary.AS != "/Off"
            ]
            found[field.name] = ",".join(ticked) if field.kind == "radio" else str(field.dictionary.get("/V", ""))
        return found


def flat(pdf: bytes) -> bytes:
    """The pages with the pictures of the fields."""
    with pikepdf.open(io.BytesIO(pdf)) as form:
        form.flatten_annotations("screen")
        for page in form.pages:
            page.obj.Annots = pikepdf.Array()
        form.Root.AcroForm = pikepdf.Dictionary()
        return save(form)


def dark_boxes(pdf: bytes, name: str) -> list[bool]:
    """Which boxes of a field pdfium draws with a tick, in the order of the page."""
    with pikepdf.open(io.BytesIO(pdf)) as form:
        [field] = [each for each in find_fields(form) if each.name == name]
        page = (field.widgets[0].page or 0) - 1
        places = sorted(tuple(float(side) for side in widget.dictionary.Rect) for widget in field.widgets)
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    picture = document[page].render(scale=1).to_pil().convert("L")
    return [picture.getpixel((int(left + 5), int(picture.height - bottom - 5))) < 80 for left, bottom, *_ in places]


EXPECTED: dict[str, dict[str, str]] = {
    EN: {
        "T2[0]": "SUN",
        "T7[0]": "YIFAN",
        "T16[1]": "None",
        "#area[4].T14[0]": "26/08/1998",
        "#area[5].#area[6].#area[7].RB1[0]": "M",
        "#area[8].RB2[0]": "2",
        "T50[0]": "CHN",
        "#area[1].#area[2].RB3[0]": "1",
        "T49[0]": "EN0567890",
        "#area[9].T53[0]": "20/02/2024",
        "#area[0].T59[0]": "19/02/2034",
        "T68[2]": "Medical stay (Temporary Visitor)",
        "T68[3]": "7 days",
        "T66[0]": "15/02/2027",
        "#area[10].T68[0]": "Haneda Airport",
        "#area[12].emp_name[1]": "Hotel Mihon Tokyo",
        "T0[1]": "北京市丰台区虚构路66号5号楼901室",
        "T5[0]": "Professional basketball player",
    },
    ZH: {
        "#area[10].T2[0]": "SUN",
        "#area[10].tyuubun[0]": "孙",
        "#area[11].T7[0]": "YIFAN",
        "#area[11].tyuubun[1]": "一帆",
        "#area[12].T16[1]": "无",
        "#area[3].#area[4].T14[0]": "26/08/1998",
        "#area[5].#area[6].#area[7].RB1[0]": "M",
        "#area[8].RB2[0]": "2",
        "T50[0]": "CHN",
        "#area[1].#area[2].RB3[0]": "1",
        "T62[0]": "医疗滞在（短期滞在）",
        "#area[21].T68[2]": "2027/02/15",
        "#area[21].T68[3]": "2027/02/21",
        "T66[0]": "7天",
        "T5[0]": "职业篮球运动员",
    },
}


@pytest.mark.slow
def test_the_english_edition_is_filled_in_latin_letters_if_the_case_has_them() -> None:
    names = ("birth_place", "place_of_issue", "authority", "address", "employer", "employer_address")
    english = {name: f"English {name}" for name in (*names, "partner_occupation")}
    plain = {"/patient/application/previous_stays": "none"}
    pdf, found = filled(blank(EN), {**plain, "/patient/application/in_english": english})
    assert "FLD-06" not in found
    assert {text for text in values(pdf).values() if text.startswith("English")} == {*english.values()}
    pdf, found = filled(blank(EN), plain)
    assert P1 + "T0[1]" in found["FLD-06"].message
    assert "FLD-06" not in filled(blank(ZH), plain)[1]


@pytest.mark.parametrize("edition", [EN, ZH])
def test_a_restricted_hybrid_is_filled_from_the_case(edition: str) -> None:
    form = blank(edition)
    form.pdf.Root.Perms = pikepdf.Dictionary(UR3=pikepdf.Dictionary(Type=pikepdf.Name.Sig))
    pdf, found = filled(form, {})
    assert set(found) <= {"FLD-03", "FLD-05", *(["FLD-06"] if edition == EN else [])}
    assert (found["FLD-05"].severity, "000124525" in found["FLD-05"].message) == ("warning", edition == EN)
    filled_in = values(pdf)
    assert {name: filled_in[P1 + name] for name in EXPECTED[edition]} == EXPECTED[edition]
    no = ENGLISH_BOXES["RB5"]["1"] if edition == EN else CHINESE_BOXES["RB5"]["1"]
    assert {filled_in[name] for name in QUESTIONS[edition]} == {no}
    assert dark_boxes(pdf, P1 + "#area[8].RB2[0]") == [False, True, False, False]
    assert all(dark_boxes(pdf, name) == [False, True] for name in QUESTIONS[edition])
    drawn = "".join("".join(page.text for page in read_pages(flat(pdf))).split())
    expected = [value.replace(" ", "") for value in EXPECTED[edition].values() if len(value) > 3]
    assert [value for value in expected if value not in drawn] == []
    with pikepdf.open(io.BytesIO(pdf)) as result:
        assert not result.is_encrypted
        assert "/Perms" not in result.Root
        assert "/XFA" not in result.Root.AcroForm
        assert not any(result.Root.AcroForm.get("/NeedAppearances", [False]))
    assert fonts_of_fields(pdf) == {"NotoSansCJKjp-Regular", "NotoSansCJKsc-Regular"}


@pytest.mark.slow
def test_only_what_the_applicant_answered_is_ticked() -> None:
    """Each question in its own box; the one without an answer stays empty."""
    answers = dict.fromkeys(("convicted", "imprisoned", "drug_offence", "prostitution", "trafficking"), False)
    for edition in (EN, ZH):
        for name, place in (("convicted", 0), ("trafficking", 5)):
            pdf, found = filled(blank(edition), {"/patient/application/questions": answers | {name: True}})
            ticked = [dark_boxes(pdf, field) for field in QUESTIONS[edition]]
            assert [number for number, boxes in enumerate(ticked) if boxes == [True, False]] == [place]
            assert ticked[2] == [False, False]
            assert QUESTIONS[edition][2] in found["FLD-03"].message


def test_a_companion_has_the_own_answers() -> None:
    pdf, _ = filled(blank(EN), {}, person="companion-1")
    found = values(pdf)
    assert (found[P1 + "T2[0]"], found[P1 + "#area[5].#area[6].#area[7].RB1[0]"]) == ("ZHENG", "F")
    assert found[P2 + "T25[0]"] == ""


@pytest.mark.slow
def test_the_chinese_name_is_never_divided_by_the_program() -> None:
    for edits in ({"/patient/name/chinese_surname": REMOVE}, {"/patient/name/chinese_surname": "李"}):
        found = values(filled(blank(ZH), edits)[0])
        assert [found[P1 + name] for name in ("#area[10].tyuubun[0]", "#area[11].tyuubun[1]")] == ["", ""]
    whole = {"/patient/name/chinese": "阿依古丽·买买提", "/patient/name/chinese_surname": "阿依古丽·买买提"}
    found = values(filled(blank(ZH), whole)[0])
    assert [found[P1 + name] for name in ("#area[10].tyuubun[0]", "#area[11].tyuubun[1]")] == ["阿依古丽·买买提", ""]


class TestDifferences:
    """Where the form differs from the mapping, the field stays empty, and is named."""

    def test_questions_in_another_order_are_not_answered(self) -> None:
        order = list(QUESTIONS[EN])
        order[1], order[2] = order[2], order[1]
        pdf, found = filled(OfficialForm(rows(EN, order), ENGLISH_BOXES), {})
        assert {values(pdf)[name] for name in QUESTIONS[EN]} == {""}
        assert all(name in found["FLD-04"].message for name in QUESTIONS[EN])

    @pytest.mark.parametrize(
        ("name", "boxes"),
        [
            (QUESTIONS[EN][0], {"RB5": dict(reversed(YES_NO.items()))}),
            (P1 + "#area[8].RB2[0]", {"RB2": {"0": "1", "1": "2", "2": "3", "3": "4"}}),
            (P1 + "#area[8].RB2[0]", {"RB2": {"0": "A", "1": "B", "2": "C", "3": "D"}}),
            (P1 + "#area[1].#area[2].RB3[0]", {"RB3": {"0": "2", "1": "3", "2": "1"}}),
        ],
    )
    def test_a_box_at_another_place_is_not_ticked(self, name: str, boxes: dict[str, dict[str, str]]) -> None:
        pdf, found = filled(blank(EN, boxes), {"/patient/application/marital_status": "widowed"})
        assert values(pdf)[name] == ""
        assert name in found["FLD-04"].message

    def test_a_form_with_values_only(self) -> None:
        """Without labels, the values say which of two boxes is which, but not which of four."""
        plain = {group: {state: state for state in states} for group, states in ENGLISH_BOXES.items()}
        pdf, found = filled(blank(EN, plain), {})
        assert dark_boxes(pdf, P1 + "#area[5].#area[6].#area[7].RB1[0]") == [True, False]
        assert all(dark_boxes(pdf, name) == [False, True] for name in QUESTIONS[EN])
        assert "RB2[0]" in found["FLD-04"].message

    def test_two_boxes_of_one_state_are_not_ticked(self) -> None:
        form = blank(EN)
        [first, _] = [each for each in form.pdf.pages[0].obj.Annots if "/Parent" in each and each.Parent.T == "RB1[0]"]
        for kid in first.Parent.Kids:
            kid.AP.N = pikepdf.Dictionary({"/0": next(iter(kid.AP.N.values())), "/Off": kid.AP.N["/Off"]})
        pdf, found = filled(form, {})
        name = P1 + "#area[5].#area[6].#area[7].RB1[0]"
        assert (values(pdf)[name], name in found["FLD-04"].message) == ("", True)

    def test_a_date_takes_the_form_that_fits(self) -> None:
        form = blank(ZH)
        for each in form.pdf.pages[0].obj.Annots:
            if each.get("/T") == "T14[0]":
                each.MaxLen = 8
        pdf, found = filled(form, {})
        assert values(pdf)[P1 + "#area[3].#area[4].T14[0]"] == "26081998"
        assert "FLD-01" not in found

    def test_other_fields_are_named_for_the_hand(self) -> None:
        form = OfficialForm([*rows(EN)[1:], P1 + "T99[0]"], ENGLISH_BOXES)
        _, found = filled(form, {})
        assert found["FLD-02"].message.endswith(": " + P1 + "T99[0]")
        assert found["FLD-04"].message.endswith(": " + rows(EN)[0])

    def test_with_a_certain_mapping_it_is_an_error(self, tmp_path: Path) -> None:
        text = shipped_editions()[EN].json_file.text.replace('"certainty": "low"', '"certainty": "high"')
        certain = parse_json(text.encode(), "mapping.json", tmp_path)
        order = list(reversed(QUESTIONS[EN]))
        with pytest.raises(AttachmentError) as error:
            filled(OfficialForm(rows(EN, order), ENGLISH_BOXES), {}, certain)
        assert [problem.code for problem in error.value.problems] == ["form-layout"] * 6


class TestMappings:
    """The mappings as data."""

    @pytest.mark.parametrize("name", [EN, ZH])
    def test_each_names_its_source(self, name: str) -> None:
        mapping = shipped_editions()[name].mapping
        assert mapping.certainty == "low"
        assert "third parties" in str(mapping.source)
        assert mapping.as_of is not None
        assert len(QUESTIONS[name]) == 6
        assert not set(mapping.fields) & set(mapping.left_empty)
        assert all(".T150[0]" not in field for field in mapping.fields)  # the day of signing

    def test_every_question_has_an_entry_that_only_chooses(self) -> None:
        for edition in shipped_editions().values():
            asked = [edition.mapping.fields[name].choose for name in edition.mapping.order]
            assert asked == [
                f"answers.questions.{question}"
                for question in ("convicted", "imprisoned", "deported", "drug_offence", "prostitution", "trafficking")
            ]

    def test_an_edition_is_recognised_by_its_fields(self, tmp_path: Path) -> None:
        for name in (EN, ZH):
            (tmp_path / "form.pdf").write_bytes(blank(name).saved())
            fields = inspect_form(tmp_path / "form.pdf")
            names = [field.name for field in fields]
            edition = recognise(names)
            assert edition is not None
            assert (edition.name, edition.missing(names)) == (name, [])
            assert recognise(names[: len(names) // 2]) is None


@pytest.mark.slow
class TestBuild:
    """The blank form among the attachments."""

    @pytest.fixture(scope="class")
    @classmethod
    def small(cls, tmp_path_factory: pytest.TempPathFactory) -> str:
        return str(make_set(tmp_path_factory.mktemp("sets") / "small"))

    @pytest.fixture
    def form(self, edit: Edit, case_folder: Path) -> Path:
        """The example with a blank form of the Chinese edition."""
        (case_folder / "form.pdf").write_bytes(blank(ZH).saved())
        return edit({"/attachments/4": {"role": "application_form", "path": "form.pdf"}})

    def test_it_needs_no_mapping_of_the_user(self, form: Path, small: str, tmp_path: Path) -> None:
        built = build_case(form, tmp_path / "out", BuildOptions(AS_OF, small))
        assert built.manifest.state == "to_be_signed"
        [row] = [row for row in built.manifest.inputs.attachments if row.role == "application_form"]
        assert row.form_mapping == shipped_editions()[ZH].json_file.sha256
        [part] = [part for part in built.manifest.bundles[0].page_map if part.id.endswith("visa-application")]
        text = read_pages((built.folder / "bundle.pdf").read_bytes())[part.page - 1].text
        assert all(value in text for value in ("WANG", "王", "XIAOMING", "晓明", "EJ0123456"))
        assert "FLD-05" in {problem.code for problem in built.problems}
        again = build_case(form, tmp_path / "out", BuildOptions(AS_OF, small))
        assert again.manifest == built.manifest
        assert again.folder.stat().st_ino == built.folder.stat().st_ino  # the packet was current

    def test_when_it_is_signed(self, form: Path, small: str) -> None:
        data = json.loads(form.read_text(encoding="utf-8"))
        data["attachments"][4] |= {"signed": True, "issued_on": "2026-11-20"}
        form.write_text(json.dumps(data), encoding="utf-8")
        assert check_case(form, CheckOptions(AS_OF, small)).state == "ready_to_file"

    @pytest.mark.parametrize(
        ("path", "code"),
        [("other.pdf", "form-edition"), ("papers/hukou.pdf", "form-fields"), ("papers/passport.png", "form-fields")],
    )
    def test_another_file_is_refused(self, form: Path, small: str, path: str, code: str) -> None:
        other = OfficialForm([P1 + "T2[0]", P1 + "T7[0]"], ENGLISH_BOXES)
        (form.parent / "other.pdf").write_bytes(other.saved())
        data = json.loads(form.read_text(encoding="utf-8"))
        data["attachments"][4]["path"] = path
        form.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(AttachmentError) as error:
            check_case(form, CheckOptions(AS_OF, small))
        [problem] = [problem for problem in error.value.problems if problem.severity == "error"]
        assert (problem.code, problem.pointer) == (code, "/attachments/4/path")

    def test_unanswered_questions_stay_an_error(self, form: Path, small: str) -> None:
        """A form that this program fills in is not the applicant's completed form."""
        data = json.loads(form.read_text(encoding="utf-8"))
        change(data, {"/patient/application/questions/deported": REMOVE})
        form.write_text(json.dumps(data), encoding="utf-8")
        found = check_case(form, CheckOptions(AS_OF, small, draft=True)).problems
        assert "FRM-02" in {problem.code for problem in found}


@pytest.mark.slow
class TestCommand:
    """visa-packet form"""

    def test_inspect_names_the_mapping_and_what_is_missing(self, tmp_path: Path, visa_packet: Command) -> None:
        form = OfficialForm([*rows(EN)[1:], P1 + "T99[0]"], ENGLISH_BOXES)
        (tmp_path / "form.pdf").write_bytes(form.saved())
        run = visa_packet("form", "inspect", tmp_path / "form.pdf")
        assert f"mapping: {EN}," in run.out
        assert "certainty: low" in run.out
        assert f"missing in this form: {rows(EN)[0]}" in run.out
        assert f"not filled by the mapping: {P1}T99[0]" in run.out
        [result] = visa_packet("form", "inspect", tmp_path / "form.pdf", "--json").report["results"]
        about = result["mapping"]
        assert (about["name"], about["missing"], about["unmapped"]) == (EN, [rows(EN)[0]], [P1 + "T99[0]"])

    def test_fill_by_name_and_without(self, tmp_path: Path, visa_packet: Command) -> None:
        (tmp_path / "form.pdf").write_bytes(blank(EN).saved())
        case = EXAMPLES / "wang-xiaoming" / "case.json"
        command = ("form", "fill", tmp_path / "form.pdf", case, "--as-of", "2026-11-22")
        for name, more in (("a.pdf", ("--mapping", EN)), ("b.pdf", ())):
            assert visa_packet(*command, "-o", tmp_path / name, *more).code == 0
        assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
        assert values((tmp_path / "a.pdf").read_bytes())[P1 + "T2[0]"] == "WANG"
        assert visa_packet(*command, "-o", tmp_path / "c.pdf", "--mapping", "mofa").code == 5

    def test_a_mapping_is_printed(self, visa_packet: Command) -> None:
        assert json.loads(visa_packet("form", "mapping", ZH).out) == shipped_editions()[ZH].json_file.data
        run = visa_packet("form", "mapping", "mofa")
        assert run.code == 2
        assert EN in run.err
