"""Stand-ins for the ministry's application forms: hybrids of XFA and AcroForm with the names of their fields.

The layout is invented: a row for each line of the form, with a short label. The names, the options and the order of the
boxes are those of the shipped mappings.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pikepdf

from tests.support.attachments import appearance
from tests.support.forms_made import COMBO, EDITABLE, MULTILINE, RADIO

_A4 = (595, 842)
_BOX = (0, 0, 10, 10)
_XFA = b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform name="topmostSubform"/></template></xdp:xdp>'

YES_NO = {"0": "Yes", "1": "No"}
SEX = {"0": "M", "1": "F"}
#: The states of the boxes in the order of the page, with the labels of the form's own list.
ENGLISH_BOXES: Mapping[str, Mapping[str, str]] = {
    "RB1": SEX,
    "RB2": {"0": "1", "1": "2", "3": "4", "2": "3"},
    "RB3": {"0": "2", "1": "3", "2": "1", "3": "4"},
    "RB5": YES_NO,
}
CHINESE_BOXES: Mapping[str, Mapping[str, str]] = {
    "RB1": SEX,
    "RB2": {"0": "1", "1": "2", "2": "3", "3": "4"},
    "RB3": {"0": "2", "1": "1", "2": "3", "3": "4"},
    "RB5": {"0": "0", "1": "1"},
}
_COUNTRIES = [["CHN", "CHINA"], ["JPN", "JAPAN"]]


class OfficialForm:
    """A form on two pages with fields below one another, as programs for XFA name them."""

    def __init__(self, names: Sequence[str], boxes: Mapping[str, Mapping[str, str]]) -> None:
        self.pdf = pikepdf.new()
        for _ in range(2):
            self.pdf.add_blank_page(page_size=_A4)
            self.pdf.pages[-1].obj.Annots = pikepdf.Array()
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        fonts = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=self.pdf.make_indirect(helvetica)))
        xfa = pikepdf.Array([pikepdf.String("template"), self.pdf.make_stream(_XFA)])
        self.pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(), DR=fonts, NeedAppearances=True, XFA=xfa)
        self._boxes, self._rows, self._nodes = boxes, [0, 0], dict[str, Any]()
        for name in names:
            self.add(name)

    def add(self, name: str, **more: Any) -> Any:
        """Add a field in the next row of its page: a box for each option, a list, or a text."""
        page = int(name.split(".")[1][4]) - 1
        self._rows[page] += 1
        bottom = 822 - 14 * self._rows[page]
        leaf = name.rsplit(".", maxsplit=1)[-1]
        self.pdf.pages[page].obj.Resources = self.pdf.Root.AcroForm.DR
        label = f"BT /Helv 7 Tf 30 {bottom + 3} Td ({leaf}) Tj ET".encode()
        self.pdf.pages[page].contents_add(label)
        options = self._boxes.get(leaf.split("[")[0])
        if options is not None:
            return self._add_boxes(name, page, bottom, options)
        if leaf in {"T50[0]", "T34[0]"}:
            flags = COMBO | (EDITABLE if leaf == "T34[0]" else 0)
            more = {"FT": pikepdf.Name.Ch, "Ff": flags, "Opt": _COUNTRIES, **more}
        elif leaf.startswith(("T0[", "emp_adr", "T28")):
            more = {"Ff": MULTILINE, **more}
        given = {"FT": pikepdf.Name.Tx, "DA": "/Helv 0 Tf 0 g", "T": leaf, **more}
        widget = self._widget(page, (130, bottom, 560, bottom + 12), **given)
        self._below(name, widget)
        return widget

    def saved(self) -> bytes:
        """Bytes of the PDF, which only the owner's password permits to change."""
        out = io.BytesIO()
        permissions = pikepdf.Permissions(modify_form=False, modify_other=False, extract=False)
        self.pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user="", allow=permissions))
        return out.getvalue()

    def _add_boxes(self, name: str, page: int, bottom: float, options: Mapping[str, str]) -> Any:
        labels = pikepdf.Array([options[state] for state in sorted(options)])
        leaf = name.rsplit(".", maxsplit=1)[-1]
        field = self.pdf.make_indirect(
            pikepdf.Dictionary(T=leaf, FT=pikepdf.Name.Btn, Ff=RADIO, Kids=pikepdf.Array(), Opt=labels)
        )
        off = appearance(self.pdf, "0.5 G 0.5 0.5 9 9 re S", _BOX)
        on = appearance(self.pdf, "0 g 2 2 6 6 re f 0.5 G 0.5 0.5 9 9 re S", _BOX)
        for place, state in enumerate(options):
            left = 130 + 60 * place
            look = pikepdf.Dictionary(N=pikepdf.Dictionary({f"/{state}": on, "/Off": off}))
            rect = (left, bottom, left + 10, bottom + 10)
            field.Kids.append(self._widget(page, rect, Parent=field, AS=pikepdf.Name.Off, AP=look))
        self._below(name, field)
        return field

    def _widget(self, page: int, rect: tuple[float, ...], **more: Any) -> Any:
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=pikepdf.Array(rect), F=4, **more
        )
        widget = self.pdf.make_indirect(widget)
        self.pdf.pages[page].obj.Annots.append(widget)
        return widget

    def _below(self, name: str, field: Any) -> None:
        """Hang a field below the groups of its name."""
        above, _, _ = name.rpartition(".")
        if not above:
            self.pdf.Root.AcroForm.Fields.append(field)
            return
        if above not in self._nodes:
            group = self.pdf.make_indirect(pikepdf.Dictionary(T=above.rpartition(".")[2], Kids=pikepdf.Array()))
            self._nodes[above] = group
            self._below(above, group)
        field.Parent = self._nodes[above]
        self._nodes[above].Kids.append(field)
