"""PDFs that are well written and oddly made: any value in place of any other, references in circles."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

from pipeline.formats.pdf.typesetting import add_font, set_line, subset_for
from tests.support.built import saved

_KEYS = [
    "/W", "/DW", "/W2", "/DW2", "/Widths", "/FirstChar", "/LastChar", "/Font", "/F1", "/F2", "/DescendantFonts",
    "/FontDescriptor", "/FontFile3", "/Encoding", "/ToUnicode", "/CIDSystemInfo", "/CIDToGIDMap", "/BaseFont",
    "/Subtype", "/Type", "/Resources", "/XObject", "/X1", "/X2", "/Kids", "/Count", "/Parent", "/MediaBox",
    "/CropBox", "/Rotate", "/UserUnit", "/Contents", "/Annots", "/Group", "/ExtGState", "/ColorSpace",
    "/Pattern", "/SMask", "/BBox", "/Matrix", "/Length", "/Filter", "/DecodeParms", "/Names", "/Pages",
    "/CharProcs",
]  # fmt: skip
_PLAIN: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(2**40), 2**40),
    st.sampled_from([0, 1, -1, 1000, 2**31 - 1]),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    st.sampled_from(["/Type0", "/Type1", "/Type3", "/Form", "/Image", "/Identity-H", "/FlateDecode"]).map(Name),
    st.booleans(),
    st.text(max_size=8),
)


def sample() -> bytes:
    """A PDF with a composite font and a simple one, forms in forms, and a tree of pages."""
    line = set_line("表示 Text")
    with pikepdf.new() as pdf:
        composite = add_font(pdf, subset_for([line]))
        simple = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        fonts = Dictionary(F1=composite, F2=pdf.make_indirect(simple))
        inner = pdf.make_stream(b"BT /F1 20 Tf 50 50 Td " + line.codes + b" Tj ET", Resources=Dictionary(Font=fonts))
        outer = pdf.make_stream(b"/X1 Do /X1 Do", Resources=Dictionary(XObject=Dictionary(X1=inner), Font=fonts))
        for form in (inner, outer):
            form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 595, 842])
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.obj.Resources = Dictionary(Font=fonts, XObject=Dictionary(X1=inner, X2=outer))
            page.obj.Contents = pdf.make_stream(b"/X2 Do BT /F2 20 Tf 50 700 Td (Balance 100) Tj ET")
        return saved(pdf, deterministic_id=True)


@st.composite
def odd_pdfs(draw: st.DrawFn) -> bytes:
    """The sample after up to six changes of its dictionaries."""
    with pikepdf.open(io.BytesIO(sample())) as pdf:
        owners: list[Any] = [each for each in pdf.objects if isinstance(each, Dictionary | pikepdf.Stream)]
        references = st.sampled_from(owners)
        values = st.one_of(_PLAIN, references, st.lists(_PLAIN | references, max_size=6).map(Array))
        for _ in range(draw(st.integers(1, 6))):
            owner = draw(references)
            present = sorted(owner.keys() - {"/Length"})
            key = draw(st.sampled_from([*present, *_KEYS]))
            if draw(st.booleans()) and key in present:
                del owner[key]
            elif key != "/Length" or not isinstance(owner, pikepdf.Stream):
                owner[key] = draw(values)
        try:
            return saved(pdf, deterministic_id=True)
        except (pikepdf.PdfError, RuntimeError, ValueError, TypeError):
            return sample()  # what cannot be written is no file
