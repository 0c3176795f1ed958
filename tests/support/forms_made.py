"""Fillable PDFs that the tests make, with every kind of field."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pikepdf

from tests.support.built import saved

A4 = (595, 842)
MULTILINE, COMB, READ_ONLY, REQUIRED = 1 << 12, 1 << 24, 1, 2
RADIO, PUSH_BUTTON, COMBO, EDITABLE = 1 << 15, 1 << 16, 1 << 17, 1 << 18


class Form:
    """A PDF to which fields are added, then saved. Each is at ``rect``: left, bottom, right, top in points."""

    def __init__(self, rotate: int = 0) -> None:
        self.pdf = pikepdf.new()
        self.pdf.add_blank_page(page_size=A4)
        page = self.pdf.pages[0]
        page.obj.Annots = pikepdf.Array()
        page.contents_add(b"0.8 G 20 20 555 802 re S")
        if rotate:
            page.obj.Rotate = rotate
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=self.pdf.make_indirect(helvetica)))
        self.pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), DR=resources, NeedAppearances=True)

    def add(self, name: str, rect: tuple[float, ...], type_: str = "/Tx", **more: Any) -> Any:
        """A field with one widget, which are one dictionary."""
        field = self._widget(rect, T=name, FT=pikepdf.Name(type_), DA="/Helv 0 Tf 0 g", **more)
        self.pdf.Root.AcroForm.Fields.append(field)
        return field

    def add_box(self, name: str, rect: tuple[float, ...], state: str = "Yes", *, drawn: bool = True) -> None:
        """A box to tick; with ``drawn`` it has a picture of the tick."""
        field = self.add(name, rect, "/Btn", V=pikepdf.Name.Off, AS=pikepdf.Name.Off)
        if drawn:
            field.AP = self._states(rect, state)

    def add_radio(self, name: str, rects: Mapping[str, tuple[float, ...]]) -> None:
        """A group of buttons, one for each state."""
        group = self.pdf.make_indirect(
            pikepdf.Dictionary(T=name, FT=pikepdf.Name.Btn, Ff=RADIO, Kids=pikepdf.Array(), V=pikepdf.Name.Off)
        )
        for state, rect in rects.items():
            kid = self._widget(rect, Parent=group, AS=pikepdf.Name.Off, AP=self._states(rect, state))
            group.Kids.append(kid)
        self.pdf.Root.AcroForm.Fields.append(group)

    def add_xfa(self) -> None:
        """What programs of one maker would show instead of the fields."""
        self.pdf.Root.AcroForm.XFA = self.pdf.make_stream(b"<xdp/>")

    def saved(self) -> bytes:
        """Bytes of the PDF."""
        return saved(self.pdf, deterministic_id=True)

    def _widget(self, rect: tuple[float, ...], **more: Any) -> Any:
        look = pikepdf.Dictionary(BC=[0.5], BG=[0.97, 0.97, 1])
        given = {"MK": look, **more}
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=pikepdf.Array(rect), F=4, **given
        )
        widget = self.pdf.make_indirect(widget)
        self.pdf.pages[0].obj.Annots.append(widget)
        return widget

    def _states(self, rect: tuple[float, ...], state: str) -> Any:
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        pictures = {}
        for name, content in ((f"/{state}", f"0 g 3 3 {width - 6:g} {height - 6:g} re f"), ("/Off", "")):
            stream = self.pdf.make_stream(f"0.5 G 0.5 0.5 {width - 1:g} {height - 1:g} re S {content}".encode())
            stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            stream.BBox = pikepdf.Array([0, 0, width, height])
            pictures[name] = stream
        return pikepdf.Dictionary(N=pikepdf.Dictionary(pictures))


def every_field(rotate: int = 0) -> Form:
    """A form with every kind of field; each is in a row of its own."""
    form = Form(rotate)
    form.add("Surname", (60, 760, 260, 780), MaxLen=40)
    form.add("Name in Chinese", (300, 760, 500, 780), Q=1)
    form.add("Passport", (60, 720, 276, 740), Ff=COMB, MaxLen=12)
    form.add("Address", (60, 640, 300, 700), Ff=MULTILINE | REQUIRED)
    form.add("Small", (60, 600, 100, 615))
    form.add("Registry", (300, 600, 500, 620), Ff=READ_ONLY, V="kept")
    form.add_box("Athlete", (60, 570, 76, 586), "On")
    form.add_box("Undrawn", (100, 570, 116, 586), drawn=False)
    form.add_radio("Sex", {"M": (60, 540, 76, 556), "F": (100, 540, 116, 556)})
    form.add_radio("Deported", {"Yes": (60, 510, 76, 526), "No": (100, 510, 116, 526)})
    kinds = pikepdf.Array([pikepdf.Array(["1", "Ordinary"]), pikepdf.Array(["2", "Official"])])
    form.add("Passport kind", (60, 470, 200, 490), "/Ch", Ff=COMBO, Opt=kinds)
    form.add("City", (300, 470, 500, 490), "/Ch", Ff=COMBO | EDITABLE, Opt=pikepdf.Array(["Beijing", "Shanghai"]))
    form.add("Print", (60, 430, 120, 450), "/Btn", Ff=PUSH_BUTTON)
    form.add("Signature", (60, 380, 260, 410), "/Sig")
    form.add("Date", (300, 380, 500, 410))
    return form


def fonts_of_fields(pdf: bytes) -> set[str]:
    """The fonts in which the texts of the fields are drawn. Fails if one is not embedded."""
    with pikepdf.open(io.BytesIO(pdf)) as form:
        looks = [each.AP.N for page in form.pages for each in page.obj.Annots if "/AP" in each]
        fonts = [font for each in looks if "/Resources" in each for font in each.Resources.Font.values()]
        inner = [font.DescendantFonts[0] for font in fonts if font.Subtype == "/Type0"]
        assert len(inner) == len(fonts)
        assert all("/FontFile3" in font.FontDescriptor for font in inner)
        return {str(font.BaseFont).rpartition("+")[2] for font in inner}


#: What goes where in the form with every field.
MAPPING: dict[str, Any] = {
    "fields": {
        "Surname": {"text": "{{ applicant.name.surname }}"},
        "Name in Chinese": {"text": "{{ applicant.name.chinese }}", "language": "zh"},
        "Passport": {"text": "{{ applicant.passport.number }}"},
        "Address": {"text": "{{ patient.address.province }}{{ patient.address.text }}", "language": "zh"},
        "Small": {"text": "{{ applicant.birth_date.year }}"},
        "Athlete": {"choose": "athlete", "options": {"true": "On"}},
        "Undrawn": {"choose": "visa.entries", "options": {"multiple": "Yes"}},
        "Sex": {"choose": "applicant.sex", "options": {"male": "M", "female": "F"}},
        "Deported": {"choose": "answers.questions.deported", "options": {"true": "Yes", "false": "No"}},
        "Passport kind": {"choose": "applicant.passport.kind", "options": {"ordinary": "Ordinary", "official": "2"}},
        "City": {"text": "{{ applicant.passport.place_of_issue }}"},
    },
    "left_empty": ["Date"],
}
