"""A form among the attachments is filled before it goes into the bundle, and reported with its place."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.errors import AttachmentError, CaseError
from pipeline.formats.pdf.reading import read_pages
from pipeline.options import BuildOptions, CheckOptions
from pipeline.packet.plan import DRAFT_MARK
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from pipeline.run.published_packet import PublishedPacket
from pipeline.system.atomic import sha256
from tests.support.built import make_set
from tests.support.cases import AS_OF, PERSONAL, Edit
from tests.support.forms_made import COMB, MAPPING, Form, every_field
from tests.support.run import Command

pytestmark = pytest.mark.slow

ENTRY = {"role": "visa_application", "path": "form.pdf", "form_mapping": "mapping.json"}
Prepare = Callable[..., Path]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_set(tmp_path_factory.mktemp("sets") / "small"))


@pytest.fixture
def prepare(edit: Edit, case_folder: Path) -> Prepare:
    """The example, whose application form is a fillable PDF with a mapping."""

    def prepared(
        mapping: Mapping[str, Any] = MAPPING, form: Form | None = None, edits: Mapping[str, Any] | None = None
    ) -> Path:
        (case_folder / "form.pdf").write_bytes((form or every_field()).saved())
        (case_folder / "mapping.json").write_text(json.dumps(mapping, ensure_ascii=False), encoding="utf-8")
        return edit({"/attachments/4": dict(ENTRY), **(edits or {})})

    return prepared


def page_of_form(built: PublishedPacket) -> str:
    [part] = [part for part in built.manifest.bundles[0].page_map if part.id.endswith("visa-application")]
    return read_pages((built.folder / "bundle.pdf").read_bytes())[part.page - 1].text


def test_the_bundle_has_the_filled_form(prepare: Prepare, small: str, tmp_path: Path) -> None:
    form = every_field()
    form.add_xfa()
    case = prepare(form=form)
    built = build_case(case, tmp_path / "out", BuildOptions(AS_OF, small))
    text = "".join(page_of_form(built).split())
    for value in ("WANG", "王晓明", "EJ0123456", "北京", "Ordinary"):
        assert value in text
    assert DRAFT_MARK not in page_of_form(built)
    with pikepdf.open(built.folder / "bundle.pdf") as bundle:
        assert "/AcroForm" not in bundle.Root
    manifest = json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))
    [entry] = [each for each in manifest["inputs"]["attachments"] if each["role"] == "visa_application"]
    assert entry["sha256"] == sha256((case.parent / "form.pdf").read_bytes())
    assert entry["form_mapping"] == sha256((case.parent / "mapping.json").read_bytes())
    assert {each["form_mapping"] for each in manifest["inputs"]["attachments"]} == {None, entry["form_mapping"]}
    assert {problem.code for problem in built.problems} & {"FLD-01", "FLD-02", "FLD-03", "OUT-05"} == set()


def test_a_draft_of_it_bears_the_mark(prepare: Prepare, small: str, tmp_path: Path) -> None:
    built = build_case(prepare(), tmp_path / "out", BuildOptions(AS_OF, small, draft=True))
    assert DRAFT_MARK in page_of_form(built)


def test_a_form_without_margin_makes_no_draft(prepare: Prepare, small: str) -> None:
    form = every_field()
    for name, y in (("Head", 826), ("Foot", 2)):
        form.add(name, (60, y, 560, y + 14))
    heads = {name: {"text": "{{ case_id }}"} for name in ("Head", "Foot")}
    case = prepare({**MAPPING, "fields": {**MAPPING["fields"], **heads}}, form)
    with pytest.raises(AttachmentError) as error:
        check_case(case, CheckOptions(AS_OF, small, draft=True))
    assert [each.code for each in error.value.problems if each.severity == "error"] == ["form-draft"]
    assert check_case(case, CheckOptions(AS_OF, small)).state == "to_be_signed"


def test_a_value_that_does_not_fit_forbids_to_build(prepare: Prepare, small: str) -> None:
    form = every_field()
    form.add("Email", (60, 340, 160, 355), Ff=COMB, MaxLen=5)
    fields = {**MAPPING["fields"], "Email": {"text": "{{ patient.email }}"}}
    with pytest.raises(CaseError) as error:
        check_case(prepare({**MAPPING, "fields": fields}, form), CheckOptions(AS_OF, small))
    [problem] = [problem for problem in error.value.problems if problem.severity == "error"]
    assert (problem.code, problem.pointer) == ("FLD-01", "/attachments/4/form_mapping")
    assert "Email" in problem.message
    assert not any(value in problem.message + problem.hint for value in PERSONAL)


def test_fields_without_an_entry_or_a_value_are_reported(prepare: Prepare, small: str) -> None:
    fields = {name: entry for name, entry in MAPPING["fields"].items() if name != "Small"}
    fields["Surname"] = {"text": "{% if guarantor.fax %}{% endif %}"}
    checked = check_case(prepare({"fields": fields}), CheckOptions(AS_OF, small))
    found = {problem.code: problem for problem in checked.problems if problem.code.startswith("FLD")}
    assert {code: problem.severity for code, problem in found.items()} == {"FLD-02": "warning", "FLD-03": "info"}
    assert found["FLD-02"].message.endswith(": Small, Date")
    assert found["FLD-03"].message.endswith(": Surname")


def test_a_question_without_an_answer_stays_empty(prepare: Prepare, small: str) -> None:
    case = prepare(edits={"/patient/application/questions": {"convicted": False}})
    checked = check_case(case, CheckOptions(AS_OF, small))
    found = [problem.message for problem in checked.problems if problem.code == "FLD-03"]
    assert len(found) == 1
    assert found[0].endswith(": Deported")


def test_the_mapping_is_part_of_what_a_packet_is_made_from(
    prepare: Prepare, small: str, tmp_path: Path, visa_packet: Command
) -> None:
    def status(case: Path) -> str:
        arguments = ("build", case, "--templates", small, "-o", tmp_path / "out", "--as-of", "2026-11-22", "--json")
        return str(visa_packet(*arguments).report["results"][0]["status"])

    assert status(prepare()) == "built"
    assert status(prepare()) == "current"
    assert status(prepare({**MAPPING, "left_empty": []})) == "built"


@pytest.mark.parametrize(
    ("edits", "code", "pointer"),
    [
        ({"/attachments/4/form_mapping": "none.json"}, "attachment-missing", "/attachments/4/form_mapping"),
        ({"/attachments/4/form_mapping": "../mapping.json"}, "attachment-outside", "/attachments/4/form_mapping"),
        ({"/attachments/4/path": "papers/passport.png"}, "form-fields", "/attachments/4/path"),
        ({"/attachments/4/path": "papers/hukou.pdf"}, "form-fields", "/attachments/4/path"),
    ],
)
def test_a_form_that_cannot_be_filled_is_reported_at_its_place(
    prepare: Prepare, small: str, edits: dict[str, str], code: str, pointer: str
) -> None:
    with pytest.raises(AttachmentError) as error:
        check_case(prepare(edits=edits), CheckOptions(AS_OF, small))
    [problem] = [problem for problem in error.value.problems if problem.severity == "error"]
    assert (problem.code, problem.pointer) == (code, pointer)


def test_an_invalid_mapping_is_reported_in_its_own_file(prepare: Prepare, small: str) -> None:
    case = prepare({"fields": {"Surname": {"text": "{{ applicant.nam }}"}, "Nothing": {"text": "{{ case_id }}"}}})
    with pytest.raises(AttachmentError) as error:
        check_case(case, CheckOptions(AS_OF, small))
    [problem] = [problem for problem in error.value.problems if problem.severity == "error"]
    assert (problem.code, problem.file) == ("form-expression", str(case.parent / "mapping.json"))
    assert problem.line
    assert "did you mean 'name'" in problem.message


class TestCommand:
    """visa-packet form"""

    @pytest.fixture
    def files(self, prepare: Prepare) -> tuple[Path, Path]:
        case = prepare()
        return case.parent / "form.pdf", case

    @pytest.fixture
    def fill(self, files: tuple[Path, Path]) -> tuple[str | Path, ...]:
        return ("form", "fill", *files, "--mapping", files[1].parent / "mapping.json")

    def test_inspect(self, files: tuple[Path, ...], visa_packet: Command) -> None:
        run = visa_packet("form", "inspect", files[0])
        assert run.code == 0
        assert "options: 1 (Ordinary), 2 (Official)" in run.out
        assert "kept" not in run.out
        assert "mapping: no shipped one fits" in run.out
        [result] = visa_packet("form", "inspect", files[0], "--json").report["results"]
        assert len(result["fields"]) == 15
        assert result["mapping"] is None

    def test_inspect_of_what_is_no_form(self, files: tuple[Path, ...], visa_packet: Command) -> None:
        for path in (files[1], files[1].parent / "papers" / "hukou.pdf", files[1].parent / "none.pdf"):
            assert visa_packet("form", "inspect", path, "--json").code == 5

    @pytest.mark.parametrize("flatten", [[], ["--flatten"]])
    def test_fill(self, fill: tuple[str | Path, ...], visa_packet: Command, tmp_path: Path, flatten: list[str]) -> None:
        out = tmp_path / "filled.pdf"
        for _ in range(2):  # a file of its own is replaced
            run = visa_packet(*fill, "-o", out, "--as-of", "2026-11-22", "--json", *flatten)
            assert run.code == 0
        [result] = run.report["results"]
        assert (result["path"], result["flattened"]) == (str(out), bool(flatten))
        with pikepdf.open(out) as pdf:
            assert ("/AcroForm" in pdf.Root) == (not flatten)
        assert out.stat().st_mode & 0o777 == 0o600

    def test_another_file_is_not_replaced(
        self, files: tuple[Path, ...], fill: tuple[str | Path, ...], visa_packet: Command
    ) -> None:
        before = files[0].read_bytes()
        assert visa_packet(*fill, "-o", files[0], "--json").code == 7
        assert files[0].read_bytes() == before

    def test_nobody_else_travels(self, fill: tuple[str | Path, ...], visa_packet: Command, tmp_path: Path) -> None:
        run = visa_packet(*fill, "-o", tmp_path / "x.pdf", "--person", "companion-1", "--json")
        assert run.code == 2

    def test_it_says_nothing_active(
        self, files: tuple[Path, ...], fill: tuple[str | Path, ...], visa_packet: Command, tmp_path: Path
    ) -> None:
        with pikepdf.open(io.BytesIO(files[0].read_bytes())) as pdf:
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            pdf.save(files[0].with_name("active.pdf"))
        out = tmp_path / "filled.pdf"
        visa_packet(*fill[:2], files[0].with_name("active.pdf"), *fill[3:], "-o", out)
        assert b"JavaScript" not in out.read_bytes()
