"""Forms and annotations: what is filled in or drawn is seen on the page, and nothing is left to be changed."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf
from pypdf import PdfWriter

from pipeline.attachments.appearances import PUSH_BUTTON
from tests.support.attachments import add_field, add_page, annotation, appearance, filled_form, page_text, put
from tests.support.built import saved
from tests.support.reading import colour_at, expanded, notes, pictures_of, read, refused, text

BOX = (100, 600, 300, 620)
TICKED = (100, 600, 116, 616)


@pytest.mark.case("D10")
class TestFields:
    def test_what_is_filled_in_is_seen_and_cannot_be_changed(self) -> None:
        found = read(filled_form(surname="WANG", given="XIAOMING", reason="knee (left) \\ 50%"))
        page = text(found.pdf)[0]
        for value in ("WANG", "XIAOMING", "knee (left) \\ 50%"):
            assert value in page
        left = expanded(found.pdf)
        assert b"/AcroForm" not in left
        assert b"/Widget" not in left
        assert notes(found) == {"FIL-06": ()}

    def test_a_drawn_value_stays_as_it_was_drawn(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            field = add_field(pdf, "name", "VALUE")
            field.AP = Dictionary(N=appearance(pdf, "BT /Helv 12 Tf 2 5 Td (AS DRAWN) Tj ET", BOX))
            page = text(read(saved(pdf)).pdf)[0]
        assert "AS DRAWN" in page
        assert "VALUE" not in page

    def test_two_forms_with_the_same_names_are_not_mixed(self) -> None:
        writer = PdfWriter()
        for name in ("WANG", "CHEN"):
            writer.append(io.BytesIO(read(filled_form(name=name)).pdf))
        merged = io.BytesIO()
        writer.write(merged)
        pages = text(merged.getvalue())
        assert [("WANG" in page, "CHEN" in page) for page in pages] == [(True, False), (False, True)]

    def test_a_value_that_fonts_of_readers_lack_is_refused_when_it_is_not_drawn(self) -> None:
        assert refused(filled_form(name="王晓明")).code == "attachment-form"

    def test_and_accepted_when_its_letters_are_drawn_as_outlines(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            field = add_field(pdf, "name", "王晓明")
            field.AP = Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 m 0 40 200 40 200 0 c f", BOX))
            (page,) = pictures_of(read(saved(pdf)).pdf)
        assert colour_at(page, 200 / 595, 1 - 610 / 842) == "red"

    @pytest.mark.parametrize(
        "shown",
        [
            "",
            "/Tx BMC EMC",
            "0 0 200 20 re S /Tx BMC q 1 1 198 18 re W n BT /Helv 12 Tf 2 5 Td () Tj ET Q EMC",
            "BT /Helv 12 Tf 2 5 Td [(  ) -200 ( )] TJ ET",
            "/Inner Do",
            "/Missing Do",
        ],
    )
    def test_a_value_that_its_appearance_does_not_show_is_refused(self, shown: str) -> None:
        """Some viewers show the appearance, others the value."""
        with pikepdf.new() as pdf:
            add_page(pdf)
            field = add_field(pdf, "name", "WANG XIAOMING")
            drawn = appearance(pdf, shown, BOX)
            drawn.Resources = Dictionary(XObject=Dictionary(Inner=appearance(pdf, "0 0 9 9 re f", BOX)))
            field.AP = Dictionary(N=drawn)
            assert refused(saved(pdf)).code == "attachment-form"

    def test_forms_in_forms_are_each_looked_into_once(self) -> None:
        """Two to the power of 40 ways lead to the last one, which shows nothing; the first one is also its own part."""
        with pikepdf.new() as pdf:
            add_page(pdf)
            field = add_field(pdf, "name", "WANG XIAOMING")
            forms = [appearance(pdf, "/A Do /B Do", BOX) for _ in range(40)]
            for form, inner in zip(forms, [*forms[1:], forms[0]], strict=True):
                form.Resources = Dictionary(XObject=Dictionary(A=inner, B=inner))
            field.AP = Dictionary(N=forms[0])
            assert refused(saved(pdf)).code == "attachment-form"

    def test_a_value_in_a_form_of_its_appearance_is_seen(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            field = add_field(pdf, "name", "WANG XIAOMING")
            inner = appearance(pdf, "BT /Helv 12 Tf 2 5 Td (WANG XIAOMING) Tj ET", BOX)
            outer = appearance(pdf, "/Inner Do", BOX)
            outer.Resources = Dictionary(XObject=Dictionary(Inner=inner))
            field.AP = Dictionary(N=outer)
            assert text(read(saved(pdf)).pdf)[0].strip() == "WANG XIAOMING"

    @pytest.mark.parametrize("kind", [{"FT": Name.Tx}, {"FT": Name.Btn}, {"FT": Name.Btn, "Ff": PUSH_BUTTON}])
    def test_the_border_of_an_empty_field_stays(self, kind: dict[str, Any]) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            look = Dictionary(BC=Array([1, 0, 0]), BG=Array([0, 0, 1]))
            field = add_field(pdf, "name", "", MK=look, BS=Dictionary(W=3))
            del field.V
            for key, value in kind.items():
                field[f"/{key}"] = value
            (page,) = pictures_of(read(saved(pdf)).pdf)
        assert [colour_at(page, x / 595, 1 - 610 / 842) for x in (101, 200)] == ["red", "blue"]

    @pytest.mark.parametrize("flags", [2, 32])
    def test_a_hidden_field_stays_hidden(self, flags: int) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("form"))
            add_field(pdf, "name", "HIDDEN", F=flags)
            add_field(pdf, "other", "HIDDEN", F=flags, drawn=True)
            assert text(read(saved(pdf)).pdf)[0].strip() == "form"

    def test_a_value_that_a_parent_has_is_seen(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            field = add_field(pdf, "name", "")
            parent = pdf.make_indirect(Dictionary(FT=Name.Tx, T="p", V="OF PARENT", DA="/Helv 12 Tf 0 g"))
            parent.Kids = Array([field])
            for key in ("/FT", "/T", "/V"):
                del field[key]
            field.Parent = parent
            pdf.Root.AcroForm.Fields = Array([parent])
            assert "OF PARENT" in text(read(saved(pdf)).pdf)[0]

    def test_boxes_are_ticked_as_they_were(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            add_field(pdf, "unused", "")
            for number, state in enumerate(("Yes", "Off")):
                box = (100, 400 - 100 * number, 150, 450 - 100 * number)
                ticked, empty = (appearance(pdf, f"{colour} rg 0 0 50 50 re f", box) for colour in ("1 0 0", "0 0 1"))
                drawn = Dictionary(N=Dictionary(Yes=ticked, Off=empty))
                states = {"AS": Name(f"/{state}"), "V": Name(f"/{state}")}
                field = annotation(pdf, "Widget", box, FT=Name.Btn, T=f"box{number}", AP=drawn, **states)
                pdf.Root.AcroForm.Fields.append(field)
                put(pdf, field)
            (page,) = pictures_of(read(saved(pdf)).pdf)
        assert [colour_at(page, 125 / 595, 1 - y / 842) for y in (425, 325)] == ["red", "blue"]


def highlighted(pdf: Pdf, *, flags: int = 4, drawn: bool = False) -> None:
    points = Array([100, 620, 300, 620, 100, 600, 300, 600])
    mark = annotation(pdf, "Highlight", BOX, QuadPoints=points, C=Array([1, 0, 0]), F=flags)
    if drawn:
        mark.AP = Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 200 20 re f", BOX))
    put(pdf, mark)


class TestAnnotations:
    @pytest.mark.parametrize("drawn", [True, False])
    @pytest.mark.parametrize("flags", [0, 4])
    def test_what_is_seen_is_part_of_the_page(self, *, drawn: bool, flags: int) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            highlighted(pdf, drawn=drawn, flags=flags)
            found = read(saved(pdf))
        (page,) = pictures_of(found.pdf)
        assert colour_at(page, 200 / 595, 1 - 610 / 842) == "red"
        assert b"/Annots" not in expanded(found.pdf)

    @pytest.mark.parametrize("drawn", [True, False])
    @pytest.mark.parametrize("flags", [2, 32])
    def test_what_is_hidden_stays_hidden(self, *, drawn: bool, flags: int) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            highlighted(pdf, drawn=drawn, flags=flags)
            (page,) = pictures_of(read(saved(pdf)).pdf)
        assert colour_at(page, 200 / 595, 1 - 610 / 842) == "white"

    @staticmethod
    def invisible(kind: str) -> bytes:
        """A page with an annotation of that kind and the flag Invisible."""
        with pikepdf.new() as pdf:
            add_page(pdf)
            look = Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 200 20 re f", BOX))
            put(pdf, annotation(pdf, kind, BOX, AP=look, F=1))
            return saved(pdf)

    def test_the_flag_invisible_hides_nothing_that_viewers_know(self) -> None:
        (page,) = pictures_of(read(self.invisible("Stamp")).pdf)
        assert colour_at(page, 200 / 595, 1 - 610 / 842) == "red"

    def test_and_of_other_kinds_only_what_no_viewer_shows(self) -> None:
        assert "picture of page 1" in refused(self.invisible("Own")).message

    @pytest.mark.parametrize(("flags", "is_refused"), [(0, False), (4, False), (6, False), (32, False), (36, True)])
    def test_a_stamp_that_is_printed_but_not_displayed_is_refused(self, *, flags: int, is_refused: bool) -> None:
        """It is on the paper that somebody signed, but not on the pages as displayed."""
        with pikepdf.new() as pdf:
            add_page(pdf)
            look = Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 200 20 re f", BOX))
            put(pdf, annotation(pdf, "Stamp", BOX, AP=look, F=flags))
            content = saved(pdf)
        if is_refused:
            assert "printed but not displayed" in refused(content).message
        else:
            read(content)

    def test_a_field_that_would_print_nothing_is_left_out(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("form"))
            add_field(pdf, "name", " ", drawn=True, F=36)
            assert text(read(saved(pdf)).pdf) == ["form"]

    def test_a_stamp_beside_a_mark_and_a_note_without_appearance_stays(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            highlighted(pdf)
            put(pdf, annotation(pdf, "Text", (100, 400, 120, 420), Contents="note", C=Array([1, 0, 0])))
            look = Dictionary(N=appearance(pdf, "0 0 1 rg 0 0 200 20 re f", BOX))
            put(pdf, annotation(pdf, "Stamp", (100, 500, 300, 520), AP=look, F=1))
            (page,) = pictures_of(read(saved(pdf)).pdf)
        assert [colour_at(page, 200 / 595, 1 - y / 842) for y in (610, 510)] == ["red", "blue"]
        note = page.crop((100, 842 - 420, 120, 842 - 400))
        assert note.getextrema() != ((255, 255),) * 3

    def test_a_stamp_of_a_turned_page_stands_where_it_was_seen(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, Rotate=90)
            stamp = annotation(pdf, "Stamp", BOX, AP=Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 200 20 re f", BOX)))
            put(pdf, stamp)
            content = saved(pdf)
        (before,), (after,) = pictures_of(content), pictures_of(read(content).pdf)
        assert [colour_at(each, 610 / 842, 200 / 595) for each in (before, after)] == ["red", "red"]


@pytest.mark.case("D10")
class TestFormsThatReadersDrawAnew:
    """With NeedAppearances, as many programs write it, the pictures in the file may be of earlier values."""

    @staticmethod
    def form(value: str, shown: str) -> bytes:
        with pikepdf.new() as pdf:
            add_page(pdf)
            add_field(pdf, "name", value).AP = Dictionary(N=appearance(pdf, shown, BOX))
            pdf.Root.AcroForm.NeedAppearances = True
            return saved(pdf)

    @pytest.mark.parametrize("shown", ["/Tx BMC EMC", "BT /Helv 12 Tf 2 5 Td (EARLIER) Tj ET"])
    def test_the_value_is_seen(self, shown: str) -> None:
        found = read(self.form("WANG", shown))
        assert text(found.pdf)[0].strip() == "WANG"
        assert notes(found) == {"FIL-06": ()}

    def test_a_value_that_fonts_of_readers_lack_is_refused(self) -> None:
        assert refused(self.form("王晓明", "1 0 0 rg 0 0 200 20 re f")).code == "attachment-form"

    def test_ticked_boxes_are_seen(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            tick(pdf, AS=Name.Yes, MK=Dictionary(CA="n"), DA="/ZaDb 12 Tf 0 g")  # a filled square
            pdf.Root.AcroForm.NeedAppearances = True
            (page,) = pictures_of(read(saved(pdf)).pdf)
        assert colour_at(page, 108 / 595, 1 - 608 / 842) == "black"

    def test_a_stamp_beside_the_fields_is_seen(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            add_field(pdf, "name", "WANG")
            look = Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 200 20 re f", BOX))
            put(pdf, annotation(pdf, "Stamp", (100, 500, 300, 520), AP=look))
            pdf.Root.AcroForm.NeedAppearances = True
            found = read(saved(pdf)).pdf
        assert text(found)[0].strip() == "WANG"
        assert colour_at(pictures_of(found)[0], 200 / 595, 1 - 510 / 842) == "red"


def tick(pdf: Pdf, state: str = "Yes", **entries: Any) -> Any:
    """A box that is ticked, with a picture of that state in red."""
    drawn = {state: appearance(pdf, "1 0 0 rg 0 0 16 16 re f", TICKED), "Off": appearance(pdf, "", TICKED)}
    look = Dictionary(N=Dictionary(**drawn))
    box = annotation(pdf, "Widget", TICKED, FT=Name.Btn, T="box", V=Name.Yes, AP=look, **entries)
    pdf.Root.AcroForm = Dictionary(Fields=Array([box]))
    put(pdf, box)
    return box


@pytest.mark.case("D10")
class TestBoxes:
    def test_a_box_of_which_only_the_field_says_that_it_is_ticked_is_refused(self) -> None:
        """Viewers show it empty."""
        with pikepdf.new() as pdf:
            add_page(pdf)
            tick(pdf)
            assert refused(saved(pdf)).code == "attachment-form"

    def test_a_tick_with_an_empty_picture_is_refused(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf)
            box = tick(pdf, AS=Name.Yes)
            box.AP.N.Yes.write(b"q Q")
            assert refused(saved(pdf)).code == "attachment-form"

    def test_a_tick_without_a_picture_is_refused(self) -> None:
        for state, pictures in (("Yes", False), ("Other", True)):
            with pikepdf.new() as pdf:
                add_page(pdf)
                box = tick(pdf, state, AS=Name.Yes)
                if not pictures:
                    del box.AP
                assert refused(saved(pdf)).code == "attachment-form"

    def test_an_empty_box_without_a_picture_is_not(self) -> None:
        with pikepdf.new() as pdf:
            add_page(pdf, page_text("form"))
            box = tick(pdf, AS=Name.Off)
            del box.AP
            assert text(read(saved(pdf)).pdf)[0].strip() == "form"


#: Notes and lines that pdfium does not draw by itself, though other readers do.
DRAWN_BY_OTHERS: dict[str, dict[str, Any]] = {
    "FreeText": {"Contents": "seen", "DA": "/Helv 12 Tf 0 g"},
    "Line": {"L": Array([100, 600, 300, 620])},
    "PolyLine": {"Vertices": Array([100, 600, 300, 600, 200, 620])},
    "Polygon": {"Vertices": Array([100, 600, 300, 600, 200, 620])},
    "Stamp": {"Name": Name.Approved},
}


@pytest.mark.parametrize("drawn", [True, False])
@pytest.mark.parametrize("kind", DRAWN_BY_OTHERS)
def test_what_only_other_readers_draw_is_never_lost_without_a_word(kind: str, *, drawn: bool) -> None:
    with pikepdf.new() as pdf:
        add_page(pdf)
        given = annotation(pdf, kind, BOX, C=Array([1, 0, 0]), **DRAWN_BY_OTHERS[kind])
        put(pdf, given)
        if drawn:
            given.AP = Dictionary(N=appearance(pdf, "1 0 0 rg 0 0 200 20 re f", BOX))
            (page,) = pictures_of(read(saved(pdf)).pdf)
            assert colour_at(page, 200 / 595, 1 - 610 / 842) == "red"
        else:
            assert refused(saved(pdf)).code == "attachment-form"
