"""Forms are filled with what the case says, in every kind of field, and with nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.attachments.forms.field_values import (
    ExpressionError,
    MappingNames,
    mapping_names,
    read_choice,
    render_text,
)
from pipeline.attachments.forms.fields import find_fields
from pipeline.attachments.forms.fill_form import fill_fields, flatten_form, save
from pipeline.attachments.forms.standalone import fill_form, inspect_form
from pipeline.attachments.forms.text_layout import SMALLEST
from pipeline.attachments.messages import FieldValue, FormRequest
from pipeline.case.load import LoadedCase, load_case
from pipeline.documents.context import document_context
from pipeline.errors import AttachmentError, UnusableError
from pipeline.formats.messages import has_message
from pipeline.formats.pdf.reading import read_pages
from pipeline.packet.paper import FillReport
from tests.support.attachments import appearance
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.forms_made import COMB, MAPPING, MULTILINE, Form, every_field, fonts_of_fields

SUN = EXAMPLES / "sun-yifan" / "case.json"


@pytest.fixture(scope="module")
def case() -> LoadedCase:
    """An athlete with all answers, travelling with his wife."""
    return load_case(SUN)


@pytest.fixture(scope="module")
def names(case: LoadedCase) -> MappingNames:
    return mapping_names(document_context(case.case, AS_OF))


def fill(form: Form, values: list[dict[str, Any]], **more: Any) -> tuple[bytes, FillReport]:
    pdf = pikepdf.open(io.BytesIO(form.saved()))
    report = fill_fields(pdf, FormRequest(tuple(FieldValue(**value) for value in values), **more))
    return save(pdf), report


def drawn(pdf: bytes) -> bytes:
    """The pages with the pictures that the file has of its fields, without what readers draw by themselves."""
    with pikepdf.open(io.BytesIO(pdf)) as form:
        form.flatten_annotations("screen")
        form.pages[0].obj.Annots = pikepdf.Array()  # those without a picture
        return save(form)


def shown(pdf: bytes) -> str:
    """What is seen on the pages, with the fields made parts of them."""
    return "\n".join(page.text for page in read_pages(drawn(pdf)))


class TestEveryField:
    """A form with every kind of field, filled from a case as a file of its own."""

    @pytest.fixture(scope="class")
    @classmethod
    def filled(cls, tmp_path_factory: pytest.TempPathFactory, case: LoadedCase) -> bytes:
        folder = tmp_path_factory.mktemp("form")
        (folder / "form.pdf").write_bytes(every_field().saved())
        (folder / "mapping.json").write_text(json.dumps(MAPPING), encoding="utf-8")
        pdf, found = fill_form(
            folder / "form.pdf", str(folder / "mapping.json"), document_context(case.case, AS_OF), flatten=False
        )
        assert found == []
        return pdf

    def test_each_field_has_the_value(self, filled: bytes) -> None:
        fields = PdfReader(io.BytesIO(filled)).get_fields() or {}
        values = {name: str(field.get("/V", "")) for name, field in fields.items()}
        assert values == {
            "Surname": "SUN",
            "Name in Chinese": "孙一帆",
            "Passport": "EN0567890",
            "Address": "北京北京市丰台区虚构路66号5号楼901室",
            "Small": "1998",
            "Registry": "kept",
            "Athlete": "/On",
            "Undrawn": "/Yes",
            "Sex": "/M",
            "Deported": "/No",
            "Passport kind": "1",
            "City": "北京",
            "Print": "",
            "Signature": "",
            "Date": "",
        }

    def test_each_value_is_drawn_with_an_embedded_font(self, filled: bytes) -> None:
        text = shown(filled)
        for value in ("SUN", "孙一帆", "EN0567890", "丰台区虚构路66号", "1998", "Ordinary", "北京"):
            assert value in "".join(text.split()), value
        assert fonts_of_fields(filled) == {"NotoSansCJKjp-Regular", "NotoSansCJKsc-Regular"}

    def test_the_same_values_give_the_same_bytes(self) -> None:
        values = [{"field": "Name in Chinese", "text": "孙一帆", "language": "zh"}]
        assert fill(every_field(), values)[0] == fill(every_field(), values)[0]

    def test_boxes_show_the_state_of_their_field(self, filled: bytes) -> None:
        with pikepdf.open(io.BytesIO(filled)) as form:
            states = {
                field.name: [str(widget.dictionary.get("/AS")) for widget in field.widgets]
                for field in find_fields(form)
                if field.kind in {"checkbox", "radio"}
            }
        assert states == {"Athlete": ["/On"], "Undrawn": ["/Yes"], "Sex": ["/M", "/Off"], "Deported": ["/Off", "/No"]}

    @pytest.mark.parametrize("shown", [None, "BT /Helv 12 Tf 2 5 Td (EARLIER) Tj ET"])
    def test_flattened_it_has_no_fields_and_says_the_same(self, shown: str | None) -> None:
        """Also what stood in the form before, be it without a picture or with one that does not hold any more."""
        form = every_field()
        if shown:
            registry = next(each for each in form.pdf.pages[0].obj.Annots if each.get("/T") == "Registry")
            registry.AP = pikepdf.Dictionary(N=appearance(form.pdf, shown, (300, 600, 500, 620)))
        pdf = pikepdf.open(io.BytesIO(form.saved()))
        fill_fields(pdf, FormRequest((FieldValue("Surname", "SUN"),)))
        flat = save(flatten_form(pdf))
        assert PdfReader(io.BytesIO(flat)).get_fields() is None
        assert sorted(read_pages(flat)[0].text.split()) == ["SUN", "kept"]


class TestInspect:
    """The list of fields."""

    def test_it_says_what_each_field_is_and_not_what_it_says(self, tmp_path: Path) -> None:
        (tmp_path / "form.pdf").write_bytes(every_field().saved())
        fields = {field.name: field for field in inspect_form(tmp_path / "form.pdf")}
        assert len(fields) == 15
        assert {name: field.kind for name, field in fields.items() if field.kind != "text"} == {
            "Athlete": "checkbox",
            "Undrawn": "checkbox",
            "Sex": "radio",
            "Deported": "radio",
            "Passport kind": "choice",
            "City": "choice",
            "Print": "button",
            "Signature": "signature",
        }
        assert (fields["Passport"].comb, fields["Passport"].max_length) == (True, 12)
        assert (fields["Address"].multiline, fields["Address"].required) == (True, True)
        assert fields["Passport kind"].options == (("1", "Ordinary"), ("2", "Official"))
        assert (fields["Registry"].read_only, fields["Registry"].filled) == (True, True)
        assert "kept" not in str(fields)
        assert all(field.pages == (1,) for field in fields.values())

    def test_xfa_is_taken_out_for_it_would_show_the_empty_form(self) -> None:
        form = every_field()
        form.add_xfa()
        filled, _ = fill(form, [{"field": "Surname", "text": "SUN"}])
        with pikepdf.open(io.BytesIO(filled)) as pdf:
            assert set(pdf.Root.AcroForm.keys()) == {"/Fields", "/DR"}

    def test_fields_below_others_have_the_whole_name(self) -> None:
        form = Form()
        field = form.add("Surname", (60, 700, 200, 720))
        group = form.pdf.make_indirect(pikepdf.Dictionary(T="Page1[0]", Kids=pikepdf.Array([field])))
        field.Parent = group
        form.pdf.Root.AcroForm.Fields = pikepdf.Array([group])
        pdf, report = fill(form, [{"field": "Page1[0].Surname", "text": "SUN"}])
        assert not report.problems
        assert "SUN" in shown(pdf)

    @pytest.mark.parametrize(("xfa", "code"), [(False, "form-fields"), (True, "form-xfa")])
    def test_a_pdf_without_fields_is_reported(self, xfa: int, code: str) -> None:
        form = Form()
        if xfa:
            form.add_xfa()
        with pytest.raises(UnusableError) as error:
            fill(form, [])
        assert error.value.problem.code == code


class TestFit:
    """Nothing is cut off: letters become smaller, or the field is reported."""

    def form(self, rect: tuple[float, ...], **more: Any) -> Form:
        form = Form()
        form.add("Field", rect, **more)
        return form

    def test_letters_become_smaller_until_the_text_fits(self) -> None:
        text = "WANG XIAOMING WANG"
        pdf, report = fill(self.form((60, 700, 140, 714)), [{"field": "Field", "text": text}])
        assert not report.overflowing
        assert text in shown(pdf)
        [size] = {size for _, size in _letters(pdf)}
        assert SMALLEST <= size < 10

    @pytest.mark.parametrize(
        ("more", "text"),
        [
            ({}, "W" * 40),
            ({"MaxLen": 5}, "123456"),
            ({"Ff": COMB, "MaxLen": 5}, "123456"),
            ({"Ff": MULTILINE}, "words and words " * 40),
            ({"Ff": MULTILINE}, "x" * 80),
        ],
    )
    def test_a_text_that_does_not_fit_is_reported_and_not_cut(self, more: dict[str, Any], text: str) -> None:
        pdf, report = fill(self.form((60, 700, 160, 720), **more), [{"field": "Field", "text": text}])
        assert report.overflowing == ["Field"]
        assert not (PdfReader(io.BytesIO(pdf)).get_fields() or {})["Field"].get("/V")
        assert shown(pdf).strip() == ""

    def test_several_lines_stay_in_the_box(self) -> None:
        text = "The applicant has been under treatment in Beijing since March. 申请人自三月起在北京接受治疗。"
        rect = (60, 640, 200, 710)
        pdf, report = fill(self.form(rect, Ff=MULTILINE), [{"field": "Field", "text": text, "language": "zh"}])
        assert not report.overflowing
        assert "".join(shown(pdf).split()) == "".join(text.split())
        assert len({round(box[1]) for box, _ in _letters(pdf)}) > 2
        for (left, bottom, right, top), _ in _letters(pdf):
            assert rect[0] <= left <= right <= rect[2]
            assert rect[1] <= bottom <= top <= rect[3]

    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_a_rotated_box_on_a_rotated_page_reads_horizontally(self, turn: int) -> None:
        form = Form(turn)
        rect = (100, 300, 120, 420) if turn in {90, 270} else (100, 300, 220, 320)
        form.add("Field", rect, MK=pikepdf.Dictionary(R=turn))
        pdf, report = fill(form, [{"field": "Field", "text": "WANG"}])
        assert not report.overflowing
        lefts = [box[0] for box, _ in _letters(pdf, as_shown=True)]
        assert lefts == sorted(lefts)
        assert len({round(box[1]) for box, _ in _letters(pdf, as_shown=True)}) == 1

    def test_a_comb_has_one_character_in_each_box(self) -> None:
        pdf, _ = fill(self.form((60, 700, 180, 720), Ff=COMB, MaxLen=6), [{"field": "Field", "text": "A1B2"}])
        middles = [(box[0] + box[2]) / 2 for box, _ in _letters(pdf)]
        assert middles == [pytest.approx(60 + 20 * (number + 0.5), abs=2) for number in range(4)]


def _letters(pdf: bytes, *, as_shown: bool = False) -> list[tuple[tuple[float, float, float, float], float]]:
    """Box and size of each letter on the first page, by pdfium; ``as_shown`` undoes the rotation of the page."""
    import pypdfium2  # noqa: PLC0415 - only here
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    document = pypdfium2.PdfDocument(drawn(pdf))
    page = document[0]
    text = page.get_textpage()
    found = []
    turn, (width, height) = page.get_rotation(), page.get_mediabox()[2:]
    for number in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(number)
        if right > left and top > bottom:
            if as_shown:
                corners = {
                    0: (left, bottom, right, top),
                    90: (bottom, width - right, top, width - left),
                    180: (width - right, height - top, width - left, height - bottom),
                    270: (height - top, left, height - bottom, right),
                }
                left, bottom, right, top = corners[turn]
            found.append(((left, bottom, right, top), round(raw.FPDFText_GetFontSize(text, number), 1)))
    return found


class TestValues:
    """What may go into a field."""

    @pytest.mark.parametrize(
        ("source", "value"),
        [
            ("{{ applicant.name.surname }}", "SUN"),
            ("{{ applicant.birth_date.strftime('%m') }}", "08"),
            ("{{ applicant.birth_date.strftime('%Y')[0] }}", "1"),
            ("{{ visa.letter_date|date_reiwa }}", "令和8年11月20日"),
            ("{% if guarantor.fax %}{{ guarantor.fax }}{% endif %} & more", "+81 6 0000 0004 & more"),
        ],
    )
    def test_a_text_is_made_as_in_a_template(self, names: MappingNames, source: str, value: str) -> None:
        assert render_text(source, names) == value

    @pytest.mark.parametrize(
        "source",
        [
            "No",  # not said by the case
            "{{ 'No' }}",
            "{{ applicant.nam }}",
            "{{ applicant.name }}",
            "{{ applicant.name.surname",
            "{{ answers.questions.deported }}",  # hidden from texts
            "{{ patient.application.questions.deported|tick }}",
            "{{ applicant.birth_date / 0 }}",
        ],
    )
    def test_what_the_case_does_not_say_is_refused(self, names: MappingNames, source: str) -> None:
        with pytest.raises(ExpressionError) as error:
            render_text(source, names)
        assert error.value.field == "text"
        assert has_message(f"form-expression/{error.value.name}", "attachments")

    def test_an_unanswered_question_leaves_its_boxes_empty(self) -> None:
        unanswered = mapping_names(document_context(load_case(EXAMPLES / "xu-wenjing" / "case.json").case, AS_OF))
        options = {"true": ["Yes"], "false": ["No"]}
        assert read_choice("answers.questions.deported", options, unanswered) is None
        assert (
            render_text("{% if not answers.questions.deported %}{{ case_id }}{% endif %}", unanswered) == "xu-wenjing"
        )

    @pytest.mark.parametrize("where", ["answers", "applicant.application", "patient.application"])
    def test_a_text_does_not_see_the_six_questions(self, names: MappingNames, case: LoadedCase, where: str) -> None:
        answered = case.case.patient.application
        assert answered is not None
        assert answered.questions is not None
        assert answered.questions.deported is False
        seen = f"{{% if {where}.questions and {where}.questions.deported is not none %}}seen{{% endif %}}"
        assert render_text(seen, names) == ""

    def test_an_answer_is_the_applicants_own(self, names: MappingNames) -> None:
        options = {"true": ["Yes"], "false": ["No"]}
        assert read_choice("answers.questions.deported", options, names) == "false"
        for same in ({"true": ["No"], "false": ["No"]}, {"true": ["Yes", "0"], "false": ["No", "0"]}):
            with pytest.raises(ExpressionError, match="answers"):
                read_choice("answers.questions.deported", same, names)

    @pytest.mark.parametrize(
        ("path", "word"),
        [
            ("applicant.sex", "male"),
            ("companions.0.sex", "female"),
            ("companions.5.sex", None),
            ("athlete", "true"),
        ],
    )
    def test_a_choice_follows_the_value(self, names: MappingNames, path: str, word: str | None) -> None:
        assert read_choice(path, {}, names) == word

    def test_an_unknown_name_is_reported(self, names: MappingNames) -> None:
        with pytest.raises(ExpressionError, match="name"):
            read_choice("applicant.gender", {"male": ["M"]}, names)


class TestMapping:
    """All problems of a mapping are reported at once, each at its place."""

    def problems(self, folder: Path, mapping: Mapping[str, Any], case: LoadedCase, form: Form | None = None) -> Any:
        (folder / "form.pdf").write_bytes((form or every_field()).saved())
        (folder / "mapping.json").write_text(json.dumps(mapping, ensure_ascii=False), encoding="utf-8")
        with pytest.raises(AttachmentError) as error:
            fill_form(
                folder / "form.pdf", str(folder / "mapping.json"), document_context(case.case, AS_OF), flatten=False
            )
        return [(problem.code, problem.pointer) for problem in error.value.problems]

    def test_entries_that_do_not_suit_the_form(self, tmp_path: Path, case: LoadedCase) -> None:
        surname = {"text": "{{ applicant.name.surname }}"}
        mapping = {
            "fields": {
                "Surnam": surname,
                "Registry": surname,
                "Signature": surname,
                "Print": surname,
                "Athlete": surname,
                "Sex": {"choose": "applicant.sex", "options": {"male": "X"}},
                "Passport kind": {"text": "{{ applicant.name.surname }}"},
                "Deported": {"choose": "answers.questions.deported", "options": {"true": "Yes"}},
            },
            "left_empty": ["Dat"],
        }
        assert self.problems(tmp_path, mapping, case) == [
            ("form-field", "/fields/Surnam"),
            ("form-read-only", "/fields/Registry"),
            ("form-kind", "/fields/Signature"),
            ("form-kind", "/fields/Print"),
            ("form-kind", "/fields/Athlete"),
            ("form-option", "/fields/Sex"),
            ("form-option", "/fields"),
            ("form-option", "/fields/Deported"),
            ("form-field", "/left_empty/0"),
        ]

    def test_entries_that_make_no_value(self, tmp_path: Path, case: LoadedCase) -> None:
        mapping = {
            "fields": {
                "Surname": {"text": "No"},
                "Small": {"text": "{{ nothing }}"},
                "Sex": {"choose": "applicant.gender", "options": {"male": "M"}},
            },
            "left_empty": ["Small"],
        }
        assert self.problems(tmp_path, mapping, case) == [
            ("form-expression", "/fields/Surname/text"),
            ("form-expression", "/fields/Small/text"),
            ("form-expression", "/fields/Sex/choose"),
            ("form-twice", "/left_empty/0"),
        ]

    @pytest.mark.parametrize(
        ("mapping", "code"),
        [
            ({"fields": {"Surname": {}}}, "schema-required"),
            ({"fields": {"Sex": {"choose": "applicant.sex"}}}, "schema-required"),
            ({"fields": {"Surname": {"txt": "x"}}}, "schema-unknown-field"),
            ({}, "schema-required"),
        ],
    )
    def test_a_mapping_against_the_schema(
        self, tmp_path: Path, case: LoadedCase, mapping: dict[str, Any], code: str
    ) -> None:
        assert code in {found for found, _ in self.problems(tmp_path, mapping, case)}

    def test_a_character_without_a_glyph_is_reported(self) -> None:
        form = Form()
        form.add("Field", (60, 700, 260, 720))
        _, report = fill(form, [{"field": "Field", "text": "\U0001f600"}])
        assert [(problem.field, problem.key) for problem in report.problems] == [("Field", "form-glyph")]
