"""A prepared template gives the same document as docxtpl alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.shared import Mm
from docxtpl import DocxTemplate
from lxml import etree

from pipeline.documents import document as draw
from pipeline.documents.drawing import draw_documents
from pipeline.documents.environment import Picture, TemplateEnvironment, _compiled
from pipeline.documents.fill import FilledDocument, fill
from pipeline.documents.prepared_template import prepare_template
from pipeline.options import CheckOptions, DocumentOptions
from pipeline.packet.packet_parts import Packet
from pipeline.run.check import check_case
from tests.support.built import MEDICAL_STAY, make_docx, make_picture
from tests.support.cases import AS_OF, EXAMPLES

pytestmark = pytest.mark.slow

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def by_docxtpl(template: bytes, context: Mapping[str, Any]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The parts that docxtpl alone makes of a template, in order, and what was printed."""
    document = DocxTemplate(io.BytesIO(template))

    def place(picture: Picture) -> str:
        part = document.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(picture.draw()), Mm(picture.width_mm), None)
        inline.docPr.set("descr", picture.description)
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'

    environment = TemplateEnvironment(place)
    document.render(dict(context), jinja_env=environment)
    out = io.BytesIO()
    document.save(out)
    return parts(out.getvalue()), tuple(environment.printed)


def parts(docx: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def canonical(part: bytes) -> bytes:
    """XML without repeated declarations of names: a picture brings those of its own."""
    return etree.tostring(etree.fromstring(part), method="c14n", exclusive=True)


def assert_same(filled: FilledDocument, template: bytes, context: Mapping[str, Any]) -> None:
    expected, texts = by_docxtpl(template, context)
    found = parts(filled.docx)
    assert list(found) == list(expected)
    for name, content in found.items():
        if name == "word/document.xml" and b"<w:drawing>" in content:
            assert canonical(content) == canonical(expected[name])
        else:
            assert content == expected[name], name
    assert filled.texts == texts


def make_full(header: str, title: str, note: str) -> bytes:
    """A Word file with words in every place that docxtpl fills."""
    document = docx.Document(io.BytesIO(make_docx("{{ case_id }}", "{% if athlete %}yes{% endif %}")))
    document.sections[0].header.paragraphs[0].text = header
    document.sections[0].footer.paragraphs[0].text = "{{ case_id }}"
    document.core_properties.title = title
    paragraph = f'<w:footnote w:id="1"><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>'
    notes = f'<w:footnotes xmlns:w="{W}">{paragraph}</w:footnotes>'.encode()
    part = Part(PackURI("/word/footnotes.xml"), CONTENT_TYPE.WML_FOOTNOTES, notes, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


#: The templates for a stay of over 90 days.
_OF_LONG_STAYS = {"eligibility-checklist", "stay-explanation"}


@pytest.mark.parametrize("example", ["sun-yifan", "gao-zhiyuan", pytest.param("wang-xiaoming", marks=pytest.mark.soak)])
def test_every_document_of_an_example_is_docxtpls(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first has a document of every template, but for those of a long stay, which the second has alone.

    The third is of somebody who travels alone.
    """
    filled: list[tuple[bytes, Mapping[str, Any], FilledDocument]] = []

    def watched(template: bytes, name: str, context: Mapping[str, Any]) -> FilledDocument:
        filled.append((template, context, fill(template, name, context)))
        return filled[-1][2]

    monkeypatch.setattr(draw, "fill", watched)
    checked = check_case(EXAMPLES / example / "case.json", CheckOptions(AS_OF))
    if example == "gao-zhiyuan":
        own = tuple(part for part in checked.packet.apart if part.document in _OF_LONG_STAYS)
        checked = replace(checked, packet=Packet((), own))
    draw_documents(checked, checked.papers, DocumentOptions(AS_OF))
    assert len(filled) >= len(checked.packet.documents)
    templates = {template for template, _, _ in filled}
    names = {path.read_bytes(): path.stem for path in MEDICAL_STAY.glob("*.docx")}
    expected = {"sun-yifan": set(names.values()) - _OF_LONG_STAYS, "gao-zhiyuan": _OF_LONG_STAYS}
    assert example not in expected or {names[template] for template in templates} == expected[example]
    for template, context, found in filled:
        assert_same(found, template, context)


@pytest.mark.parametrize("header", ["plain", "{{ case_id }}"])
@pytest.mark.parametrize("title", ["plain", "{{ case_id }}"])
@pytest.mark.parametrize("note", ["plain", "{{ case_id }}", "two\nlines"])
def test_every_place_that_docxtpl_fills_is_filled(header: str, title: str, note: str) -> None:
    template = make_full(header, title, note)
    for context in ({"case_id": "王 & <1>", "athlete": True}, {"case_id": "b\tc\nd", "athlete": False}):
        filled = fill(template, "full.docx", context)
        assert_same(filled, template, context)
        assert filled.texts.count(context["case_id"]) == 2 + sum("{" in text for text in (header, title, note))


@pytest.mark.parametrize("header", ["plain", "{{ athlete|tick }}"])
@pytest.mark.parametrize("title", ["plain", "{{ athlete|tick }}"])
def test_a_picture_is_placed_beside_what_else_is_filled(header: str, title: str) -> None:
    context = {"case_id": Picture(lambda: make_picture(size=(40, 30)), 20.0, "a picture"), "athlete": True}
    template = make_full(header, title, "plain")
    filled = fill(template, "full.docx", context)
    assert_same(filled, template, context)
    # The footer prints it too.
    assert sum(name.startswith("word/media/") for name in parts(filled.docx)) == 1


def test_a_template_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    template = make_docx("{{ case_id }}", "once")
    fill(template, "once.docx", {"case_id": "1"})
    before = prepare_template.cache_info()
    monkeypatch.setattr("docxtpl.template.Document", None)  # opening it again would fail
    fill(bytes(bytearray(template)), "once.docx", {"case_id": "2"})
    after = prepare_template.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)


def test_compiled_tags_are_cached_for_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "{{ case_id }} is compiled once a machine"
    TemplateEnvironment().from_string(source)
    _compiled.cache_clear()  # as in another process
    monkeypatch.setattr(TemplateEnvironment, "compile", None)  # compiling it again would fail
    assert TemplateEnvironment().from_string(source).render(case_id="1") == "1 is compiled once a machine"


def test_a_fault_is_reported_each_time() -> None:
    assert prepare_template(make_docx("{{ x }}")).tagged[0].source
    with pytest.raises(zipfile.BadZipFile):
        prepare_template(b"PK")


def test_what_is_constant_in_a_template_is_printed_by_every_document() -> None:
    template = make_docx("{{ false|tick }} constant", "{{ case_id }}")
    first, second = (fill(template, "constant.docx", {"case_id": "1"}) for _ in range(2))
    assert first == second
    assert first.texts == ("□", "1")
