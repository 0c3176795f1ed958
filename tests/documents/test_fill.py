from __future__ import annotations

import io
import re
import resource
import signal
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import pytest
from docx import Document
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.environment import MOST_TURNS, Picture, TemplateEnvironment
from pipeline.documents.fill import FilledDocument, fill
from pipeline.errors import Problem, TemplateError
from pipeline.formats.pdf.reading import squeeze, text_of
from tests.support.built import MEDICAL_STAY, make_docx, make_picture, make_set
from tests.support.cases import AS_OF, EXAMPLES, Edit
from tests.support.run import Command, assert_refused

pytestmark = pytest.mark.slow


@pytest.fixture
def context() -> Mapping[str, Any]:
    return document_context(load_case(EXAMPLES / "wang-xiaoming" / "case.json").case, AS_OF)


def paragraphs(docx: bytes) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(docx)).paragraphs]


def problem_of(template: bytes, context: Mapping[str, Any]) -> Problem:
    with pytest.raises(TemplateError) as error:
        fill(template, "letter.docx", context)
    (problem,) = error.value.problems
    assert problem.file == "letter.docx"
    assert problem.hint
    return problem


def with_part(name: str, content: bytes | None) -> bytes:
    """A Word file with one part replaced, or taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_docx("text"))) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.namelist():
            if part != name:
                target.writestr(part, source.read(part))
            elif content is not None:
                target.writestr(part, content)
    return out.getvalue()


def with_broken_data() -> bytes:
    content = make_docx("text")
    start = content.index(b"word/document.xml") + 40
    return content[:start] + b"\0" * 40 + content[start + 40 :]


def test_it_fills_and_returns_the_printed_texts(context: Mapping[str, Any]) -> None:
    filled = fill(make_docx("{{ patient.name.chinese }}，{{ as_of|date_en }}"), "letter.docx", context)
    assert paragraphs(filled.docx) == ["王晓明，22 November 2026"]
    assert filled.texts == ("王晓明", "22 November 2026")


def test_two_fills_give_the_same_bytes(context: Mapping[str, Any]) -> None:
    template = (MEDICAL_STAY / "invitation-letter.docx").read_bytes()
    first, second = (fill(template, "invitation-letter.docx", context) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first.docx)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "value", ["王 & 孙 <测试>", '"', "'", "]]>", "<w:p>", "</w:t></w:r>", "&amp;", "{{ 7 * 7 }}", "{% x"]
)
def test_a_value_is_text_and_nothing_else(context: Mapping[str, Any], value: str) -> None:
    filled = fill(make_docx("before {{ case_id }} after", "last"), "letter.docx", {**context, "case_id": value})
    assert paragraphs(filled.docx) == [f"before {value} after", "last"]
    assert filled.texts == (value,)


def test_a_value_may_have_two_lines(context: Mapping[str, Any]) -> None:
    filled = fill(make_docx("{{ case_id }}", "last"), "letter.docx", {**context, "case_id": "one two"})
    assert paragraphs(filled.docx) == ["one two", "last"]


@pytest.mark.case("B01")
@pytest.mark.parametrize(
    "tag",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ patient.__init__.__globals__ }}",
        "{{ ''|attr('__class__') }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self.__init__.__globals__.__builtins__ }}",
        "{{ '{0.__class__}'.format('') }}",
        "{{ stays.append(1) }}",
        "{{ packet_of.clear() }}",
        "{% for x in ''.__class__.__mro__ %}{% endfor %}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(context: Mapping[str, Any], tag: str) -> None:
    names = {**context, "stays": list(context["stays"]), "packet_of": {"key": 1}}
    problem = problem_of(make_docx(tag), names)
    assert problem.code == "template-field"
    assert names["packet_of"] == {"key": 1}


#: Six loops of a hundred turns inside each other: a million millions.
LOOPS = "".join(f"{{% for x{n} in {[1] * 100} %}}" for n in range(6)) + "{% endfor %}" * 6
#: A text that is doubled until it has a million million characters.
DOUBLED = "{% set t = 'ab' %}" + "{% set t = t ~ t %}" * 40 + "{{ t }}"
#: Few turns, and each of them goes through a long text.
TURNS = f"{{% for x in {[1] * 250} %}}"
SLOW = f"{TURNS}{TURNS}{{% set t = ('a' * 9999)|upper|lower|title %}}{{% endfor %}}{{% endfor %}}"


@pytest.mark.parametrize("tag", ["{% import 'os' as os %}", "{% include '/etc/hostname' %}", "{% extends 'x' %}"])
def test_a_template_cannot_load_another(context: Mapping[str, Any], tag: str) -> None:
    problem = problem_of(make_docx("first", tag), context)
    assert problem.code == "template-field"
    assert f"near “{tag}”" in problem.located_message


@pytest.mark.case("B14")
def test_a_document_may_take_so_long(context: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.documents.fill.SECONDS", 1)
    problem = problem_of(make_docx("first", SLOW), context)
    assert problem.code == "template-time"
    assert f"near “{SLOW[:20]}" in problem.located_message
    assert "takes longer than 1 seconds" in problem.message
    assert fill(make_docx("{{ case_id }}"), "letter.docx", context).texts == ("wang-xiaoming",)


@pytest.mark.case("B14")
def test_limits_of_filling_are_gone_when_it_ends(context: Mapping[str, Any]) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)
    problem_of(make_docx("first", DOUBLED), context)
    fill(make_docx("{{ case_id }}"), "letter.docx", context)
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


@pytest.mark.case("B03", "B04", "B14")
@pytest.mark.parametrize(
    ("tag", "code", "words"),
    [
        ("{{ patiet.name }}", "template-field", "patiet"),
        ("{{ patient.name.chinse }}", "template-field", "chinse"),
        ("{{ as_of|date_jp }}", "template-syntax", "date_jp"),
        ("{{ case_id", "template-syntax", "never closed"),
        ("{% if case_id %}", "template-syntax", "endif"),
        ("{{ visa.certificate_of_eligibility }}", "template-field", "guard it with {% if %}"),
        ("{{ tb_screening.steps.examination|date_ja }}", "template-field", "guard an optional day"),
        ("{{ patient.name.chinese|date_ja }}", "template-field", "needs a day"),
        ('{{ patient.sex|label("sx", "ja") }}', "template-field", "label has no table 'sx'; known: sex"),
        ("{{ patient.birth_date|date_reiwa }}", "template-field", "Reiwa begins on 2019-05-01"),
        (
            "{{ 1 / 0 }}",
            "template-field",
            "near “{{ 1 / 0 }}”: the tag cannot be evaluat",
        ),
        ("{% for x in range(999999999) %}{% endfor %}", "template-field", "unknown name 'range'"),
        ("{{ ''|int + '' }}", "template-field", "evaluated: a value is of another type"),
        ("{{ 'a'.center(99999999999999) }}", "template-memory", "takes more than 256 MB of memory"),
        (DOUBLED, "template-memory", "takes more than 256 MB of memory"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "template-field", "evaluated: it calls itself without end"),
        ("{{ case_id|safe }}", "template-syntax", "near “{{ case_id|safe }}”: No filter named 'safe'"),
        ("{{ [1, 2]|random }}", "template-syntax", "No filter named 'random'"),
        (LOOPS, "template-field", f"the loops of this document have more than {MOST_TURNS:,} turns"),
        ("{% for x in [1] %}" * 25 + "{% endfor %}" * 25, "template-unusable", "nested too deeply"),
        ("{% if 1 %}" * 500 + "{% endif %}" * 500, "template-unusable", "nested too deeply"),
    ],
)
def test_an_invalid_tag_is_reported_without_a_value(
    context: Mapping[str, Any], tag: str, code: str, words: str
) -> None:
    problem = problem_of(make_docx("first", tag), context)
    assert problem.code == code
    assert words in problem.located_message
    assert "王晓明" not in problem.located_message


def test_a_syntax_error_is_placed_in_the_document(context: Mapping[str, Any]) -> None:
    assert problem_of(make_docx("one", "two", "{{ case_id"), context).message.startswith("body ¶3: ")


def test_an_optional_field_may_be_guarded(context: Mapping[str, Any]) -> None:
    tag = "{% if visa.certificate_of_eligibility %}{{ visa.certificate_of_eligibility }}{% else %}none{% endif %}"
    assert paragraphs(fill(make_docx(tag), "letter.docx", context).docx) == ["none"]


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        (b"", "it is not a whole ZIP archive"),
        (b"plain text", "it is not a whole ZIP archive"),
        (make_docx("x")[:-200], "it is not a whole ZIP archive"),
        (make_docx("x")[:1000], "it is not a whole ZIP archive"),
        (with_part("word/document.xml", None), "a part of it is missing, or its content type"),
        (with_part("[Content_Types].xml", None), "a part of it is missing, or its content type"),
        (with_part("word/document.xml", b"<w:p"), "the XML of a part is damaged"),
        (with_broken_data(), "it is damaged"),
    ],
)
def test_a_file_that_is_not_a_word_document_is_reported(
    context: Mapping[str, Any], template: bytes, reason: str
) -> None:
    problem = problem_of(template, context)
    assert (problem.code, problem.message) == ("template-unusable", f"the template cannot be filled: {reason}")


def test_what_one_document_printed_is_not_in_the_next(context: Mapping[str, Any]) -> None:
    fill(make_docx("{{ patient.name.chinese }}"), "one.docx", context)
    with pytest.raises(TemplateError):
        fill(make_docx("{{ patient.name.chinese }}{{ nothing }}"), "two.docx", context)
    assert fill(make_docx("{{ case_id }}"), "three.docx", context).texts == ("wang-xiaoming",)


def test_a_template_is_compiled_once_a_process(context: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_source = jinja2.Environment.compile

    def counted(self: jinja2.Environment, source: Any, *args: Any, **named: Any) -> Any:
        compiled.append(source)
        return compile_source(self, source, *args, **named)

    monkeypatch.setattr(jinja2.Environment, "compile", counted)
    monkeypatch.setattr("pipeline.documents.environment.cached", lambda _name, make: make())  # as without a cache
    template = make_docx("only here: {{ case_id }}")
    fill(template, "letter.docx", context)
    first = len(compiled)
    for _ in range(3):
        fill(template, "letter.docx", {**context, "case_id": "another"})
    assert first > 0
    assert len(compiled) == first


def test_the_environment_is_strict() -> None:
    environment = TemplateEnvironment()
    assert isinstance(environment, ImmutableSandboxedEnvironment)
    assert issubclass(environment.undefined, StrictUndefined)
    assert environment.autoescape is True


class TestBuild:
    """The same through the command."""

    @pytest.mark.parametrize(
        ("code", "tag"),
        [
            ("template-field", "{{ patient.name.chinse }}"),
            ("template-field", "{{ ''.__class__ }}"),
            ("template-field", "{{ visa.certificate_of_eligibility }}"),
            ("template-field", "{{ tb_screening.steps.chest_xray|date_zh }}"),
            ("template-syntax", "{{ as_of|date_jp }}"),
            ("template-syntax", "{% for x in stays %}"),
            ("template-field", "{{ patient.name.chinese + 1 }}"),
            ("template-unusable", "{% for x in [1] %}" * 25 + "{% endfor %}" * 25),
        ],
    )
    def test_a_wrong_tag_is_refused(
        self, tmp_path: Path, edit: Edit, visa_packet: Command, code: str, tag: str
    ) -> None:
        folder, out = make_set(tmp_path / "set", "{{ patient.name.chinese }}", tag), tmp_path / "out"
        run = build(visa_packet, edit({"/attachments": []}), folder, out)
        (problem,) = assert_refused(run, out, 4)
        assert (problem["code"], problem["file"]) == (code, str(folder / "letter.docx"))

    @pytest.mark.parametrize(
        "content", [b"", b"PK", b"text", make_docx("x")[:-100], with_part("word/document.xml", None)]
    )
    def test_a_file_that_is_no_word_document_is_refused(
        self, tmp_path: Path, visa_packet: Command, content: bytes
    ) -> None:
        folder, out = make_set(tmp_path / "set"), tmp_path / "out"
        (folder / "letter.docx").write_bytes(content)
        (problem,) = assert_refused(build(visa_packet, EXAMPLES / "wang-xiaoming" / "case.json", folder, out), out, 4)
        assert (problem["code"], problem["file"]) == ("template-unusable", str(folder / "letter.docx"))

    def test_signs_of_xml_come_out_in_the_pdf(self, tmp_path: Path, edit: Edit, visa_packet: Command) -> None:
        values = ["王 & 孙 <测试>", 'say "yes"', "a ]]> b", "<w:p>x</w:p>", "it's {{ 1 }}"]
        pointers = [f"/hospital/{place}" for place in ("name/ja", "name/en", "address/ja", "address/en")]
        case = edit({**dict(zip(pointers, values[:4], strict=True)), "/patient/address/text": values[4]})
        tags = [re.sub(r"/", ".", pointer.lstrip("/")) for pointer in (*pointers, "/patient/address/text")]
        folder, out = make_set(tmp_path / "set", *(f"[{{{{ {tag} }}}}]" for tag in tags)), tmp_path / "out"
        run = build(visa_packet, case, folder, out)
        assert run.code == 0, run.err
        text = text_of((out / "wang-xiaoming" / "documents" / "01-letter.pdf").read_bytes())
        assert text == squeeze("".join(f"[{value}]" for value in values))


def build(visa_packet: Command, case: Path, templates: Path, out: Path) -> Any:
    words = ("--as-of", AS_OF.isoformat(), "--allow-missing", "--json")
    return visa_packet("build", case, "--templates", templates, "-o", out, *words)


def test_an_unknown_name_is_reported_with_its_paragraph(context: Mapping[str, Any]) -> None:
    template = make_docx("first {{ case_id }}", "Passport no. {{ patient.pasport.number }}", "last")
    problem = problem_of(template, context)
    assert problem.located_message.startswith("word/document.xml, near “Passport no. {{ patient.pasport.number }}”: ")
    assert "王晓明" not in problem.located_message


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("{{ patient.pasport.number }}", "unknown field 'pasport'; did you mean 'passport'?"),
        ("{{ patient.passport.numbr }}", "unknown field 'numbr'; did you mean 'number'?"),
        ("{{ addressee.jp }}", "unknown field 'jp'; known: ja, en, zh"),
        ("{{ jpets.statis }}", "unknown field 'statis'; did you mean 'status'?"),
        ("{{ pasient }}", "unknown name 'pasient'"),
        ("{{ case_id|nofilter }}", "No filter named 'nofilter'. Filters: date_ja, "),
    ],
)
def test_a_misspelt_name_is_reported_with_the_closest_name(context: Mapping[str, Any], tag: str, words: str) -> None:
    message = problem_of(make_docx(tag), context).located_message
    assert words in message
    assert "pipeline." not in message


@pytest.mark.parametrize(
    "tag", ["{{ stays[0].hospitalised }}", "{{ companions }}", "{{ patient.sex.upper }}", "{{ hospital }}"]
)
def test_what_is_no_text_is_not_printed(context: Mapping[str, Any], tag: str) -> None:
    assert problem_of(make_docx(tag), context).code == "template-field"


def test_a_group_of_fields_is_not_printed_as_python_writes_it(context: Mapping[str, Any]) -> None:
    problem = problem_of(make_docx("{{ patient.name }}"), context)
    assert problem.code == "template-field"
    assert "name one of its fields" in problem.message


class TestPicture:
    """A picture among the names."""

    @staticmethod
    def png() -> bytes:
        return make_picture(size=(300, 100))

    def filled(self, context: Mapping[str, Any], *paragraphs: str) -> FilledDocument:
        names = {**context, "chart": Picture(self.png, 60, "a & b"), "broken": Picture(lambda: 1 // 0, 60, "")}  # type: ignore[arg-type,return-value]
        return fill(make_docx(*paragraphs), "letter.docx", names)

    def test_it_stands_where_its_tag_stood(self, context: Mapping[str, Any]) -> None:
        filled = self.filled(context, "before {{ chart }} after {{ case_id }}")
        document = Document(io.BytesIO(filled.docx))
        [shape] = document.inline_shapes
        assert (round(shape.width.mm), round(shape.height.mm)) == (60, 20)
        assert shape._inline.docPr.get("descr") == "a & b"
        assert document.paragraphs[0].text == "before  after wang-xiaoming"
        assert filled.texts == ("wang-xiaoming",)

    def test_two_fills_give_the_same_bytes(self, context: Mapping[str, Any]) -> None:
        first, second = (self.filled(context, "{{ chart }}{{ chart }}") for _ in range(2))
        assert first.docx == second.docx

    def test_it_is_drawn_only_when_it_is_printed(self, context: Mapping[str, Any]) -> None:
        assert self.filled(context, "{{ case_id }}").texts == ("wang-xiaoming",)
        with pytest.raises(TemplateError, match="it divides by zero"):
            self.filled(context, "{{ broken }}")

    @pytest.mark.parametrize("tag", ["{{ chart.draw() }}", "{{ chart.draw }}", "{{ chart.width }}"])
    def test_its_parts_are_not_printed(self, context: Mapping[str, Any], tag: str) -> None:
        with pytest.raises(TemplateError) as error:
            self.filled(context, tag)
        assert error.value.problems[0].code == "template-field"
