"""The names that a template reads, against the types of the case."""

from __future__ import annotations

from typing import Any, get_type_hints

import msgspec
import pytest

from pipeline.authoring.check.tag_names import check_names, lint_tags
from pipeline.authoring.check.types.shapes import Shape, shape_of
from pipeline.case.load import load_case
from pipeline.documents.context import document_context
from pipeline.documents.context_types import CoverNames, DocumentNames
from pipeline.formats.word.docx_file import open_docx
from tests.support.built import make_docx
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.template_checks import word_place

pytestmark = pytest.mark.slow


def found(*paragraphs: str, given: frozenset[str] = frozenset(), is_cover: bool = False) -> list[tuple[str, str]]:
    findings, _ = check_names(open_docx(make_docx(*paragraphs)), "letter.docx", given, is_cover=is_cover)
    assert all(finding.hint and finding.place and finding.file == "letter.docx" for finding in findings)
    return [(finding.code, finding.message) for finding in findings]


def reads(*paragraphs: str) -> set[str]:
    _, read = check_names(open_docx(make_docx(*paragraphs)), "letter.docx")
    return {f"{kind.__name__}.{field}" for kind, field in read}


@pytest.mark.parametrize(
    ("tag", "code", "words"),
    [
        ("{{ patiet.name.chinese }}", "name-unknown", "unknown name 'patiet'; did you mean 'patient'?"),
        ("{{ patient.pasport.number }}", "name-unknown", "patient has no field 'pasport'; did you mean 'passport'?"),
        ("{{ patient['pasport'].number }}", "name-unknown", "did you mean 'passport'?"),
        ("{{ hospital.name.zh }}", "name-unknown", "hospital.name has no field 'zh'; known: ja, en"),
        ("{{ addressee.jp }}", "name-unknown", "addressee has no field 'jp'"),
        ("{{ anti_doping.statments }}", "name-unknown", "did you mean 'statements'?"),
        ("{% for s in anti_doping.statements %}{{ s.topic.jp }}{% endfor %}", "name-unknown", "'jp'"),
        ("{{ packet.title.ja }}", "name-unknown", "unknown name 'packet'"),
        ("{{ applicant.relationship.ja }}", "name-unknown", "applicant has no field 'relationship'"),
        ("{% for c in companions %}{{ c.nme.chinese }}{% endfor %}", "name-unknown", "did you mean 'name'?"),
        ("{% for c in companions %}{% endfor %}{{ c.name.chinese }}", "name-unknown", "unknown name 'c'"),
        ("{{ companions|map(attribute='nam')|join }}", "name-unknown", "no field 'nam'"),
        ("{{ stays|selectattr('hospitalized')|list|length }}", "name-unknown", "no field 'hospitalized'"),
        ("{{ ''.__class__ }}", "name-unknown", "__class__"),
        ("{{ visa.agency }}", "name-optional", "visa.agency is printed without a guard"),
        ("{{ visa.agency|upper }}", "name-optional", "given to the filter upper without a guard"),
        ("{{ tb_screening.steps.examination|date_ja }}", "name-optional", "filter date_ja"),
        ("{{ costs.total_jpy }}", "name-optional", "costs is read without a guard"),
        ("{% for line in costs.lines %}{% endfor %}", "name-optional", "costs is read"),
        ("{{ treatment.infusion_ml + 1 }}", "name-optional", "computed with"),
        ("{% if visa.agency or visa.mission %}{{ visa.agency }}{% endif %}", "name-optional", "visa.agency"),
        ("{% if not visa.agency %}{{ visa.agency }}{% endif %}", "name-optional", "visa.agency"),
        ("{% if visa.agency != 'x' %}{{ visa.agency }}{% endif %}", "name-optional", "visa.agency"),
        ("{{ visa.agency|default('none') }}", "name-optional", "visa.agency|default"),
        ("{% for s in stays %}{{ s.lodging.name.ja }}{% endfor %}", "name-optional", "s.lodging is read"),
        ("{{ patient.name }}", "name-group", "patient.name is a group"),
        ("{{ companions }}", "name-group", "companions is a group"),
        ("{{ stays[0].hospitalised }}", "name-group", "true or false"),
        ("{% for x in patient.name %}{% endfor %}", "name-list", "patient.name is repeated, but it is not a list"),
        ("{{ as_of|date_jp }}", "name-filter", "unknown filter 'date_jp'; did you mean 'date_ja'?"),
        ("{{ patient.sex|label('sx', 'ja') }}", "name-label", "label has no table 'sx'; did you mean 'sex'?"),
        ("{{ patient.sex|label('sex', 'fr') }}", "name-label", "no text in 'fr' for male, female"),
        ("{{ patient.sex|label('side', 'ja') }}", "name-label", "no text in 'ja' for male, female"),
    ],
)
def test_a_name_that_a_case_cannot_give_is_reported(tag: str, code: str, words: str) -> None:
    ((found_code, message),) = found("before", tag)
    assert found_code == code
    assert words in message


@pytest.mark.parametrize(
    "tag",
    [
        "{{ patient.name.chinese }} {{ patient.name|surname_first }} {{ as_of|date_reiwa }} {{ as_of.year }}",
        "{% if visa.agency %}{{ visa.agency }}{% else %}none{% endif %}",
        "{% if visa.agency is not none %}{{ visa.agency }}{% endif %}",
        "{% if visa.agency is none %}none{% else %}{{ visa.agency }}{% endif %}",
        "{% if not visa.agency %}none{% else %}{{ visa.agency }}{% endif %}",
        "{% if not visa.agency %}none{% elif patient.email %}{{ visa.agency }}{{ patient.email }}{% endif %}",
        "{% if visa.agency and patient.email %}{{ visa.agency }}{{ patient.email }}{% endif %}",
        "{% if visa.agency and visa.agency|length > 3 %}x{% endif %}",
        "{% if treatment.risk_class == 'I' %}{{ treatment.risk_class }}{% endif %}",
        "{% if treatment.risk_class in ['I', 'II'] %}{{ treatment.risk_class }}{% endif %}",
        "{{ visa.agency if visa.agency else 'none' }}",
        "{{ visa.agency|default('none', true) }}",
        "{{ (patient.email is not none)|tick }} {{ patient.email|tick }}",
        "{% for s in stays if s.lodging %}{{ s.lodging.name.ja }}{{ loop.index }}{% endfor %}",
        "{% for s in stays %}{% if s.lodging %}{{ s.lodging.name.ja }}{% endif %}{% endfor %}",
        "{{ companions|length + 1 }} {{ (companions|first).name.chinese }} {{ companions[0].name.chinese }}",
        "{{ stays|map(attribute='purpose.ja')|join(', ') }} {{ stays[:2]|length }}",
        "{% set who = patient.name %}{{ who.chinese }}",
        "{% with who = patient.name %}{{ who.chinese }}{% endwith %}",
        "{% for a, b in [(1, 2)] %}{{ a }}{{ b }}{% endfor %}",
        "{{ patient.sex|label('sex', 'ja') }} {{ patient.nationality|label('nationality', 'ja') }}",
        "{% if answers.questions.convicted %}x{% endif %}{{ timeline_picture }}",
        "{% if costs %}{{ costs.total_jpy|at_rate(costs.exchange.jpy_per_cny)|money('CNY') }}{% endif %}",
        "{{ jpets.conclusion.ja }} {{ mission.zh }} {{ days_of_stay[0][0].weekday.ja }}",
    ],
)
def test_what_a_case_always_gives_is_not(tag: str) -> None:
    assert found(tag) == []


def test_a_guard_ends_with_its_name() -> None:
    """A loop variable of the same name is another thing."""
    tag = "{% set v = visa.agency %}{% if v %}{% set v = patient.email %}{{ v }}{% endif %}"
    assert [code for code, _ in found(tag)] == ["name-optional"]


def test_a_condition_of_the_document_is_a_guard() -> None:
    assert found("{{ costs.total_jpy }}", given=frozenset({"costs"})) == []


def test_only_a_cover_sheet_has_the_list_of_papers() -> None:
    assert found("{{ packet.title.ja }} {{ filing.latest|date_ja }}", is_cover=True) == []


def test_tags_in_tables_and_over_several_paragraphs_are_read() -> None:
    assert [
        code for code, _ in found("{%p if visa.agency %}", "{{ visa.agency }}", "{%p endif %}", "{{ visa", ".agency }}")
    ] == ["name-optional"]


def test_reads_are_collected() -> None:
    assert {"Passport.number", "Patient.passport", "DocumentNames.patient"} <= reads("{{ patient.passport.number }}")
    assert "Lodging.phone" in reads(
        "{% for s in stays %}{% if s.lodging %}{{ s.lodging.phone }}{% endif %}{% endfor %}"
    )


def values(shape: Shape, value: Any, path: str) -> None:
    """The value is what its shape says, and so is all that is in it."""
    if value is None:
        assert shape.optional, path
        return
    if shape.is_list:
        item = shape.item()
        assert item
        for each in value:
            values(item, each, f"{path}[]")
    for name in shape.names():
        field = shape.field(name)
        assert field, path
        got = value[name] if isinstance(value, dict) else getattr(value, name)
        values(field, got, f"{path}.{name}")
    if isinstance(value, dict | msgspec.Struct):
        assert shape.is_group, path


@pytest.mark.parametrize("example", ["wang-xiaoming", "chen-lihua"])
def test_the_types_say_what_the_values_are(example: str) -> None:
    context = document_context(load_case(EXAMPLES / example / "case.json").case, AS_OF)
    hints = get_type_hints(DocumentNames, include_extras=True)
    assert set(hints) == set(context)
    for name, value in context.items():
        values(shape_of(hints[name]), value, name)
    assert set(get_type_hints(CoverNames)) == {*hints, "packet", "filing"}


@pytest.mark.parametrize(
    ("paragraphs", "code", "place"),
    [
        (("one", "{{ case_id"), "DTL001", "{{ case_id"),
        (("{% if case_id %}", "two"), "DTL101", "{% if case_id %}"),
        (("one", "{% endif %}"), "DTL102", "{% endif %}"),
        (("{{ case_id | }}",), "DTL103", "{{ case_id | }}"),
        (("{%tr for s in stays %}", "x", "{%tr endfor %}"), "DTL203", "{%tr for s in stays %}"),
    ],
)
def test_the_linter_reports_at_the_place(paragraphs: tuple[str, ...], code: str, place: str) -> None:
    content = make_docx(*paragraphs)
    first, *_ = lint_tags(content, open_docx(content), "letter.docx")
    assert (first.code, first.severity) == (code, "error")
    where = word_place(first)
    assert (where.part, where.text) == ("body", place)


def test_own_filters_are_known_to_the_linter() -> None:
    content = make_docx("{{ as_of|date_reiwa }} {{ patient.name|surname_first }}")
    assert lint_tags(content, open_docx(content), "letter.docx") == []
