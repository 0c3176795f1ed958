"""Content of a PDF beside its pages is removed and reported, and no data about its makers remains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from tests.support.attachments import (
    SCRIPT,
    add_field,
    add_link,
    add_page,
    annotation,
    encoded,
    exif_with_place,
    page_text,
    pdf_of,
    put,
    quadrants,
    with_layers,
    with_makers,
)
from tests.support.built import make_pdf_of, saved
from tests.support.reading import expanded, notes, read, refused, text

CANARY = b"CANARY"


def action(kind: str, **entries: Any) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **entries)


def on_open(kind: str, **entries: Any) -> Callable[[Pdf, Path], None]:
    def make(pdf: Pdf, _folder: Path) -> None:
        pdf.Root.OpenAction = action(kind, **entries)

    return make


def on_annotation(kind: str, **entries: Any) -> Callable[[Pdf, Path], None]:
    def make(pdf: Pdf, _folder: Path) -> None:
        put(pdf, annotation(pdf, "Link", A=action(kind, **entries)))

    return make


def in_a_stream(pdf: Pdf, _folder: Path) -> None:
    pdf.Root.OpenAction = action("JavaScript", JS=pdf.make_stream(b"CANARY"))


def chained(pdf: Pdf, _folder: Path) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.GoTo, D=Array([0]), Next=Array([SCRIPT])))


def named(pdf: Pdf, _folder: Path) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", SCRIPT])))


def in_a_field(pdf: Pdf, _folder: Path) -> None:
    add_field(pdf, "name", "").AA = Dictionary(K=SCRIPT)


def attached(pdf: Pdf, folder: Path) -> None:
    (folder / "payload.exe").write_bytes(b"MZ CANARY")
    pdf.attachments["payload.exe"] = pikepdf.AttachedFileSpec.from_filepath(pdf, folder / "payload.exe")


def pinned(pdf: Pdf, folder: Path) -> None:
    (folder / "payload.exe").write_bytes(b"MZ CANARY")
    file = pikepdf.AttachedFileSpec.from_filepath(pdf, folder / "payload.exe")
    put(pdf, annotation(pdf, "FileAttachment", FS=file.obj))


def film(pdf: Pdf, _folder: Path) -> None:
    put(pdf, annotation(pdf, "RichMedia", RichMediaContent=Dictionary(CANARY="CANARY")))


def hybrid_form(pdf: Pdf, _folder: Path) -> None:
    add_field(pdf, "name", "WANG", drawn=True)
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp>CANARY</xdp>")


def elsewhere(pdf: Pdf, _folder: Path) -> None:
    stream = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1], F="/etc/CANARY")
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=stream)


def associated(pdf: Pdf, folder: Path) -> None:
    """As PDF/A-3 allows it: with a picture, and with a part of the content."""
    (folder / "data.xml").write_bytes(b"<CANARY/>")
    picture = pdf.make_stream(
        b"\0", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, ColorSpace=Name.DeviceGray, BitsPerComponent=8
    )
    file = pikepdf.AttachedFileSpec.from_filepath(pdf, folder / "data.xml")
    picture.AF = Array([file.obj])
    page = pdf.pages[0]
    page.obj.Resources.XObject = Dictionary(X=picture)
    page.obj.Resources.Properties = Dictionary(A=file.obj)
    page.contents_add(b"/AF /A BDC q 20 0 0 20 100 100 cm /X Do Q EMC")


def postscript(pdf: Pdf, _folder: Path) -> None:
    """An object of this kind, which viewers do not draw, and a form that they do."""
    program = pdf.make_stream(b"(CANARY) print", Type=Name.XObject, Subtype=Name.PS)
    program.Level1 = pdf.make_stream(b"(CANARY) print")
    form = pdf.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 10, 10]))
    form.Subtype2, form.PS = Name.PS, pdf.make_stream(b"(CANARY) print")
    page = pdf.pages[0]
    page.obj.Resources.XObject = Dictionary(P=program, X=form)
    page.contents_add(b"/P Do /X Do")


ACTIVE = {
    "script on opening": (on_open("JavaScript", JS="CANARY()"), "script"),
    "script as a stream": (in_a_stream, "script"),
    "script by name": (named, "script"),
    "script after another action": (chained, "script"),
    "script of a field": (in_a_field, "script"),
    "program": (on_annotation("Launch", F="CANARY.exe"), "launch"),
    "form that is sent": (on_annotation("SubmitForm", F="https://example.com/CANARY"), "submit"),
    "data that is fetched": (on_annotation("ImportData", F="CANARY.fdf"), "submit"),
    "another file": (on_annotation("GoToR", F="CANARY.pdf", D=Array([0])), "other_file"),
    "a file inside": (on_annotation("GoToE", F="CANARY.pdf", D=Array([0])), "other_file"),
    "content from elsewhere": (elsewhere, "other_file"),
    "attached": (attached, "embedded"),
    "pinned": (pinned, "embedded"),
    "associated": (associated, "embedded"),
    "program for printers": (postscript, "postscript"),
    "sound": (on_annotation("Sound", Sound=Dictionary(CANARY="CANARY")), "media"),
    "film": (film, "media"),
    "XFA beside fields": (hybrid_form, "xfa"),
}  # fmt: skip


class TestActive:
    @pytest.mark.parametrize("name", ACTIVE)
    def test_it_is_taken_out_and_named_and_the_page_stays(self, tmp_path: Path, name: str) -> None:
        make, detail = ACTIVE[name]
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("the paper"))
            make(pdf, tmp_path)
            content = saved(pdf)
        found = read(content)
        assert detail in notes(found)["FIL-01"]
        left = expanded(found.pdf)
        for word in (
            CANARY,
            b"/JavaScript",
            b"/JS",
            b"/Launch",
            b"/SubmitForm",
            b"/EmbeddedFile",
            b"/RichMedia",
            b"/XFA",
            b"/EF",
            b"/PS",
        ):
            assert word not in left
        assert "the paper" in text(found.pdf)[0]

    def test_a_plain_page_has_no_note(self) -> None:
        assert notes(read(pdf_of(page_text("the paper")))) == {}

    def test_links_are_reported_as_a_note(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("the paper"))
            add_link(pdf, "https://example.com/CANARY")
            found = read(saved(pdf))
        assert notes(found) == {"FIL-02": ("link",)}
        assert CANARY not in expanded(found.pdf)

    def test_an_xfa_form_without_fields_cannot_be_shown(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("Please wait"))
            pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))
            assert "OUT-05" in notes(read(saved(pdf)))

    @pytest.mark.parametrize(
        ("needed", "data"),
        [
            (True, b"<xdp/>"),
            (
                False,
                b"<config><acrobat><acrobat7><dynamicRender>required</dynamicRender></acrobat7></acrobat></config>",
            ),
        ],
    )
    def test_nor_can_one_whose_pages_are_drawn_from_it(self, *, needed: bool, data: bytes) -> None:
        """Even if it has a field, such as one for a signature."""
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("Please wait"))
            add_field(pdf, "name", "", drawn=True)
            config = pdf.make_stream(data)
            pdf.Root.AcroForm.XFA = Array(["config", config])
            if needed:
                pdf.Root.NeedsRendering = True
            assert "OUT-05" in notes(read(saved(pdf)))

    def test_a_field_that_is_on_no_page_does_not_show_it(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("Please wait"))
            add_field(pdf, "name", "WANG")
            del pdf.pages[0].obj.Annots
            pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp/>")
            assert "OUT-05" in notes(read(saved(pdf)))

    def test_a_portfolio_is_refused(self, tmp_path: Path) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("open this portfolio in Acrobat"))
            attached(pdf, tmp_path)
            pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.T)
            problem = refused(saved(pdf))
        assert problem.code == "attachment-portfolio"
        assert "save the files" in str(problem.hint)


@pytest.mark.case("D15")
class TestMakers:
    def test_nothing_about_the_makers_comes_through(self) -> None:
        content = with_makers()
        assert expanded(content).count(CANARY) > 8
        found = read(content)
        assert CANARY not in expanded(found.pdf)
        assert notes(found) == {"FIL-02": ("private",)}

    def test_nor_does_what_a_camera_wrote_into_a_scan(self) -> None:
        photo = encoded(quadrants(), "JPEG", exif=exif_with_place(), comment="CANARY comment")
        content = make_pdf_of(photo, 2)
        assert CANARY in content
        found = read(content)
        assert CANARY not in found.pdf
        assert b"Exif" not in found.pdf

    def test_nor_what_lies_behind_the_end(self) -> None:
        found = read(pdf_of(page_text("the paper")) + b"\nCANARY\n%%EOF\n")
        assert CANARY not in found.pdf


class TestLayers:
    @pytest.mark.parametrize("reason", ["off", "base_off", "usage_off", "condition"])
    def test_what_is_not_shown_does_not_become_visible(self, reason: str) -> None:
        error = refused(with_layers(**{reason: True}))
        assert (error.code, "layers" in error.message) == ("attachment-layers", True)

    def test_layers_that_are_all_shown_are_accepted(self) -> None:
        found = read(with_layers())
        assert b"/OCProperties" not in expanded(found.pdf)
        assert text(found.pdf)[0].strip() == "seen"


@pytest.mark.case("D14")
class TestFonts:
    def test_a_font_that_is_not_embedded_is_reported(self) -> None:
        assert "OUT-05B" in {note.rule for note in read(pdf_of(page_text("Helvetica"))).notes}

    def test_embedded_fonts_are_not(self, packet: Path) -> None:
        document = next((packet / "documents").glob("*.pdf")).read_bytes()
        assert "OUT-05B" not in {note.rule for note in read(document).notes}


def test_a_resource_may_have_any_name() -> None:
    """Names of fonts and pictures are the file's own: none is taken for a key with a meaning."""
    with pikepdf.new() as pdf:
        page = add_page(pdf, b"BT /A 24 Tf 72 700 Td (named A) Tj ET /F Do /AA Do")
        page.obj.Resources.Font = Dictionary(A=page.obj.Resources.Font.F1)
        box = pdf.make_stream(b"1 0 0 rg 0 0 99 99 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99])
        page.obj.Resources.XObject = Dictionary(F=box, AA=box)
        found = read(saved(pdf))
    assert (text(found.pdf)[0].strip(), notes(found)) == ("named A", {})
