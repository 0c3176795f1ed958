from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.case.load import LoadedCase, load_case
from pipeline.documents.context import document_context
from pipeline.documents.document import DocumentSource, draw
from pipeline.documents.engines.engine import Engine, load_engine
from pipeline.errors import EngineError, Problem, WordPlace
from pipeline.formats.fonts import UndrawableError
from pipeline.formats.pdf.reading import embedded_fonts, lost_texts, page_count, squeeze, text_of
from tests.support.built import make_docx, make_pdf, with_text
from tests.support.cases import AS_OF, EXAMPLES, Edit

pytestmark = pytest.mark.slow


class FaultEngine(Engine):
    """Converts with the real engine, after ``spoil`` had its way with the document."""

    name = "office2pdf"

    def __init__(self, spoil: Callable[[bytes], bytes]) -> None:
        self.spoil = spoil

    def version(self) -> str:
        return "0"

    def convert(self, docx: bytes) -> bytes:
        return self.spoil(docx)


@pytest.fixture(scope="module")
def case() -> LoadedCase:
    return load_case(EXAMPLES / "wang-xiaoming" / "case.json")


def names(case: LoadedCase) -> Mapping[str, Any]:
    return document_context(case.case, AS_OF)


def failure(case: LoadedCase, engine: Engine, template: bytes | None = None) -> tuple[Problem, ...]:
    letter = template or make_docx("{{ patient.name.chinese }}", "{{ patient.passport.number }}", "fixed words")
    with pytest.raises(EngineError) as error:
        draw(DocumentSource(letter, "letter.docx", names(case)), engine, case.json_file)
    for problem in error.value.problems:
        assert problem.hint
        assert problem.file
        assert "王晓明" not in problem.message
        assert "EJ0123456" not in problem.message
    return error.value.problems


def test_a_word_that_is_broken_at_its_hyphen_is_not_lost() -> None:
    words = " ".join(["and platelet-rich plasma"] * 40)
    converted = load_engine("office2pdf").convert(make_docx(words))
    assert lost_texts(converted, [words]) == []
    assert text_of(converted) == squeeze(words)


def test_a_document_is_drawn_with_the_shipped_fonts_alone(case: LoadedCase) -> None:
    letter = make_docx("{{ patient.name.chinese }} {{ patient.occupation.ja }} {{ condition.diagnosis.en }}")
    drawn = draw(DocumentSource(letter, "letter.docx", names(case)), load_engine("office2pdf"), case.json_file)
    assert drawn.pages == page_count(drawn.pdf) == 1
    assert squeeze("王晓明 会社員 Knee osteoarthritis after a sports injury") == text_of(drawn.pdf)
    fonts = embedded_fonts(drawn.pdf)
    assert fonts
    assert all(font.startswith("NotoSansCJK") for font in fonts)


def test_two_drawings_are_the_same_bytes(case: LoadedCase) -> None:
    letter = make_docx("{{ patient.name.chinese }}")
    source, engine = DocumentSource(letter, "x", names(case)), load_engine("office2pdf")
    first, second = (draw(source, engine, case.json_file) for _ in range(2))
    assert first == second


def test_an_engine_that_drops_a_value_is_found(case: LoadedCase) -> None:
    blank = FaultEngine(lambda _docx: load_engine("office2pdf").convert(make_docx("EJ0123456 fixed words")))
    (problem,) = failure(case, blank)
    assert (problem.code, problem.file) == ("engine-lost-text", "letter.docx")
    assert problem.place == WordPlace("body", 1)
    assert problem.message.startswith("text of this paragraph of the filled document is not on the page")


def test_an_engine_that_uses_another_font_is_found(case: LoadedCase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.formats.pdf.reading.embedded_fonts", lambda _pdf: {"NotoSansCJKjp-Regular", "Arial"})
    (problem,) = failure(case, load_engine("office2pdf"))
    assert (problem.code, problem.file) == ("engine-font", "letter.docx")
    assert problem.message.endswith("not shipped: Arial")


def test_a_font_inside_the_engine_is_found(case: LoadedCase) -> None:
    """The engine draws U+2611 with a font of its own, without a warning; here the template has it."""
    (problem,) = failure(case, load_engine("office2pdf"), make_docx("☑ {{ case_id }}"))
    assert problem.code == "glyph-missing"
    assert problem.message == "the template has U+2611, for which the shipped fonts have no glyph"
    assert problem.file == "letter.docx"


def test_a_sign_for_a_lost_character_is_found(case: LoadedCase) -> None:
    """Whatever fonts it says that it used."""
    spoilt = FaultEngine(lambda docx: load_engine("office2pdf").convert(with_text(docx, "fixed words", "fixed \ufffd")))
    problems = failure(case, spoilt)
    assert [problem.code for problem in problems] == ["glyph-missing"]
    assert "U+FFFD" in problems[0].message


def test_a_character_that_no_font_has_is_found_on_the_page(case: LoadedCase, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that draws a box for it, with a right text below."""
    monkeypatch.setattr("pipeline.formats.pdf.reading.embedded_fonts", lambda _pdf: {"NotoSansCJKjp-Regular"})
    problems = failure(case, load_engine("office2pdf"), make_docx("☑ {{ case_id }}"))
    assert [(problem.code, "U+2611" in problem.message) for problem in problems] == [("glyph-missing", True)]


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7", b"text", make_pdf()[:200], make_pdf(0)])
def test_an_engine_that_makes_no_pdf_is_found(case: LoadedCase, pdf: bytes) -> None:
    (problem,) = failure(case, FaultEngine(lambda _docx: pdf))
    assert problem.file == "letter.docx"
    assert problem.code in {"engine-output", "engine-lost-text"}


def test_the_failure_of_an_engine_names_the_template(case: LoadedCase) -> None:
    def fail(_docx: bytes) -> bytes:
        raise EngineError(Problem("engine-failed", "error", "it failed", "correct it"))

    (problem,) = failure(case, FaultEngine(fail))
    assert problem == Problem("engine-failed", "error", "it failed", "correct it", "letter.docx")


@pytest.mark.parametrize(("character", "name"), [("😀", "U+1F600"), ("☑", "U+2611"), ("𪚥", "U+2A6A5")])
def test_a_character_without_a_glyph_is_placed_in_the_case(edit: Edit, character: str, name: str) -> None:
    path = edit({"/patient/occupation/zh": f"职员{character}", "/hospital/contact/name/ja": f"{character}恵"})
    spoilt = load_case(path)
    problems = failure(spoilt, load_engine("office2pdf"), make_docx("{{ patient.occupation.zh }}"))
    assert [problem.pointer for problem in problems] == ["/patient/occupation/zh", "/hospital/contact/name/ja"]
    lines = path.read_text(encoding="utf-8").splitlines()
    for problem in problems:
        assert (problem.code, problem.file) == ("glyph-missing", str(path))
        assert problem.message == f"the shipped fonts have no glyph for {name}"
        assert problem.line is not None
        assert character in lines[problem.line - 1]


def test_a_character_without_a_glyph_in_the_template_is_named(case: LoadedCase) -> None:
    (problem,) = failure(case, load_engine("office2pdf"), make_docx("{{ case_id }} 😀"))
    assert (problem.code, problem.file) == ("glyph-missing", "letter.docx")
    assert problem.message.startswith("the template has U+1F600")


def test_all_characters_that_an_engine_names_are_reported(edit: Edit) -> None:
    def fail(_docx: bytes) -> bytes:
        raise UndrawableError("😀𪚥")

    spoilt = load_case(edit({"/patient/occupation/zh": "😀𪚥"}))
    problems = failure(spoilt, FaultEngine(fail))
    assert [problem.message.rsplit(" ", 1)[1] for problem in problems] == ["U+1F600", "U+2A6A5"]


@pytest.mark.parametrize("name", ["𠮷田", "䶮", "㛃", "﨑", "龘", "éàü", "髙"])
def test_rare_characters_of_names_are_drawn(case: LoadedCase, name: str) -> None:
    context = {**names(case), "case_id": name}
    drawn = draw(DocumentSource(make_docx("{{ case_id }}"), "x", context), load_engine("office2pdf"), case.json_file)
    assert lost_texts(drawn.pdf, [name]) == []
    assert all(font.startswith("NotoSansCJK") for font in embedded_fonts(drawn.pdf))
