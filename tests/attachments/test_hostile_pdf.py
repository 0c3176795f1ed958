"""PDFs that are broken, locked, too much, or made to harm: each refused with its reason, beside one that is not."""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.attachments import safe_open as inside
from pipeline.attachments.messages import LIMITS, Request, Wanted
from pipeline.attachments.read_paper import convert
from pipeline.errors import UnusableError
from tests.support.attachments import (
    add_field,
    add_page,
    flate_bomb,
    locked,
    lzw_bomb,
    packed_stream,
    page_many_times,
    page_text,
    pdf_of,
    public_key_locked,
    run_length_bomb,
    signed_pdf,
    with_wrong_tables,
)
from tests.support.built import make_pdf, saved
from tests.support.reading import notes, pages_by_another_parser, paper, read, refusal, refused, text

pytestmark = pytest.mark.slow

WORD = "word.txt"
SAID = pdf_of(page_text("one"), page_text("two"), page_text("three"))


@pytest.mark.case("D01")
class TestNoPdf:
    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"<!DOCTYPE html><html><body>%PDF</body></html>", "attachment-kind"),
            (b"%PDF-1.7\n", "attachment-damaged"),
            (b"%PDF-1.7\n%%EOF\n", "attachment-damaged"),
            (b"%PDF-1.7\n1 0 obj <<>> endobj trailer << /Root 1 0 R >>\n%%EOF\n", "attachment-damaged"),
        ],
    )
    def test_is_refused(self, tmp_path: Path, content: bytes, code: str) -> None:
        assert refusal(tmp_path, "a.pdf", content).code == code

    @pytest.mark.parametrize("percent", [25, 50, 75, 99])
    def test_what_is_cut_off_is_refused(self, percent: int) -> None:
        assert refused(SAID[: len(SAID) * percent // 100]).code == "attachment-damaged"

    def test_what_is_whole_is_not(self) -> None:
        assert [line.strip() for line in text(read(SAID).pdf)] == ["one", "two", "three"]


@pytest.mark.case("D03")
class TestLocked:
    CONTENT = locked(SAID, "open sesame")

    def test_without_a_password_it_is_refused_and_the_field_named(self) -> None:
        error = refused(self.CONTENT)
        assert (error.code, error.args["field"]) == ("attachment-encrypted", "path")
        assert "password_file" in error.hint

    def test_a_wrong_password_is_reported_at_its_field_and_not_quoted(self) -> None:
        error = refused(self.CONTENT, password="WrongSecret")  # noqa: S106 - of a test
        assert (error.code, error.args["field"]) == ("attachment-password", "password_file")
        assert "WrongSecret" not in error.message + error.hint

    @pytest.mark.parametrize("password", ["open sesame", "owner-secret"])
    @pytest.mark.parametrize("options", [{"R": 6}, {"R": 4}, {"R": 3, "aes": False, "metadata": False}])
    def test_with_its_password_it_is_opened_and_needs_none_any_more(
        self, password: str, options: dict[str, Any]
    ) -> None:
        found = read(locked(SAID, "open sesame", **options), password=password)
        assert [line.strip() for line in text(found.pdf)] == ["one", "two", "three"]

    def test_a_file_that_only_its_owner_may_change_opens_with_a_note(self) -> None:
        found = read(locked(SAID, ""))
        assert (found.pages, notes(found)) == (3, {"FIL-07": ()})

    def test_for_the_holder_of_a_certificate_it_is_refused(self) -> None:
        error = refused(public_key_locked())
        assert (error.code, "certificate" in error.message) == ("attachment-encrypted", True)

    @pytest.mark.parametrize("content", [b"open sesame", b"open sesame\n", b"open sesame\r\nsecond line\n"])
    def test_the_password_is_the_first_line_of_the_file(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "word.txt").write_bytes(content)
        assert paper(tmp_path, "a.pdf", self.CONTENT, password_file=WORD).pages == 3

    @pytest.mark.parametrize(
        ("path", "content", "code"),
        [
            ("none.txt", None, "attachment-missing"),
            ("../word.txt", b"open sesame", "attachment-outside"),
            ("word.txt", b"", "attachment-empty"),
            ("word.txt", b"\n", "attachment-password"),
            ("word.txt", b"\xff\xfe", "attachment-password"),
            ("word.txt", b"x" * 2000, "attachment-size"),
        ],
    )
    def test_a_file_without_a_password_is_reported_at_its_field(
        self, tmp_path: Path, path: str, content: bytes | None, code: str
    ) -> None:
        if content is not None and not path.startswith(".."):
            (tmp_path / path).write_bytes(content)
        error = refusal(tmp_path, "a.pdf", self.CONTENT, password_file=path)
        assert (error.code, error.args["field"]) == (code, "password_file")

    def test_a_link_to_the_password_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "real.txt").write_text("open sesame")
        (tmp_path / "word.txt").symlink_to("real.txt")
        error = refusal(tmp_path, "a.pdf", self.CONTENT, password_file=WORD)
        assert (error.code, error.args["field"]) == ("attachment-outside", "password_file")


@pytest.mark.case("D05")
class TestBombs:
    @pytest.mark.parametrize(
        ("make", "code"),
        [
            (lambda: flate_bomb(300_000_000, 1), "attachment-bomb"),
            (lambda: flate_bomb(300_000_000, 2), "attachment-bomb"),
            (lambda: flate_bomb(300_000_000, 3), "attachment-bomb"),
            (lambda: lzw_bomb(300_000_000), "attachment-bomb"),
            (lambda: run_length_bomb(300_000_000), "attachment-bomb"),
            (lambda: packed_stream(zlib.compress(b" "), ["FlateDecode", *["ASCIIHexDecode"] * 60]), "attachment-bomb"),
            (lambda: page_many_times(90_000), "attachment-pages"),
        ],
        ids=["flate", "flate2", "flate3", "lzw", "run-length", "filters", "pages"],
    )
    def test_is_refused_quickly(self, make: Callable[[], bytes], code: str) -> None:
        content = make()
        assert len(content) < 5_000_000
        before = time.monotonic()
        assert refused(content, apart=True).code == code
        assert time.monotonic() - before < 5 * 4  # the bound is 5 s of work; other work may share the machine

    def test_no_more_memory_than_this_can_be_taken(self) -> None:
        assert (LIMITS.memory_bytes, LIMITS.most_memory_bytes) == (500_000_000, 1_000_000_000)

    @pytest.mark.parametrize(
        "content",
        [flate_bomb(1_000_000, 2), run_length_bomb(100_000), packed_stream(b"71 20 51>", ["ASCIIHexDecode"])],
        ids=["flate2", "run-length", "hexadecimal"],
    )
    def test_what_unfolds_to_little_is_accepted(self, content: bytes) -> None:
        assert read(content).pages == 1

    def test_many_streams_that_are_small_alone_are_refused_together(self) -> None:
        with pikepdf.new() as pdf:
            for _ in range(12):
                add_page(pdf, b" " * 1_000_000)
            content = saved(pdf)
        assert refused(content, limits=replace(LIMITS, decoded_bytes=11_000_000)).code == "attachment-bomb"
        assert read(content, limits=replace(LIMITS, decoded_bytes=13_000_000)).pages == 12

    def test_pages_that_draw_each_other_without_end_run_into_the_limit_of_time(self) -> None:
        limits = replace(LIMITS, cpu_seconds=1, memory_bytes=4 * LIMITS.memory_bytes)
        assert refused(forms_in_forms(12), limits=limits, apart=True).code in {
            "attachment-time",
            "attachment-memory",
            "attachment-disagreement",
        }
        assert read(forms_in_forms(2)).pages == 1

    @pytest.mark.parametrize("objects", [10, 1000])
    def test_too_many_objects_are_refused(self, objects: int) -> None:
        content = pdf_of(*[b""] * 20)
        limits = replace(LIMITS, objects=objects)
        if objects < 60:
            assert refused(content, limits=limits).code == "attachment-bomb"
        else:
            assert read(content, limits=limits).pages == 20


def forms_in_forms(depth: int) -> bytes:
    """A page that draws a form ten times, which draws another ten times, and so on."""
    with pikepdf.new() as pdf:
        page = add_page(pdf)
        below = pdf.make_stream(
            b"0 0 1 1 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9]
        )
        for _ in range(depth):
            form = pdf.make_stream(
                b"/X Do " * 10, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9]
            )
            form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=below))
            below = form
        page.obj.Resources.XObject = pikepdf.Dictionary(X=below)
        page.obj.Contents = pdf.make_stream(b"/X Do")
        return saved(pdf)


@pytest.mark.case("D09")
class TestSigned:
    def test_the_lost_signature_is_reported_and_its_picture_stays(self) -> None:
        found = read(signed_pdf())
        assert "FIL-03" in notes(found)
        with pikepdf.open(io.BytesIO(found.pdf)) as pdf:
            assert "/AcroForm" not in pdf.Root

    def test_a_form_without_a_signature_has_no_note(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            add_field(pdf, "name", "WANG")
            assert "FIL-03" not in notes(read(saved(pdf)))


@pytest.mark.case("D12")
class TestRepaired:
    @pytest.mark.parametrize("broken", with_wrong_tables(SAID), ids=["offset", "start", "entry"])
    def test_an_invalid_table_is_repaired_and_reported(self, broken: bytes) -> None:
        assert broken != SAID
        found = read(broken)
        assert [line.strip() for line in text(found.pdf)] == ["one", "two", "three"]
        assert notes(found) == {"FIL-04": ()}

    def test_a_valid_table_has_no_note(self) -> None:
        assert notes(read(SAID)) == {}


@pytest.mark.case("D13")
class TestTooMuch:
    def test_two_thousand_pages_are_refused(self) -> None:
        assert refused(make_pdf(2000)).code == "attachment-pages"

    def test_as_many_as_allowed_are_accepted(self) -> None:
        found = read(make_pdf(LIMITS.pages))
        assert found.pages == LIMITS.pages == pages_by_another_parser(found.pdf)

    def test_half_a_gigabyte_is_refused_without_being_read(self, tmp_path: Path) -> None:
        with (tmp_path / "a.pdf").open("wb") as file:
            file.truncate(500_000_000)  # a hole: it takes no space
        before = time.monotonic()
        error = refusal(tmp_path, "a.pdf")
        assert (error.code, error.message) == (
            "attachment-size",
            f"the file is larger than {inside.MAX_BYTES // 1_000_000} MB",
        )
        assert time.monotonic() - before < 1


@pytest.mark.case("D17")
class TestOwnBundle:
    def test_a_bundle_is_refused(self, packet: Path) -> None:
        assert refused((packet / "bundle.pdf").read_bytes()).code == "attachment-own"

    def test_one_of_its_documents_is_a_paper_like_others(self, packet: Path) -> None:
        document = next((packet / "documents").glob("*.pdf")).read_bytes()
        assert read(document).pages == pages_by_another_parser(document)

    @pytest.mark.parametrize("change", ["nothing", "saved again", "a stamp", "a picture", "another program"])
    def test_but_not_in_place_of_its_signed_original(self, packet: Path, change: str) -> None:
        """What somebody signed on a screen has a mark of it; what nobody signed is as it was written."""
        [document] = (packet / "documents").glob("*-invitation-letter.pdf")
        out = io.BytesIO()
        with pikepdf.open(document) as pdf:
            if change == "a stamp":
                stamp = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9])
                pdf.pages[0].Annots = pikepdf.Array([stamp])
            elif change == "a picture":
                picture = pdf.make_stream(b"\0" * 3, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
                picture.Width, picture.Height, picture.BitsPerComponent = 1, 1, 8
                picture.ColorSpace = pikepdf.Name.DeviceRGB
                pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Seal=picture)
            elif change == "another program":
                pdf.docinfo["/Producer"] = "Viewer 1.0"
            pdf.save(out)
        content = document.read_bytes() if change == "nothing" else out.getvalue()
        wanted = Wanted((), "", "", "", "", date.min, date.min, {}, signed=True)
        if change in {"nothing", "saved again"}:
            with pytest.raises(UnusableError) as error:
                convert(Request(content, wanted=wanted))
            assert error.value.problem.code == "attachment-own"
        else:
            assert convert(Request(content, wanted=wanted)).pages == 1
