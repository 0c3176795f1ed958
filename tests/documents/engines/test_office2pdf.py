from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import office2pdf
import pytest
from pypdf import PdfReader

from pipeline.documents.engines.engine import ENGINES, Engine, load_engine
from pipeline.documents.engines.office2pdf import Office2Pdf
from pipeline.errors import EngineError, Problem
from pipeline.formats.pdf.reading import embedded_fonts, text_of
from tests.support.built import MEDICAL_STAY, make_docx, make_set
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, ROOT, Edit
from tests.support.run import Command, assert_refused
from tests.support.word_files import paragraph, word_file

CASE = EXAMPLES / "wang-xiaoming" / "case.json"


@pytest.fixture
def fault_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[bytes], bytes]], None]]:
    """Put an engine that converts with the given function in the place of the real one."""

    def register(convert: Callable[[bytes], bytes]) -> None:
        class Fault(Engine):
            name = "office2pdf"

            def version(self) -> str:
                return "0"

            def convert(self, docx: bytes) -> bytes:
                return convert(docx)

        module = types.ModuleType("fault_engine")
        module.Fault = Fault  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "fault_engine", module)
        monkeypatch.setitem(ENGINES, "office2pdf", ("fault_engine", "Fault"))
        load_engine.cache_clear()

    yield register
    load_engine.cache_clear()


def build(visa_packet: Command, case: Path, templates: Path, out: Path, *more: str) -> Any:
    words = ("--engine", "office2pdf", "--as-of", AS_OF.isoformat(), "--json")
    return visa_packet("build", case, "--templates", templates, "-o", out, *words, *more)


def test_an_unknown_engine_is_wrong_usage(tmp_path: Path, visa_packet: Command) -> None:
    run = visa_packet("build", CASE, "-o", tmp_path / "out", "--engine", "nothing", "--json")
    (problem,) = assert_refused(run, tmp_path / "out", 2)
    assert (problem["code"], "office2pdf" in problem["message"]) == ("usage", True)


def test_the_library_names_the_engines_that_it_has() -> None:
    with pytest.raises(EngineError) as error:
        load_engine("nothing")
    assert error.value.problems[0].hint == "one of: typst, office2pdf, libreoffice"


@pytest.mark.parametrize("name", ["office2pdf", "typst"])
def test_an_engine_meets_the_protocol(name: str) -> None:
    """LibreOffice, which is slow to start, does in test_libreoffice.py."""
    assert name in ENGINES
    engine = load_engine(name)
    assert engine.name == name
    assert re.match(r"[0-9]+\.", engine.version())
    assert load_engine(name) is engine
    first, second = engine.convert_many([make_docx("one"), make_docx("two")])
    assert (text_of(first), text_of(second)) == ("one", "two")
    assert first == engine.convert(make_docx("one"))


def test_every_engine_is_tested() -> None:
    assert list(ENGINES) == ["typst", "office2pdf", "libreoffice"]


def test_it_converts_to_pdf_a() -> None:
    pdf = Office2Pdf().convert(make_docx("王晓明"))
    assert text_of(pdf) == "王晓明"
    assert b"pdfaid" in pdf
    assert pdf == Office2Pdf().convert(make_docx("王晓明"))


@pytest.mark.parametrize("docx", [b"PK", b"text", make_docx("x")[:500]])
def test_what_is_no_word_document_is_refused(docx: bytes) -> None:
    with pytest.raises(EngineError) as error:
        Office2Pdf().convert(docx)
    assert error.value.problems[0].code == "engine-failed"


def test_messages_of_the_library_are_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> Any:
        raise office2pdf.Office2PdfRenderError("could not lay out 王晓明")

    monkeypatch.setattr("pipeline.documents.engines.office2pdf.library.convert_bytes", fail)
    with pytest.raises(EngineError) as error:
        Office2Pdf().convert(b"x")
    assert error.value.problems[0].message == "the engine could not convert the document"


@pytest.mark.parametrize(("name", "expected"), [("PanicException", EngineError), ("Other", BaseException)])
def test_a_panic_of_the_library_is_a_failure_of_the_engine(
    monkeypatch: pytest.MonkeyPatch, name: str, expected: type[BaseException]
) -> None:
    """The panics of PyO3 are no Exception, so they would pass the handlers of every failure and bug."""
    panic = type(name, (BaseException,), {})

    def fail(*_arguments: Any) -> Any:
        raise panic("王晓明")

    monkeypatch.setattr("pipeline.documents.engines.office2pdf.library.convert_bytes", fail)
    with pytest.raises(BaseException) as error:  # noqa: PT011 - the type is compared below
        Office2Pdf().convert(b"x")
    assert type(error.value) is (expected if expected is EngineError else panic)
    assert ("王晓明" in str(error.value)) == (expected is not EngineError)


@pytest.mark.parametrize(
    ("warning", "words"),
    [
        (
            office2pdf.FallbackUsedWarning(format="docx", from_="Arial", to="Noto"),
            "font 'Arial' is not shipped, 'Noto' would be used",
        ),
        (
            office2pdf.FallbackUsedWarning(
                format="docx", from_="even-page header/footer", to="the section's default header/footer"
            ),
            ": even-page header/footer is not drawn, but the section's default header/footer on all pages",
        ),
        (
            office2pdf.UnsupportedElementWarning(format="docx", element="w:sdt"),
            "the element 'w:sdt' is not drawn as in Word",
        ),
        (
            office2pdf.PartialElementWarning(format="docx", element="w:sdt", detail="王晓明"),
            "the element 'w:sdt' is not drawn as in Word",
        ),
        (office2pdf.ParseSkippedWarning(format="docx", reason="王晓明"), "an element is not drawn as in Word"),
    ],
)
def test_a_warning_of_the_library_is_an_error(monkeypatch: pytest.MonkeyPatch, warning: Any, words: str) -> None:
    result = types.SimpleNamespace(warnings=[warning], pdf=b"%PDF-")
    monkeypatch.setattr("pipeline.documents.engines.office2pdf.library.convert_bytes", lambda *_arguments: result)
    with pytest.raises(EngineError) as error:
        Office2Pdf().convert(b"x")
    assert error.value.problems[0].code == "engine-warning"
    assert error.value.problems[0].message.endswith(words)


def test_fonts_of_the_machine_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def look(*_arguments: Any) -> Any:
        seen.append(Path(os.environ["FONTCONFIG_FILE"]).read_text(encoding="utf-8"))
        return types.SimpleNamespace(warnings=[], pdf=b"%PDF-")

    monkeypatch.setattr("pipeline.documents.engines.office2pdf.library.convert_bytes", look)
    Office2Pdf().convert(b"x")
    (folder,) = re.findall(r"<dir>(.*?)</dir>", seen[0])
    assert not Path(folder).is_dir()


@pytest.mark.process
def test_a_font_in_the_home_folder_is_not_used(tmp_path: Path) -> None:
    """The engine reads fontconfig when it starts, so this needs a process of its own."""
    from pipeline.formats.fonts import font_file  # noqa: PLC0415 - only this test looks for another font

    fonts = tmp_path / ".local" / "share" / "fonts"
    fonts.mkdir(parents=True)
    copied(font_file("noto-cjk-sans-jp-bold"), fonts / "Emoji.otf", draws=0x1F600)
    program = (
        "from tests.support.built import make_docx; from pipeline.documents.engines.office2pdf import Office2Pdf;"
        "Office2Pdf().convert(make_docx('\\U0001F600'))"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / ".local" / "share")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
        timeout=60,
    )
    assert "UndrawableError" in done.stderr


def copied(source: Path, target: Path, draws: int) -> None:
    """A copy of a font that also claims to draw the character ``draws``."""
    from fontTools import subset  # noqa: PLC0415 - only this helper makes a font
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(str(source)) as font:
        cutter = subset.Subsetter()
        cutter.populate(unicodes=[0x41])
        cutter.subset(font)
        for table in font["cmap"].tables:
            if table.isUnicode() and table.format == 12:
                table.cmap[draws] = table.cmap[0x41]
        for record in font["name"].names:
            record.string = record.toUnicode().replace("Noto Sans CJK JP", "Foreign Emoji")
        font.save(str(target))


@pytest.mark.soak
def test_what_was_converted_is_soon_forgotten() -> None:
    """A document of the example takes 5 MB of memory until the engine drops it: 52 of them would be 250 MB."""
    program = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from pipeline.documents.context import document_context; from pipeline.case.load import load_case\n"
        "from pipeline.documents.engines.office2pdf import Office2Pdf; from pipeline.documents.fill import fill\n"
        "engine, template = Office2Pdf(), Path(sys.argv[2]).read_bytes()\n"
        "context = document_context(load_case(Path(sys.argv[1])).case, date(2026, 11, 22))\n"
        "def convert(number): engine.convert(fill(template, '', {**context, 'case_id': f'case-{number}'}).docx)\n"
        "def now(): return int(Path('/proc/self/statm').read_text().split()[1]) * 4096\n"
        "convert(0); before = now()\n"
        "for number in range(1, 52): convert(number)\n"
        "print(now() - before)\n"
    )
    template = MEDICAL_STAY / "invitation-letter.docx"
    done = subprocess.run([sys.executable, "-c", program, CASE, template], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 205_000_000


def test_a_file_without_a_day_has_no_time_in_its_pdf() -> None:
    without = Office2Pdf().convert(word_file(paragraph("a")))
    assert PdfReader(io.BytesIO(without)).metadata is not None
    assert not re.search(rb"/(Creation|Mod)Date", without)
    assert not re.search(rb"(Create|Modify|Metadata)Date|xmpMM:(History|InstanceID|DocumentID)>", without)
    with_day = Office2Pdf().convert((MEDICAL_STAY / "cost-estimate.docx").read_bytes())
    assert b"/ModDate (D:2026" in with_day or b"/ModDate(D:2026" in with_day


class TestBuild:
    """The same through the command."""

    def test_the_failure_of_an_engine_is_reported(
        self, tmp_path: Path, visa_packet: Command, fault_engine: Callable[[Callable[[bytes], bytes]], None]
    ) -> None:
        def fail(_docx: bytes) -> bytes:
            raise EngineError(Problem("engine-failed", "error", "it failed", "correct it"))

        fault_engine(fail)
        folder, out = make_set(tmp_path / "set"), tmp_path / "out"
        (problem,) = assert_refused(build(visa_packet, CASE, folder, out), out, 6)
        assert (problem["code"], problem["file"]) == ("engine-failed", str(folder / "letter.docx"))

    @pytest.mark.parametrize("pdf", [b"", "%PDF-1.7 王晓明".encode()])
    def test_an_engine_that_makes_no_pdf_is_reported(
        self, tmp_path: Path, visa_packet: Command, fault_engine: Callable[[Callable[[bytes], bytes]], None], pdf: Any
    ) -> None:
        fault_engine(lambda _docx: pdf)
        out = tmp_path / "out"
        (problem,) = assert_refused(build(visa_packet, CASE, make_set(tmp_path / "set"), out), out, 6)
        assert problem["code"] == "engine-output"

    def test_a_bug_of_an_engine_is_a_bug(
        self, tmp_path: Path, visa_packet: Command, fault_engine: Callable[[Callable[[bytes], bytes]], None]
    ) -> None:
        def fail(_docx: bytes) -> bytes:
            raise RuntimeError(" ".join(PERSONAL))

        fault_engine(fail)
        out = tmp_path / "out"
        (problem,) = assert_refused(build(visa_packet, CASE, make_set(tmp_path / "set"), out), out, 70)
        assert problem["message"].startswith("a bug in visa-packet: RuntimeError at pipeline/documents/")

    @pytest.mark.parametrize(("character", "name"), [("😀", "U+1F600"), ("☑", "U+2611")])
    def test_a_character_without_a_glyph_is_refused_with_its_place(
        self, tmp_path: Path, edit: Edit, visa_packet: Command, character: str, name: str
    ) -> None:
        case = edit({"/patient/occupation/ja": f"会社員{character}"})
        folder, out = make_set(tmp_path / "set", "{{ patient.occupation.ja }}"), tmp_path / "out"
        run = build(visa_packet, case, folder, out)
        (problem,) = [found for found in assert_refused(run, out, 3) if found["severity"] == "error"]
        assert (problem["pointer"], problem["file"]) == ("/patient/occupation/ja", str(case))
        assert name in problem["message"]
        assert character not in run.out + run.err
        assert "会社員" not in run.out + run.err
        line = case.read_text(encoding="utf-8").splitlines()[problem["line"] - 1]
        assert line[problem["column"] - 1 :].startswith(f'"会社員{character}"')

    def test_only_shipped_fonts_are_in_a_packet(self, packet_with_companion: Path) -> None:
        documents = sorted((packet_with_companion / "documents").glob("*.pdf"))
        assert documents
        for document in documents:
            fonts = embedded_fonts(document.read_bytes())
            assert fonts
            assert all(font.startswith("NotoSansCJK") for font in fonts), document


@pytest.mark.parametrize(("engine", "module"), [("office2pdf", "office2pdf"), ("typst", "typst.engine")])
def test_an_engine_that_is_not_installed_is_no_bug(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, f"pipeline.documents.engines.{module}", None)
    load_engine.cache_clear()
    try:
        out = tmp_path / "out"
        case = EXAMPLES / "wang-xiaoming"
        run = visa_packet("build", case, "-o", out, "--json", "--as-of", "2026-11-22", "--engine", engine)
        *_, problem = assert_refused(run, out, 6)
    finally:
        load_engine.cache_clear()
    assert problem["code"] == "engine-missing"
