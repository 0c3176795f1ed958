from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.bundle.manifest_rows import Obstacle
from pipeline.bundle.merge import merge
from pipeline.bundle.piece import Piece
from pipeline.formats.pdf.pdfa import claims_pdf_a, obstacles
from tests.support.built import make_pdf, make_pdf_of, make_picture, saved
from tests.support.cases import EXAMPLES
from tests.support.reading import read

pytestmark = pytest.mark.slow

NO_INTENT = "it has no output intent, so its colours are undefined"


def documents(packet_of: Callable[..., Path], example: str) -> list[Path]:
    return sorted((packet_of(example) / "documents").glob("*.pdf"))


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/case.json"))[:2])
def test_every_document_is_pdf_a_tagged_and_has_a_language(packet_of: Callable[..., Path], example: str) -> None:
    for path in documents(packet_of, example):
        with pikepdf.open(path) as pdf:
            assert claims_pdf_a(pdf), path.name
            assert obstacles(pdf) == [], path.name
            assert bool(pdf.Root.MarkInfo.Marked)
            assert pdf.Root.StructTreeRoot.K
            language = (
                "zh-CN"
                if path.stem.endswith(("visa-application-data-sheet", "patient-guide", "companion-guide"))
                else "ja-JP"
            )
            assert str(pdf.Root.Lang) == language, path.name
            with pdf.open_metadata() as xmp:
                assert xmp["dc:language"] == {language}, path.name


def changed(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(make_pdf(1))) as pdf:
        change(pdf)
        return saved(pdf)


def note(**values: Any) -> Callable[[pikepdf.Pdf], None]:
    def add(pdf: pikepdf.Pdf) -> None:
        given = pikepdf.Dictionary(**{"Type": pikepdf.Name.Annot, "F": 4, "Rect": [0, 0, 9, 9], **values})
        pdf.pages[0].obj.Annots = pikepdf.Array([given])

    return add


def content(text: bytes) -> Callable[[pikepdf.Pdf], None]:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Contents = pdf.make_stream(text)

    return add


def font(pdf: pikepdf.Pdf) -> None:
    helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=helvetica))


def action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="x")


def attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.txt"] = b"x"


def external(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Contents = pdf.make_stream(b"", F=pikepdf.String("elsewhere.bin"))


def layers(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = pikepdf.Dictionary()


def transfer(pdf: pikepdf.Pdf) -> None:
    state = pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, TR=pikepdf.Name.Identity)
    pdf.pages[0].Resources = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(G=state))


def drawing(text: bytes, **resources: Any) -> Callable[[pikepdf.Pdf], None]:
    """A page that draws a form, which has that content and these resources."""

    def add(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_stream(text, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 99, 99])
        form.Resources = pikepdf.Dictionary(**resources)
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=form))
        pdf.pages[0].Contents = pdf.make_stream(b"/P Do")

    return add


def tinted(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Group = pikepdf.Dictionary(S=pikepdf.Name.Transparency, CS=pikepdf.Name.DeviceCMYK)


INKS = pikepdf.Name.DeviceCMYK
FADING = pikepdf.Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 1, 1, 0], N=1)
SHADING = pikepdf.Dictionary(ShadingType=2, ColorSpace=INKS, Coords=[0, 0, 99, 99], Function=FADING)
SPOT = pikepdf.Array([pikepdf.Name.Separation, pikepdf.Name.Spot, INKS, FADING])
INLINE = b"BI /W 1 /H 1 /CS /CMYK /BPC 8 ID \x00\xff\xff\x00 EI"
FAULTS: dict[str, tuple[bytes, str]] = {
    "font": (changed(font), "a font is not embedded"),
    "action": (changed(action), "it has an action /JavaScript"),
    "attached": (changed(attached), "a file is attached"),
    "external": (changed(external), "a stream is in another file"),
    "layers": (changed(layers), "it has OCProperties"),
    "transfer": (changed(transfer), "a transfer function or a halftone is set"),
    "inks": (changed(content(b"0 0 0 1 k 0 0 9 9 re f")), "it has CMYK colours without a profile"),
    "ink space": (changed(content(b"/DeviceCMYK cs 0 0 0 1 sc")), "it has CMYK colours without a profile"),
    "ink picture": (make_pdf_of(make_picture("JPEG", mode="CMYK"), 1), "it has CMYK colours without a profile"),
    "inks of a form": (changed(drawing(b"0 0 0 1 k 0 0 9 9 re f")), "it has CMYK colours without a profile"),
    "named inks": (
        changed(drawing(b"/C cs 0 0 0 1 sc", ColorSpace=pikepdf.Dictionary(C=INKS))),
        "it has CMYK colours without a profile",
    ),
    "spot colour": (
        changed(drawing(b"/C cs 1 sc", ColorSpace=pikepdf.Dictionary(C=SPOT))),
        "it has CMYK colours without a profile",
    ),
    "fading inks": (
        changed(drawing(b"/S sh", Shading=pikepdf.Dictionary(S=SHADING))),
        "it has CMYK colours without a profile",
    ),
    "inks in a line": (changed(content(INLINE)), "it has CMYK colours without a profile"),
    "group of inks": (changed(tinted), "it has CMYK colours without a profile"),
    "hidden note": (changed(note(Subtype=pikepdf.Name.Link, F=2)), "an annotation is not printed"),
    "film": (changed(note(Subtype=pikepdf.Name.Movie, AP=pikepdf.Dictionary())), "it has an annotation /Movie"),
    "no looks": (changed(note(Subtype=pikepdf.Name.Square)), "an annotation has no stored appearance"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_obstacle_is_found_and_the_bundle_claims_nothing(packet: Path, fault: str) -> None:
    """Beside a document that is PDF/A, and alone."""
    paper, reason = FAULTS[fault]
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert obstacles(pdf) == sorted({NO_INTENT, reason})
    [letter] = (packet / "documents").glob("*-invitation-letter.pdf")
    pieces = [Piece("letter", "a", letter.read_bytes(), 1, is_generated=True), Piece("paper", "b", paper, 2)]
    merged = merge(pieces, "t", "ja", "case-1")
    with pikepdf.open(io.BytesIO(merged.pdf)) as pdf, pdf.open_metadata() as xmp:
        carried = bool([found for found in obstacles(pdf) if found == reason])
        assert xmp.pdfa_status == ("" if carried else "2B")
        assert (Obstacle("paper", reason) in merged.obstacles) == carried
    # What hangs on the whole file and not on its pages is left behind when they are merged.
    assert carried == (fault not in {"action", "attached", "layers"})


def test_without_a_document_that_says_so_it_claims_nothing() -> None:
    merged = merge([Piece("a", "a", make_pdf(1), 1)], "t", "ja", "case-1")
    assert merged.obstacles == (Obstacle("a", NO_INTENT),)
    with pikepdf.open(io.BytesIO(merged.pdf)) as pdf:
        assert not claims_pdf_a(pdf)


@pytest.mark.parametrize("value", [5, True, "text", [1], pikepdf.Name.Type1])
def test_a_paper_with_a_value_of_another_type_is_merged(value: Any) -> None:
    with pikepdf.open(io.BytesIO(make_pdf(1))) as pdf:
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pikepdf.Dictionary(Type=value)))
        pdf.pages[0].Resources.XObject = pikepdf.Array(value) if isinstance(value, list) else value
        paper = saved(pdf)
    merged = merge([Piece("a", "a", paper, 1)], "t", "ja", "case-1")
    assert merged.obstacles == (Obstacle("a", "an object is not of the type that PDF requires"),)


INKED = sorted(fault for fault, (_, reason) in FAULTS.items() if "CMYK" in reason and fault != "ink picture")


@pytest.mark.parametrize("fault", INKED)
def test_inks_of_a_supplied_paper_are_found_on_the_sheet_that_is_made_of_it(fault: str) -> None:
    """Its page becomes a drawing on an A4 page, whose own content says nothing."""
    with pikepdf.open(io.BytesIO(read(FAULTS[fault][0]).pdf)) as pdf:
        assert "it has CMYK colours without a profile" in obstacles(pdf)


def test_only_what_stands_against_the_bundle_is_told_of_its_parts(packet: Path) -> None:
    """A supplied paper has no output intent, and needs none in a bundle that has one."""
    [letter] = (packet / "documents").glob("*-invitation-letter.pdf")
    papers = [Piece("right", "b", make_pdf(1), 2), Piece("inked", "c", FAULTS["inks"][0], 3)]
    merged = merge([Piece("letter", "a", letter.read_bytes(), 1, is_generated=True), *papers], "t", "ja", "case-1")
    assert merged.obstacles == (Obstacle("inked", "it has CMYK colours without a profile"),)
